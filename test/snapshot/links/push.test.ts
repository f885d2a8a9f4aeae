import { describe, expect, it } from "@effect/vitest"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ContentStore } from "../../../src/snapshot/archive/ContentStore.ts"
import { Links } from "../../../src/snapshot/Links.ts"
import { addOne, inRoom, page, until } from "./room.ts"
import { newPipeline, refusedConnection, temporaryHome } from "./world.ts"

/** Pushes a page the way the HTTP handler does: as a file that the room may take. */
const pushOne = (home: string, path: string, html: string, tags: ReadonlyArray<string> = []) =>
  Effect.flatMap(Links, (links) => {
    const file = join(mkdtempSync(join(home, "upload-")), "upload.html")
    writeFileSync(file, html)
    return links.push({ url: page(path), file, tags })
  })

describe("a page pushed from a browser", () => {
  it.scopedLive("becomes a version of a new link, and its site is never asked", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/a": { failures: [refusedConnection] } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const { added, link } = yield* pushOne(home, "/a", "<p>behind the login</p>", ["t"])
          expect([added, link.tags]).toEqual([true, ["t"]])
          const uploads = readdirSync(home).filter((name) => name.startsWith("upload-"))
          expect(uploads.flatMap((name) => readdirSync(join(home, name)))).toEqual([])
          expect(yield* links.settled(link.id)).toMatchObject({ state: "archived", latest: { version: 1 } })
          expect((yield* links.search("behind", 10)).total).toBe(1)
          const sql = yield* SqlClient
          expect(yield* sql`SELECT * FROM pushed_pages`).toEqual([])
          // The next version is taken from the site again.
          pipeline.sites.set("/a", { text: "from the site" })
          yield* links.snapshot(link.id)
          yield* links.settled(link.id)
          expect(pipeline.options.map(({ pushed }) => pushed !== null)).toEqual([true, false])
        }),
      )
    }),
  )

  it.scopedLive("takes the place of a capture that is under way", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/a": { gate: Effect.never } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          yield* until(
            Effect.sync(() => pipeline.captures.length),
            (started) => started === 1,
          )
          pipeline.sites.set("/a", {})
          const { added } = yield* pushOne(home, "/a", "<p>mine</p>")
          expect(added).toBe(false)
          expect(yield* links.settled(id)).toMatchObject({ state: "archived" })
          expect((yield* links.search("mine", 10)).total).toBe(1)
        }),
      )
    }),
  )

  it.scopedLive("becomes a version of its own, in order, however close others come", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline()
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const words = ["first", "second", "third", "fourth"]
          // The first two together, for a link that nobody knows; the others while those are made versions.
          const pushes = words.map((word) => Effect.suspend(() => pushOne(home, "/a", `<p>${word}`)))
          const [first, second] = yield* Effect.all(pushes.slice(0, 2), { concurrency: "unbounded" })
          expect([first!.added, second!.added].sort()).toEqual([false, true])
          for (const push of pushes.slice(2)) yield* push
          const { id } = first!.link
          yield* until(
            links.show(id),
            ({ state, snapshots }) => state === "archived" && snapshots.length === 4,
          )
          const kept = pipeline.options.map(({ pushed }) => new TextDecoder().decode(pushed!.html))
          expect([...kept.slice(0, 2).sort(), ...kept.slice(2)]).toEqual(words.map((word) => `<p>${word}`))
          const { snapshots, timeline } = yield* links.show(id)
          expect(snapshots.map(({ version }) => version)).toEqual([4, 3, 2, 1])
          expect(timeline.map(({ event }) => event)).not.toContain("CancelRequested")
          const sql = yield* SqlClient
          expect(yield* sql`SELECT * FROM pushed_pages`).toEqual([])
        }),
      )
    }),
  )

  it.scopedLive("waits behind the one before it, also when that fails and over a restart", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const gate = { gate: Effect.fail(refusedConnection) }
      const id = yield* inRoom(
        { home, pipeline: newPipeline({ "/a": gate }), settings: { retry: { pausesMillis: [3_600_000] } } },
        Effect.gen(function* () {
          const links = yield* Links
          const { link } = yield* pushOne(home, "/a", "<p>first")
          yield* until(links.show(link.id), ({ state }) => state === "failed")
          yield* links.pauseQueue
          yield* pushOne(home, "/a", "<p>second")
          const sql = yield* SqlClient
          expect(yield* sql`SELECT * FROM pushed_pages`).toHaveLength(2)
          return link.id
        }),
      )
      const pipeline = newPipeline()
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          yield* links.resumeQueue
          yield* until(
            links.show(id),
            ({ state, snapshots }) => state === "archived" && snapshots.length === 2,
          )
          const kept = pipeline.options.map(({ pushed }) => new TextDecoder().decode(pushed!.html))
          expect(kept).toEqual(["<p>first", "<p>second"])
        }),
      )
    }),
  )

  it.scopedLive("waits over a restart, its bytes named", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const id = yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          yield* links.pauseQueue
          const { link } = yield* pushOne(home, "/a", "<p>patient words</p>")
          return link.id
        }),
      )
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const sql = yield* SqlClient
          const store = yield* ContentStore
          const rows = yield* sql<{ sha256: string }>`SELECT sha256 FROM pushed_pages`
          expect(yield* store.has(rows[0]!.sha256)).toBe(true)
          yield* links.resumeQueue
          yield* links.settled(id)
          expect((yield* links.search("patient", 10)).total).toBe(1)
        }),
      )
    }),
  )

  it.scopedLive("must be a page, under an address", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          for (const content of ["", "no tags here", "PK\u0003\u0004\u0000\u0000<a>"])
            expect((yield* Effect.flip(pushOne(home, "/a", content)))._tag).toBe("BadRequest")
          const file = join(home, "page.html")
          writeFileSync(file, "<p>")
          expect((yield* Effect.flip(links.push({ url: "file:///etc/passwd", file })))._tag).toBe(
            "BadRequest",
          )
          expect((yield* links.list({ limit: 1 })).total).toBe(0)
        }),
      )
    }),
  )
})
