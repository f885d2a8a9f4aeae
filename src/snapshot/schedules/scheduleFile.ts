/**
 * The schedules as a file of the archive, `archive/schedules.json`, so that a rebuild without the old database finds
 * them again. It follows the database: written when the room starts, after each change, and after each run.
 */
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { StateStore } from "../../actors/StateStore.ts"
import { archiveError } from "../archive/ArchiveError.ts"
import { ContentStore } from "../archive/ContentStore.ts"
import { makeFolder, replaceFile } from "../archive/files.ts"
import type { ArchiveLayout } from "../archive/layout.ts"
import type { Lost } from "../archive/scan.ts"

/** Looks again after this when nobody said that there is work: links that go take their schedules with them. */
const idleLook = "30 seconds"

const Kept = Schema.Struct({
  id: Schema.Int,
  kind: Schema.Literal("link", "tag", "query"),
  target: Schema.String,
  everyMillis: Schema.NullOr(Schema.Int),
  cron: Schema.NullOr(Schema.String),
  nextAt: Schema.Int,
  lastAt: Schema.NullOr(Schema.Int),
  addedAt: Schema.Int,
})
type Kept = typeof Kept.Type

const ScheduleFile = Schema.parseJson(
  Schema.Struct({
    format: Schema.Literal("linkseal-schedules"),
    formatVersion: Schema.Literal(1),
    schedules: Schema.Array(Kept),
  }),
)

const scheduleFile = (layout: ArchiveLayout) => path.join(layout.root, "schedules.json")

const keptRows = Effect.flatMap(
  SqlClient,
  (sql) => sql<Kept>`SELECT id, kind, target, every_millis AS "everyMillis", cron, next_at AS "nextAt",
    last_at AS "lastAt", added_at AS "addedAt" FROM schedules ORDER BY id`,
)

const textOf = (schedules: ReadonlyArray<Kept>) =>
  `${JSON.stringify({ format: "linkseal-schedules", formatVersion: 1, schedules }, null, 2)}\n`

/** Writes the file when it is not as the database says; none is made for no schedules. */
const writeWhenBehind = Effect.gen(function* () {
  const { layout, temporaryPath } = yield* ContentStore
  const file = scheduleFile(layout)
  const rows = yield* keptRows
  const text = textOf(rows)
  yield* Effect.tryPromise({
    try: async () => {
      const written = await fs.readFile(file, "utf8").catch(() => null)
      if (written === text || (written === null && rows.length === 0)) return
      await makeFolder(layout.temporary)
      await replaceFile(file, Buffer.from(text), temporaryPath())
    },
    catch: archiveError(file),
  }).pipe(Effect.uninterruptible)
})

/** Runs for as long as the room does. `changed` resolves when something may have changed. */
export const keepScheduleFile = (changed: Effect.Effect<void>) =>
  writeWhenBehind.pipe(
    Effect.catchAll((error) =>
      Effect.logWarning(`the file of schedules is behind: ${error.message}; it is written again soon`),
    ),
    Effect.zipRight(Effect.timeoutOption(changed, idleLook)),
    Effect.forever,
  )

const readKept = (file: string) =>
  Effect.tryPromise({ try: () => fs.readFile(file, "utf8"), catch: archiveError(file) }).pipe(
    Effect.flatMap(Schema.decode(ScheduleFile)),
    Effect.map(({ schedules }) => schedules),
  )

const exists = (file: string) =>
  Effect.promise(() =>
    fs.stat(file).then(
      () => true,
      () => false,
    ),
  )

const insert = (each: Kept) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const store = yield* StateStore
    yield* store.write(sql`INSERT INTO schedules (id, kind, target, every_millis, cron, next_at, last_at, added_at)
      VALUES (${each.id}, ${each.kind}, ${each.target}, ${each.everyMillis}, ${each.cron}, ${each.nextAt},
        ${each.lastAt}, ${each.addedAt})`)
  })

/** Fills the empty table from the file, after the links are there. Tells what cannot come back. */
export const restoreSchedules = Effect.gen(function* () {
  const { layout } = yield* ContentStore
  const sql = yield* SqlClient
  const file = scheduleFile(layout)
  if (!(yield* exists(file))) return [] as ReadonlyArray<Lost>
  const read = yield* Effect.either(readKept(file))
  if (read._tag === "Left")
    return [{ file, reason: `the schedules cannot be read: ${read.left.message.split("\n")[0]}` }]
  const lost: Array<Lost> = []
  const links = new Set((yield* sql<{ id: string }>`SELECT id FROM links`).map(({ id }) => id))
  for (const each of read.right) {
    if (each.kind !== "link" || links.has(each.target)) yield* insert(each)
    else lost.push({ file, reason: `schedule ${each.id} is of the link ${each.target}, which is not there` })
  }
  return lost
})
