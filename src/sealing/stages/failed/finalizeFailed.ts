/** FinalizeFailed and CommitFinalizeFailed: finalize again a minute after the failure. */
import { cooldown, type Stage } from "../Stage.ts"

export const finalizeFailed: Stage = function* (_sector, context) {
  yield* cooldown(context)
  return { _tag: "SectorRetryFinalize" }
}
