/** SubmitCommitAggregate: hands the proof to the commit batcher and waits for the message it went out with. */
import { checkCommit } from "../checks.ts"
import * as batchers from "../ports/Batchers.ts"
import * as chain from "../ports/Chain.ts"
import { maxProveCommitDuration } from "../ports/policy.ts"
import type { Asking } from "../ports/Request.ts"
import { failed, type Result } from "../ports/Result.ts"
import type { ChainEpoch, Sector } from "../Sector.ts"
import { chainTrouble, cooldown, failure, type Outcome, type Stage, type StageContext } from "./Stage.ts"
import { cutoffWithDeals } from "./submitPreCommitBatch.ts"

export const submitCommitAggregate: Stage = function* (sector, context) {
  if (sector.CommD === null || sector.CommR === null)
    return failure("SectorCommitFailed", "sector had nil commR or commD")
  const queued = yield* queue(sector)
  if (!queued.ok || queued.value.error !== "") return yield* notSent(sector, context)
  const { failedSectors, message } = queued.value
  const reason = failedSectors.get(sector.SectorNumber)
  if (reason !== undefined)
    return failure("SectorCommitFailed", `sector failed in aggregate processing: ${reason}`)
  if (message === null) return failure("SectorCommitFailed", "aggregate message was nil")
  return { _tag: "SectorCommitAggregateSent", Message: message }
}

function* queue(sector: Sector): Asking<Result<batchers.BatchResult, "queue">> {
  const cutoff = yield* commitCutoff(sector)
  return cutoff.ok
    ? yield* batchers.queueCommit({
        sector: sector.SectorNumber,
        proofType: sector.SectorType,
        proof: sector.Proof,
        cutoff: cutoff.value,
      })
    : cutoff
}

/** The last epoch for the proof. Without a pre-commit there is none; Lotus crashes there, here it is a queueing error. */
function* commitCutoff(sector: Sector): Asking<Result<ChainEpoch, "queue">> {
  const preCommit = yield* chain.preCommitInfo(sector.SectorNumber)
  if (!preCommit.ok) return failed("queue", `getting precommit info: ${preCommit.error.message}`)
  if (preCommit.value === null) return failed("queue", "precommit info not found on chain")
  const end = preCommit.value.PreCommitEpoch + maxProveCommitDuration(sector.SectorType)
  return { ok: true, value: cutoffWithDeals(sector, end) }
}

/** Nothing went out: if the proof is still good it is submitted again after the cooldown. */
function* notSent(sector: Sector, context: StageContext): Asking<Outcome> {
  const head = yield* chain.head()
  if (!head.ok) return chainTrouble("reading the head after a batch error", head.error)
  const broken = yield* checkCommit(sector, sector.Proof, context.miner)
  if (broken !== null) return failure("SectorCommitFailed", `commit check error: ${broken.message}`)
  yield* cooldown(context)
  return { _tag: "SectorRetrySubmitCommit" }
}
