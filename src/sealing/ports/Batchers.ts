/**
 * The three batchers as a stage sees them: hand the sector over, be answered when a message with it was sent. What is
 * queued lives in memory only; after a restart each waiting sector enters its stage again and queues again.
 */
import type { Bytes, ChainEpoch, Cid, PreCommitInfo, SealProof, SectorNumber } from "../Sector.ts"
import { ask, type Verb } from "./Request.ts"
import type { Result } from "./Result.ts"

/** Which batcher. */
export type BatchKind = "precommit" | "commit" | "terminate"

export interface PreCommitInput {
  readonly sector: SectorNumber
  readonly info: PreCommitInfo
  readonly deposit: bigint
  /** The last epoch at which the message may still be sent: the ticket's end, or the first deal's start. */
  readonly cutoff: ChainEpoch
}

export interface CommitInput {
  readonly sector: SectorNumber
  readonly proofType: SealProof
  readonly proof: Bytes
  /** The last epoch at which the message may still be sent: the pre-commit's end, or the first deal's start. */
  readonly cutoff: ChainEpoch
}

/** What one message came to; the same result goes to each sector in it. */
export interface BatchResult {
  readonly sectors: ReadonlyArray<SectorNumber>
  readonly message: Cid | null
  /** Empty when the batch went out. */
  readonly error: string
  /** Sectors that could not be part of the message, each with its reason. */
  readonly failedSectors: ReadonlyMap<SectorNumber, string>
}

export interface BatchVerbs {
  readonly QueuePreCommit: Verb<PreCommitInput, Result<BatchResult, "queue">>
  readonly QueueCommit: Verb<CommitInput, Result<BatchResult, "queue">>
  /** The message, or null when the sector is not live any more. */
  readonly QueueTermination: Verb<{ readonly sector: SectorNumber }, Result<Cid | null, "queue">>
}

export const queuePreCommit = (input: PreCommitInput) => ask({ _tag: "QueuePreCommit", ...input })

export const queueCommit = (input: CommitInput) => ask({ _tag: "QueueCommit", ...input })

export const queueTermination = (sector: SectorNumber) => ask({ _tag: "QueueTermination", sector })
