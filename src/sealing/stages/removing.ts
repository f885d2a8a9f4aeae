/**
 * Removing: takes the sector out of the open ones and refuses what was assigned to it, then deletes every file of it;
 * waits for a task that still holds them.
 */
import * as input from "../ports/Input.ts"
import * as sealer from "../ports/Sealer.ts"
import { failure, refOf, type Stage } from "./Stage.ts"

export const removing: Stage = function* (sector) {
  yield* input.rejectAssigned(sector.SectorNumber, `sector ${sector.SectorNumber} is removed`)
  const removed = yield* sealer.remove(refOf(sector))
  return removed.ok ? { _tag: "SectorRemoved" } : failure("SectorRemoveFailed", removed.error.message)
}
