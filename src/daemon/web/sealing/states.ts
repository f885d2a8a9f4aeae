/** What kind of state a sector is in, and its Chinese gloss: the names themselves are Lotus's in every language. */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import type { Glyph } from "../parts/Icon.tsx"

export type Kind = "intake" | "work" | "wait" | "good" | "failed" | "leaving" | "gone"

const named: Readonly<Record<string, Kind>> = {
  UndefinedSectorState: "intake",
  Empty: "intake",
  WaitDeals: "intake",
  AddPiece: "intake",
  Proving: "good",
  Removed: "gone",
  Removing: "leaving",
  Terminating: "leaving",
  TerminateWait: "leaving",
  TerminateFinality: "leaving",
  DealsExpired: "failed",
  RecoverDealIDs: "failed",
  FailedUnrecoverable: "failed",
}

/** What the strip of counts picks: a kind of state, or those that rest until somebody moves them. */
export type Filter = Kind | "needs-you"

export const kindOf = (state: string): Kind => {
  const known = named[state]
  if (known !== undefined) return known
  if (state.endsWith("Failed") || state.startsWith("Fault")) return "failed"
  if (state.startsWith("Submit") || state.endsWith("Wait") || state === "WaitSeed") return "wait"
  return "work"
}

export const kindGlyphs: Readonly<Record<Kind, Glyph>> = {
  intake: "square",
  work: "half",
  wait: "clock",
  good: "check",
  failed: "alert",
  leaving: "leave",
  gone: "gone",
}

export const kindWords: Readonly<Record<Kind, MessageDescriptor>> = {
  intake: msg`intake`,
  work: msg`working`,
  wait: msg`waiting`,
  good: msg`proving`,
  failed: msg`failed`,
  leaving: msg`leaving`,
  gone: msg`gone`,
}

/** The empty state has a name of its own in print. */
export const nameOf = (state: string): string =>
  state === "" || state === "UndefinedSectorState" ? "Undefined" : state

/** What the state means, in a few words. */
export const glosses: Readonly<Record<string, MessageDescriptor>> = {
  UndefinedSectorState: msg`just created`,
  Empty: msg`an old name of WaitDeals`,
  WaitDeals: msg`open, collects pieces`,
  AddPiece: msg`pieces are being written`,
  Packing: msg`the rest is filled with zeros`,
  GetTicket: msg`draws randomness from the chain`,
  PreCommit1: msg`sealing, first phase: the encoding`,
  PreCommit2: msg`sealing, second phase: the trees`,
  PreCommitting: msg`prepares the pre-commit message`,
  PreCommitWait: msg`waits for the pre-commit message`,
  SubmitPreCommitBatch: msg`waits for a batch of pre-commits`,
  PreCommitBatchWait: msg`waits for the batch's message`,
  WaitSeed: msg`waits for the seed, 150 epochs`,
  Committing: msg`computes the proof`,
  CommitFinalize: msg`moves to storage before the commit`,
  SubmitCommit: msg`prepares the commit message`,
  CommitWait: msg`waits for the commit message`,
  SubmitCommitAggregate: msg`waits for a batch of commits`,
  CommitAggregateWait: msg`waits for the aggregate's message`,
  FinalizeSector: msg`moves to storage`,
  Proving: msg`sealed and proven`,
  FailedUnrecoverable: msg`nothing can be done`,
  AddPieceFailed: msg`a piece could not be written`,
  SealPreCommit1Failed: msg`PreCommit1 failed, tried again`,
  SealPreCommit2Failed: msg`PreCommit2 failed, tried again`,
  PreCommitFailed: msg`the pre-commit failed`,
  ComputeProofFailed: msg`the proof failed`,
  CommitFailed: msg`the commit failed`,
  CommitFinalizeFailed: msg`moving to storage failed`,
  PackingFailed: msg`packing failed`,
  FinalizeFailed: msg`moving to storage failed`,
  DealsExpired: msg`its deals have expired`,
  RecoverDealIDs: msg`looks for lost deal numbers`,
  Faulty: msg`a proof was missed`,
  FaultReported: msg`the fault is reported`,
  FaultedFinal: msg`the fault is final`,
  Terminating: msg`waits for a batch of terminations`,
  TerminateWait: msg`waits for the termination's message`,
  TerminateFinality: msg`waits for finality`,
  TerminateFailed: msg`the termination failed`,
  Removing: msg`its files are being removed`,
  RemoveFailed: msg`removing failed`,
  Removed: msg`removed`,
}

/** What a sector in that state waits for, when it waits. */
export type Cause =
  "worker" | "chain" | "timer" | "batch" | "limit" | "operator" | "deals" | "nothing" | "dead"

const causes: Readonly<Record<string, Cause>> = {
  WaitDeals: "deals",
  Empty: "deals",
  AddPiece: "worker",
  Packing: "worker",
  PreCommit1: "worker",
  PreCommit2: "worker",
  Committing: "worker",
  CommitFinalize: "worker",
  FinalizeSector: "worker",
  Removing: "worker",
  GetTicket: "chain",
  PreCommitting: "chain",
  PreCommitWait: "chain",
  PreCommitBatchWait: "chain",
  WaitSeed: "chain",
  SubmitCommit: "chain",
  CommitWait: "chain",
  CommitAggregateWait: "chain",
  TerminateWait: "chain",
  TerminateFinality: "chain",
  SubmitPreCommitBatch: "batch",
  SubmitCommitAggregate: "batch",
  Terminating: "batch",
  Proving: "nothing",
  Removed: "nothing",
  FailedUnrecoverable: "dead",
  FaultedFinal: "nothing",
  DealsExpired: "operator",
  Faulty: "operator",
  FaultReported: "operator",
}

export const causeOf = (state: string): Cause =>
  causes[state] ?? (kindOf(state) === "failed" ? "timer" : "nothing")
