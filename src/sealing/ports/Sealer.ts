/**
 * The side that seals (Lotus's worker manager): each verb is a task that takes minutes to hours on some worker. A call
 * is known by its task and parameters, so that asking again attaches to one that still runs.
 */
import type { Bytes, Cid, PaddedBytes, PieceInfo, SealProof, SectorNumber } from "../Sector.ts"
import { ask, type Asking, type Verb } from "./Request.ts"
import type { Result } from "./Result.ts"

/** Which sector a task is about, and how urgent the scheduler is to take it (1024 with deals, else 0). */
export interface SectorRef {
  readonly sector: SectorNumber
  readonly proofType: SealProof
  readonly priority: number
}

/** A stretch of a sector's unsealed data, in padded bytes. */
export interface UnsealedRange {
  readonly offset: PaddedBytes
  readonly size: PaddedBytes
}

export interface SealedAndUnsealed {
  readonly Sealed: Cid
  /** Null stands for Go's undefined CID. */
  readonly Unsealed: Cid | null
}

/** What a proof says, for its verification. */
export interface SealStatement {
  readonly sector: SectorNumber
  readonly proofType: SealProof
  readonly ticket: Bytes
  readonly seed: Bytes
  readonly commR: Cid
  readonly commD: Cid
}

type Work<A> = Result<A, "sealer">

export interface SealerVerbs {
  readonly NewSector: Verb<SectorRef, Work<null>>
  /** Writes a piece behind the `existing` ones; `data` null writes zeroes. Gives the commitment of what was written. */
  readonly AddPiece: Verb<
    SectorRef & {
      readonly existing: ReadonlyArray<PaddedBytes>
      readonly size: PaddedBytes
      readonly data: Cid | null
    },
    Work<PieceInfo>
  >
  readonly PreCommit1: Verb<
    SectorRef & { readonly ticket: Bytes; readonly pieces: ReadonlyArray<PieceInfo> },
    Work<Bytes>
  >
  readonly PreCommit2: Verb<SectorRef & { readonly preCommit1Out: Bytes }, Work<SealedAndUnsealed>>
  readonly Commit1: Verb<
    SectorRef & {
      readonly ticket: Bytes
      readonly seed: Bytes
      readonly pieces: ReadonlyArray<PieceInfo>
      readonly commR: Cid
      readonly commD: Cid
    },
    Work<Bytes>
  >
  readonly Commit2: Verb<SectorRef & { readonly commit1Out: Bytes }, Work<Bytes>>
  /** Clears caches and moves files to long-term storage, keeping the given ranges unsealed. */
  readonly Finalize: Verb<SectorRef & { readonly keepUnsealed: ReadonlyArray<UnsealedRange> }, Work<null>>
  readonly ReleaseUnsealed: Verb<SectorRef & { readonly ranges: ReadonlyArray<UnsealedRange> }, Work<null>>
  /** Deletes every file of the sector; waits for tasks that hold them. */
  readonly Remove: Verb<SectorRef, Work<null>>
  /** Checks a proof; milliseconds, on the miner itself. */
  readonly VerifySeal: Verb<SealStatement & { readonly proof: Bytes }, Work<boolean>>
  /** Joins proofs into one; on the miner itself. */
  readonly AggregateProofs: Verb<
    { readonly sectors: ReadonlyArray<SectorNumber>; readonly proofs: ReadonlyArray<Bytes> },
    Work<Bytes>
  >
}

export const addPiece = (
  of: SectorRef,
  existing: ReadonlyArray<PaddedBytes>,
  size: PaddedBytes,
  data: Cid | null,
): Asking<Work<PieceInfo>> => ask({ _tag: "AddPiece", ...of, existing, size, data })

export const preCommit1 = (of: SectorRef, ticket: Bytes, pieces: ReadonlyArray<PieceInfo>) =>
  ask({ _tag: "PreCommit1", ...of, ticket, pieces })

export const preCommit2 = (of: SectorRef, preCommit1Out: Bytes) =>
  ask({ _tag: "PreCommit2", ...of, preCommit1Out })

export const commit1 = (
  of: SectorRef,
  statement: { readonly ticket: Bytes; readonly seed: Bytes; readonly commR: Cid; readonly commD: Cid },
  pieces: ReadonlyArray<PieceInfo>,
) =>
  ask({
    _tag: "Commit1",
    ...of,
    ticket: statement.ticket,
    seed: statement.seed,
    pieces,
    commR: statement.commR,
    commD: statement.commD,
  })

export const commit2 = (of: SectorRef, commit1Out: Bytes) => ask({ _tag: "Commit2", ...of, commit1Out })

export const finalize = (of: SectorRef, keepUnsealed: ReadonlyArray<UnsealedRange>) =>
  ask({ _tag: "Finalize", ...of, keepUnsealed })

export const releaseUnsealed = (of: SectorRef, ranges: ReadonlyArray<UnsealedRange>) =>
  ask({ _tag: "ReleaseUnsealed", ...of, ranges })

export const remove = (of: SectorRef) => ask({ _tag: "Remove", ...of })

export const verifySeal = (statement: SealStatement, proof: Bytes) =>
  ask({ _tag: "VerifySeal", ...statement, proof })

export const aggregateProofs = (sectors: ReadonlyArray<SectorNumber>, proofs: ReadonlyArray<Bytes>) =>
  ask({ _tag: "AggregateProofs", sectors, proofs })
