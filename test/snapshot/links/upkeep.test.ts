/** Link files, undo, the month after a removal, the sweep, and the database made anew from the files. */
import { describe, expect, it } from "@effect/vitest"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ContentStore } from "../../../src/snapshot/archive/ContentStore.ts"
import { ManifestStore } from "../../../src/snapshot/archive/ManifestStore.ts"
import { Links } from "../../../src/snapshot/Links.ts"
import { rebuildLinks } from "../../../src/snapshot/Rebuild.ts"
import { defaultUpkeep } from "../../../src/snapshot/Upkeep.ts"
import { addOne, inRoom, page, until } from "./room.ts"
import { newPipeline, storageLayer, temporaryHome } from "./world.ts"

const fileOf = (home: string, id: string) => join(home, "archive", "links", `${id}.json`)
const readFile = (home: string, id: string): any =>
  existsSync(fileOf(home, id)) ? JSON.parse(readFileSync(fileOf(home, id), "utf8")) : null

/** Waits until no link's file is behind. */
const filesWritten = Effect.flatMap(SqlClient, (sql) =>
  until(sql<{ n: number }>`SELECT count(*) AS n FROM link_files_due`, (rows) => rows[0]!.n === 0),
)

const quick = { ...defaultUpkeep, firstMillis: 1, everyMillis: 20 }

describe("the files of links", () => {
  it.scopedLive("follow what users write, tags and removals", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a", ["one"])
          yield* links.settled(id)
          yield* links.edit(id, { title: "Mine", note: "a note" })
          yield* links.tag([id], ["二"], [])
          yield* links.renameTag("one", "first")
          yield* filesWritten
          expect(readFile(home, id)).toMatchObject({
            url: page("/a"),
            title: "Mine",
            titleSetByUser: true,
            note: "a note",
            tags: ["first", "二"],
            removedAt: null,
          })
          yield* links.deleteTag("first")
          yield* links.remove([id], false)
          yield* until(filesWritten, () => readFile(home, id).removedAt !== null)
          expect(readFile(home, id).tags).toEqual(["二"])
          yield* links.remove([id], true)
          yield* until(filesWritten, () => readFile(home, id) === null)
        }),
      )
    }),
  )

  it.scopedLive("that a stop left unwritten are written at the next start", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const { id } = yield* inRoom({ home, pipeline: newPipeline() }, addOne("/a"))
      yield* Effect.provide(
        Effect.flatMap(SqlClient, (sql) => sql`UPDATE links SET note = 'late' WHERE id = ${id}`),
        storageLayer(home),
      )
      yield* inRoom(
        { home, pipeline: newPipeline() },
        until(filesWritten, () => readFile(home, id)?.note === "late"),
      )
    }),
  )
})

describe("undo", () => {
  it.scopedLive("brings back the last removal as a whole, once, with what the links were", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const [a, b, c] = [yield* addOne("/a", ["t"]), yield* addOne("/b"), yield* addOne("/c")]
          for (const { id } of [a, b, c]) yield* links.settled(id)
          const first = yield* links.remove([c.id], false)
          const done = yield* links.remove([a.id, b.id, "nobody"], false)
          expect(done).toMatchObject({ removed: [a.id, b.id], failed: [{ id: "nobody" }] })
          expect((yield* links.list({ limit: 10 })).total).toBe(0)
          const undone = yield* links.undo()
          expect(undone.change).toMatchObject({ id: done.change, kind: "remove" })
          expect(undone.links.map(({ id, state }) => [id, state])).toEqual([
            [a.id, "archived"],
            [b.id, "archived"],
          ])
          expect((yield* links.list({ limit: 10, tags: ["t"] })).total).toBe(1)
          expect((yield* links.search("words", 10)).total).toBe(2)
          expect(yield* Effect.flip(links.undo(done.change!))).toMatchObject({
            _tag: "NotFound",
            what: "change",
          })
          yield* links.undo(first.change!)
          expect((yield* Effect.flip(links.undo()))._tag).toBe("NotFound")
          expect((yield* links.list({ limit: 10 })).total).toBe(3)
        }),
      )
    }),
  )
})

describe("the upkeep", () => {
  it.scopedLive("forgets what was removed a month ago, and gives its bytes back", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const objects = () => readdirSync(join(home, "archive", "objects"), { recursive: true }).length
      const kept = yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const [gone, stays, recent] = [
            yield* addOne("/gone"),
            yield* addOne("/stays"),
            yield* addOne("/new"),
          ]
          for (const { id } of [gone, stays, recent]) yield* links.settled(id)
          yield* links.remove([gone.id, recent.id], false)
          for (const { id } of [gone, recent])
            yield* until(links.show(id), (link) => link.state === "removed")
          const sql = yield* SqlClient
          yield* sql`UPDATE links SET removed_at = removed_at - 2592000001 WHERE id = ${gone.id}`
          return { gone: gone.id, stays: stays.id, recent: recent.id, objects: objects() }
        }),
      )
      const grow = { ...quick, graceMillis: -1_000, sweepEveryMillis: 1 }
      yield* inRoom(
        { home, pipeline: newPipeline(), settings: { upkeep: grow } },
        Effect.gen(function* () {
          const links = yield* Links
          yield* until(Effect.either(links.show(kept.gone)), (found) => found._tag === "Left")
          yield* until(Effect.sync(objects), (now) => now < kept.objects)
          expect((yield* links.show(kept.stays)).state).toBe("archived")
          const store = yield* ContentStore
          for (const id of [kept.stays, kept.recent]) {
            for (const { sha256 } of (yield* links.snapshots(id))[0]!.artefacts) yield* store.check(sha256)
          }
          const manifests = yield* ManifestStore
          for (const name of yield* manifests.list(kept.stays))
            yield* store.check((yield* manifests.read(name)).textSha256!)
          yield* links.undo()
          expect((yield* links.show(kept.recent)).state).toBe("archived")
          const saving = yield* until(links.saving, (found) => found !== null)
          expect(saving!.logicalBytes).toBeGreaterThan(0)
        }),
      )
    }),
  )

  it.scopedLive("sweeps once a day, however often the daemon starts", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const settings = { upkeep: quick }
      const start = <A, E>(program: Effect.Effect<A, E, Links | SqlClient | ContentStore>) =>
        inRoom({ home, pipeline: newPipeline(), settings }, program)
      yield* start(Effect.flatMap(Links, ({ saving }) => until(saving, (found) => found !== null)))
      const left = yield* start(
        Effect.gen(function* () {
          const store = yield* ContentStore
          const { sha256 } = yield* store.put(new TextEncoder().encode("nobody names this"))
          const { path } = (yield* store.stat(sha256))!
          utimesSync(path, 1, 1)
          const { saving, settled } = yield* Links
          const before = yield* saving
          yield* settled((yield* addOne("/a")).id)
          // Each look ends with a measuring: when there is a new one, there was a whole look.
          yield* until(saving, (found) => found!.measuredAt > before!.measuredAt)
          return sha256
        }),
      )
      yield* start(
        Effect.gen(function* () {
          const store = yield* ContentStore
          expect(yield* store.has(left)).toBe(true)
          const sql = yield* SqlClient
          yield* sql`DELETE FROM room_settings WHERE name = 'swept at'`
          yield* until(store.has(left), (there) => !there)
        }),
      )
    }),
  )
})

describe("rebuild", () => {
  it.scopedLive("makes the database anew from the files, and life goes on", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({
        "/a": { text: "precious words", title: "Found" },
        "/wall": { text: "sign in", doubtful: true },
        "/slow": { gate: Effect.never },
      })
      const before = yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const a = yield* addOne("/a", ["标签", "two"])
          const wall = yield* addOne("/wall")
          const gone = yield* addOne("/gone", ["two"])
          for (const { id } of [a, wall, gone]) yield* links.settled(id)
          const again = {
            text: "navigation, precious words, later",
            article: "precious words, later",
            title: "Found",
          }
          pipeline.sites.set("/a", again)
          yield* links.snapshot(a.id)
          yield* links.settled(a.id)
          yield* links.edit(a.id, { title: "Mine", note: "note" })
          yield* links.remove([gone.id], false)
          const slow = yield* addOne("/slow")
          yield* until(links.show(gone.id), (link) => link.state === "removed")
          yield* until(filesWritten, () => readFile(home, gone.id)?.removedAt !== null)
          return { a: yield* links.show(a.id), wall: wall.id, gone: gone.id, slow: slow.id }
        }),
      )
      for (const end of ["", "-wal", "-shm"]) rmSync(join(home, `linkseal.db${end}`), { force: true })
      const rebuilt = yield* Effect.provide(rebuildLinks, storageLayer(home))
      expect(rebuilt).toEqual({ links: 4, snapshots: 4, lost: [] })
      const after = newPipeline({ "/a": { text: "third" } })
      yield* inRoom(
        { home, pipeline: after },
        Effect.gen(function* () {
          const links = yield* Links
          const a = yield* links.show(before.a.id)
          const { checkedAt: _, timeline, updatedAt: __, ...same } = before.a
          expect(a).toMatchObject(same)
          expect(timeline.length).toBeGreaterThan(0)
          expect(a.timeline.map(({ event }) => event)).toEqual([
            "LinkAdded",
            "SnapshotStored",
            "SnapshotStored",
            "Rebuilt",
          ])
          for (const word of ["later", "navigation", "mine", "note", "tag:标签", "slow"])
            expect([word, (yield* links.search(word, 10)).total]).toEqual([word, 1])
          expect((yield* links.search("in:note note", 10)).total).toBe(1)
          expect((yield* links.show(before.wall)).state).toBe("doubtful")
          expect(yield* links.tags).toEqual([
            { name: "two", count: 1 },
            { name: "标签", count: 1 },
          ])
          // What had no version yet is captured now; a new version follows the last one.
          expect((yield* links.settled(before.slow)).state).toBe("archived")
          yield* links.snapshot(a.id)
          expect(yield* links.settled(a.id)).toMatchObject({ title: "Mine", latest: { version: 3 } })
          const back = yield* links.add({ urls: [page("/gone")] })
          expect(back.added).toBe(1)
          expect(yield* links.settled(before.gone)).toMatchObject({ state: "archived", tags: ["two"] })
        }),
      )
    }),
  )

  it.scopedLive("tells what it cannot read and keeps the rest", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const id = yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const link = yield* addOne("/a")
          yield* links.settled(link.id)
          yield* filesWritten
          return link.id
        }),
      )
      rmSync(join(home, "linkseal.db"))
      const folder = join(home, "archive", "snapshots", id)
      writeFileSync(join(folder, readdirSync(folder)[0]!), "{")
      const rebuilt = yield* Effect.provide(rebuildLinks, storageLayer(home))
      expect(rebuilt).toMatchObject({ links: 1, snapshots: 0 })
      expect(rebuilt.lost).toHaveLength(1)
      expect(rebuilt.lost[0]!.reason).toContain("not JSON")
    }),
  )
})
