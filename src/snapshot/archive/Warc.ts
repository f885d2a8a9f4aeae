/**
 * Writes WARC 1.1, each record a gzip member of its own, with SHA-256 digests of block and payload. A body in a file
 * is read twice, once for its digest and once to be packed, and never held whole. (warcio's serializer packs in
 * JavaScript on the main thread; here zlib's threads do it.)
 */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { open, type FileHandle } from "node:fs/promises"
import { pipeline, Readable } from "node:stream"
import { createGzip, gzip } from "node:zlib"
import type { Body } from "./RecordedTraffic.ts"

/** A record up to this size is packed in one call. */
const oneCallBytes = 1 << 20
/** Pieces of a body read from a file, and of what is packed: each is a way to zlib's threads and one to the disk's. */
const pieceBytes = 1 << 18

export type WarcType = "warcinfo" | "request" | "response" | "resource" | "metadata"

export interface WarcRecord {
  readonly type: WarcType
  readonly uri: string | null
  /** ISO 8601 UTC. */
  readonly date: string
  /** Of the block: `application/http; msgtype=response`, or the media type of a resource. */
  readonly contentType: string
  /** What stands in the block before the payload: an HTTP head with its empty line; empty for other records. */
  readonly head: Uint8Array
  readonly body: Body | null
  readonly concurrentTo?: string
  readonly fields?: ReadonlyArray<readonly [string, string]>
}

export interface WrittenRecord {
  readonly id: string
  /** Of the gzip member in the file. */
  readonly offset: number
  readonly length: number
  /** `sha256:` and hex digits. */
  readonly payloadDigest: string
}

type Source = Uint8Array | { readonly path: string; readonly offset: number; readonly length: number }

const sourceOf = async (body: Body | null): Promise<Source> => {
  if (body === null) return new Uint8Array(0)
  if (typeof body === "function") return await body()
  if (body instanceof Uint8Array) return body
  const offset = body.offset ?? 0
  if (body.length !== undefined) return { path: body.path, offset, length: body.length }
  const handle = await open(body.path)
  try {
    return { path: body.path, offset, length: Math.max(0, (await handle.stat()).size - offset) }
  } finally {
    await handle.close()
  }
}

const pieces = (source: Source): AsyncIterable<Uint8Array> | Iterable<Uint8Array> =>
  source instanceof Uint8Array
    ? [source]
    : source.length === 0
      ? []
      : createReadStream(source.path, {
          start: source.offset,
          end: source.offset + source.length - 1,
          highWaterMark: pieceBytes,
        })

const digests = async (head: Uint8Array, source: Source) => {
  const block = createHash("sha256").update(head)
  const payload = createHash("sha256")
  let bytes = 0
  for await (const piece of pieces(source)) {
    block.update(piece)
    payload.update(piece)
    bytes += piece.length
  }
  if (bytes !== source.length)
    throw new Error(`a recorded body has ${bytes} bytes in place of ${source.length}`)
  return { block: `sha256:${block.digest("hex")}`, payload: `sha256:${payload.digest("hex")}` }
}

/** An UUID (version 8) that is the same for the same seed. */
export const seededUuid = (seed: string): string => {
  const bytes = createHash("sha256").update(seed).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString("hex")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")
}

/** No value may end its line. */
export const oneLine = (text: string): string => text.replace(/[\r\n\0]+/g, " ").trim()

/** Media that are packed already gain nothing; of others that may be, a fast packer finds out. */
const levelFor = (mediaType: string) => {
  if (/^(image\/(jpeg|png|webp|avif|gif)|font\/woff2?|application\/(zip|gzip))$/.test(mediaType)) return 0
  return /^(image\/(?!svg)|video\/|audio\/|font\/|application\/pdf)/.test(mediaType) ? 1 : 6
}

const gzipOnce = (bytes: Uint8Array, level: number) =>
  new Promise<Buffer>((resolve, reject) =>
    gzip(bytes, { level }, (error, packed) => (error === null ? resolve(packed) : reject(error))),
  )

export class WarcWriter {
  readonly #file: FileHandle
  readonly #seed: string
  #count = 0
  #offset = 0

  private constructor(file: FileHandle, seed: string) {
    this.#file = file
    this.#seed = seed
  }

  /** Starts a new file; `seed` decides the record ids. */
  static async create(path: string, seed: string): Promise<WarcWriter> {
    return new WarcWriter(await open(path, "wx"), seed)
  }

  /** The id that the next record will have. */
  nextId(ahead = 0): string {
    return `<urn:uuid:${seededUuid(`${this.#seed}:${this.#count + ahead}`)}>`
  }

  /** Appends a record. `payloadType` only decides how hard to pack. One at a time. */
  async write(record: WarcRecord, payloadType = record.contentType): Promise<WrittenRecord> {
    const source = await sourceOf(record.body)
    const digest = await digests(record.head, source)
    const id = this.nextId()
    this.#count += 1
    const front = Buffer.concat([header(record, id, digest, record.head.length + source.length), record.head])
    const offset = this.#offset
    const level = levelFor(payloadType)
    if (source instanceof Uint8Array && source.length <= oneCallBytes) {
      await this.#append(await gzipOnce(Buffer.concat([front, source, Buffer.from("\r\n\r\n")]), level))
    } else {
      const packed = pipeline(
        Readable.from(wrap(front, source)),
        createGzip({ level, chunkSize: pieceBytes }),
        () => undefined,
      )
      for await (const piece of packed) await this.#append(piece as Buffer)
    }
    return { id, offset, length: this.#offset - offset, payloadDigest: digest.payload }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #append(bytes: Buffer): Promise<void> {
    await this.#file.writeFile(bytes)
    this.#offset += bytes.length
  }
}

async function* wrap(front: Uint8Array, source: Source): AsyncGenerator<Uint8Array> {
  yield front
  yield* pieces(source)
  yield Buffer.from("\r\n\r\n")
}

const header = (
  record: WarcRecord,
  id: string,
  digest: { readonly block: string; readonly payload: string },
  length: number,
): Buffer => {
  const fields: Array<readonly [string, string]> = [
    ["WARC-Type", record.type],
    ["WARC-Record-ID", id],
    ["WARC-Date", record.date],
  ]
  if (record.uri !== null) fields.push(["WARC-Target-URI", record.uri])
  if (record.concurrentTo !== undefined) fields.push(["WARC-Concurrent-To", record.concurrentTo])
  fields.push(...(record.fields ?? []))
  if (record.type !== "warcinfo") fields.push(["WARC-Payload-Digest", digest.payload])
  fields.push(["WARC-Block-Digest", digest.block])
  fields.push(["Content-Type", record.contentType], ["Content-Length", String(length)])
  return Buffer.from(
    `WARC/1.1\r\n${fields.map(([name, value]) => `${name}: ${oneLine(value)}\r\n`).join("")}\r\n`,
  )
}
