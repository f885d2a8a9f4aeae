/** AddPieceFailed: back to waiting for deals at once; the pieces of the failed round were refused. */
import type { Stage } from "../Stage.ts"

export const addPieceFailed: Stage = function* () {
  return { _tag: "SectorRetryWaitDeals" }
}
