/**
 * Where each state stands on the board: by hand, for people learn places. Columns are lanes, rows are steps down the
 * main path; a fraction puts a state between two others. The table of transitions decides which edges exist, this file
 * only which of them are always drawn. Plain data, without React.
 */
export type Place = readonly [column: number, row: number]

export const lanes = ["leaving", "main", "batch", "failures", "dead ends"] as const

export const boardLayout: Readonly<Record<string, Place>> = {
  RemoveFailed: [0, 8],
  TerminateFailed: [0, 9],
  Terminating: [0, 10],
  TerminateWait: [0, 11],
  TerminateFinality: [0, 12],
  Removing: [0, 13],
  Removed: [0, 14],

  UndefinedSectorState: [1, 0],
  WaitDeals: [1, 1],
  Packing: [1, 2],
  GetTicket: [1, 3],
  PreCommit1: [1, 4],
  PreCommit2: [1, 5],
  PreCommitting: [1, 6],
  PreCommitWait: [1, 7],
  WaitSeed: [1, 8.4],
  Committing: [1, 9.4],
  SubmitCommit: [1, 10.6],
  CommitWait: [1, 11.8],
  FinalizeSector: [1, 13],
  Proving: [1, 14],

  Empty: [2, 0],
  AddPiece: [2, 1],
  SubmitPreCommitBatch: [2, 6.7],
  PreCommitBatchWait: [2, 7.7],
  CommitFinalize: [2, 9.9],
  SubmitCommitAggregate: [2, 11.1],
  CommitAggregateWait: [2, 12.1],
  Faulty: [2, 14],

  AddPieceFailed: [3, 1],
  SealPreCommit1Failed: [3, 4],
  SealPreCommit2Failed: [3, 5],
  PreCommitFailed: [3, 6.7],
  ComputeProofFailed: [3, 9.1],
  CommitFinalizeFailed: [3, 10.1],
  CommitFailed: [3, 11.4],
  FinalizeFailed: [3, 13],
  FaultReported: [3, 14],

  PackingFailed: [4, 2],
  DealsExpired: [4, 4],
  RecoverDealIDs: [4, 5.4],
  FailedUnrecoverable: [4, 11.4],
  FaultedFinal: [4, 14],
}

/** The way a sector goes when all is well, and the ways out: always drawn. */
export const mainEdges: ReadonlyArray<readonly [from: string, to: string]> = [
  ["UndefinedSectorState", "WaitDeals"],
  ["WaitDeals", "AddPiece"],
  ["WaitDeals", "Packing"],
  ["Packing", "GetTicket"],
  ["GetTicket", "PreCommit1"],
  ["PreCommit1", "PreCommit2"],
  ["PreCommit2", "PreCommitting"],
  ["PreCommitting", "PreCommitWait"],
  ["PreCommitWait", "WaitSeed"],
  ["PreCommitting", "SubmitPreCommitBatch"],
  ["SubmitPreCommitBatch", "PreCommitBatchWait"],
  ["PreCommitBatchWait", "WaitSeed"],
  ["WaitSeed", "Committing"],
  ["Committing", "SubmitCommit"],
  ["Committing", "CommitFinalize"],
  ["CommitFinalize", "SubmitCommit"],
  ["SubmitCommit", "CommitWait"],
  ["SubmitCommit", "SubmitCommitAggregate"],
  ["SubmitCommitAggregate", "CommitAggregateWait"],
  ["CommitWait", "FinalizeSector"],
  ["CommitAggregateWait", "FinalizeSector"],
  ["FinalizeSector", "Proving"],
  ["Proving", "Faulty"],
  ["Faulty", "FaultReported"],
  ["Terminating", "TerminateWait"],
  ["TerminateWait", "TerminateFinality"],
  ["Removing", "Removed"],
]

/** Each failure beside the state it comes from: always drawn, thin and dashed. */
export const failureEdges: ReadonlyArray<readonly [from: string, to: string]> = [
  ["AddPiece", "AddPieceFailed"],
  ["PreCommit1", "SealPreCommit1Failed"],
  ["PreCommit2", "SealPreCommit2Failed"],
  ["PreCommitting", "PreCommitFailed"],
  ["PreCommitWait", "PreCommitFailed"],
  ["SubmitPreCommitBatch", "PreCommitFailed"],
  ["PreCommitBatchWait", "PreCommitFailed"],
  ["Committing", "ComputeProofFailed"],
  ["CommitFinalize", "CommitFinalizeFailed"],
  ["SubmitCommitAggregate", "CommitFailed"],
  ["CommitAggregateWait", "CommitFailed"],
  ["CommitWait", "CommitFailed"],
  ["FinalizeSector", "FinalizeFailed"],
]
