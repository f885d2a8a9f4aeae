/** TerminateFailed: terminates again after a minute; with a pre-commit on the chain it is the operator's turn. */
import * as chain from "../../ports/Chain.ts"
import { cooldown, idle, type Stage } from "../Stage.ts"

export const terminateFailed: Stage = function* (sector, context) {
  const preCommit = yield* chain.preCommitInfo(sector.SectorNumber)
  if (preCommit.ok && preCommit.value !== null)
    return idle(
      "operator",
      "the sector is pre-committed but not proven, so there is nothing to terminate. SectorRemove gives it up, or force it to where it was",
    )
  yield* cooldown(context)
  return { _tag: "SectorTerminate" }
}
