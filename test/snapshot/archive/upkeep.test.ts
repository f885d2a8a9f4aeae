import { expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { describe } from "vitest"
import { ContentStore } from "../../../src/snapshot/archive/ContentStore.ts"
import { Drafts } from "../../../src/snapshot/archive/Drafts.ts"
import { sweep } from "../../../src/snapshot/archive/gc.ts"
import { ManifestStore } from "../../../src/snapshot/archive/ManifestStore.ts"
import { saving } from "../../../src/snapshot/archive/saving.ts"
import { scan } from "../../../src/snapshot/archive/scan.ts"
import { verify } from "../../../src/snapshot/archive/verify.ts"
import { inArchive, link, manifestInput } from "./fixture.ts"

const page = (words: string) => new TextEncoder().encode(`<p>${words}</p>`.repeat(300))

/** One snapshot with a page and a picture, as a capture leaves it. */
const capture = (linkId: string, version: number, words: string, picture: Uint8Array) =>
  Effect.scoped(
    Effect.gen(function* () {
      const draft = yield* (yield* Drafts).open
      yield* draft.sink.put("page.html", "text/html", page(words))
      yield* draft.sink.put("screenshot", "image/png", picture)
      yield* draft.note("page.pdf", "skipped", "switched off")
      return yield* (yield* ManifestStore).write(manifestInput(linkId, version, yield* draft.artefacts))
    }),
  )

const objectOf = (sha256: string) =>
  Effect.map(
    Effect.flatMap(ContentStore, (store) => store.stat(sha256)),
    (object) => object!,
  )

/** Makes every object look as if it had been put long ago. */
const age = Effect.gen(function* () {
  const store = yield* ContentStore
  yield* Stream.runForEach(store.list, (object) =>
    Effect.promise(() => fs.utimes(object.path, new Date(1_000_000), new Date(1_000_000))),
  )
})

describe("upkeep of the archive", () => {
  it.live("verify finds each damaged file and names every snapshot that has it", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const picture = randomBytes(3000)
        const first = yield* capture("a", 1, "first", picture)
        yield* capture("a", 2, "second", picture)
        yield* capture("b", 1, "first", randomBytes(2000))
        yield* (yield* ManifestStore).writeLink({ ...link("a"), updatedAt: "x", removedAt: null })
        const good = yield* verify()
        // 3 manifests, 1 link file, 2 pages and 2 pictures, for both are shared once.
        expect(good).toMatchObject({ checked: 8, ok: true, damaged: [] })
        expect(good.bytes).toBe(page("first").length + page("second").length + 5000)

        const shared = yield* objectOf(
          first.snapshot.artefacts.find((each) => each.name === "screenshot")!.sha256,
        )
        yield* Effect.promise(() =>
          fs.chmod(shared.path, 0o644).then(() => fs.writeFile(shared.path, randomBytes(3000))),
        )
        const html = yield* objectOf(
          first.snapshot.artefacts.find((each) => each.name === "page.html")!.sha256,
        )
        yield* Effect.promise(() => fs.rm(html.path))
        yield* Effect.promise(() => fs.writeFile(path.join(home, "archive", "links", "a.json"), "{}"))
        const bad = yield* verify()
        expect(bad.ok).toBe(false)
        expect(bad.damaged.map((each) => [each.snapshot, each.file.split("/").at(-1)]).sort()).toEqual([
          ["a", "a.json"],
          ["a-s1", "page.html"],
          ["a-s1", "screenshot"],
          ["a-s2", "screenshot"],
          ["b-s1", "page.html"],
        ])
        expect((yield* verify("b")).damaged).toHaveLength(1)
        expect((yield* verify("absent")).checked).toBe(0)
      }),
    ),
  )

  it.live("verify does not believe a manifest that gives a file another size", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const { sha256 } = yield* (yield* ContentStore).put(randomBytes(10))
        const favicon = {
          name: "favicon",
          mediaType: "image/png",
          bytes: 11,
          sha256,
          status: "ok",
          reason: null,
        } as const
        yield* (yield* ManifestStore).write(manifestInput("a", 1, [favicon]))
        expect((yield* verify()).damaged).toEqual([
          { snapshot: "a-s1", file: "favicon", reason: "it has 10 bytes, the manifest says 11" },
        ])
      }),
    ),
  )

  it.live("verify re-reads the text that search is made from", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const text = new TextEncoder().encode("all the words of the page ".repeat(20))
        const { sha256 } = yield* store.put(text, { mediaType: "text/plain" })
        const input = { ...manifestInput("a", 1, []), textSha256: sha256 }
        yield* (yield* ManifestStore).write({ ...input, textBytes: text.length })
        expect(yield* verify()).toMatchObject({ ok: true, checked: 2, bytes: text.length })
        yield* age
        expect(yield* sweep()).toMatchObject({ removed: 0, kept: 1 })
        yield* Effect.promise(async () => fs.rm((await Effect.runPromise(store.stat(sha256)))!.path))
        expect((yield* verify()).damaged).toMatchObject([{ snapshot: "a-s1", file: "text for search" }])
        // Nothing was kept of the text before manifests said how long it is.
        yield* (yield* ManifestStore).write(input)
        expect(yield* verify()).toMatchObject({ ok: true })
      }),
    ),
  )

  it.live("verify tells files that lie where others belong", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const manifests = yield* ManifestStore
        yield* capture("a", 1, "words", randomBytes(10))
        yield* manifests.writeLink({ ...link("a"), updatedAt: "x", removedAt: null })
        const [links, snapshots] = ["links", "snapshots"].map((name) => path.join(home, "archive", name))
        yield* Effect.promise(() => fs.copyFile(path.join(links!, "a.json"), path.join(links!, "b.json")))
        const versions = path.join(snapshots!, "a")
        yield* Effect.promise(() =>
          fs.copyFile(path.join(versions, "1-a-s1.json"), path.join(versions, "2-a-s1.json")),
        )
        expect((yield* verify()).damaged).toMatchObject([
          { file: path.join(versions, "2-a-s1.json"), reason: expect.stringContaining("another snapshot") },
          { file: path.join(links!, "b.json"), reason: expect.stringContaining("another link") },
        ])
      }),
    ),
  )

  it.live("the sweep removes what nothing names, and never what is young, held or named", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const manifests = yield* ManifestStore
        yield* capture("a", 1, "kept", randomBytes(100))
        yield* capture("gone", 1, "gone with its link", randomBytes(100))
        const loose = yield* store.put(randomBytes(500))
        const copy = yield* store.plainPath(loose.sha256, ".png")
        expect(yield* sweep()).toMatchObject({ removed: 0, kept: 5 })
        yield* Effect.promise(() => fs.access(copy))
        yield* manifests.removeLink("gone")
        yield* age
        yield* store.put(page("kept"), { mediaType: "text/html" })
        const young = yield* store.put(randomBytes(10))
        const everything = new Set(Chunk.map(yield* Stream.runCollect(store.list), (object) => object.sha256))
        yield* Effect.scoped(
          Effect.gen(function* () {
            const draft = yield* (yield* Drafts).open
            const held = yield* draft.sink.put("favicon", "image/png", randomBytes(50))
            const heldObject = yield* objectOf(held.sha256)
            yield* Effect.promise(() => fs.utimes(heldObject.path, new Date(1_000_000), new Date(1_000_000)))
            expect(yield* sweep({ named: everything })).toMatchObject({ removed: 0 })
            const swept = yield* sweep()
            expect(swept.removed).toBe(3)
            expect(yield* Effect.promise(() => fs.access(copy).catch(() => "gone"))).toBe("gone")
            expect(swept.bytes).toBeGreaterThan(600)
            expect(yield* store.has(held.sha256)).toBe(true)
          }),
        )
        expect(yield* store.has(loose.sha256)).toBe(false)
        expect(yield* store.has(young.sha256)).toBe(true)
        // The draft is closed without a manifest: its capture was cancelled.
        expect(yield* sweep()).toMatchObject({ removed: 1 })
        expect(yield* verify()).toMatchObject({ ok: true })
      }),
    ),
  )

  it.live("the sweep never takes what is put at the same moment", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const pieces = Array.from({ length: 30 }, () => randomBytes(200))
        yield* Effect.forEach(pieces, (bytes) => store.put(bytes))
        for (let round = 0; round < 10; round += 1) {
          yield* age
          const [, stored] = yield* Effect.all(
            [sweep(), Effect.forEach(pieces, (bytes) => store.put(bytes), { concurrency: 8 })],
            { concurrency: "unbounded" },
          )
          for (const { sha256 } of stored) expect(yield* store.has(sha256)).toBe(true)
        }
      }),
    ),
  )

  it.live("the sweep keeps everything when a manifest cannot be read", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        yield* capture("a", 1, "kept", randomBytes(100))
        yield* store.put(randomBytes(500))
        yield* age
        yield* Effect.promise(() =>
          fs.writeFile(path.join(home, "archive", "snapshots", "a", "1-a-s1.json"), "broken"),
        )
        expect((yield* Effect.flip(sweep())).reason).toBe("damaged")
        expect(yield* Stream.runCount(store.list)).toBe(3)
      }),
    ),
  )

  it.live("the scan gives every link with its versions, and tells what is lost", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const manifests = yield* ManifestStore
        yield* capture("both", 1, "x", randomBytes(10))
        yield* capture("both", 2, "x", randomBytes(10))
        yield* manifests.writeLink({ ...link("both"), note: "newer", updatedAt: "x", removedAt: null })
        yield* capture("only-manifest", 1, "x", randomBytes(10))
        yield* manifests.writeLink({ ...link("only-file"), updatedAt: "x", removedAt: null })
        yield* capture("broken", 1, "x", randomBytes(10))
        const file = path.join(home, "archive", "snapshots", "broken", "1-broken-s1.json")
        yield* Effect.promise(() => fs.writeFile(file, "{"))
        const scanned = Chunk.toArray(yield* Stream.runCollect(scan))
        expect(
          scanned.map((each) => [each.id, each.link?.note ?? null, each.manifests.length, each.lost.length]),
        ).toEqual([
          ["both", "newer", 2, 0],
          ["broken", null, 0, 2],
          ["only-file", "", 0, 0],
          ["only-manifest", "", 1, 0],
        ])
        expect(scanned[1]!.lost[0]).toMatchObject({ file, reason: expect.stringContaining("not JSON") })
        expect(scanned[3]!.link).toMatchObject({
          url: "https://example.org/only-manifest",
          tags: ["one", "二"],
        })
      }),
    ),
  )

  it.live("the saving counts what is shared between versions and links, and what is compressed", () =>
    inArchive(() =>
      Effect.gen(function* () {
        expect(yield* saving).toEqual({ logicalBytes: 0, uniqueBytes: 0, storedBytes: 0, ratio: 1 })
        const picture = randomBytes(4000)
        yield* capture("a", 1, "same", picture)
        yield* capture("a", 2, "same", picture)
        yield* capture("b", 1, "same", picture)
        const now = yield* saving
        expect(now.logicalBytes).toBe(3 * (page("same").length + 4000))
        expect(now.uniqueBytes).toBe(page("same").length + 4000)
        expect(now.storedBytes).toBeLessThan(4000 + 200)
        expect(now.ratio).toBeGreaterThan(3)
      }),
    ),
  )
})
