/**
 * What a database holds that no file can bring back: the sealing world, what can be undone, settings, the journal. A rebuild
 * takes it over from the old database when that can be read; what is the links' own is made from the files.
 */
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import type { Lost } from "../snapshot/archive/scan.ts"

/** Tables of the runtime that all rooms share: the rows of links stay behind. */
const shared: ReadonlySet<string> = new Set(["machines", "inbox", "event_ids", "log", "timers"])
/** Taken over whole, by name, though the new database has them too. */
const whole: ReadonlySet<string> = new Set([
  "journal",
  "migrations",
  "room_settings",
  "changes",
  "schedules",
  "link_checks",
])

interface Item {
  readonly type: string
  readonly name: string
  readonly sql: string
}

const columnsOf = (schema: string, table: string) =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.map(
      sql.unsafe<{ name: string }>(`SELECT name FROM pragma_table_info(?, ?)`, [table, schema]),
      (rows) => rows.map(({ name }) => name),
    ),
  )

const copyTable = (name: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const ours = new Set(yield* columnsOf("main", name))
    const common = (yield* columnsOf("old", name)).filter((column) => ours.has(column))
    const columns = common.map((column) => `"${column}"`).join(", ")
    // A table without kinds hangs together by other keys (the log's chains): rows that nothing leads to do no harm.
    const condition = shared.has(name) && common.includes("kind") ? "WHERE kind <> 'link'" : ""
    yield* sql.unsafe(
      `INSERT OR REPLACE INTO main."${name}" (${columns}) SELECT ${columns} FROM old."${name}" ${condition}`,
    )
  })

const itemsOf = (schema: string) =>
  Effect.flatMap(SqlClient, (sql) =>
    sql.unsafe<Item>(`SELECT type, name, sql FROM ${schema}.sqlite_master
      WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL ORDER BY type <> 'table', rowid`),
  )

const copyAll = Effect.gen(function* () {
  const sql = yield* SqlClient
  const damage = yield* sql.unsafe<{ quick_check: string }>("PRAGMA old.quick_check(1)")
  if (damage[0]?.quick_check !== "ok")
    return yield* Effect.fail(new Error(damage[0]?.quick_check ?? "damaged"))
  const known = new Set((yield* itemsOf("main")).map(({ name }) => name))
  for (const { name, sql: text, type } of yield* itemsOf("old")) {
    if (!known.has(name)) {
      yield* sql.unsafe(text)
      if (type === "table") yield* copyTable(name)
    } else if (type === "table" && (shared.has(name) || whole.has(name))) yield* copyTable(name)
  }
})

/** Needs the new database, migrated and empty. Tells what could not be taken over; never fails for the old one. */
export const copyOtherRooms = (file: string) =>
  Effect.gen(function* () {
    if (!existsSync(file)) return [] as ReadonlyArray<Lost>
    const sql = yield* SqlClient
    const work = Effect.acquireUseRelease(
      sql.unsafe("ATTACH DATABASE ? AS old", [file]),
      () => sql.withTransaction(copyAll),
      () => Effect.ignore(sql.unsafe("DETACH DATABASE old")),
    )
    return yield* Effect.match(work, {
      onSuccess: (): ReadonlyArray<Lost> => [],
      onFailure: (error): ReadonlyArray<Lost> => {
        const cause = (error as { cause?: unknown }).cause
        const reason = cause instanceof Error ? cause.message : error.message
        return [
          {
            file,
            reason: `it cannot be read (${reason}): the sealing world, timelines and what could be undone begin anew`,
          },
        ]
      },
    })
  })
