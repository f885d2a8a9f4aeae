/** RemoveFailed: deletes again a minute after the failure. */
import { cooldown, type Stage } from "../Stage.ts"

export const removeFailed: Stage = function* (_sector, context) {
  yield* cooldown(context)
  return { _tag: "SectorRemove" }
}
