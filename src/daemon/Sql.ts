/**
 * The one database of a home, opened for promises: WAL, and `synchronous = full`, so that what was acknowledged
 * outlives a power cut. Brings every room's tables up to date before anything reads them.
 */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { migrate } from "../actors/sql/migrate.ts"
import { sealingMigrations } from "../sealing/migrations.ts"
import { catalogueMigrations, roomMigrations } from "../snapshot/migrations.ts"

export const databaseFile = (home: string) => join(home, "linkseal.db")

/** Pages that the connection keeps in memory, in KiB (negative is SQLite's way to say KiB). */
const cacheKib = -32_768

const pragmas = [
  "pragma synchronous = full",
  "pragma foreign_keys = on",
  "pragma busy_timeout = 5000",
  `pragma cache_size = ${cacheKib}`,
]

const prepared = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient
    for (const pragma of pragmas) yield* sql.unsafe(pragma)
    yield* migrate("catalogue", catalogueMigrations)
    yield* migrate("snapshot", roomMigrations)
    yield* migrate("sealing", sealingMigrations)
  }),
)

export const layerDatabase = (home: string) => layerDatabaseFile(databaseFile(home))

/** A database of the same kind under another name. */
export const layerDatabaseFile = (file: string) =>
  prepared.pipe(
    Layer.provideMerge(
      Layer.suspend(() => {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        return SqliteClient.layer({ filename: file })
      }),
    ),
  )
