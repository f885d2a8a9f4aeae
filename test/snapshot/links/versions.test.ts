import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { Links } from "../../../src/snapshot/Links.ts"
import { refusedConnection, newPipeline, temporaryHome, type Site } from "./world.ts"
import { addOne, inRoom } from "./room.ts"

/** Captures `/a` as each of the sites in turn and gives the link as it is then. */
const captured = (sites: ReadonlyArray<Site>) =>
  Effect.gen(function* () {
    const home = yield* temporaryHome
    const pipeline = newPipeline()
    return yield* inRoom(
      { home, pipeline },
      Effect.gen(function* () {
        const links = yield* Links
        let id = ""
        for (const [index, site] of sites.entries()) {
          pipeline.sites.set("/a", site)
          if (index === 0) id = (yield* addOne("/a")).id
          else yield* links.snapshot(id)
          yield* links.settled(id)
        }
        const detail = yield* links.show(id)
        const versions = detail.snapshots.map(({ version }) => version)
        const manifests = readdirSync(join(home, "archive", "snapshots", id)).length
        const last = detail.timeline.at(-1)!
        return { detail, versions, manifests, last, pipeline, links, id }
      }),
    )
  })

const page: Site = { text: "a page with words", resources: "r1" }

describe("a new capture", () => {
  it.scopedLive("of what did not change is a check and no version", () =>
    Effect.gen(function* () {
      const { detail, last, manifests, versions } = yield* captured([page, page, page])
      expect(versions).toEqual([1])
      expect(manifests).toBe(1)
      expect(detail).toMatchObject({ state: "archived", failure: null, latest: { version: 1 } })
      expect(last).toMatchObject({ event: "SnapshotUnchanged", to: "archived", detail: { version: 1 } })
      expect(detail.timeline.filter(({ event }) => event === "SnapshotUnchanged")).toHaveLength(2)
      expect(detail.checkedAt).toBe(last.at)
      expect(detail.checkedAt! > detail.snapshots[0]!.takenAt).toBe(true)
    }),
  )

  const changes: ReadonlyArray<readonly [string, Site]> = [
    ["of other words", { ...page, text: "a page with other words" }],
    ["of another picture", { ...page, resources: "r2" }],
    ["that nothing can be compared with", { ...page, resources: null }],
  ]
  it.scopedLive("that is partial and has the same content is none, or a worse one would be shown", () =>
    Effect.map(captured([page, { ...page, partial: true }]), ({ detail, versions }) => {
      expect(versions).toEqual([1])
      expect(detail).toMatchObject({ state: "archived", latest: { version: 1, partial: false } })
      expect(detail.checkedAt).not.toBeNull()
    }),
  )

  it.scopedLive("that is whole is a version after a partial one", () =>
    Effect.map(captured([{ ...page, partial: true }, page]), ({ detail, versions }) => {
      expect(versions).toEqual([2, 1])
      expect(detail.latest).toMatchObject({ version: 2, partial: false })
    }),
  )

  for (const [name, changed] of changes) {
    it.scopedLive(`${name} is a version`, () =>
      Effect.gen(function* () {
        const { detail, manifests, versions } = yield* captured([page, changed])
        expect(versions).toEqual([2, 1])
        expect(manifests).toBe(2)
        expect(detail.checkedAt).toBeNull()
      }),
    )
  }

  it.scopedLive("that is good again after a doubtful one is the newest version", () =>
    Effect.gen(function* () {
      const wall: Site = { text: "please sign in", doubtful: true, resources: "r1" }
      const { detail, versions } = yield* captured([page, wall, page])
      expect(versions).toEqual([3, 2, 1])
      expect(detail).toMatchObject({ state: "archived", latest: { version: 3 } })
    }),
  )

  it.scopedLive("that is as doubtful as the one before it, in the same words, is a check too", () =>
    Effect.gen(function* () {
      const wall: Site = { text: "please sign in", doubtful: true, resources: "r1" }
      const { detail, last, versions } = yield* captured([page, wall, wall, wall])
      expect(versions).toEqual([2, 1])
      expect(detail).toMatchObject({ state: "doubtful", failure: null })
      expect(last).toMatchObject({ event: "SnapshotUnchanged", to: "doubtful", detail: { version: 2 } })
    }),
  )

  it.scopedLive(
    "of a page without a word is a check when it looks the same, and a version when it does not",
    () =>
      Effect.gen(function* () {
        const painting: Site = { text: "", resources: "r1", picture: "a painting" }
        const other: Site = { ...painting, picture: "another painting" }
        expect((yield* captured([painting, painting])).versions).toEqual([1])
        expect((yield* captured([painting, other])).versions).toEqual([2, 1])
      }),
  )

  it.scopedLive("that fails leaves every version where it is", () =>
    Effect.gen(function* () {
      const failing: Site = { failures: [refusedConnection, refusedConnection, refusedConnection] }
      const { detail, links, versions } = yield* captured([page, failing])
      expect(versions).toEqual([1])
      expect(detail).toMatchObject({ state: "failed", latest: { version: 1, verdict: { kind: "good" } } })
      expect(links).toBeDefined()
    }),
  )

  it.scopedLive("is judged against the length of the last good text", () =>
    Effect.gen(function* () {
      const wall: Site = { text: "short", doubtful: true }
      const { pipeline } = yield* captured([{ text: "x".repeat(5_000) }, wall, { text: "other" }])
      expect(pipeline.options.map(({ previousTextLength }) => previousTextLength)).toEqual([
        null,
        5_000,
        5_000,
      ])
    }),
  )
})

describe("a diff", () => {
  it.scopedLive("compares the newest with the one before it, or the versions that are named", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline()
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          yield* links.settled(id)
          expect((yield* Effect.flip(links.diff(id)))._tag).toBe("CannotCompare")
          for (const text of [
            "first line\nthe old words stay mostly",
            "first line\nthe new words stay mostly",
          ]) {
            pipeline.sites.set("/a", { text })
            yield* links.snapshot(id)
            yield* links.settled(id)
          }
          const last = yield* links.diff(id)
          expect([last.from.version, last.to.version, last.files]).toEqual([2, 3, ["article.txt"]])
          expect(last.text).toMatchObject({ addedChars: 3, removedChars: 3, exact: true })
          expect(last.text!.blocks[0]).toEqual({ kind: "same", text: "first line" })
          expect([last.picture, last.links]).toEqual([null, null])
          const named = yield* links.diff(id, 1, 2)
          expect([named.from.version, named.to.version]).toEqual([1, 2])
          expect((yield* links.diff(id, undefined, 2)).from.version).toBe(1)
          expect(yield* Effect.flip(links.diff(id, 1, 9))).toMatchObject({
            _tag: "NotFound",
            what: "version",
          })
        }),
      )
    }),
  )
})
