/** Which stage runs in which state: by the handler's name, as Lotus calls it, and by the state in the record. */
import { handlerOf } from "../SectorState.ts"
import { addPiece } from "./addPiece.ts"
import { committing } from "./committing.ts"
import { commitWait } from "./commitWait.ts"
import { addPieceFailed } from "./failed/addPieceFailed.ts"
import { commitFailed } from "./failed/commitFailed.ts"
import { computeProofFailed } from "./failed/computeProofFailed.ts"
import { dealsExpired } from "./failed/dealsExpired.ts"
import { finalizeFailed } from "./failed/finalizeFailed.ts"
import { preCommitFailed } from "./failed/preCommitFailed.ts"
import { recoverDealIDs } from "./failed/recoverDealIDs.ts"
import { removeFailed } from "./failed/removeFailed.ts"
import { sealPreCommit1Failed } from "./failed/sealPreCommit1Failed.ts"
import { sealPreCommit2Failed } from "./failed/sealPreCommit2Failed.ts"
import { terminateFailed } from "./failed/terminateFailed.ts"
import { faultReported } from "./faultReported.ts"
import { faulty } from "./faulty.ts"
import { finalizeSector } from "./finalizeSector.ts"
import { getTicket } from "./getTicket.ts"
import { packing } from "./packing.ts"
import { preCommit1 } from "./preCommit1.ts"
import { preCommit2 } from "./preCommit2.ts"
import { preCommitting } from "./preCommitting.ts"
import { preCommitWait } from "./preCommitWait.ts"
import { proving } from "./proving.ts"
import { removing } from "./removing.ts"
import type { Stage } from "./Stage.ts"
import { submitCommit } from "./submitCommit.ts"
import { submitCommitAggregate } from "./submitCommitAggregate.ts"
import { submitPreCommitBatch } from "./submitPreCommitBatch.ts"
import { terminateFinality } from "./terminateFinality.ts"
import { terminateWait } from "./terminateWait.ts"
import { terminating } from "./terminating.ts"
import { waitDeals } from "./waitDeals.ts"
import { waitSeed } from "./waitSeed.ts"

/** The 33 stages by the handler names of Lotus. */
export const stages = {
  handleWaitDeals: waitDeals,
  handleAddPiece: addPiece,
  handlePacking: packing,
  handleGetTicket: getTicket,
  handlePreCommit1: preCommit1,
  handlePreCommit2: preCommit2,
  handlePreCommitting: preCommitting,
  handleSubmitPreCommitBatch: submitPreCommitBatch,
  handlePreCommitWait: preCommitWait,
  handleWaitSeed: waitSeed,
  handleCommitting: committing,
  handleSubmitCommit: submitCommit,
  handleSubmitCommitAggregate: submitCommitAggregate,
  handleCommitWait: commitWait,
  handleFinalizeSector: finalizeSector,
  handleAddPieceFailed: addPieceFailed,
  handleSealPrecommit1Failed: sealPreCommit1Failed,
  handleSealPrecommit2Failed: sealPreCommit2Failed,
  handlePreCommitFailed: preCommitFailed,
  handleComputeProofFailed: computeProofFailed,
  handleCommitFailed: commitFailed,
  handleFinalizeFailed: finalizeFailed,
  handleDealsExpired: dealsExpired,
  HandleRecoverDealIDs: recoverDealIDs,
  handleProvingSector: proving,
  handleTerminating: terminating,
  handleTerminateWait: terminateWait,
  handleTerminateFinality: terminateFinality,
  handleTerminateFailed: terminateFailed,
  handleRemoving: removing,
  handleRemoveFailed: removeFailed,
  handleFaulty: faulty,
  handleFaultReported: faultReported,
} as const satisfies Record<string, Stage>

const byHandler: ReadonlyMap<string, Stage> = new Map(Object.entries(stages))

/** The stage of a state, by the value in the record; null where nothing runs. */
export const stageOf = (state: string): Stage | null => {
  const handler = handlerOf(state)
  return handler === null ? null : (byHandler.get(handler) ?? null)
}
