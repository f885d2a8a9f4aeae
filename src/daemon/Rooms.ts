/**
 * The one place where the rooms are bound to what the daemon asks of them. Everything else in `src/daemon` knows the
 * tags below and no implementation.
 */
import * as Layer from "effect/Layer"
import type { Links } from "../snapshot/Links.ts"
import { layerSql } from "../actors/sql/SqlStore.ts"
import type { Settings } from "./Config.ts"
import { ArtefactPort } from "./http/ArtefactPort.ts"
import type { ClockPort } from "./http/ClockPort.ts"
import type { FsmPort } from "./http/FsmPort.ts"
import type { JournalPort, ProgressPort } from "./http/JournalPort.ts"
import type { SealingPort } from "./http/SealingPort.ts"
import { RoomFailure } from "./RoomFailure.ts"
import { layerJournal } from "./rooms/journal.ts"
import { layerLinksRoom } from "./rooms/links.ts"
import { layerSealingRoom } from "./rooms/sealing.ts"
import { layerDatabase } from "./Sql.ts"

export type RoomServices =
  Links | ArtefactPort | SealingPort | ClockPort | FsmPort | JournalPort | ProgressPort

/** Building a room starts its work; closing the scope it was built in stops it. */
export type Rooms = (settings: Settings) => Layer.Layer<RoomServices, RoomFailure>

export const rooms: Rooms = (settings) =>
  layerSealingRoom(settings).pipe(
    Layer.provideMerge(ArtefactPort.layerFiles),
    Layer.provideMerge(layerLinksRoom(settings)),
    Layer.provideMerge(layerJournal),
    Layer.provideMerge(layerSql),
    Layer.provideMerge(layerDatabase(settings.home)),
    Layer.mapError((error) => new RoomFailure({ message: error.message })),
  )
