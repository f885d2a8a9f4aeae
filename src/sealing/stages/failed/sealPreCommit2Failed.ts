/** SealPreCommit2Failed: PreCommit2 again a minute after the failure; after four failures in a row PreCommit1 is done again. */
import { cooldown, type Stage } from "../Stage.ts"

const mostFailuresInARow = 3

export const sealPreCommit2Failed: Stage = function* (sector, context) {
  yield* cooldown(context)
  return sector.PreCommit2Fails > mostFailuresInARow
    ? { _tag: "SectorRetrySealPreCommit1" }
    : { _tag: "SectorRetrySealPreCommit2" }
}
