/** `verify` and `rebuild` on a real home: what they print, what they leave, and what they take over from before. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "@effect/sql/SqlClient"
import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { layerSql } from "../../src/actors/sql/SqlStore.ts"
import { openHome } from "../../src/daemon/Home.ts"
import { layerDatabase } from "../../src/daemon/Sql.ts"
import { ContentStore } from "../../src/snapshot/archive/ContentStore.ts"
import { ManifestStore } from "../../src/snapshot/archive/ManifestStore.ts"
import { link, manifestInput } from "../snapshot/archive/fixture.ts"
import { runCommand } from "./support/cli.ts"

let home: string
beforeAll(() => void (home = mkdtempSync(join(tmpdir(), "linkseal-home-"))))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const run = (...argv: ReadonlyArray<string>) => runCommand(home, argv)

/** Two links: one with a snapshot, one with its file alone. */
const fillArchive = Effect.gen(function* () {
  const store = yield* ContentStore
  const manifests = yield* ManifestStore
  const { bytes, sha256 } = yield* store.put(new TextEncoder().encode("words to be found\n"))
  const artefact = {
    name: "article.txt",
    mediaType: "text/plain",
    bytes,
    sha256,
    status: "ok",
    reason: null,
  } as const
  yield* manifests.write(manifestInput("kept", 1, [artefact]))
  const file = { ...link("waiting"), note: "a note", updatedAt: link("waiting").addedAt, removedAt: null }
  yield* manifests.writeLink(file)
  return sha256
})

const archive = Layer.suspend(() =>
  ManifestStore.layer.pipe(Layer.provideMerge(ContentStore.layer({ home }))),
)

const inDatabase = <A, E>(work: Effect.Effect<A, E, SqlClient>) =>
  Effect.runPromise(Effect.provide(work, Layer.provideMerge(layerSql, layerDatabase(home))))

const rowsOf = (table: string) =>
  inDatabase(
    Effect.flatMap(SqlClient, (sql) => sql.unsafe<Record<string, unknown>>(`SELECT * FROM ${table}`)),
  )

describe("verify and rebuild", () => {
  let sha256: string
  beforeAll(async () => void (sha256 = await Effect.runPromise(Effect.provide(fillArchive, archive))))

  it("reads everything again and says that it is as it was kept", async () => {
    const ran = await run("verify", "--json")
    expect([ran.code, ran.err]).toEqual([0, ""])
    expect(ran.json).toEqual({ checked: 3, bytes: 18, ok: true, damaged: [] })
    expect((await run("verify", "kept", "--json")).json).toMatchObject({ checked: 2, ok: true })
    expect((await run("verify")).out).toContain("all as they were kept")
    const unknown = await run("verify", "nobody", "--json")
    expect([unknown.code, unknown.error.error.code]).toEqual([1, "no-link"])
  })

  it("makes a database where there was none", async () => {
    const ran = await run("rebuild", "--json")
    expect([ran.code, ran.err]).toEqual([0, ""])
    expect(ran.json).toEqual({ links: 2, snapshots: 1, lost: [] })
    const links = await rowsOf("links")
    expect(links.map(({ id, note, state }) => [id, state, note])).toEqual([
      ["kept", "archived", ""],
      ["waiting", "queued", "a note"],
    ])
    expect(readdirSync(home).filter((name) => name.startsWith("linkseal.db"))).toEqual(["linkseal.db"])
  })

  it("takes over what only the database knew, and keeps the old one", async () => {
    await inDatabase(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`INSERT INTO room_settings VALUES ('queue paused', 'true')`
        yield* sql`CREATE TABLE world (n INTEGER PRIMARY KEY, name TEXT)`
        yield* sql`CREATE INDEX world_names ON world (name)`
        yield* sql`INSERT INTO world VALUES (7, 'of sectors')`
        yield* sql`INSERT INTO machines (kind, id, version, state, ended, step_pending, log_length, log_tail)
          VALUES ('sector', 7, 1, '{}', 0, 0, 0, 0)`
        yield* sql`UPDATE links SET title = 'only in the database'`
      }),
    )
    const before = await rowsOf("journal")
    expect((await run("rebuild", "--json")).json).toEqual({ links: 2, snapshots: 1, lost: [] })
    expect(await rowsOf("world")).toEqual([{ n: 7, name: "of sectors" }])
    expect((await rowsOf("machines")).map(({ id, kind }) => [kind, id])).toEqual([
      ["link", "kept"],
      ["link", "waiting"],
      ["sector", 7],
    ])
    expect(await rowsOf("room_settings")).toEqual([{ name: "queue paused", value: "true" }])
    expect((await rowsOf("journal")).slice(0, before.length)).toEqual(before)
    expect((await rowsOf("links")).map(({ title }) => title)).toEqual(["Title of kept", "Title of waiting"])
    expect(existsSync(join(home, "linkseal.db.before-rebuild"))).toBe(true)
  })

  it("says what is lost of a database that is broken, and makes a new one all the same", async () => {
    writeFileSync(join(home, "linkseal.db"), "this is no database, whatever its name says".repeat(200))
    const ran = await run("rebuild", "--json")
    expect([ran.code, ran.json.links, ran.json.snapshots]).toEqual([0, 2, 1])
    expect(ran.json.lost).toEqual([
      { file: join(home, "linkseal.db"), reason: expect.stringContaining("sealing") },
    ])
    expect(await rowsOf("links")).toHaveLength(2)
  })

  it("brings schedules back from their file where no database can give them, and says which it cannot", async () => {
    const times = { nextAt: 5, lastAt: null, addedAt: 3 }
    const weekly = { id: 4, kind: "tag", target: "daily", everyMillis: 604_800_000, cron: null, ...times }
    const nightly = { id: 7, kind: "link", target: "kept", everyMillis: null, cron: "0 3 * * *", ...times }
    const gone = { ...nightly, id: 8, target: "nobody" }
    const file = join(home, "archive", "schedules.json")
    const write = (schedules: ReadonlyArray<unknown>) =>
      writeFileSync(file, JSON.stringify({ format: "linkseal-schedules", formatVersion: 1, schedules }))
    const removeDatabase = () => {
      for (const end of ["", "-wal", "-shm"]) rmSync(join(home, `linkseal.db${end}`), { force: true })
    }
    write([weekly, nightly])
    removeDatabase()
    const ran = await run("rebuild", "--json")
    expect([ran.code, ran.json]).toEqual([0, { links: 2, snapshots: 1, lost: [] }])
    const rows = await rowsOf("schedules")
    expect(rows.map(({ id, target, cron, next_at }) => [id, target, cron, next_at])).toEqual([
      [4, "daily", null, 5],
      [7, "kept", "0 3 * * *", 5],
    ])
    write([gone])
    removeDatabase()
    const lossy = await run("rebuild", "--json")
    expect([lossy.code, lossy.json.lost]).toEqual([1, [{ file, reason: expect.stringContaining("nobody") }]])
    writeFileSync(file, "{}")
    removeDatabase()
    expect((await run("rebuild", "--json")).json.lost).toMatchObject([{ file }])
    rmSync(file)
  })

  it("ends with 1 when a file of the archive cannot be read, and makes the database all the same", async () => {
    const manifest = join(home, "archive", "snapshots", "kept", "2-broken.json")
    writeFileSync(manifest, "{ half")
    const ran = await run("rebuild", "--json")
    expect([ran.code, ran.json]).toMatchObject([1, { links: 2, snapshots: 1, lost: [{ file: manifest }] }])
    rmSync(manifest)
  })

  it("does not touch the database of a daemon that runs", async () => {
    const ran = await Effect.runPromise(
      Effect.scoped(
        Effect.zipRight(
          openHome(home),
          Effect.promise(() => run("rebuild", "--json")),
        ),
      ),
    )
    expect(ran.code).toBe(1)
    expect(ran.error.error.message).toContain("already runs")
  })

  it("tells a version that the database names and whose manifest is gone, also while a daemon runs", async () => {
    const manifest = join(home, "archive", "snapshots", "kept", "1-kept-s1.json")
    renameSync(manifest, join(home, "put aside"))
    const whole = {
      snapshot: "kept-s1",
      file: manifest,
      reason: expect.stringContaining("version 1 of kept"),
    }
    const ran = await run("verify", "--json")
    expect([ran.code, ran.json.ok, ran.json.damaged]).toEqual([1, false, [whole]])
    const beside = await inDatabase(Effect.promise(() => run("verify", "kept", "--json")))
    expect([beside.code, beside.json.damaged]).toEqual([1, [whole]])
    expect((await run("verify", "waiting", "--json")).code).toBe(0)
    renameSync(join(home, "put aside"), manifest)
    expect((await run("verify", "--json")).code).toBe(0)
  })

  it("names what is damaged, with exit 1", async () => {
    const object = join(home, "archive", "objects", sha256.slice(0, 2), sha256.slice(2))
    chmodSync(object, 0o600)
    writeFileSync(object, "other bytes")
    const ran = await run("verify", "--json")
    expect([ran.code, ran.json.ok]).toEqual([1, false])
    expect(ran.json.damaged).toEqual([
      { snapshot: "kept-s1", file: "article.txt", reason: expect.stringContaining("SHA-256") },
    ])
    expect((await run("verify")).out).toMatch(/damaged +kept-s1 article.txt/)
  })
})
