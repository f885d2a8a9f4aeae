/**
 * Copies a home into one file while its daemon goes on. The archive's files never change once they have a name, so the
 * order makes the copy consistent: files first, then the database as of one moment, then the files that came in between.
 * What the database names is then in the copy; what is in it beyond that does no harm.
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { createWriteStream, existsSync } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import yazl from "yazl"
import { readDatabase } from "../readDatabase.ts"
import { databaseFile } from "../Sql.ts"
import { BackupError, systemReason } from "./BackupError.ts"
import { archiveFolders, databaseName, isBackupName, settingsName, sumLine, sumsName } from "./sums.ts"

export interface BackupDone {
  readonly file: string
  /** Of the backup file. */
  readonly bytes: number
  readonly files: number
  readonly links: number
  readonly snapshots: number
}

/** A removal for ever between two looks makes the database name what is gone: it is then copied anew. */
const roundsMax = 5

/** Text compresses, and so does the database; objects are compressed already, or not worth it. */
const compressed = (name: string) => !name.startsWith("archive/objects/")

class Copy {
  readonly zip = new yazl.ZipFile()
  readonly names = new Set<string>()
  private readonly sums: Array<string> = []

  /** Resolves when the file is in the zip; false when it is not there any more. */
  async add(file: string, name: string): Promise<boolean> {
    const handle = await fs.open(file, "r").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return null
      throw cause
    })
    if (handle === null) return false
    const { mtime } = await handle.stat()
    const hash = createHash("sha256")
    await new Promise<void>((resolve, reject) => {
      const through = new Transform({
        transform: (chunk: Buffer, _, done) => {
          hash.update(chunk)
          done(null, chunk)
        },
      })
      const stream = handle.createReadStream()
      stream.on("error", reject)
      through.on("error", reject)
      through.on("end", resolve)
      this.zip.addReadStream(stream.pipe(through), name, { compress: compressed(name), mtime })
    })
    this.names.add(name)
    this.sums.push(sumLine(name, hash.digest("hex")))
    return true
  }

  end() {
    this.zip.addBuffer(Buffer.from(this.sums.join("")), sumsName)
    this.zip.end()
  }
}

/** Names of the files under a folder of the home, with slashes; none when it is not there. */
const filesUnder = async function* (home: string, folder: string): AsyncGenerator<string> {
  const entries = await fs.readdir(path.join(home, folder), { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* filesUnder(home, name)
    else if (entry.isFile() && isBackupName(name)) yield name
  }
}

const copyArchive = async (copy: Copy, home: string) => {
  // A manifest names objects that were there before it: it must not be copied before them.
  for (const folder of [...archiveFolders].reverse()) {
    for await (const name of filesUnder(home, folder)) {
      if (!copy.names.has(name)) await copy.add(path.join(home, name), name)
    }
  }
}

interface Named {
  readonly link: string
  readonly version: number
  readonly id: string
}

/** The database as of one moment, in a file of its own. */
const copyDatabase = (home: string, to: string) =>
  readDatabase(databaseFile(home), (sql) => sql.unsafe("VACUUM INTO ?", [to]))

/** What the copied database says that it has. */
const contentsOf = (file: string) =>
  readDatabase(file, (sql) =>
    Effect.gen(function* () {
      const [counted] = yield* sql.unsafe<{ links: number }>("SELECT count(*) AS links FROM links")
      const snapshots = yield* sql.unsafe<Named>(
        "SELECT links.id AS link, snapshots.version, snapshots.id FROM snapshots JOIN links ON links.seq = snapshots.link",
      )
      return { links: counted?.links ?? 0, snapshots }
    }),
  )

const manifestName = ({ link, version, id }: Named) => `archive/snapshots/${link}/${version}-${id}.json`

const fill = async (copy: Copy, home: string, database: string) => {
  for (let round = 1; ; round += 1) {
    await copyArchive(copy, home)
    await fs.rm(database, { force: true })
    await copyDatabase(home, database)
    const { links, snapshots } = await contentsOf(database)
    await copyArchive(copy, home)
    const lacking = snapshots.filter((each) => !copy.names.has(manifestName(each)))
    // The archive itself lacks it: the copy is as whole as what it was made from, and `verify` says so of both.
    if (lacking.length === 0 || round === roundsMax) {
      await copy.add(database, databaseName)
      await copy.add(path.join(home, settingsName), settingsName)
      return { links, snapshots: snapshots.length }
    }
  }
}

const sync = async (place: string) => {
  const handle = await fs.open(place, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Rejects with a `BackupError`. The file has its name only when it is whole and on the disk. */
export const backup = async (home: string, file: string): Promise<BackupDone> => {
  if (existsSync(file))
    throw new BackupError({ code: "file-exists", message: `${file} is there already: name another file` })
  const [partial, database] = [`${file}.partial`, `${file}.database.partial`]
  const copy = new Copy()
  try {
    const written = pipeline(copy.zip.outputStream, createWriteStream(partial, { mode: 0o600 }))
    const filled = fill(copy, home, database).then((contents) => {
      copy.end()
      return contents
    })
    const [contents] = await Promise.all([filled, written])
    await sync(partial)
    await fs.rename(partial, file)
    await sync(path.dirname(file))
    const { size } = await fs.stat(file)
    return { file, bytes: size, files: copy.names.size, ...contents }
  } catch (cause) {
    await fs.rm(partial, { force: true })
    throw new BackupError({
      code: "backup-failed",
      message: `the backup was not made: ${systemReason(cause)}`,
    })
  } finally {
    await fs.rm(database, { force: true })
  }
}
