/**
 * Keeps bytes under their SHA-256, once, whatever number of versions and links hold them. Text is kept compressed
 * (brotli, suffix `.br`) where that saves a tenth or more; the name and every answer are of the plain bytes.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { createReadStream, createWriteStream } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream"
import { pipeline as pipelineDone } from "node:stream/promises"
import * as zlib from "node:zlib"
import { archiveError, ArchiveError, damaged } from "./ArchiveError.ts"
import { discardFile, makeFolder, moveFile, namesIn, syncFile, syncFolder, writeSynced } from "./files.ts"
import { archiveLayout, isSha256, objectFile, objectFolder, type ArchiveLayout } from "./layout.ts"

/** Below this a compressed copy saves less than a disk block. */
const compressFromBytes = 1024
/** A compressed object must be at most this share of the plain one. */
const compressWorth = 0.9
/** Brotli's middle: about gzip's time for text, a sixth smaller. */
const brotliQuality = 5

export interface Stored {
  readonly sha256: string
  /** Of the plain bytes. */
  readonly bytes: number
  /** On disk. */
  readonly storedBytes: number
  /** False when the same bytes were kept already. */
  readonly fresh: boolean
}

export interface StoredObject {
  readonly sha256: string
  readonly storedBytes: number
  readonly encoding: "plain" | "br"
  /** Last time somebody put these bytes, in milliseconds since 1970. */
  readonly putAt: number
  readonly path: string
}

export interface PutOptions {
  /** Decides whether compression is tried; nothing is kept of it. */
  readonly mediaType?: string
  /** Called with the hash before anything is decided: whoever must keep these bytes from the sweep says so here. */
  readonly hold?: (sha256: string) => void
}

export class ContentStore extends Context.Tag("linkseal/snapshot/ContentStore")<
  ContentStore,
  {
    readonly layout: ArchiveLayout
    /**
     * Keeps the bytes, or the file at a path, which is moved away. Resolves when they are whole and on the disk;
     * putting the same bytes again costs one look.
     */
    readonly put: (
      content: Uint8Array | { readonly path: string },
      options?: PutOptions,
    ) => Effect.Effect<Stored, ArchiveError>
    /** The plain bytes, in pieces. Fails with `missing`, or `damaged` when the compression is broken. */
    readonly open: (sha256: string) => Stream.Stream<Uint8Array, ArchiveError>
    readonly readAll: (sha256: string) => Effect.Effect<Uint8Array, ArchiveError>
    /** What lies on disk under this hash; `undefined` when nothing does. */
    readonly stat: (sha256: string) => Effect.Effect<StoredObject | undefined, ArchiveError>
    readonly has: (sha256: string) => Effect.Effect<boolean, ArchiveError>
    /** Re-reads and hashes. Answers the plain size; fails with `missing` or `damaged`. */
    readonly check: (sha256: string) => Effect.Effect<number, ArchiveError>
    /**
     * A path whose content is the plain bytes and whose name ends in `extension` (with its dot), for programs that
     * open files. A copy that can be deleted at any time; it is made when needed.
     */
    readonly plainPath: (sha256: string, extension: string) => Effect.Effect<string, ArchiveError>
    /** Every object, in the order of the names. */
    readonly list: Stream.Stream<StoredObject, ArchiveError>
    /**
     * Deletes the object unless `keep` says no at the last moment (decided under the same lock as `put`). Answers
     * the bytes won, 0 when it was kept or absent.
     */
    readonly remove: (
      sha256: string,
      keep?: (object: StoredObject) => boolean,
    ) => Effect.Effect<number, ArchiveError>
    /** A fresh name for a file being written, in the archive's file system. */
    readonly temporaryPath: (suffix?: string) => string
  }
>() {
  /** Opens the archive under `home`: makes its folders and removes what a crash left half-written. */
  static readonly layer = (options: { readonly home: string }) =>
    Layer.effect(
      ContentStore,
      Effect.gen(function* () {
        const layout = archiveLayout(options.home)
        yield* Effect.tryPromise({
          try: async () => {
            await fs.rm(layout.temporary, { recursive: true, force: true })
            for (const folder of [layout.objects, layout.snapshots, layout.links, layout.temporary]) {
              await makeFolder(folder)
            }
          },
          catch: archiveError(layout.root),
        })
        return yield* make(layout)
      }),
    )

  /** For `verify` and `rebuild` beside a running daemon: changes nothing at start. */
  static readonly layerReading = (options: { readonly home: string }) =>
    Layer.effect(ContentStore, make(archiveLayout(options.home)))
}

/** Text in any dress; pictures, fonts, PDF, zip and WACZ are compressed already. */
export const compressible = (mediaType: string): boolean => {
  const type = mediaType.split(";", 1)[0]!.trim().toLowerCase()
  return (
    type.startsWith("text/") ||
    /^application\/(json|ld\+json|xml|xhtml\+xml|javascript|ecmascript|rss\+xml|atom\+xml|manifest\+json|x-ndjson)$/.test(
      type,
    ) ||
    /\+(json|xml)$/.test(type) ||
    type === "multipart/related"
  )
}

const brotli = (sizeHint: number) =>
  zlib.createBrotliCompress({
    params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: brotliQuality,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: sizeHint,
    },
  })

const compressBytes = (bytes: Uint8Array) =>
  new Promise<Uint8Array>((resolve, reject) =>
    zlib.brotliCompress(
      bytes,
      {
        params: {
          [zlib.constants.BROTLI_PARAM_QUALITY]: brotliQuality,
          [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      },
      (error, result) => (error === null ? resolve(result) : reject(error)),
    ),
  )

const hashFile = async (file: string, signal: AbortSignal) => {
  const hash = createHash("sha256")
  let bytes = 0
  for await (const piece of createReadStream(file, { signal, highWaterMark: 1 << 18 })) {
    hash.update(piece as Buffer)
    bytes += (piece as Buffer).length
  }
  return { sha256: hash.digest("hex"), bytes }
}

const findObject = async (layout: ArchiveLayout, sha256: string): Promise<StoredObject | undefined> => {
  const plain = objectFile(layout, sha256)
  for (const [file, encoding] of [
    [plain, "plain"],
    [`${plain}.br`, "br"],
  ] as const) {
    const stats = await fs.stat(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined
      throw error
    })
    if (stats !== undefined) {
      return { sha256, storedBytes: stats.size, encoding, putAt: stats.mtimeMs, path: file }
    }
  }
  return undefined
}

const requireObject = async (layout: ArchiveLayout, sha256: string): Promise<StoredObject> => {
  const found = await findObject(layout, sha256)
  if (found !== undefined) return found
  const file = objectFile(layout, sha256)
  throw new ArchiveError({
    reason: "missing",
    path: file,
    message: `the file ${sha256} is not in the archive`,
  })
}

const plainBytes = (object: StoredObject): Readable => {
  const file = createReadStream(object.path, { highWaterMark: 1 << 18 })
  if (object.encoding === "plain") return file
  // pipeline, not pipe: closing the reader half-way must close the file too.
  return pipeline(file, zlib.createBrotliDecompress(), () => undefined)
}

const hashObject = async (layout: ArchiveLayout, sha256: string, signal: AbortSignal) => {
  const object = await requireObject(layout, sha256)
  const hash = createHash("sha256")
  let bytes = 0
  try {
    for await (const piece of plainBytes(object)) {
      signal.throwIfAborted()
      hash.update(piece as Buffer)
      bytes += (piece as Buffer).length
    }
  } catch (error) {
    throw object.encoding === "br" && !isSystemError(error)
      ? damaged(object.path, "its compression is broken")
      : error
  }
  const found = hash.digest("hex")
  if (found !== sha256) throw damaged(object.path, `its SHA-256 is ${found}`)
  return bytes
}

const isSystemError = (error: unknown) => error instanceof Error && "syscall" in error

/** What is ready to take its place: a whole, synced temporary file. */
interface Prepared {
  readonly file: string
  readonly encoding: "plain" | "br"
  readonly storedBytes: number
}

const prepareBytes = async (bytes: Uint8Array, mediaType: string, temporary: string): Promise<Prepared> => {
  if (bytes.length >= compressFromBytes && compressible(mediaType)) {
    const packed = await compressBytes(bytes)
    if (packed.length <= bytes.length * compressWorth) {
      await writeSynced(temporary, packed)
      return { file: temporary, encoding: "br", storedBytes: packed.length }
    }
  }
  await writeSynced(temporary, bytes)
  return { file: temporary, encoding: "plain", storedBytes: bytes.length }
}

const prepareFile = async (
  source: string,
  size: number,
  mediaType: string,
  temporary: string,
  signal: AbortSignal,
): Promise<Prepared> => {
  if (size >= compressFromBytes && compressible(mediaType)) {
    await pipelineDone(
      createReadStream(source),
      brotli(size),
      createWriteStream(temporary, { flags: "wx" }),
      {
        signal,
      },
    )
    const packed = await fs.stat(temporary)
    if (packed.size <= size * compressWorth) {
      await syncFile(temporary)
      return { file: temporary, encoding: "br", storedBytes: packed.size }
    }
    await fs.rm(temporary)
  }
  await moveFile(source, temporary)
  await syncFile(temporary)
  return { file: temporary, encoding: "plain", storedBytes: size }
}

const make = (layout: ArchiveLayout) =>
  Effect.gen(function* () {
    // Whether an object is there is decided, and acted on, by one at a time: `put` must not count on what the
    // sweep is about to delete.
    const lock = yield* Effect.makeSemaphore(1)
    let counter = 0
    const temporaryPath = (suffix = "") => path.join(layout.temporary, `${process.pid}-${++counter}${suffix}`)

    const touchExisting = (sha256: string) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.tryPromise({
          try: async () => {
            const object = await findObject(layout, sha256)
            if (object !== undefined) await fs.utimes(object.path, now / 1000, now / 1000)
            return object
          },
          catch: archiveError(objectFile(layout, sha256)),
        }),
      ).pipe(lock.withPermits(1))

    const place = (sha256: string, prepared: Prepared) =>
      Effect.tryPromise({
        try: async () => {
          const folder = objectFolder(layout, sha256)
          await makeFolder(folder)
          const name = objectFile(layout, sha256) + (prepared.encoding === "br" ? ".br" : "")
          const twin = await findObject(layout, sha256)
          if (twin !== undefined && twin.path !== name) await fs.rm(prepared.file)
          else await fs.rename(prepared.file, name)
          await syncFolder(folder)
        },
        catch: archiveError(objectFile(layout, sha256)),
      }).pipe(lock.withPermits(1), Effect.uninterruptible)

    const put = (content: Uint8Array | { readonly path: string }, options?: PutOptions) =>
      Effect.gen(function* () {
        const mediaType = options?.mediaType ?? ""
        const plain =
          content instanceof Uint8Array
            ? { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.length }
            : yield* Effect.tryPromise({
                try: (signal) => hashFile(content.path, signal),
                catch: archiveError(content.path),
              })
        options?.hold?.(plain.sha256)
        const existing = yield* touchExisting(plain.sha256)
        if (existing !== undefined) {
          if (!(content instanceof Uint8Array)) yield* Effect.promise(() => discardFile(content.path))
          return { ...plain, storedBytes: existing.storedBytes, fresh: false }
        }
        const temporary = temporaryPath()
        const prepared = yield* Effect.tryPromise({
          try: (signal) =>
            content instanceof Uint8Array
              ? prepareBytes(content, mediaType, temporary)
              : prepareFile(content.path, plain.bytes, mediaType, temporary, signal),
          catch: archiveError(objectFile(layout, plain.sha256)),
        }).pipe(
          Effect.tap((ready) => place(plain.sha256, ready)),
          Effect.onExit((exit) =>
            exit._tag === "Success" ? Effect.void : Effect.promise(() => discardFile(temporary)),
          ),
        )
        if (!(content instanceof Uint8Array)) yield* Effect.promise(() => discardFile(content.path))
        return { ...plain, storedBytes: prepared.storedBytes, fresh: true }
      })

    const stat = (sha256: string) =>
      Effect.tryPromise({
        try: () => findObject(layout, sha256),
        catch: archiveError(objectFile(layout, sha256)),
      })

    const open = (sha256: string) =>
      Stream.unwrap(
        Effect.map(
          Effect.tryPromise({
            try: () => requireObject(layout, sha256),
            catch: archiveError(objectFile(layout, sha256)),
          }),
          (object) =>
            Stream.fromAsyncIterable(plainBytes(object) as AsyncIterable<Uint8Array>, (cause) =>
              object.encoding === "br" && !isSystemError(cause)
                ? damaged(object.path, "its compression is broken")
                : archiveError(object.path)(cause),
            ),
        ),
      )

    const readAll = (sha256: string) =>
      Effect.tryPromise({
        try: async () => {
          const object = await requireObject(layout, sha256)
          const bytes = await fs.readFile(object.path)
          if (object.encoding === "plain") return bytes as Uint8Array
          return await new Promise<Uint8Array>((resolve, reject) =>
            zlib.brotliDecompress(bytes, (error, result) =>
              error === null ? resolve(result) : reject(damaged(object.path, "its compression is broken")),
            ),
          )
        },
        catch: archiveError(objectFile(layout, sha256)),
      })

    const plainPath = (sha256: string, extension: string) =>
      Effect.tryPromise({
        try: async (signal) => {
          const object = await requireObject(layout, sha256)
          const copy = path.join(layout.plain, `${sha256}${extension}`)
          const there = await fs.stat(copy).catch(() => undefined)
          if (there !== undefined) return copy
          await makeFolder(layout.plain)
          await makeFolder(layout.temporary)
          const temporary = temporaryPath()
          try {
            await pipelineDone(plainBytes(object), createWriteStream(temporary, { flags: "wx" }), { signal })
            await fs.rename(temporary, copy)
          } finally {
            await discardFile(temporary)
          }
          return copy
        },
        catch: archiveError(objectFile(layout, sha256)),
      })

    const list: Stream.Stream<StoredObject, ArchiveError> = Stream.fromAsyncIterable(
      { [Symbol.asyncIterator]: () => listObjects(layout) },
      archiveError(layout.objects),
    )

    const remove = (sha256: string, keep: (object: StoredObject) => boolean = () => false) =>
      Effect.tryPromise({
        try: async () => {
          const object = await findObject(layout, sha256)
          if (object === undefined || keep(object)) return 0
          await fs.rm(object.path, { force: true })
          return object.storedBytes
        },
        catch: archiveError(objectFile(layout, sha256)),
      }).pipe(lock.withPermits(1), Effect.uninterruptible)

    return ContentStore.of({
      layout,
      put,
      open,
      readAll,
      stat,
      has: (sha256) => Effect.map(stat(sha256), (object) => object !== undefined),
      check: (sha256) =>
        Effect.tryPromise({
          try: (signal) => hashObject(layout, sha256, signal),
          catch: archiveError(objectFile(layout, sha256)),
        }),
      plainPath,
      list,
      remove,
      temporaryPath,
    })
  })

async function* listObjects(layout: ArchiveLayout): AsyncGenerator<StoredObject> {
  for (const folder of await namesIn(layout.objects)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue
    for (const name of await namesIn(path.join(layout.objects, folder))) {
      const sha256 = folder + name.replace(/\.br$/, "")
      if (!isSha256(sha256)) continue
      const file = path.join(layout.objects, folder, name)
      const stats = await fs.stat(file).catch(() => undefined)
      if (stats === undefined) continue
      const encoding = name.endsWith(".br") ? "br" : "plain"
      yield { sha256, storedBytes: stats.size, encoding, putAt: stats.mtimeMs, path: file }
    }
  }
}
