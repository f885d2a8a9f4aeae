/**
 * The one place where the rooms are bound to what the daemon asks of them. Everything else in `src/daemon` knows the
 * tags below and no implementation.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Links } from "../snapshot/Links.ts"
import type { Settings } from "./Config.ts"
import type { ArtefactPort } from "./http/ArtefactPort.ts"
import type { ClockPort } from "./http/ClockPort.ts"
import type { FsmPort } from "./http/FsmPort.ts"
import type { JournalPort, ProgressPort } from "./http/JournalPort.ts"
import type { SealingPort } from "./http/SealingPort.ts"

export type RoomServices =
  Links | ArtefactPort | SealingPort | ClockPort | FsmPort | JournalPort | ProgressPort

/** A room does not come up; the daemon does not start. */
export class RoomFailure extends Data.TaggedError("RoomFailure")<{ readonly message: string }> {}

/** Building a room starts its work; closing the scope it was built in stops it. */
export type Rooms = (settings: Settings) => Layer.Layer<RoomServices, RoomFailure>

export const rooms: Rooms = () =>
  Layer.effectContext(
    Effect.fail(new RoomFailure({ message: "this build has no rooms bound in src/daemon/Rooms.ts" })),
  )
