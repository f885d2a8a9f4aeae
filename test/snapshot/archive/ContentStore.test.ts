import { expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { createHash, randomBytes } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { describe } from "vitest"
import { ContentStore } from "../../../src/snapshot/archive/ContentStore.ts"
import { compressible } from "../../../src/snapshot/archive/packing.ts"
import { archiveLayer, inArchive, temporaryHome } from "./fixture.ts"

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")
const text = (words: string, times: number) => new TextEncoder().encode(words.repeat(times))

/** Objects are read-only. */
const cut = async (file: string, bytes: number) => {
  await fs.chmod(file, 0o644)
  await fs.truncate(file, bytes)
}

const collect = (stream: Stream.Stream<Uint8Array, unknown, never>) =>
  Effect.map(Stream.runCollect(stream), (pieces) => Buffer.concat(Chunk.toArray(pieces)))

describe("the content store", () => {
  it.live("gives back what it was given, under its SHA-256, compressed or not", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const cases: ReadonlyArray<readonly [Uint8Array, string, "plain" | "br"]> = [
          [text("a page about 快照. ", 500), "text/html; charset=utf-8", "br"],
          [text("small", 1), "text/plain", "plain"],
          [new Uint8Array(0), "text/plain", "plain"],
          [randomBytes(5000), "text/plain", "plain"],
          [text("picture ", 500), "image/png", "plain"],
          [text("<svg/> ", 500), "image/svg+xml", "br"],
        ]
        for (const [bytes, mediaType, encoding] of cases) {
          const stored = yield* store.put(bytes, { mediaType })
          expect(stored).toMatchObject({ sha256: sha256(bytes), bytes: bytes.length, fresh: true })
          expect(yield* store.stat(stored.sha256)).toMatchObject({
            encoding,
            storedBytes: stored.storedBytes,
          })
          expect(Buffer.from(yield* store.readAll(stored.sha256)).equals(bytes)).toBe(true)
          expect((yield* collect(store.open(stored.sha256))).equals(bytes)).toBe(true)
          expect(yield* store.check(stored.sha256)).toBe(bytes.length)
        }
        expect(yield* Stream.runCount(store.list)).toBe(cases.length)
      }),
    ),
  )

  it.live("keeps the same bytes once, also when many put them at the same time", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const bytes = text("the same words again and again. ", 1000)
        const stored = yield* Effect.all(
          Array.from({ length: 20 }, () => store.put(bytes, { mediaType: "text/html" })),
          { concurrency: "unbounded" },
        )
        expect(new Set(stored.map((each) => each.sha256)).size).toBe(1)
        expect(yield* Stream.runCount(store.list)).toBe(1)
        expect((yield* store.put(bytes)).fresh).toBe(false)
        expect(yield* Effect.promise(() => fs.readdir(path.join(home, "archive", "tmp")))).toEqual([])
      }),
    ),
  )

  it.live("moves a file in, whether or not its bytes were there", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        for (const mediaType of ["text/html", "application/wacz"]) {
          for (const fresh of [true, false]) {
            const file = path.join(home, "coming")
            const bytes = text(`file of ${mediaType} `, 5000)
            yield* Effect.promise(() => fs.writeFile(file, bytes))
            const stored = yield* store.put({ path: file }, { mediaType })
            expect(stored).toMatchObject({ sha256: sha256(bytes), bytes: bytes.length, fresh })
            expect(Buffer.from(yield* store.readAll(stored.sha256)).equals(bytes)).toBe(true)
            expect(yield* Effect.promise(() => fs.stat(file).catch(() => "gone"))).toBe("gone")
          }
        }
      }),
    ),
  )

  it.live("names the file that is missing, cut short or changed", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const absent = sha256(text("never put", 1))
        for (const read of [store.readAll(absent), collect(store.open(absent)), store.check(absent)]) {
          expect(yield* Effect.flip(read as Effect.Effect<unknown, unknown>)).toMatchObject({
            _tag: "ArchiveError",
            reason: "missing",
          })
        }
        const packed = yield* store.put(text(randomBytes(4000).toString("hex"), 1), {
          mediaType: "text/plain",
        })
        const packedFile = (yield* store.stat(packed.sha256))!.path
        yield* Effect.promise(() => cut(packedFile, 2000))
        for (const read of [
          store.readAll(packed.sha256),
          collect(store.open(packed.sha256)),
          store.check(packed.sha256),
        ]) {
          expect(yield* Effect.flip(read as Effect.Effect<unknown, unknown>)).toMatchObject({
            reason: "damaged",
            path: packedFile,
          })
        }
        const plain = yield* store.put(randomBytes(3000))
        const plainFile = (yield* store.stat(plain.sha256))!.path
        yield* Effect.promise(async () => {
          const bytes = await fs.readFile(plainFile)
          await fs.chmod(plainFile, 0o644)
          bytes[1500]! ^= 1
          await fs.writeFile(plainFile, bytes)
        })
        expect(yield* Effect.flip(store.check(plain.sha256))).toMatchObject({
          reason: "damaged",
          path: plainFile,
        })
      }),
    ),
  )

  it.live("puts a file that was cut short right when its bytes come again", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const bytes = randomBytes(3000)
        const { sha256: name } = yield* store.put(bytes)
        const file = (yield* store.stat(name))!.path
        yield* Effect.promise(() => cut(file, 100))
        expect((yield* store.put(bytes)).fresh).toBe(true)
        expect(yield* store.check(name)).toBe(3000)
      }),
    ),
  )

  it.live("says that the disk cannot be written, and leaves nothing half-written", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        yield* Effect.promise(() => fs.rm(path.join(home, "archive", "tmp"), { recursive: true }))
        yield* Effect.promise(() => fs.writeFile(path.join(home, "archive", "tmp"), "in the way"))
        const error = yield* Effect.flip(store.put(text("bytes", 1)))
        expect(error.message).toContain("could not read or write")
        expect(yield* Stream.runCount(store.list)).toBe(0)
      }),
    ),
  )

  it.live("removes at start what a crash left half-written, and nothing else", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const home = yield* temporaryHome
        const kept = yield* Effect.provide(
          Effect.flatMap(ContentStore, (store) => store.put(text("kept", 1))),
          archiveLayer(home),
        )
        yield* Effect.promise(() => fs.writeFile(path.join(home, "archive", "tmp", "999-1"), "half"))
        const still = yield* Effect.provide(
          Effect.flatMap(ContentStore, (store) => store.has(kept.sha256)),
          archiveLayer(home),
        )
        expect(still).toBe(true)
        expect(yield* Effect.promise(() => fs.readdir(path.join(home, "archive", "tmp")))).toEqual([])
      }),
    ),
  )

  it.live("gives programs a path with the plain bytes and an extension, at no cost where it can", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const bytes = text("<p>open me</p>", 500)
        const stored = yield* store.put(bytes, { mediaType: "text/html" })
        const file = yield* store.plainPath(stored.sha256, ".html")
        expect(file.endsWith(".html")).toBe(true)
        expect((yield* Effect.promise(() => fs.readFile(file))).equals(bytes)).toBe(true)
        expect(yield* store.plainPath(stored.sha256, ".html")).toBe(file)
        const image = yield* store.put(randomBytes(5000), { mediaType: "image/png" })
        const copy = yield* store.plainPath(image.sha256, ".png")
        const [object, linked] = yield* Effect.promise(async () => [
          await fs.stat(path.join(home, "archive/objects", image.sha256.slice(0, 2), image.sha256.slice(2))),
          await fs.stat(copy),
        ])
        expect(linked!.ino).toBe(object!.ino)
        expect(linked!.mode & 0o222).toBe(0)
      }),
    ),
  )

  it.live("gives back any bytes (property)", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        const run = yield* Effect.runtime()
        yield* Effect.promise(() =>
          FastCheck.assert(
            FastCheck.asyncProperty(
              FastCheck.uint8Array({ maxLength: 4000 }),
              FastCheck.constantFrom("text/html", "image/png", "application/json"),
              FastCheck.integer({ min: 1, max: 4 }),
              async (piece, mediaType, times) => {
                const bytes = Buffer.concat(Array.from({ length: times }, () => piece))
                const back = await Effect.runPromise(
                  Effect.provide(
                    Effect.flatMap(store.put(bytes, { mediaType }), (stored) => store.readAll(stored.sha256)),
                    run,
                  ),
                )
                expect(Buffer.from(back).equals(bytes)).toBe(true)
              },
            ),
            { numRuns: 60 },
          ),
        )
      }),
    ),
  )

  it.live("shows only whole objects, wherever a put is broken off", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const store = yield* ContentStore
        for (let round = 0; round < 40; round += 1) {
          const file = path.join(home, `coming-${round}`)
          const bytes = text(randomBytes(20).toString("hex"), 20_000)
          yield* Effect.promise(() => fs.writeFile(file, bytes))
          const fiber = yield* Effect.fork(
            store.put(round % 2 === 0 ? { path: file } : bytes, { mediaType: "text/html" }),
          )
          for (let turn = 0; turn < round * 3; turn += 1)
            yield* Effect.promise(() => new Promise(setImmediate))
          yield* Fiber.interrupt(fiber)
        }
        const kept = yield* Stream.runFoldEffect(store.list, 0, (count, object) =>
          Effect.as(store.check(object.sha256), count + 1),
        )
        expect(kept).toBeLessThan(40)
        expect(yield* Effect.promise(() => fs.readdir(path.join(home, "archive", "tmp")))).toEqual([])
      }),
    ),
  )

  it("tries compression on text only", () => {
    const yes = [
      "text/html",
      "TEXT/plain; charset=x",
      "application/ld+json",
      "image/svg+xml",
      "application/json",
    ]
    const no = ["image/png", "application/pdf", "application/zip", "application/wacz", "font/woff2", ""]
    expect([...yes, ...no].filter(compressible)).toEqual(yes)
  })
})
