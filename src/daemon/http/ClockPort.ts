/** What the handlers need of the clock of the sealing world. `Rooms.ts` binds it to the room's `ScaledTime`. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ClockDocument } from "../api/clock.ts"
import type { Refused } from "./SealingPort.ts"

export class ClockPort extends Context.Tag("linkseal/daemon/ClockPort")<
  ClockPort,
  {
    readonly status: Effect.Effect<ClockDocument>
    /** Resolves when the world has come to rest at the new time. Also while paused. Refused beyond the world's end. */
    readonly advance: (millis: number) => Effect.Effect<ClockDocument, Refused>
    /** World seconds per wall second, above 0. Kept over restarts, like the pause. */
    readonly scale: (factor: number) => Effect.Effect<ClockDocument, Refused>
    readonly pause: Effect.Effect<ClockDocument>
    readonly resume: Effect.Effect<ClockDocument, Refused>
    /** Emits after each turn, change of scale, pause and resume. */
    readonly changes: Stream.Stream<ClockDocument>
  }
>() {}
