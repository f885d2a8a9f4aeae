/** SubmitPreCommitBatch: checks the sector, hands it to the pre-commit batcher and waits for the message it went out with. */
import * as batchers from "../ports/Batchers.ts"
import { maxPreCommitRandomnessLookback } from "../ports/policy.ts"
import { settings } from "../ports/Settings.ts"
import type { ChainEpoch, Sector } from "../Sector.ts"
import { preCommitParams } from "./preCommitParams.ts"
import { failure, type Stage } from "./Stage.ts"

/** The earlier of `bound` and every deal's start: what is not on the chain by then is lost. */
export const cutoffWithDeals = (sector: Sector, bound: ChainEpoch): ChainEpoch =>
  sector.Pieces.reduce(
    (earliest, piece) =>
      piece.DealInfo === null ? earliest : Math.min(earliest, piece.DealInfo.DealSchedule.StartEpoch),
    bound,
  )

export const submitPreCommitBatch: Stage = function* (sector, context) {
  if (sector.CommD === null || sector.CommR === null)
    return failure("SectorSealPreCommit1Failed", "sector had nil commR or commD")
  const prepared = yield* preCommitParams(sector, context.miner, yield* settings())
  if (prepared.params === null) return prepared.outcome
  const queued = yield* batchers.queuePreCommit({
    sector: sector.SectorNumber,
    info: prepared.params.info,
    deposit: prepared.params.deposit,
    cutoff: cutoffWithDeals(sector, sector.TicketEpoch + maxPreCommitRandomnessLookback),
  })
  if (!queued.ok)
    return failure("SectorChainPreCommitFailed", `queuing precommit batch failed: ${queued.error.message}`)
  const { error, message } = queued.value
  if (error !== "") return failure("SectorChainPreCommitFailed", `precommit batch error: ${error}`)
  if (message === null) return failure("SectorChainPreCommitFailed", "batch message was nil")
  return { _tag: "SectorPreCommitBatchSent", Message: message }
}
