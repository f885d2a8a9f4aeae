/**
 * The chain as the sealing pipeline sees it (Lotus's `SealingAPI` and its event watcher): the head, messages, what is
 * recorded of a sector, randomness, money. Every lookup can fail with the code `api`; amounts are attoFIL.
 */
import type { Bytes, ChainEpoch, Cid, DealId, PreCommitInfo, SealProof, SectorNumber } from "../Sector.ts"
import { ask, type Asking, type Verb } from "./Request.ts"
import type { Result } from "./Result.ts"

/** The head: its height, and the key of its tipset. */
export interface ChainHead {
  readonly epoch: ChainEpoch
  readonly tipset: Bytes
}

/** A message that was executed. */
export interface MessageLookup {
  readonly cid: Cid
  /** 0 is success; 6 insufficient funds, 7 out of gas. */
  readonly exitCode: number
  /** The epoch in which it was included. */
  readonly epoch: ChainEpoch
  readonly tipset: Bytes
}

/** A pre-commit on the chain. */
export interface PreCommitOnChain {
  readonly Info: PreCommitInfo
  readonly PreCommitDeposit: bigint
  readonly PreCommitEpoch: ChainEpoch
}

/** A proven sector on the chain. */
export interface SectorOnChain {
  readonly SectorNumber: SectorNumber
  readonly SealProof: SealProof
  readonly SealedCID: Cid
  readonly DealIDs: ReadonlyArray<DealId>
  readonly Activation: ChainEpoch
  readonly Expiration: ChainEpoch
  readonly InitialPledge: bigint
}

export interface SectorLocation {
  readonly deadline: number
  readonly partition: number
}

/** The message types that the pipeline sends, with what the modelled chain needs of their parameters. */
export type MessageParams =
  | { readonly method: "PreCommitSector"; readonly sectors: ReadonlyArray<PreCommitEntry> }
  | { readonly method: "PreCommitSectorBatch"; readonly sectors: ReadonlyArray<PreCommitEntry> }
  | { readonly method: "ProveCommitSector"; readonly sectors: ReadonlyArray<ProofEntry> }
  | { readonly method: "ProveCommitAggregate"; readonly sectors: ReadonlyArray<ProofEntry> }
  | { readonly method: "TerminateSectors"; readonly declarations: ReadonlyArray<TerminationDeclaration> }

export interface PreCommitEntry {
  readonly info: PreCommitInfo
  readonly deposit: bigint
}

export interface ProofEntry {
  readonly sector: SectorNumber
  readonly proof: Bytes
}

export interface TerminationDeclaration extends SectorLocation {
  readonly sectors: ReadonlyArray<SectorNumber>
}

/** Which control addresses may send a message. */
export type AddressUse = "precommit" | "commit" | "terminate"

/** What runs when a height is reached: the name of a callback in `stages/callbacks.ts`. */
export type HeightCallback = "seedReady"

type Lookup<A> = Result<A, "api">

export interface ChainVerbs {
  readonly ChainHead: Verb<unknown, Lookup<ChainHead>>
  /** Answered when the message is `confidence` epochs deep. No look-back limit, replacement allowed. */
  readonly WaitMessage: Verb<{ readonly cid: Cid; readonly confidence: number }, Lookup<MessageLookup>>
  /** Answered at once; null when the message is not on the chain. */
  readonly SearchMessage: Verb<{ readonly cid: Cid }, Lookup<MessageLookup | null>>
  /** The code `allocated` says: no pre-commit, but the number was used once. */
  readonly PreCommitInfo: Verb<
    { readonly sector: SectorNumber },
    Result<PreCommitOnChain | null, "api" | "allocated">
  >
  readonly SectorInfo: Verb<{ readonly sector: SectorNumber }, Lookup<SectorOnChain | null>>
  readonly SectorAllocated: Verb<{ readonly sector: SectorNumber }, Lookup<boolean>>
  readonly NetworkVersion: Verb<unknown, Lookup<number>>
  /** The randomness a ticket is drawn from. */
  readonly TicketRandomness: Verb<{ readonly epoch: ChainEpoch }, Lookup<Bytes>>
  /** The randomness a seed is drawn from. */
  readonly BeaconRandomness: Verb<{ readonly epoch: ChainEpoch }, Lookup<Bytes>>
  readonly BaseFee: Verb<unknown, Lookup<bigint>>
  readonly PreCommitDeposit: Verb<{ readonly info: PreCommitInfo }, Lookup<bigint>>
  readonly InitialPledge: Verb<{ readonly info: PreCommitInfo }, Lookup<bigint>>
  /** What the miner actor can spend. */
  readonly AvailableBalance: Verb<unknown, Lookup<bigint>>
  /** An address of the right kind with enough money; the code `address` when there is none. */
  readonly SelectAddress: Verb<
    { readonly use: AddressUse; readonly needed: bigint },
    Result<string, "api" | "address">
  >
  /** Pushes a message; the code `push` when the node refuses it. */
  readonly SendMessage: Verb<
    {
      readonly from: string
      readonly params: MessageParams
      readonly value: bigint
      readonly maxFee: bigint
    },
    Result<Cid, "push">
  >
  /** Where the sector is proven; null when it is not live. */
  readonly SectorLocation: Verb<{ readonly sector: SectorNumber }, Lookup<SectorLocation | null>>
  readonly LiveSectors: Verb<SectorLocation, Lookup<ReadonlyArray<SectorNumber>>>
  /** The deadline that is being proven now, 0 to 47. */
  readonly ProvingDeadline: Verb<unknown, Lookup<number>>
  /** Answered when the head has reached the epoch. */
  readonly UntilEpoch: Verb<{ readonly epoch: ChainEpoch }, Lookup<null>>
  /**
   * Answered at once. When the head is `confidence` beyond `epoch` the callback runs for the sector, and again when
   * the chain reverts past `epoch`. What it gives is sent to the sector only while that is in one of `onlyIn`.
   */
  readonly OnEpoch: Verb<
    {
      readonly sector: SectorNumber
      readonly epoch: ChainEpoch
      readonly confidence: number
      readonly callback: HeightCallback
      readonly onlyIn: ReadonlyArray<string>
    },
    Lookup<null>
  >
}

export const head = (): Asking<Lookup<ChainHead>> => ask({ _tag: "ChainHead" })

export const waitMessage = (cid: Cid, confidence: number): Asking<Lookup<MessageLookup>> =>
  ask({ _tag: "WaitMessage", cid, confidence })

export const searchMessage = (cid: Cid): Asking<Lookup<MessageLookup | null>> =>
  ask({ _tag: "SearchMessage", cid })

export const preCommitInfo = (sector: SectorNumber) => ask({ _tag: "PreCommitInfo", sector })

export const sectorInfo = (sector: SectorNumber) => ask({ _tag: "SectorInfo", sector })

export const sectorAllocated = (sector: SectorNumber) => ask({ _tag: "SectorAllocated", sector })

export const networkVersion = () => ask({ _tag: "NetworkVersion" })

export const ticketRandomness = (epoch: ChainEpoch) => ask({ _tag: "TicketRandomness", epoch })

export const beaconRandomness = (epoch: ChainEpoch) => ask({ _tag: "BeaconRandomness", epoch })

export const baseFee = () => ask({ _tag: "BaseFee" })

export const preCommitDeposit = (info: PreCommitInfo) => ask({ _tag: "PreCommitDeposit", info })

export const initialPledge = (info: PreCommitInfo) => ask({ _tag: "InitialPledge", info })

export const availableBalance = () => ask({ _tag: "AvailableBalance" })

export const selectAddress = (use: AddressUse, needed: bigint) => ask({ _tag: "SelectAddress", use, needed })

export const sendMessage = (from: string, params: MessageParams, value: bigint, maxFee: bigint) =>
  ask({ _tag: "SendMessage", from, params, value, maxFee })

export const sectorLocation = (sector: SectorNumber) => ask({ _tag: "SectorLocation", sector })

export const liveSectors = (at: SectorLocation) =>
  ask({ _tag: "LiveSectors", deadline: at.deadline, partition: at.partition })

export const provingDeadline = () => ask({ _tag: "ProvingDeadline" })

export const untilEpoch = (epoch: ChainEpoch) => ask({ _tag: "UntilEpoch", epoch })

export const onEpoch = (
  sector: SectorNumber,
  epoch: ChainEpoch,
  confidence: number,
  callback: HeightCallback,
  onlyIn: ReadonlyArray<string>,
) => ask({ _tag: "OnEpoch", sector, epoch, confidence, callback, onlyIn })
