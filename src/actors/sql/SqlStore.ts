/**
 * The store in SQLite: reads go to the connection, every write through the one GroupCommit. Needs `SqlClient`;
 * migrates its own tables. A daemon that promises durability opens the database with `synchronous = full`.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { DecodeError, type Codec } from "../Codec.ts"
import { Hub } from "../Hub.ts"
import { Journal, over, type JournalEntry } from "../Journal.ts"
import type { MachineId } from "../Refusal.ts"
import {
  StateStore,
  type Accepted,
  type GroupShelf,
  type GroupStore,
  type LogRow,
  type Save,
} from "../StateStore.ts"
import { StoreError, storeError } from "../StoreError.ts"
import type { TimerWrite } from "../Timers.ts"
import { defaultCommitOptions, GroupCommit, type CommitOptions } from "./GroupCommit.ts"
import { migrate, type NewerDatabase } from "./migrate.ts"
import { migrations } from "./schema.ts"
import { logChain } from "./Transaction.ts"
import type { TimerRow, Work } from "./works.ts"

interface MachineRow {
  readonly version: number
  readonly state: string
  readonly ended: number
  readonly step_pending: number
  readonly log_length: number
  readonly log_tail: number
  readonly last_log_at: number | null
}

interface JournalRow {
  readonly seq: number
  readonly at: number
  readonly kind: string
  readonly id: MachineId
  readonly event: string
  readonly from_state: string
  readonly to_state: string
  readonly detail: string | null
}

const entryOf = ({ from_state, to_state, ...row }: JournalRow): JournalEntry => ({
  ...row,
  from: from_state,
  to: to_state,
})

/** Decodes, turning a text that cannot be read into the store's failure. */
const decoded = <A>(codec: Codec<A>, what: string, text: string, version: number): A => {
  try {
    return codec.decode(text, version)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new StoreError({
      operation: "load",
      message: `${what} cannot be read: ${error.message}`,
      cause: error,
    })
  }
}

const reading = <A>(
  operation: string,
  effect: Effect.Effect<A, SqlError | StoreError>,
): Effect.Effect<A, StoreError> => Effect.mapError(effect, storeError(operation))

/** Runs a decoding that may throw StoreError. */
const decoding = <A>(run: () => A): Effect.Effect<A, StoreError> =>
  Effect.try({ try: run, catch: storeError("load") })

const none: ReadonlyArray<never> = []

const openShelf = <S, E>(sql: SqlClient, writer: GroupCommit, shelf: GroupShelf<S, E>): GroupStore<S, E> => {
  const { kind } = shelf
  const write = <A>(work: Work): Effect.Effect<A, StoreError> => writer.submit<A>(work)
  const timerRow = (change: TimerWrite<E>): TimerRow => ({
    name: change.name,
    set:
      change._tag === "Set"
        ? {
            at: Math.round(change.at),
            version: shelf.event.version,
            event: shelf.event.encode(change.event),
          }
        : null,
    firedAt: change._tag === "Spent" ? Math.round(change.at) : null,
  })
  const encode = (save: Save<S, E>) => {
    const kept = save.logLength - (save.logDrop === null ? 0 : save.logDrop.to - save.logDrop.from)
    const last = save.log[save.log.length - 1]
    return {
      text: shelf.state.encode(save.state),
      version: shelf.state.version,
      logLength: kept + save.log.length,
      logTail: last?.n ?? save.logTail ?? 0,
      lastLogAt: last?.at ?? save.lastLogAt,
    }
  }
  return {
    load: (id, initial) =>
      reading(
        "load",
        Effect.gen(function* () {
          const rows = yield* sql.unsafe<MachineRow>(
            "select version, state, ended, step_pending, log_length, log_tail, last_log_at from machines where kind = ? and id = ?",
            [kind, id],
          )
          const waiting = yield* sql.unsafe<{ seq: number; version: number; event: string }>(
            "select seq, version, event from inbox where kind = ? and id = ? order by seq",
            [kind, id],
          )
          const row = rows[0]
          if (row === undefined && waiting.length === 0) return null
          const what = `${kind} ${id}`
          return yield* decoding(() => ({
            state: row === undefined ? initial(id) : decoded(shelf.state, what, row.state, row.version),
            stored: row !== undefined,
            ended: row?.ended === 1,
            stepPending: row?.step_pending === 1,
            logLength: row?.log_length ?? 0,
            logTail: row?.log_tail ?? 0,
            lastLogAt: row?.last_log_at ?? null,
            inbox: waiting.map(({ seq, version, event }) => ({
              seq,
              event: decoded(shelf.event, `an event of ${what}`, event, version),
            })),
          }))
        }),
      ),
    logNumber: () => writer.logNumber(),
    save: (save) =>
      write({
        _tag: "Save",
        kind,
        id: save.id,
        state: save.changed || save.log.length > 0 ? encode(save) : null,
        ended: save.ended,
        stepPending: save.stepPending,
        consumed: save.consumed,
        timers: save.timers.length === 0 ? none : save.timers.map(timerRow),
        log: save.log,
        logDrop: save.logDrop,
        journal: save.journal,
        project: shelf.project as never,
        change:
          shelf.project !== null && (save.changed || save.events.length > 0)
            ? { id: save.id, before: save.before, after: save.state, events: save.events, at: save.at }
            : null,
      }),
    accept: (id, event, eventId) =>
      write<Accepted>({
        _tag: "Accept",
        kind,
        id,
        version: shelf.event.version,
        event: shelf.event.encode(event),
        eventId,
      }),
    discard: (id, seqs, eventId) => write({ _tag: "Discard", kind, id, seqs, eventId }),
    has: (id) =>
      reading(
        "look up",
        Effect.map(
          sql.unsafe("select 1 from machines where kind = ? and id = ?", [kind, id]),
          (rows) => rows.length > 0,
        ),
      ),
    list: (after, limit) =>
      reading(
        "list",
        Effect.flatMap(
          sql.unsafe<MachineRow & { id: MachineId }>(
            `select id, version, state, ended from machines where kind = ? ${after === null ? "" : "and id > ?"} order by id limit ?`,
            [kind, ...(after === null ? [] : [after]), limit + 1],
          ),
          (rows) =>
            decoding(() => ({
              machines: rows.slice(0, limit).map((row) => ({
                id: row.id,
                state: decoded(shelf.state, `${kind} ${row.id}`, row.state, row.version),
                ended: row.ended === 1,
              })),
              next: rows.length > limit ? rows[limit - 1]!.id : null,
            })),
        ),
      ),
    unfinished: (after, limit) => {
      const behind = after === null ? "" : "and id > ?"
      const from = after === null ? [kind] : [kind, after]
      return reading(
        "list",
        Effect.map(
          sql.unsafe<{ id: MachineId }>(
            `select id from inbox where kind = ? ${behind} union
              select id from machines where kind = ? and step_pending = 1 ${behind} order by id limit ?`,
            [...from, ...from, limit],
          ),
          (rows) => rows.map((row) => row.id),
        ),
      )
    },
    timers: reading(
      "list",
      Effect.flatMap(
        sql.unsafe<{ id: MachineId; name: string; at: number; version: number; event: string }>(
          "select id, name, at, version, event from timers where kind = ? order by at",
          [kind],
        ),
        (rows) =>
          decoding(() =>
            rows.map(({ id, name, at, version, event }) => ({
              id,
              name,
              at,
              event: decoded(shelf.event, `a timer of ${kind} ${id}`, event, version),
            })),
          ),
      ),
    ),
    setTimers: (id, changes) => write({ _tag: "Timers", kind, id, timers: changes.map(timerRow) }),
    log: (id, from, limit) =>
      reading(
        "read the log",
        Effect.map(sql.unsafe<LogRow>(logChain, [kind, id, from, from, from + limit - 1]), (rows) =>
          rows.map(({ at, entry }) => ({ at, entry })),
        ),
      ),
  }
}

const journalOver = (sql: SqlClient, writer: GroupCommit, hub: Hub<JournalEntry>) =>
  over(
    {
      read: (after, limit) =>
        reading(
          "read the journal",
          Effect.map(
            sql.unsafe<JournalRow>("select * from journal where seq > ? order by seq limit ?", [
              after,
              limit,
            ]),
            (rows) => rows.map(entryOf),
          ),
        ),
      of: (kind, id, after, limit) =>
        reading(
          "read the journal",
          Effect.map(
            sql.unsafe<JournalRow>(
              "select * from journal where kind = ? and id = ? and seq > ? order by seq limit ?",
              [kind, id, after, limit],
            ),
            (rows) => rows.map(entryOf),
          ),
        ),
      bounds: reading(
        "read the journal",
        Effect.map(
          sql.unsafe<{ oldest: number | null }>("select min(seq) as oldest from journal"),
          (rows) => ({ oldest: rows[0]?.oldest ?? 0, latest: writer.latest }),
        ),
      ),
    },
    hub,
  )

/** StateStore and Journal over SQLite, with other bounds than the defaults. */
export const layerSqlWith = (
  options: Partial<CommitOptions>,
): Layer.Layer<StateStore | Journal, StoreError | NewerDatabase, SqlClient> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* migrate("actors", migrations).pipe(
        Effect.catchTag("SqlError", (error) => Effect.fail(storeError("open")(error))),
      )
      const hub = new Hub<JournalEntry>()
      const writer = yield* GroupCommit.make(sql, hub, { ...defaultCommitOptions, ...options })
      const store = StateStore.of({
        open: (shelf) => openShelf(sql, writer, shelf),
        write: (effect, journal = []) =>
          writer.submit({
            _tag: "Write",
            effect: effect as Effect.Effect<unknown, unknown>,
            journal,
          }) as never,
      })
      return Context.make(StateStore, store).pipe(Context.add(Journal, journalOver(sql, writer, hub)))
    }),
  )

/** StateStore and Journal over SQLite. */
export const layerSql: Layer.Layer<StateStore | Journal, StoreError | NewerDatabase, SqlClient> =
  layerSqlWith({})
