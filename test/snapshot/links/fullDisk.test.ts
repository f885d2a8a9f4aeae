/** A store that takes no writes for a while, as on a full disk: links stand still, and go on by themselves afterwards. */
import { describe, expect, it } from "@effect/vitest"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { defaults, type RestartPolicy } from "../../../src/actors/RestartPolicy.ts"
import { Links } from "../../../src/snapshot/Links.ts"
import { Faults } from "../../actors/support/stores.ts"
import { addOne, inRoom, page, until } from "./room.ts"
import { newPipeline, temporaryHome } from "./world.ts"

const restarts: RestartPolicy = { ...defaults, restartPauseMillis: 1, storeReturnMillis: 20 }

/** Saves asked for so far: a link that is parked asks for more only when it comes back. */
const tries = (faults: Faults) => Effect.sync(() => faults.saves.length)

describe("links on a disk that is full for a while", () => {
  it.scopedLive("go on where they were, with their words, and the queue goes on behind them", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const gate = yield* Deferred.make<void>()
      const faults = new Faults()
      const pipeline = newPipeline({
        "/a": { gate: Deferred.await(gate) },
        "/b": { gate: Deferred.await(gate) },
      })
      yield* inRoom(
        { home, pipeline, faults, settings: { restarts, startAgainMillis: 20 } },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          yield* links.add({ urls: ["/b", "/c", "/d", "/e"].map(page) })
          yield* until(
            Effect.sync(() => pipeline.captures.length),
            (started) => started === 2,
          )
          faults.failSaves = Number.POSITIVE_INFINITY
          yield* Deferred.succeed(gate, undefined)
          // Two links, each parked and come back more than once: the last of it is refused still.
          const before = yield* tries(faults)
          yield* until(tries(faults), (now) => now > before + 2 * (defaults.maxRestarts + 5))
          expect(yield* links.queue).toMatchObject({ capturing: 2, waiting: 3 })
          faults.failSaves = 0
          yield* until(links.counts, (counts) => counts.archived === 5)
          expect(yield* links.queue).toMatchObject({ capturing: 0, waiting: 0 })
          // Nothing was captured twice for it.
          expect(pipeline.captures).toHaveLength(5)
          expect((yield* links.search("words", 10)).total).toBe(5)
          expect((yield* links.show(id)).snapshots).toHaveLength(1)
        }),
      )
    }),
  )

  it.scopedLive("keep the words of a version whose commit is done again", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const faults = new Faults()
      const pipeline = newPipeline({ "/a": { text: "words that must be found" } })
      yield* inRoom(
        { home, pipeline, faults, settings: { restarts } },
        Effect.gen(function* () {
          const links = yield* Links
          const sql = yield* SqlClient
          yield* sql.unsafe(
            "CREATE TRIGGER full BEFORE INSERT ON journal WHEN new.event = 'SnapshotStored' BEGIN SELECT RAISE(ABORT, 'full'); END",
          )
          const { id } = yield* addOne("/a")
          yield* until(links.show(id), ({ state }) => state === "storing")
          const before = yield* tries(faults)
          yield* until(tries(faults), (now) => now > before)
          yield* sql.unsafe("DROP TRIGGER full")
          yield* links.settled(id)
          expect((yield* links.search("found", 10)).total).toBe(1)
        }),
      )
    }),
  )

  it.scopedLive("a link that could not be loaded when its turn came has its turn again", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline()
      const id = yield* inRoom(
        { home, pipeline },
        Effect.flatMap(Links, (links) =>
          Effect.zipRight(
            links.pauseQueue,
            Effect.map(addOne("/a"), (link) => link.id),
          ),
        ),
      )
      const faults = new Faults()
      faults.failLoads = Number.POSITIVE_INFINITY
      yield* inRoom(
        { home, pipeline, faults, settings: { restarts, startAgainMillis: 20 } },
        Effect.gen(function* () {
          const links = yield* Links
          yield* links.resumeQueue
          yield* until(
            Effect.sync(() => faults.failedLoads),
            (failed) => failed > defaults.maxRestarts + 1,
          )
          yield* until(links.queue, ({ capturing, waiting }) => waiting === 1 && capturing === 0)
          faults.failLoads = 0
          expect(yield* links.settled(id)).toMatchObject({ state: "archived" })
        }),
      )
    }),
  )
})
