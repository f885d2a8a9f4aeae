/**
 * The network's constants that the pipeline reckons with (specs-actors v6, Lotus v1.13.2; spec of the chain, section 1).
 * Lengths of time are epochs unless the name says otherwise.
 */
import type { ChainEpoch } from "../Sector.ts"

export const epochMillis = 30_000
export const epochsInDay = 2880
export const chainFinality = 900
/** The ticket is drawn this far below the head. */
export const sealRandomnessLookback = 900
/** A pre-commit may land this long after its ticket's epoch: a day, and finality. */
export const maxPreCommitRandomnessLookback = epochsInDay + chainFinality
export const preCommitChallengeDelay = 150
/** How deep the seed's epoch must be before the seed is used. */
export const interactivePoRepConfidence = 6
/** How deep a message must be before it is believed. */
export const messageConfidence = 5
export const minSectorExpiration = 180 * epochsInDay
export const maxSectorExpirationExtension = 540 * epochsInDay
export const wPoStProvingPeriod = 2880
export const wPoStPeriodDeadlines = 48
export const wPoStChallengeWindow = 60
export const winningPoStSectorSetLookback = 900
export const addressedSectorsMax = 25_000
export const declarationsMax = 3000
export const preCommitSectorBatchMaxSize = 256
export const minAggregatedSectors = 4
export const maxAggregatedSectors = 819
/** Batching of pre-commits and commits needs this network version. */
export const batchNetworkVersion = 13
/** Pre-commit batches cost a network fee, and look at the base fee, from this network version on. */
export const batchFeeNetworkVersion = 14
/** A pre-commit that was not proven in time is cleaned up this long after. */
export const expiredPreCommitCleanUpDelay = 8 * 120

export const exitOk = 0
export const sysErrInsufficientFunds = 6
export const sysErrOutOfGas = 7

/** The first proof type of the V1_1 family (2 KiB); V1 has 0 to 4. */
const firstV11 = 5

/** How long after the pre-commit the proof may land: 30 days for V1_1, one for V1, and the challenge delay. */
export const maxProveCommitDuration = (proofType: number): number =>
  (proofType >= firstV11 ? 30 * epochsInDay : epochsInDay) + preCommitChallengeDelay

/** How many deals a sector may hold. */
export const dealLimit = (sectorSize: number): number => (sectorSize < 64 * 2 ** 30 ? 256 : 512)

/** True when a ticket of that epoch is too old for PreCommit1 at the head. */
export const ticketExpired = (ticketEpoch: ChainEpoch, head: ChainEpoch): boolean =>
  head - ticketEpoch > maxPreCommitRandomnessLookback

/** True when a pre-commit of that epoch can no longer be proven at the head. */
export const proveCommitExpired = (
  preCommitEpoch: ChainEpoch,
  proofType: number,
  head: ChainEpoch,
): boolean => head > preCommitEpoch + maxProveCommitDuration(proofType)

const nanoFil = 1_000_000_000n
/** The least base fee that batches are charged by: 5 nFIL. */
const batchBalancer = 5n * nanoFil
const batchDiscount = { numerator: 1n, denominator: 20n }
const gasPerSector = { prove: 49_299_973n, preCommit: 16_433_324n }

/** The network fee of an aggregate of `sectors` (actors v6), in attoFIL. */
export const aggregateNetworkFee = (of: "prove" | "preCommit", sectors: number, baseFee: bigint): bigint =>
  ((baseFee > batchBalancer ? baseFee : batchBalancer) *
    gasPerSector[of] *
    BigInt(sectors) *
    batchDiscount.numerator) /
  batchDiscount.denominator
