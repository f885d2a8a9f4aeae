/** TerminateFinality: waits until the termination is 900 epochs deep, then the data may go. */
import * as chain from "../ports/Chain.ts"
import { winningPoStSectorSetLookback } from "../ports/policy.ts"
import { failure, type Stage } from "./Stage.ts"

export const terminateFinality: Stage = function* (sector) {
  const final = sector.TerminatedAt + winningPoStSectorSetLookback
  for (;;) {
    const head = yield* chain.head()
    if (!head.ok) return failure("SectorTerminateFailed", `getting chain head: ${head.error.message}`)
    if (head.value.epoch >= final) return { _tag: "SectorRemove" }
    const reached = yield* chain.untilEpoch(final)
    if (!reached.ok) return failure("SectorTerminateFailed", `waiting for finality: ${reached.error.message}`)
  }
}
