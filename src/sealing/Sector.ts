/**
 * The record of one sector, with Lotus's field names and units (unix seconds, epochs, bytes, attoFIL). It is plain
 * JSON: bytes are base64, big integers decimal strings, CIDs strings or null. The sector's log is kept beside it
 * (`SectorLog.ts`), so that a save does not write thousands of entries again.
 */
import * as Schema from "effect/Schema"
import { stateName } from "./SectorState.ts"

export type SectorNumber = number
/** A height of the chain; one epoch is 30 seconds. */
export type ChainEpoch = number
export type UnixSeconds = number
export type Cid = string
/** Bytes, in base64. */
export type Bytes = string
/** An amount in attoFIL, a decimal string. */
export type AttoFil = string
/** A registered seal proof: 8 is 32 GiB V1_1 (see `pieces/sealProof.ts`). */
export type SealProof = number
export type DealId = number
/** A length in bytes after padding: a power of two, 128 at least. */
export type PaddedBytes = number

const Whole = Schema.Int.pipe(Schema.nonNegative())
export const SectorNumber = Whole.annotations({ identifier: "SectorNumber" })
export const ChainEpoch = Schema.Int.annotations({ identifier: "ChainEpoch" })
export const UnixSeconds = Schema.Int
export const Cid = Schema.String
export const Bytes = Schema.String
export const AttoFil = Schema.String.pipe(Schema.pattern(/^-?\d+$/)).annotations({ identifier: "AttoFil" })
export const SealProof = Schema.Int
export const DealId = Whole
export const PaddedBytes = Whole

/** What the client and the provider agreed on; times are epochs. */
export const DealProposal = Schema.Struct({
  PieceCID: Cid,
  PieceSize: PaddedBytes,
  VerifiedDeal: Schema.Boolean,
  Client: Schema.String,
  Provider: Schema.String,
  Label: Schema.String,
  StartEpoch: ChainEpoch,
  EndEpoch: ChainEpoch,
  StoragePricePerEpoch: AttoFil,
  ProviderCollateral: AttoFil,
  ClientCollateral: AttoFil,
})
export type DealProposal = typeof DealProposal.Type

export const DealInfo = Schema.Struct({
  /** The message that published the deal. */
  PublishCid: Schema.NullOr(Cid),
  DealID: DealId,
  DealProposal: Schema.NullOr(DealProposal),
  /** When the deal is meant to start and end; the proposal has the same figures. */
  DealSchedule: Schema.Struct({ StartEpoch: ChainEpoch, EndEpoch: ChainEpoch }),
  KeepUnsealed: Schema.Boolean,
})
export type DealInfo = typeof DealInfo.Type

/** A length of data and its commitment; Lotus's `abi.PieceInfo`. */
export const PieceInfo = Schema.Struct({ Size: PaddedBytes, PieceCID: Cid })
export type PieceInfo = typeof PieceInfo.Type

/** What lies in a sector, in order: a deal's data, or zeroes (DealInfo null). */
export const Piece = Schema.Struct({ Piece: PieceInfo, DealInfo: Schema.NullOr(DealInfo) })
export type Piece = typeof Piece.Type

/** What the pre-commit message says of the sector. */
export const PreCommitInfo = Schema.Struct({
  SealProof: SealProof,
  SectorNumber,
  SealedCID: Cid,
  SealRandEpoch: ChainEpoch,
  DealIDs: Schema.Array(DealId),
  Expiration: ChainEpoch,
  ReplaceCapacity: Schema.Boolean,
  ReplaceSectorDeadline: Whole,
  ReplaceSectorPartition: Whole,
  ReplaceSectorNumber: SectorNumber,
})
export type PreCommitInfo = typeof PreCommitInfo.Type

export const Sector = Schema.Struct({
  /** A state's value: empty for the initial one, and any name at all after force-state. */
  State: Schema.String,
  SectorNumber,
  SectorType: SealProof,
  /** When the first piece was assigned; 0 for a committed-capacity sector, which therefore has no deal timer. */
  CreationTime: UnixSeconds,
  Pieces: Schema.Array(Piece),
  TicketValue: Bytes,
  TicketEpoch: ChainEpoch,
  PreCommit1Out: Bytes,
  CommD: Schema.NullOr(Cid),
  CommR: Schema.NullOr(Cid),
  Proof: Bytes,
  /** Set on the path of the single message only, as the deposit is. */
  PreCommitInfo: Schema.NullOr(PreCommitInfo),
  PreCommitDeposit: AttoFil,
  PreCommitMessage: Schema.NullOr(Cid),
  PreCommitTipSet: Bytes,
  /** PreCommit2 failures in a row. */
  PreCommit2Fails: Whole,
  SeedValue: Bytes,
  SeedEpoch: ChainEpoch,
  /** Never cleared: what was sent once may still land. */
  CommitMessage: Schema.NullOr(Cid),
  InvalidProofs: Whole,
  FaultReportMsg: Schema.NullOr(Cid),
  /** The state to go back to once the deal ids are recovered. */
  Return: Schema.String,
  TerminateMessage: Schema.NullOr(Cid),
  TerminatedAt: ChainEpoch,
  LastErr: Schema.String,
}).annotations({ identifier: "Sector" })
export type Sector = typeof Sector.Type

/** The record of a sector nobody has sent anything to. */
export const zeroSector: Sector = {
  State: "",
  SectorNumber: 0,
  SectorType: 0,
  CreationTime: 0,
  Pieces: [],
  TicketValue: "",
  TicketEpoch: 0,
  PreCommit1Out: "",
  CommD: null,
  CommR: null,
  Proof: "",
  PreCommitInfo: null,
  PreCommitDeposit: "0",
  PreCommitMessage: null,
  PreCommitTipSet: "",
  PreCommit2Fails: 0,
  SeedValue: "",
  SeedEpoch: 0,
  CommitMessage: null,
  InvalidProofs: 0,
  FaultReportMsg: null,
  Return: "",
  TerminateMessage: null,
  TerminatedAt: 0,
  LastErr: "",
}

/** The deal ids of a sector, in the order of its pieces. */
export const dealIds = (sector: Sector): ReadonlyArray<DealId> =>
  sector.Pieces.flatMap((piece) => (piece.DealInfo === null ? [] : [piece.DealInfo.DealID]))

export const hasDeals = (sector: Sector): boolean => sector.Pieces.some((piece) => piece.DealInfo !== null)

/** The scheduler's priority of a sector that has deals. */
export const dealSectorPriority = 1024

/** What the scheduler is told: sectors with deals go before the others. */
export const sealingPriority = (sector: Sector): number => (hasDeals(sector) ? dealSectorPriority : 0)

/** The record as it is printed: the initial state by its name. */
export const printed = (sector: Sector): Sector =>
  sector.State === "" ? { ...sector, State: stateName("") } : sector
