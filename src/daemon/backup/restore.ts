/**
 * Makes a home from a backup file. All is written into a folder beside the home, each file compared with its hash, and
 * only a whole one takes the home's name, by one rename: an interrupted restore leaves no home at all.
 */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import type { Readable } from "node:stream"
import yauzl from "yauzl"
import { BackupError, systemReason } from "./BackupError.ts"
import { alone, besideOf } from "./restoreLock.ts"
import { databaseName, isBackupName, parseSums, sumsName } from "./sums.ts"

export interface RestoreDone {
  readonly home: string
  readonly files: number
  readonly bytes: number
}

const damaged = (file: string, what: string) =>
  new BackupError({
    code: "backup-damaged",
    message: `${file} is no whole backup: ${what}. Nothing was restored`,
  })

const openZip = (file: string) =>
  new Promise<yauzl.ZipFile>((resolve, reject) =>
    yauzl.open(file, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error === null ? resolve(zip) : reject(error),
    ),
  )

const streamOf = (zip: yauzl.ZipFile, entry: yauzl.Entry) =>
  new Promise<Readable>((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error))),
  )

/** The entries one after the other. */
const entriesOf = async function* (zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (;;) {
    const entry = await new Promise<yauzl.Entry | null>((resolve, reject) => {
      const settle = (found: yauzl.Entry | null, error?: unknown) => {
        zip.removeAllListeners("entry").removeAllListeners("end").removeAllListeners("error")
        if (error === undefined) resolve(found)
        else reject(error as Error)
      }
      zip.on("entry", (found: yauzl.Entry) => settle(found))
      zip.on("end", () => settle(null))
      zip.on("error", (error: unknown) => settle(null, error))
      zip.readEntry()
    })
    if (entry === null) return
    yield entry
  }
}

/** Writes a file whole and to the disk; gives its hash. */
const write = async (
  stream: Readable,
  to: string,
): Promise<{ readonly sha256: string; readonly bytes: number }> => {
  await fs.mkdir(path.dirname(to), { recursive: true, mode: 0o700 })
  const handle = await fs.open(to, "wx", 0o600)
  const hash = createHash("sha256")
  let bytes = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
      await handle.writeFile(chunk)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { sha256: hash.digest("hex"), bytes }
}

/** The list of hashes is in memory as a whole: about 100 bytes a file. */
const sumsMaxBytes = 1_000_000_000

const textOf = async (stream: Readable, file: string): Promise<string> => {
  const chunks: Array<Buffer> = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > sumsMaxBytes) throw damaged(file, `${sumsName} is too big`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

const unpack = async (file: string, to: string): Promise<Omit<RestoreDone, "home">> => {
  const zip = await openZip(file)
  const found = new Map<string, string>()
  let sums: ReadonlyMap<string, string> | null = null
  let bytes = 0
  try {
    for await (const entry of entriesOf(zip)) {
      const name = entry.fileName
      if (name === sumsName) {
        sums = parseSums(await textOf(await streamOf(zip, entry), file))
        continue
      }
      if (!isBackupName(name) || found.has(name)) throw damaged(file, `${name} does not belong in one`)
      const written = await write(await streamOf(zip, entry), path.join(to, name))
      found.set(name, written.sha256)
      bytes += written.bytes
    }
  } finally {
    zip.close()
  }
  if (sums === null) throw damaged(file, `it has no ${sumsName}`)
  for (const [name, sha256] of sums) {
    if (!found.has(name)) throw damaged(file, `${name} is missing`)
    if (found.get(name) !== sha256) throw damaged(file, `${name} is not as it was kept`)
  }
  const unnamed = [...found.keys()].find((name) => sums.get(name) === undefined)
  if (unnamed !== undefined) throw damaged(file, `${unnamed} is not named in ${sumsName}`)
  if (!found.has(databaseName)) throw damaged(file, `${databaseName} is missing`)
  return { files: found.size, bytes }
}

const checkDatabase = async (folder: string, file: string) => {
  const [answer] = await Effect.gen(function* () {
    const sql = yield* SqliteClient.make({
      filename: path.join(folder, databaseName),
      readonly: true,
      disableWAL: true,
    })
    return yield* sql.unsafe<{ quick_check: string }>("PRAGMA quick_check(1)")
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer), Effect.runPromise)
  if (answer?.quick_check !== "ok")
    throw damaged(file, `the database says ${answer?.quick_check ?? "nothing"}`)
}

const isEmpty = async (home: string): Promise<boolean> => {
  const entries = await fs.readdir(home).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return []
    throw cause
  })
  return entries.length === 0
}

const syncFolders = async (folder: string): Promise<void> => {
  for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(path.join(folder, entry.name))
  }
  const handle = await fs.open(folder, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const notEmpty = (home: string) =>
  new BackupError({
    code: "home-not-empty",
    message: `${home} is not empty: move it away, or restore to another home with --home`,
  })

/** Over an empty folder a rename goes; over one that a daemon has begun to fill meanwhile it does not. */
const giveName = (beside: string, place: string) =>
  fs.rename(beside, place).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOTEMPTY" || cause.code === "EEXIST" ? notEmpty(place) : cause
  })

const fill = async (place: string, file: string): Promise<Omit<RestoreDone, "home">> => {
  const beside = besideOf(place)
  try {
    if (!(await isEmpty(place))) throw notEmpty(place)
    // Nobody else restores here, so this is of one that was interrupted.
    await fs.rm(beside, { recursive: true, force: true })
    await fs.mkdir(beside, { mode: 0o700 })
    const done = await unpack(file, beside)
    await checkDatabase(beside, file)
    await syncFolders(beside)
    await giveName(beside, place)
    return done
  } catch (cause) {
    await fs.rm(beside, { recursive: true, force: true })
    throw cause
  }
}

/** Rejects with a `BackupError`; the home is then as it was. A second one into the same home is refused. */
export const restore = async (home: string, file: string): Promise<RestoreDone> => {
  const place = path.resolve(home)
  try {
    if (!(await isEmpty(place))) throw notEmpty(home)
    return { home, ...(await alone(place, () => fill(place, file))) }
  } catch (cause) {
    if (cause instanceof BackupError) throw cause
    throw new BackupError({
      code: "backup-failed",
      message: `${file} was not restored: ${systemReason(cause)}`,
    })
  }
}
