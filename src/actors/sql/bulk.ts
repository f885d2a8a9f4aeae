/**
 * Many rows in few statements: rows are inserted in chunks of fixed sizes, so that a handful of prepared statements
 * serves every batch. Works on the connection of a transaction, past the tracing of each statement, which would cost
 * more than the rows.
 */
import * as Effect from "effect/Effect"
import type { Connection } from "@effect/sql/SqlConnection"
import type { SqlError } from "@effect/sql/SqlError"

export type Value = string | number | null

/** Where rows go: `head` is `insert into table (columns)`, `tail` what follows the rows (a conflict clause). */
export interface Target {
  readonly head: string
  readonly tail: string
  readonly columns: number
}

/** Largest first; 8 columns x 512 rows stay far under SQLite's 32,766 parameters. */
const chunkRows = [512, 128, 32, 8, 1] as const

const texts = new WeakMap<Target, Map<number, string>>()

const textOf = (target: Target, rows: number): string => {
  const known = texts.get(target) ?? new Map<number, string>()
  texts.set(target, known)
  const text = known.get(rows)
  if (text !== undefined) return text
  const row = `(${Array.from({ length: target.columns }, () => "?").join(",")})`
  const made = `${target.head} values ${Array.from({ length: rows }, () => row).join(",")} ${target.tail}`
  known.set(rows, made)
  return made
}

/** `values` holds all rows one after the other. Gives what a `returning` in the tail returned. */
export const insertRows = <Row = never>(
  connection: Connection,
  target: Target,
  values: ReadonlyArray<Value>,
): Effect.Effect<ReadonlyArray<Row>, SqlError> => {
  const { columns } = target
  if (values.length === 0) return Effect.succeed([])
  let from = 0
  let returned: ReadonlyArray<Row> = []
  const next = (): Effect.Effect<ReadonlyArray<Row>, SqlError> => {
    const left = (values.length - from) / columns
    if (left === 0) return Effect.succeed(returned)
    const rows = chunkRows.find((size) => size <= left)!
    const chunk = from === 0 && rows === left ? values : values.slice(from, from + rows * columns)
    from += rows * columns
    return Effect.flatMap(connection.execute(textOf(target, rows), chunk, undefined), (some) => {
      if (some.length > 0) returned = returned.length === 0 ? some : [...returned, ...some]
      return next()
    })
  }
  return next()
}
