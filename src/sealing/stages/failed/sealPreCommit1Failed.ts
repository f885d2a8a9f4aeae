/** SealPreCommit1Failed: PreCommit1 again, a minute after the failure; there is no limit to the tries. */
import { cooldown, type Stage } from "../Stage.ts"

export const sealPreCommit1Failed: Stage = function* (_sector, context) {
  yield* cooldown(context)
  return { _tag: "SectorRetrySealPreCommit1" }
}
