/** Terminating: queues the sector in the termination batcher and waits for its message; what is not on the chain is removed. */
import * as batchers from "../ports/Batchers.ts"
import * as chain from "../ports/Chain.ts"
import { failure, type Stage } from "./Stage.ts"

export const terminating: Stage = function* (sector) {
  const number = sector.SectorNumber
  const known = yield* chain.sectorInfo(number)
  if (!known.ok) return failure("SectorTerminateFailed", `getting sector info: ${known.error.message}`)
  if (known.value === null) {
    const preCommit = yield* chain.preCommitInfo(number)
    if (!preCommit.ok && preCommit.error.code === "api")
      return failure("SectorTerminateFailed", `checking precommit presence: ${preCommit.error.message}`)
    return preCommit.ok && preCommit.value !== null
      ? failure(
          "SectorTerminateFailed",
          "sector was precommitted but not proven, remove instead of terminating",
        )
      : { _tag: "SectorRemove" }
  }
  const queued = yield* batchers.queueTermination(number)
  return queued.ok
    ? { _tag: "SectorTerminating", Message: queued.value }
    : failure("SectorTerminateFailed", `queueing termination: ${queued.error.message}`)
}
