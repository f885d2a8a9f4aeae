/** Faulty: nothing runs; faults are declared and recovered by the window proofs, which are not part of the pipeline. */
import { idle, noRequests, type Stage } from "./Stage.ts"

export const faulty: Stage = function* () {
  yield* noRequests
  return idle(
    "operator",
    "the data is damaged or missing. SectorProving when the chain counts it as sound again, SectorTerminate or SectorRemove to give it up",
  )
}
