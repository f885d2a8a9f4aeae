/**
 * Whether bytes are kept compressed, and the whole, synced temporary file that is then ready to take its place.
 */
import { createReadStream, createWriteStream } from "node:fs"
import * as fs from "node:fs/promises"
import { pipeline } from "node:stream/promises"
import * as zlib from "node:zlib"
import { moveFile, syncFile, writeSynced } from "./files.ts"

/** Below this a compressed copy saves less than a disk block. */
const compressFromBytes = 1024
/** A compressed object must be at most this share of the plain one. */
const compressWorth = 0.9
/** Brotli's middle: about gzip's time for text, a sixth smaller. */
const brotliQuality = 5

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

/** What is ready to take its place: a whole, synced temporary file. */
export interface Prepared {
  readonly file: string
  readonly encoding: "plain" | "br"
  readonly storedBytes: number
}

export const prepareBytes = async (
  bytes: Uint8Array,
  mediaType: string,
  temporary: string,
): Promise<Prepared> => {
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

export const prepareFile = async (
  source: string,
  size: number,
  mediaType: string,
  temporary: string,
  signal: AbortSignal,
): Promise<Prepared> => {
  if (size >= compressFromBytes && compressible(mediaType)) {
    await pipeline(createReadStream(source), brotli(size), createWriteStream(temporary, { flags: "wx" }), {
      signal,
    })
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
