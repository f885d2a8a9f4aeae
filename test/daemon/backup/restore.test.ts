/** Restores that meet: one writes the home, the other is refused, and what a dead one left is taken away. */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { afterAll, beforeAll, expect, it } from "vitest"
import yazl from "yazl"
import { makeFolder } from "../../../src/daemon/backup/restoreLock.ts"
import { restore } from "../../../src/daemon/backup/restore.ts"

const place = mkdtempSync(join(tmpdir(), "linkseal-restore-"))
const file = join(place, "kept.zip")
/** Enough that two at once are both in the middle. */
const filesInBackup = 60

beforeAll(async () => {
  const made = SqliteClient.make({ filename: join(place, "made.db"), disableWAL: true })
  await Effect.flatMap(made, (sql) => sql.unsafe("CREATE TABLE links (id TEXT)")).pipe(
    Effect.scoped,
    Effect.provide(Reactivity.layer),
    Effect.runPromise,
  )
  const zip = new yazl.ZipFile()
  const sums: Array<string> = []
  const add = (name: string, bytes: Buffer) => {
    zip.addBuffer(bytes, name)
    sums.push(`${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`)
  }
  for (let index = 0; index < filesInBackup; index += 1)
    add(`archive/links/link${index}.json`, Buffer.from(`{"n":${index}}`))
  add("linkseal.db", readFileSync(join(place, "made.db")))
  zip.addBuffer(Buffer.from(sums.join("")), "SHA256SUMS")
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(file))
})

afterAll(() => rmSync(place, { recursive: true, force: true }))

const leftBeside = (name: string) => readdirSync(place).filter((each) => each.startsWith(`${name}.`))

it("lets one of several restores into a home go on, whole, and refuses the others by name", async () => {
  const home = join(place, "home")
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => restore(home, file)))
  const codes = outcomes.map((each) => (each.status === "fulfilled" ? "done" : each.reason.code)).sort()
  expect(codes).toEqual(["done", "restore-running", "restore-running"])
  const refused = outcomes.find((each) => each.status === "rejected")!
  expect(refused.reason.message).toContain(`another restore is writing ${home}`)
  expect(readdirSync(join(home, "archive/links"))).toHaveLength(filesInBackup)
  expect(leftBeside("home")).toEqual([])
})

it("takes away what a dead restore left, its lock too", async () => {
  const home = join(place, "again")
  mkdirSync(`${home}.restoring/archive`, { recursive: true })
  writeFileSync(`${home}.restoring/linkseal.db`, "half")
  writeFileSync(`${home}.restoring.lock`, "")
  expect(await restore(home, file)).toMatchObject({ files: filesInBackup + 1 })
  expect(existsSync(join(home, "linkseal.db"))).toBe(true)
  expect(leftBeside("again")).toEqual([])
})

it("names the folder that cannot be made, and why", async () => {
  // A folder cannot be made in a file; `mkdir -p` would name the last folder and not this one.
  await expect(makeFolder(join(file, "deep", "er"))).rejects.toMatchObject({
    code: "backup-failed",
    message: expect.stringContaining(`the folder ${join(file, "deep")} cannot be made (ENOTDIR`),
  })
  const made = join(place, "new", "deeper", "home")
  expect(await restore(made, file)).toMatchObject({ home: made })
})
