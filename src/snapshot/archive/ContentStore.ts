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
import { createWriteStream } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { pipeline } from "node:stream/promises"
import * as zlib from "node:zlib"
import { archiveError, type ArchiveError, damaged } from "./ArchiveError.ts"
import { discardFile, makeFolder, syncFolder } from "./files.ts"
import { archiveLayout, objectFile, objectFolder, type ArchiveLayout } from "./layout.ts"
import {
  findObject,
  hashFile,
  hashObject,
  isSystemError,
  listObjects,
  plainBytes,
  requireObject,
  type StoredObject,
} from "./objects.ts"
import { toTheEnd } from "./toTheEnd.ts"
import { prepareBytes, prepareFile, type Prepared } from "./packing.ts"

export type { StoredObject } from "./objects.ts"

const readOnly = 0o444

export interface Stored {
  readonly sha256: string
  /** Of the plain bytes. */
  readonly bytes: number
  /** On disk. */
  readonly storedBytes: number
  /** False when the same bytes were kept already. */
  readonly fresh: boolean
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

/** What the verbs share. */
interface Room {
  readonly layout: ArchiveLayout
  /**
   * Whether an object is there is decided, and acted on, by one at a time: `put` must not count on what the sweep is
   * about to delete.
   */
  readonly lock: Effect.Semaphore
  readonly temporaryPath: (suffix?: string) => string
}

const attempt = <A>({ layout }: Room, sha256: string, run: (signal: AbortSignal) => Promise<A>) =>
  toTheEnd({ try: run, catch: archiveError(objectFile(layout, sha256)) })

const make = (layout: ArchiveLayout) =>
  Effect.map(Effect.makeSemaphore(1), (lock) => {
    let counter = 0
    const room: Room = {
      layout,
      lock,
      temporaryPath: (suffix = "") => path.join(layout.temporary, `${process.pid}-${++counter}${suffix}`),
    }
    const stat = (sha256: string) => attempt(room, sha256, () => findObject(layout, sha256))
    return ContentStore.of({
      layout,
      put: put(room),
      open: open(room),
      readAll: readAll(room),
      stat,
      has: (sha256) => Effect.map(stat(sha256), (object) => object !== undefined),
      check: (sha256) => attempt(room, sha256, (signal) => hashObject(layout, sha256, signal)),
      plainPath: plainPath(room),
      list: Stream.fromAsyncIterable(
        { [Symbol.asyncIterator]: () => listObjects(layout) },
        archiveError(layout.objects),
      ),
      remove: remove(room),
      temporaryPath: room.temporaryPath,
    })
  })

/** The object if it is there, now young again for the sweep. One that was cut short does not count. */
const touchExisting = (room: Room, sha256: string, bytes: number) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    attempt(room, sha256, async () => {
      const object = await findObject(room.layout, sha256)
      if (object === undefined || (object.encoding === "plain" && object.storedBytes !== bytes))
        return undefined
      await fs.utimes(object.path, now / 1000, now / 1000)
      return object
    }),
  ).pipe(room.lock.withPermits(1))

/** The rename that makes an object appear. */
const place = (room: Room, sha256: string, prepared: Prepared) =>
  attempt(room, sha256, async () => {
    const folder = objectFolder(room.layout, sha256)
    await makeFolder(folder)
    const plain = objectFile(room.layout, sha256)
    // Never written again: a program that opens it through `plainPath` must not change it by mistake.
    await fs.chmod(prepared.file, readOnly)
    const [name, other] = prepared.encoding === "br" ? [`${plain}.br`, plain] : [plain, `${plain}.br`]
    await fs.rename(prepared.file, name)
    await syncFolder(folder)
    await discardFile(other)
  }).pipe(room.lock.withPermits(1), Effect.uninterruptible)

const put = (room: Room) => (content: Uint8Array | { readonly path: string }, options?: PutOptions) =>
  Effect.gen(function* () {
    const mediaType = options?.mediaType ?? ""
    const isFile = !(content instanceof Uint8Array)
    const plain = isFile
      ? yield* Effect.tryPromise({
          try: (signal) => hashFile(content.path, signal),
          catch: archiveError(content.path),
        })
      : { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.length }
    options?.hold?.(plain.sha256)
    const existing = yield* touchExisting(room, plain.sha256, plain.bytes)
    if (existing !== undefined) {
      if (isFile) yield* Effect.promise(() => discardFile(content.path))
      return { ...plain, storedBytes: existing.storedBytes, fresh: false }
    }
    const temporary = room.temporaryPath()
    const prepared = yield* attempt(room, plain.sha256, (signal) =>
      isFile
        ? prepareFile(content.path, plain.bytes, mediaType, temporary, signal)
        : prepareBytes(content, mediaType, temporary),
    ).pipe(
      Effect.tap((ready) => place(room, plain.sha256, ready)),
      Effect.onExit((exit) =>
        exit._tag === "Success" ? Effect.void : Effect.promise(() => discardFile(temporary)),
      ),
    )
    if (isFile) yield* Effect.promise(() => discardFile(content.path))
    return { ...plain, storedBytes: prepared.storedBytes, fresh: true }
  })

const brokenPacking = (object: StoredObject, cause: unknown) =>
  object.encoding === "br" && !isSystemError(cause)
    ? damaged(object.path, "its compression is broken")
    : archiveError(object.path)(cause)

const open = (room: Room) => (sha256: string) =>
  Stream.unwrap(
    Effect.map(
      attempt(room, sha256, () => requireObject(room.layout, sha256)),
      (object) =>
        Stream.fromAsyncIterable(plainBytes(object) as AsyncIterable<Uint8Array>, (cause) =>
          brokenPacking(object, cause),
        ),
    ),
  )

const readAll = (room: Room) => (sha256: string) =>
  attempt(room, sha256, async (): Promise<Uint8Array> => {
    const object = await requireObject(room.layout, sha256)
    const bytes = await fs.readFile(object.path)
    if (object.encoding === "plain") return bytes
    return await new Promise((resolve, reject) =>
      zlib.brotliDecompress(bytes, (error, result) =>
        error === null ? resolve(result) : reject(brokenPacking(object, error)),
      ),
    )
  })

const plainPath = (room: Room) => (sha256: string, extension: string) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    attempt(room, sha256, async (signal) => {
      const { layout } = room
      const object = await requireObject(layout, sha256)
      const copy = path.join(layout.plain, `${sha256}${extension}`)
      const there = await fs.stat(copy).catch(() => undefined)
      if (there === undefined) {
        await makeFolder(layout.plain)
        await makeFolder(layout.temporary)
        await makeCopy(object, copy, room.temporaryPath(), signal)
      }
      await fs.utimes(copy, now / 1000, now / 1000)
      return copy
    }),
  )

/** A second name for a plain object, which takes no space; the unpacked bytes of a compressed one. */
const makeCopy = async (object: StoredObject, copy: string, temporary: string, signal: AbortSignal) => {
  try {
    const linked = object.encoding === "plain" && (await fs.link(object.path, temporary).then(yes, no))
    if (!linked) {
      await pipeline(plainBytes(object), createWriteStream(temporary, { flags: "wx", mode: readOnly }), {
        signal,
      })
    }
    await fs.rename(temporary, copy)
  } finally {
    await discardFile(temporary)
  }
}

const yes = () => true
const no = () => false

const remove =
  (room: Room) =>
  (sha256: string, keep: (object: StoredObject) => boolean = () => false) =>
    attempt(room, sha256, async () => {
      const object = await findObject(room.layout, sha256)
      if (object === undefined || keep(object)) return 0
      await fs.rm(object.path, { force: true })
      return object.storedBytes
    }).pipe(room.lock.withPermits(1), Effect.uninterruptible)
