/** The files of the content store on disk: finding, reading and checking them, plain or compressed. */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { pipeline, type Readable } from "node:stream"
import * as zlib from "node:zlib"
import { ArchiveError, damaged } from "./ArchiveError.ts"
import { namesIn } from "./files.ts"
import { isSha256, objectFile, type ArchiveLayout } from "./layout.ts"

export interface StoredObject {
  readonly sha256: string
  readonly storedBytes: number
  readonly encoding: "plain" | "br"
  /** Last time somebody put these bytes, in milliseconds since 1970. */
  readonly putAt: number
  readonly path: string
}

export const hashFile = async (file: string, signal: AbortSignal) => {
  const hash = createHash("sha256")
  let bytes = 0
  for await (const piece of createReadStream(file, { signal, highWaterMark: 1 << 18 })) {
    hash.update(piece as Buffer)
    bytes += (piece as Buffer).length
  }
  return { sha256: hash.digest("hex"), bytes }
}

export const findObject = async (
  layout: ArchiveLayout,
  sha256: string,
): Promise<StoredObject | undefined> => {
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

export const requireObject = async (layout: ArchiveLayout, sha256: string): Promise<StoredObject> => {
  const found = await findObject(layout, sha256)
  if (found !== undefined) return found
  const file = objectFile(layout, sha256)
  throw new ArchiveError({
    reason: "missing",
    path: file,
    message: `the file ${sha256} is not in the archive`,
  })
}

export const plainBytes = (object: StoredObject): Readable => {
  const file = createReadStream(object.path, { highWaterMark: 1 << 18 })
  if (object.encoding === "plain") return file
  // pipeline, not pipe: closing the reader half-way must close the file too.
  return pipeline(file, zlib.createBrotliDecompress(), () => undefined)
}

export const hashObject = async (layout: ArchiveLayout, sha256: string, signal: AbortSignal) => {
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

export const isSystemError = (error: unknown) => error instanceof Error && "syscall" in error

export async function* listObjects(layout: ArchiveLayout): AsyncGenerator<StoredObject> {
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
