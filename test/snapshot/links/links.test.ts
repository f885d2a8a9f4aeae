import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { Links } from "../../../src/snapshot/Links.ts"
import { addOne, inRoom, page, until } from "./room.ts"
import { blocked, newPipeline, refusedConnection, roomLayer, temporaryHome } from "./world.ts"

describe("adding", () => {
  it.scopedLive("a link goes in, a version comes out and is found", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/a": { text: "网页快照很重要", title: "快照" } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const link = yield* addOne("/a", ["存储"])
          expect(link).toMatchObject({ tags: ["存储"], latest: null, title: "" })
          const done = yield* links.settled(link.id)
          expect(done).toMatchObject({ state: "archived", title: "快照", latest: { version: 1 } })
          const hits = yield* links.search("快照", 10)
          expect(hits.hits.map((hit) => hit.link.id)).toEqual([link.id])
          const { timeline } = yield* links.show(link.id)
          expect(timeline.map((entry) => entry.event)).toEqual([
            "LinkAdded",
            "CaptureStarted",
            "Probed",
            "Captured",
            "SnapshotStored",
          ])
          expect(readdirSync(join(home, "archive", "snapshots", link.id))).toHaveLength(1)
        }),
      )
    }),
  )

  it.scopedLive("the same address twice is one link with both tags and one capture", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline()
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const [first, second] = yield* Effect.all([addOne("/x", ["a"]), addOne("/x", ["a"])], {
            concurrency: "unbounded",
          })
          expect(second.id).toBe(first.id)
          yield* links.settled(first.id)
          const again = yield* links.add({ urls: ["HTTP://Pages.Example:80/x"], tags: ["b"] })
          expect(again.added).toBe(0)
          expect(again.links[0]!.tags).toEqual(["a", "b"])
          expect((yield* links.list({ limit: 10 })).total).toBe(1)
          expect(pipeline.captures).toHaveLength(1)
        }),
      )
    }),
  )

  it.scopedLive("one wrong address, and none is added", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const error = yield* Effect.flip(links.add({ urls: [page("/ok"), "see notes"] }))
          expect(error.message).toContain("see notes")
          expect((yield* links.list({ limit: 10 })).total).toBe(0)
        }),
      )
    }),
  )
})

describe("failing", () => {
  it.scopedLive("is tried again after the pause, and then is archived", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/flaky": { failures: [refusedConnection] } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/flaky")
          const failed = yield* links.settled(id)
          expect(failed.failure).toMatchObject({ code: "connection-refused" })
          expect(failed.failure!.retryAt).not.toBeNull()
          yield* until(links.settled(id), (link) => link.state === "archived")
          const { timeline } = yield* links.show(id)
          expect(timeline.map((entry) => entry.event)).toContain("RetryDue")
        }),
      )
    }),
  )

  it.scopedLive("what no retry can mend has none", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline({ "/private": { failures: [blocked] } }) },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/private")
          expect((yield* links.settled(id)).failure).toMatchObject({ code: "blocked-address", retryAt: null })
          expect(yield* links.failedIds).toEqual([id])
        }),
      )
    }),
  )

  it.scopedLive("after the last pause it stays failed until somebody asks", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const failures = [refusedConnection, refusedConnection, refusedConnection]
      yield* inRoom(
        { home, pipeline: newPipeline({ "/down": { failures } }) },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/down")
          const end = yield* until(links.settled(id), (link) => link.failure?.retryAt === null)
          expect(end.state).toBe("failed")
          yield* links.retry(id)
          expect((yield* links.settled(id)).state).toBe("archived")
        }),
      )
    }),
  )
})

describe("cancel and remove", () => {
  it.scopedLive("a capture is broken off at once, and can be asked for again", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/slow": { gate: Effect.never } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/slow")
          yield* until(
            Effect.sync(() => pipeline.captures.length),
            (started) => started === 1,
          )
          const cancelled = yield* links.cancel(id)
          expect(cancelled.state).toBe("cancelled")
          expect(pipeline.interrupted).toHaveLength(1)
          pipeline.sites.set("/slow", {})
          yield* links.retry(id)
          expect((yield* links.settled(id)).state).toBe("archived")
          const error = yield* Effect.flip(links.cancel(id))
          expect(error).toMatchObject({ _tag: "NotInThisState", state: "archived" })
        }),
      )
    }),
  )

  it.scopedLive(
    "a removed link leaves the list and comes back with its versions when it is added again",
    () =>
      Effect.gen(function* () {
        const home = yield* temporaryHome
        const pipeline = newPipeline()
        yield* inRoom(
          { home, pipeline },
          Effect.gen(function* () {
            const links = yield* Links
            const { id } = yield* addOne("/a", ["t"])
            yield* links.settled(id)
            yield* links.remove([id], false)
            expect((yield* links.settled(id)).state).toBe("removed")
            expect((yield* links.list({ limit: 10 })).total).toBe(0)
            expect((yield* links.search("words", 10)).total).toBe(0)
            pipeline.sites.set("/a", { text: "other words" })
            yield* addOne("/a")
            const back = yield* links.settled(id)
            expect(back).toMatchObject({ state: "archived", tags: ["t"], latest: { version: 2 } })
          }),
        )
      }),
  )

  it.scopedLive("for ever takes its manifests and its row away", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          yield* links.settled(id)
          yield* links.remove([id], true)
          const gone = yield* until(Effect.either(links.show(id)), (found) => found._tag === "Left")
          expect(gone._tag).toBe("Left")
          expect(readdirSync(join(home, "archive", "snapshots"))).toEqual([])
          const again = yield* addOne("/a")
          expect((yield* links.settled(again.id)).latest).toMatchObject({ version: 1 })
        }),
      )
    }),
  )
})

describe("versions", () => {
  it.scopedLive("a doubtful one never becomes the text or the title that is shown", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/a": { text: "precious words", title: "Good" } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          yield* links.settled(id)
          pipeline.sites.set("/a", { text: "please sign in", title: "Wall", doubtful: true })
          yield* links.snapshot(id)
          const after = yield* links.settled(id)
          expect(after).toMatchObject({ state: "doubtful", title: "Good" })
          expect((yield* links.snapshots(id)).map(({ version }) => version)).toEqual([2, 1])
          expect((yield* links.search("precious", 10)).total).toBe(1)
          expect((yield* links.search("sign", 10)).total).toBe(0)
        }),
      )
    }),
  )

  it.scopedLive("a title that the user gave is kept", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          yield* links.settled(id)
          yield* links.edit(id, { title: "Mine", note: "my note" })
          yield* links.snapshot(id)
          expect(yield* links.settled(id)).toMatchObject({ title: "Mine", note: "my note" })
          expect((yield* links.search("in:note note", 10)).total).toBe(1)
        }),
      )
    }),
  )
})

describe("the queue", () => {
  it.scopedLive(
    "never runs more than its slots, stands still while paused, and stays paused over a restart",
    () =>
      Effect.gen(function* () {
        const home = yield* temporaryHome
        const pipeline = newPipeline()
        const ids: Array<string> = []
        yield* inRoom(
          { home, pipeline },
          Effect.gen(function* () {
            const links = yield* Links
            yield* links.pauseQueue
            const added = yield* links.add({ urls: Array.from({ length: 8 }, (_, n) => page(`/${n}`)) })
            ids.push(...added.links.map((link) => link.id))
            expect(yield* links.queue).toMatchObject({ paused: true, waiting: 8, capturing: 0 })
          }),
        )
        yield* inRoom(
          { home, pipeline },
          Effect.gen(function* () {
            const links = yield* Links
            expect(yield* links.queue).toMatchObject({ paused: true, waiting: 8 })
            yield* links.resumeQueue
            yield* Effect.forEach(ids, links.settled)
            expect(pipeline.most).toBeLessThanOrEqual(2)
            expect(yield* links.counts).toEqual({ archived: 8 })
          }),
        )
      }),
  )
})

describe("stopping in the middle", () => {
  it.scopedLive("captures are broken off and done again at the next start, each link archived once", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const started = yield* Deferred.make<void>()
      const gate = Effect.zipRight(Deferred.succeed(started, undefined), Effect.never)
      const pipeline = newPipeline({ "/0": { gate }, "/1": { gate } })
      const first = yield* Scope.make()
      const room = yield* Layer.buildWithScope(roomLayer({ home, pipeline }), first)
      const urls = Array.from({ length: 5 }, (_, n) => page(`/${n}`))
      const added = yield* Effect.provide(
        Effect.flatMap(Links, (links) => links.add({ urls })),
        room,
      )
      yield* Deferred.await(started)
      yield* Scope.close(first, Exit.void)
      expect(pipeline.interrupted.length).toBeGreaterThan(0)
      const second = newPipeline()
      yield* inRoom(
        { home, pipeline: second },
        Effect.gen(function* () {
          const links = yield* Links
          for (const { id } of added.links) {
            const link = yield* links.settled(id)
            expect(link).toMatchObject({ state: "archived", latest: { version: 1 } })
            expect(yield* links.snapshots(id)).toHaveLength(1)
          }
        }),
      )
    }),
  )
})
