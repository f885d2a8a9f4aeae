/** All rooms as doubles, in the form in which the daemon takes its rooms. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ArtefactPort } from "../../../src/daemon/http/ArtefactPort.ts"
import { ClockPort } from "../../../src/daemon/http/ClockPort.ts"
import { FsmPort } from "../../../src/daemon/http/FsmPort.ts"
import { JournalPort, ProgressPort } from "../../../src/daemon/http/JournalPort.ts"
import { SealingPort } from "../../../src/daemon/http/SealingPort.ts"
import type { RoomServices } from "../../../src/daemon/Rooms.ts"
import { Links } from "../../../src/snapshot/Links.ts"
import type { DoubleJournal } from "./DoubleJournal.ts"
import { makeDoubleJournal } from "./DoubleJournal.ts"
import { makeDoubleLinks } from "./DoubleLinks.ts"
import { doubleFsm, makeDoubleClock, makeDoubleSealing } from "./DoubleSealing.ts"

export interface Handles {
  readonly journal: DoubleJournal
  /** Ends the capture of a link. */
  readonly pushed: ReadonlyMap<string, string>
  readonly finish: (id: string, to: "archived" | "failed") => Effect.Effect<void>
}

/** Doubles and the handles by which a test moves them. */
export const makeDoubles = (journalKeeps = 1_000) =>
  Effect.gen(function* () {
    const journal = yield* makeDoubleJournal(journalKeeps)
    const { service: links, finish, pushed } = yield* makeDoubleLinks(journal)
    const ports = Layer.mergeAll(
      Layer.succeed(Links, links),
      Layer.effect(SealingPort, makeDoubleSealing(journal)),
      Layer.effect(ClockPort, makeDoubleClock),
      Layer.succeed(FsmPort, doubleFsm),
      Layer.succeed(JournalPort, journal.port),
      ProgressPort.layerSilent,
    )
    const layer: Layer.Layer<RoomServices> = Layer.provideMerge(ArtefactPort.layerFiles, ports)
    return { layer, handles: { journal, finish, pushed } satisfies Handles }
  })
