/** The real daemon process around doubles of the rooms, for tests of signals, locks and the ready line. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { launch, LaunchError } from "../../../src/daemon/Launch.ts"
import { makeDoubles } from "./doubles.ts"

/** With `STUCK_ROOM` a room never lets go. */
const stuck = Layer.scopedDiscard(
  process.env.STUCK_ROOM === undefined ? Effect.void : Effect.addFinalizer(() => Effect.never),
)

try {
  const doubles = await Effect.runPromise(makeDoubles())
  await launch({}, () => Layer.merge(doubles.layer, stuck))
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(error instanceof LaunchError ? error.exitCode : 1)
}
