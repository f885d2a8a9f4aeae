/**
 * Schemas as ordered lists of plain SQL, one list per room. Each migration runs once, in its own transaction, and is
 * remembered with its room; an old database opened by new code gets what it lacks.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"

export interface Migration {
  /** Grows from 1; never changes once released. */
  readonly id: number
  readonly name: string
  readonly statements: ReadonlyArray<string>
}

/** The database was written by a newer program. Nothing was changed. */
export class NewerDatabase extends Data.TaggedError("NewerDatabase")<{
  readonly room: string
  readonly found: number
  readonly known: number
}> {
  override get message() {
    return `the database was written by a newer version (${this.room} ${this.found}, this one knows ${this.known}); use that version`
  }
}

/** Brings the tables of a room up to date. */
export const migrate = (
  room: string,
  migrations: ReadonlyArray<Migration>,
): Effect.Effect<void, SqlError | NewerDatabase, SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    yield* sql.unsafe(
      "create table if not exists migrations (room text not null, id integer not null, name text not null, primary key (room, id)) without rowid",
    )
    const rows = yield* sql.unsafe<{ readonly id: number }>(
      "select max(id) as id from migrations where room = ?",
      [room],
    )
    const found = rows[0]?.id ?? 0
    const known = migrations[migrations.length - 1]?.id ?? 0
    if (found > known) return yield* new NewerDatabase({ room, found, known })
    for (const migration of migrations) {
      if (migration.id <= found) continue
      yield* sql.withTransaction(
        Effect.gen(function* () {
          for (const statement of migration.statements) yield* sql.unsafe(statement)
          yield* sql.unsafe("insert into migrations (room, id, name) values (?, ?, ?)", [
            room,
            migration.id,
            migration.name,
          ])
        }),
      )
    }
  })
