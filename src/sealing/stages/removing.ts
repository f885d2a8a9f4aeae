/** Removing: deletes every file of the sector; waits for a task that still holds them. */
import * as sealer from "../ports/Sealer.ts"
import { failure, refOf, type Stage } from "./Stage.ts"

export const removing: Stage = function* (sector) {
  const removed = yield* sealer.remove(refOf(sector))
  return removed.ok ? { _tag: "SectorRemoved" } : failure("SectorRemoveFailed", removed.error.message)
}
