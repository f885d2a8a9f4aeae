import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { Links } from "../../../src/snapshot/Links.ts"
import { inRoom, until } from "./room.ts"
import { newPipeline, refusedConnection, temporaryHome } from "./world.ts"

const addUrl = (url: string, tags: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const links = yield* Links
    const added = yield* links.add({ urls: [url], tags })
    return yield* links.settled(added.links[0]!.id)
  })

const withSlash = "http://pages.example/a/"
const without = "http://pages.example/a"

describe("duplicates", () => {
  it.scopedLive("become one with the tags, notes and versions of all, and apart again", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/a": { text: "first words" }, "/a/": { text: "second words" } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const keep = yield* addUrl(without, ["one", "Both"])
          const other = yield* addUrl(withSlash, ["both", "two"])
          yield* links.edit(keep.id, { note: "mine" })
          yield* links.edit(other.id, { note: "theirs" })
          const [group] = yield* links.duplicates
          expect(group!.links.map(({ id }) => id)).toEqual([keep.id, other.id])

          const merged = yield* links.mergeDuplicates(keep.id, [other.id])
          expect(merged.groups).toEqual([])
          expect(merged.link).toMatchObject({
            tags: ["one", "Both", "two"],
            note: "mine\n\ntheirs",
            state: "archived",
            latest: { version: 2 },
          })
          const versions = yield* links.snapshots(keep.id)
          expect(versions.map(({ version }) => version)).toEqual([2, 1])
          expect(versions[0]!.artefacts).toEqual(other.latest!.artefacts)
          expect((yield* links.search("second", 10)).hits.map(({ link }) => link.id)).toEqual([keep.id])
          expect(readdirSync(join(home, "archive", "snapshots", keep.id))).toHaveLength(2)

          // The next capture follows the versions that came.
          pipeline.sites.set("/a", { text: "third words" })
          yield* links.snapshot(keep.id)
          expect((yield* links.settled(keep.id)).latest).toMatchObject({ version: 3 })

          yield* links.undo(merged.change)
          const apart = yield* links.show(keep.id)
          expect(apart).toMatchObject({ tags: ["one", "Both"], note: "mine", state: "archived" })
          expect(apart.snapshots.map(({ version }) => version)).toEqual([3, 1])
          expect(yield* links.show(other.id)).toMatchObject({
            state: "archived",
            tags: ["Both", "two"],
            latest: { version: 1 },
          })
          expect((yield* links.search("second", 10)).hits.map(({ link }) => link.id)).toEqual([other.id])
          expect((yield* links.search("third", 10)).hits.map(({ link }) => link.id)).toEqual([keep.id])
        }),
      )
    }),
  )

  it.scopedLive("show what was newest, also when the one that stays has it", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/a/": { text: "old words" }, "/a": { text: "new words" } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const other = yield* addUrl(withSlash, [])
          const keep = yield* addUrl(without, [])
          const { link } = yield* links.mergeDuplicates(keep.id, [other.id])
          expect(link.latest).toMatchObject({ version: 3, artefacts: keep.latest!.artefacts })
          expect((yield* links.search("new", 10)).total).toBe(1)
          expect((yield* links.search("old", 10)).total).toBe(0)
        }),
      )
    }),
  )

  it.scopedLive("give a link that never could be captured the versions of one that could", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const failures = [refusedConnection, refusedConnection, refusedConnection]
      const pipeline = newPipeline({ "/a": { failures } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const other = yield* addUrl(withSlash, [])
          const { id } = yield* addUrl(without, [])
          yield* until(links.settled(id), (link) => link.failure?.retryAt === null)
          const { change, link } = yield* links.mergeDuplicates(id, [other.id])
          expect(link).toMatchObject({ state: "archived", failure: null, latest: { version: 1 } })
          yield* links.undo(change)
          expect(yield* links.show(id)).toMatchObject({
            state: "failed",
            failure: { code: "connection-refused" },
            latest: null,
          })
        }),
      )
    }),
  )

  it.scopedLive("are not merged while one is being captured, nor with themselves", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline({ "/a/": { gate: Effect.never } }) },
        Effect.gen(function* () {
          const links = yield* Links
          const keep = yield* addUrl(without, [])
          const slow = (yield* links.add({ urls: [withSlash] })).links[0]!
          const merge = (others: ReadonlyArray<string>) => Effect.flip(links.mergeDuplicates(keep.id, others))
          expect((yield* merge([slow.id]))._tag).toBe("NotInThisState")
          expect((yield* merge([keep.id]))._tag).toBe("BadRequest")
          expect((yield* merge(["nobody"]))._tag).toBe("NotFound")
        }),
      )
    }),
  )
})
