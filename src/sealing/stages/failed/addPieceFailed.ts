/** AddPieceFailed: back to waiting for deals at once; the pieces of the failed round were refused. */
import { noRequests, type Stage } from "../Stage.ts"

export const addPieceFailed: Stage = function* () {
  yield* noRequests
  return { _tag: "SectorRetryWaitDeals" }
}
