import { describe, expect, it } from "@effect/vitest"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Links } from "../../../src/snapshot/Links.ts"
import { checkTiming, nextRun } from "../../../src/snapshot/schedules/Schedule.ts"
import { addOne, inRoom, until } from "./room.ts"
import { newPipeline, temporaryHome } from "./world.ts"

const hour = 3_600_000
const quick = { schedules: { linksPerTick: 2, maxWaiting: 3, tickMillis: 5 } }

describe("the time of a schedule", () => {
  const now = Date.UTC(2026, 0, 1, 12)

  it("is the interval from now, or the next that the pattern says", () => {
    expect(nextRun({ everyMillis: 7 * 24 * hour, cron: null }, now)).toBe(now + 7 * 24 * hour)
    const next = new Date(nextRun({ everyMillis: null, cron: "30 3 * * 1" }, now))
    expect([next.getHours(), next.getMinutes(), next.getDay()]).toEqual([3, 30, 1])
    expect(next.getTime() - now).toBeLessThan(7 * 24 * hour)
  })

  it.effect.each([
    [null, null, "either"],
    [hour, "0 3 * * *", "either"],
    [60_000, null, "10 minutes"],
    [400 * 24 * hour, null, "year"],
    [null, "* * * * *", "10 minutes"],
    [null, "0,5 3 * * *", "10 minutes"],
    [null, "every monday", "five fields"],
    [null, "0 0 3 * * 1", "five fields"],
    [null, "0 0 31 2 *", "never"],
  ] as const)("refuses every %s, cron %s: %s", ([everyMillis, cron, words]) =>
    Effect.map(Effect.flip(checkTiming({ everyMillis, cron }, now)), (error) =>
      expect(error.message).toContain(words),
    ),
  )
})

/** Five links, archived, three with the tag; a schedule for the target whose time has come when the room starts again. */
const prepared = (home: string, target: { readonly kind: "tag" | "query"; readonly value: string }) =>
  inRoom(
    { home, pipeline: newPipeline(), settings: quick },
    Effect.gen(function* () {
      const links = yield* Links
      const ids: Array<string> = []
      for (const n of [0, 1, 2, 3, 4]) ids.push((yield* addOne(`/${n}`, n < 4 ? ["daily"] : [])).id)
      yield* Effect.forEach(ids, links.settled)
      const schedule = yield* links.addSchedule({ target, everyMillis: 24 * hour, cron: null })
      expect(schedule).toMatchObject({ target, lastAt: null, running: false })
      const sql = yield* SqlClient
      yield* sql`UPDATE schedules SET next_at = 1`
      return ids
    }),
  )

const versionsOf = (ids: ReadonlyArray<string>) =>
  Effect.flatMap(Links, (links) =>
    Effect.forEach(ids, (id) => Effect.map(links.snapshots(id), (all) => all.length)),
  )

const changedSites = () => {
  const sites = [0, 1, 2, 3, 4].map((n) => [`/${n}`, { text: `later words of ${n}` }] as const)
  return newPipeline(Object.fromEntries(sites))
}

describe("a schedule", () => {
  it.scopedLive("that is due at the start takes a new version of its links, once", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const ids = yield* prepared(home, { kind: "query", value: "tag:daily" })
      yield* inRoom(
        { home, pipeline: changedSites(), settings: quick },
        Effect.gen(function* () {
          const links = yield* Links
          const versions = yield* until(versionsOf(ids), (all) => all.filter((n) => n === 2).length === 4)
          expect(versions).toEqual([2, 2, 2, 2, 1])
          const [schedule] = yield* until(links.schedules, ([one]) => one!.running === false)
          expect(schedule).toMatchObject({ lastLinks: 4 })
          expect(Date.parse(schedule!.nextAt) - Date.parse(schedule!.lastAt!)).toBe(24 * hour)
        }),
      )
    }),
  )

  it.scopedLive("waits for the queue, and goes on after a stop where it was", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const ids = yield* prepared(home, { kind: "tag", value: "daily" })
      yield* inRoom(
        {
          home,
          pipeline: newPipeline(),
          settings: { ...quick, schedules: { ...quick.schedules, maxWaiting: 1 } },
        },
        Effect.gen(function* () {
          const links = yield* Links
          yield* links.pauseQueue
          yield* until(links.queue, ({ waiting }) => waiting > 0)
          const [schedule] = yield* links.schedules
          expect(schedule).toMatchObject({ running: true })
          expect(schedule!.lastLinks).toBeLessThan(4)
        }),
      )
      const pipeline = changedSites()
      yield* inRoom(
        { home, pipeline, settings: quick },
        Effect.gen(function* () {
          const links = yield* Links
          yield* links.resumeQueue
          yield* until(links.schedules, ([one]) => one!.running === false)
          yield* until(links.queue, ({ capturing, waiting }) => waiting + capturing === 0)
          yield* Effect.forEach(ids, links.settled)
          expect(yield* versionsOf(ids)).toEqual([2, 2, 2, 2, 1])
        }),
      )
    }),
  )

  it.scopedLive("is in a file of the archive, which follows what is added and removed", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const file = join(home, "archive", "schedules.json")
      const targets = Effect.sync((): ReadonlyArray<string> => {
        if (!existsSync(file)) return []
        const kept = JSON.parse(readFileSync(file, "utf8")) as {
          schedules: ReadonlyArray<{ target: string }>
        }
        return kept.schedules.map(({ target }) => target)
      })
      const add = (value: string) =>
        Effect.flatMap(Links, (links) =>
          links.addSchedule({ target: { kind: "tag", value }, everyMillis: 24 * hour, cron: null }),
        )
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const first = yield* add("first")
          yield* add("second")
          expect(yield* until(targets, (all) => all.length === 2)).toEqual(["first", "second"])
          yield* links.removeSchedule(first.id)
          expect(yield* until(targets, (all) => all.length === 1)).toEqual(["second"])
        }),
      )
      rmSync(file)
      const back = until(targets, (all) => all.length === 1)
      expect(yield* inRoom({ home, pipeline: newPipeline() }, back)).toEqual(["second"])
    }),
  )

  it.scopedLive("needs something that can be captured, and goes with its link", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          yield* links.settled(id)
          const add = (kind: "link" | "tag" | "query", value: string) =>
            links.addSchedule({ target: { kind, value }, everyMillis: null, cron: "0 3 * * *" })
          expect((yield* Effect.flip(add("link", "nobody")))._tag).toBe("NotFound")
          expect((yield* Effect.flip(add("tag", "  ")))._tag).toBe("BadRequest")
          expect((yield* Effect.flip(add("query", '"open')))._tag).toBe("BadRequest")
          expect((yield* Effect.flip(add("query", " ")))._tag).toBe("BadRequest")
          yield* add("link", id)
          const kept = yield* add("tag", "x")
          yield* links.remove([id], true)
          yield* until(links.schedules, (all) => all.length === 1)
          yield* links.removeSchedule(kept.id)
          expect((yield* Effect.flip(links.removeSchedule(kept.id))).what).toBe("schedule")
        }),
      )
    }),
  )
})
