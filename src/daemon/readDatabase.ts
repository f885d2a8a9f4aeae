/** A look into the database of a home that a daemon may be using: nothing is written, and nothing waits for it. */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"

/** Rejects when the file cannot be read as a database. */
export const readDatabase = <A>(
  file: string,
  work: (sql: SqliteClient.SqliteClient) => Effect.Effect<A, unknown>,
): Promise<A> =>
  Effect.gen(function* () {
    const sql = yield* SqliteClient.make({ filename: file, readonly: true, disableWAL: true })
    return yield* work(sql)
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer), Effect.runPromise)
