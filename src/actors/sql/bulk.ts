/**
 * Many rows in few statements: rows are inserted in chunks of fixed sizes, so that a handful of prepared statements
 * serves every batch.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"

export type Value = string | number | null

/** Largest first; 8 columns x 512 rows stay far under SQLite's 32,766 parameters. */
const chunkRows = [512, 64, 8, 1] as const

const texts = new Map<string, string>()

const textOf = (head: string, tail: string, columns: number, rows: number): string => {
  const key = `${rows} ${head} ${tail}`
  const known = texts.get(key)
  if (known !== undefined) return known
  const row = `(${Array.from({ length: columns }, () => "?").join(",")})`
  const text = `${head} values ${Array.from({ length: rows }, () => row).join(",")} ${tail}`
  texts.set(key, text)
  return text
}

/**
 * `head` is `insert into table (columns)`, `tail` what follows the rows (a conflict clause). `values` holds all rows
 * one after the other, `columns` to a row.
 */
export const insertRows = (
  sql: SqlClient,
  head: string,
  tail: string,
  columns: number,
  values: ReadonlyArray<Value>,
): Effect.Effect<void, SqlError> =>
  Effect.suspend(() => {
    let from = 0
    const next = (): Effect.Effect<void, SqlError> => {
      const left = (values.length - from) / columns
      if (left === 0) return Effect.void
      const rows = chunkRows.find((size) => size <= left)!
      const chunk = values.slice(from, from + rows * columns)
      from += rows * columns
      return Effect.flatMap(sql.unsafe(textOf(head, tail, columns, rows), chunk), next)
    }
    return next()
  })
