/**
 * The writes of one transaction: what a batch of works comes to, table by table, in as few statements as there can be.
 * Runs inside `withTransaction`; numbers that it hands out count only when that commits.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { TransactionConnection, type SqlClient } from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import type { SqlError } from "@effect/sql/SqlError"
import type { JournalEntry } from "../Journal.ts"
import type { ProjectionChange } from "../Projection.ts"
import type { MachineId } from "../Refusal.ts"
import type { Accepted } from "../StateStore.ts"
import { insertRows, type Target, type Value } from "./bulk.ts"
import type { AcceptWork, SaveWork, TimerRow, Work } from "./works.ts"

/** What a work came to: nothing, the fate of an accepted event, or what the room's writes gave. */
export type Result = Exit.Exit<unknown, unknown>

export interface Written {
  readonly results: ReadonlyArray<Result>
  readonly entries: ReadonlyArray<JournalEntry>
}

/** The last numbers given out. */
export interface Sequences {
  inbox: number
  journal: number
}

const inbox: Target = { head: "insert into inbox (seq, kind, id, version, event)", tail: "", columns: 5 }

const eventIds: Target = {
  head: "insert into event_ids (kind, id, event_id, at)",
  tail: "on conflict do nothing returning kind, id, event_id",
  columns: 4,
}

const machines: Target = {
  head: "insert into machines (kind, id, version, state, ended, step_pending, log_length, log_tail, last_log_at)",
  tail: "on conflict (kind, id) do update set version = excluded.version, state = excluded.state, ended = excluded.ended, step_pending = excluded.step_pending, log_length = excluded.log_length, log_tail = excluded.log_tail, last_log_at = excluded.last_log_at",
  columns: 9,
}

const log: Target = { head: "insert into log (n, before, at, entry)", tail: "", columns: 4 }

const journal: Target = {
  head: "insert into journal (seq, at, kind, id, event, from_state, to_state, detail)",
  tail: "",
  columns: 8,
}

/**
 * The log of a machine (kind, id) from its newest entry back to a position, 0 being the oldest kept; of that the positions
 * from one to another.
 */
export const logChain = `with recursive chain (n, before, at, entry, position) as (
    select log.n, log.before, log.at, log.entry, machines.log_length - 1
    from machines join log on log.n = machines.log_tail where machines.kind = ? and machines.id = ?
    union all
    select log.n, log.before, log.at, log.entry, chain.position - 1
    from chain join log on log.n = chain.before where chain.position > ?)
  select n, at, entry, position from chain where position between ? and ? order by position`

/**
 * A commit that the database refuses is no defect of ours, though the client dies of it; nor is the roll-back that it
 * refuses because it has rolled back by itself, as it does on a full disk: there, what came first is what counts.
 */
const asFailure = (cause: Cause.Cause<unknown>): Cause.Cause<unknown> => {
  const defect = Option.getOrNull(Cause.dieOption(cause))
  return isSqlError(defect) ? Cause.fail(defect) : cause
}

/** The effect, and what it failed with by itself, before anything that was done about it failed too. */
const firstCause = <A, R>(effect: Effect.Effect<A, unknown, R>) => {
  let first: Cause.Cause<unknown> | null = null
  return {
    effect: Effect.tapErrorCause(effect, (cause) =>
      Effect.sync(() => {
        first = cause
      }),
    ),
    cause: () => first,
  }
}

const isSqlError = (value: unknown): value is SqlError =>
  (value as { readonly _tag?: unknown } | null)?._tag === "SqlError"

type Step = Effect.Effect<unknown, SqlError>

export class Transaction {
  private readonly results: Array<Result>
  private readonly sql: SqlClient
  private readonly connection: Connection
  private readonly works: ReadonlyArray<Work>
  private readonly sequences: Sequences
  private readonly now: number

  private constructor(
    sql: SqlClient,
    connection: Connection,
    works: ReadonlyArray<Work>,
    sequences: Sequences,
    now: number,
  ) {
    this.sql = sql
    this.connection = connection
    this.works = works
    this.sequences = sequences
    this.now = now
    this.results = works.map(() => Exit.void)
  }

  /**
   * Writes all works in one transaction, or nothing. `sequences` moves on as numbers are given out; `now` is the writer's
   * time, by which event ids grow old.
   */
  static write(
    sql: SqlClient,
    works: ReadonlyArray<Work>,
    sequences: Sequences,
    now: number,
  ): Effect.Effect<Written, unknown> {
    return Effect.suspend(() => {
      const writing = firstCause(
        Effect.flatMap(Effect.serviceOptional(TransactionConnection), ([connection]) =>
          new Transaction(sql, connection, works, sequences, now).run(),
        ),
      )
      return Effect.catchAllCause(sql.withTransaction(writing.effect), (cause) =>
        Effect.failCause(writing.cause() ?? asFailure(cause)),
      )
    })
  }

  private run(): Effect.Effect<Written, unknown> {
    return Effect.gen(this, function* () {
      yield* this.accepted()
      yield* this.saved()
      yield* this.discarded()
      yield* this.projected()
      yield* this.written()
      return { results: this.results, entries: yield* this.journalled() }
    })
  }

  private execute(text: string, values: ReadonlyArray<Value>): Step {
    return this.connection.execute(text, values, undefined)
  }

  private accepted(): Step {
    const { works } = this
    if (!works.some((work) => work._tag === "Accept")) return Effect.void
    return Effect.flatMap(this.newIds(), (isNew) => {
      const rows: Array<Value> = []
      for (let index = 0; index < works.length; index++) {
        const work = works[index]!
        if (work._tag !== "Accept") continue
        const accepted: Accepted = isNew(work)
          ? { _tag: "Accepted", seq: ++this.sequences.inbox }
          : { _tag: "Duplicate" }
        if (accepted._tag === "Accepted")
          rows.push(accepted.seq, work.kind, work.id, work.version, work.event)
        this.results[index] = Exit.succeed(accepted)
      }
      return insertRows(this.connection, inbox, rows)
    })
  }

  /** Remembers the event ids of the batch; tells of each work, asked in order, whether its id is new. */
  private newIds(): Effect.Effect<(work: AcceptWork) => boolean, SqlError> {
    const rows: Array<Value> = []
    for (const work of this.works)
      if (work._tag === "Accept" && work.eventId !== null)
        rows.push(work.kind, work.id, work.eventId, this.now)
    if (rows.length === 0) return Effect.succeed(() => true)
    const inserted = insertRows<{ kind: string; id: MachineId; event_id: string }>(
      this.connection,
      eventIds,
      rows,
    )
    return Effect.map(inserted, (found) => {
      const fresh = new Set(found.map((row) => JSON.stringify([row.kind, row.id, row.event_id])))
      // Each new id is taken once: a second event of the batch with the same id is a duplicate.
      return ({ kind, id, eventId }) => eventId === null || fresh.delete(JSON.stringify([kind, id, eventId]))
    })
  }

  private saved(): Step {
    const states: Array<Value> = []
    const entries: Array<Value> = []
    const consumed: Array<number> = []
    const others: Array<Step> = []
    for (const work of this.works) {
      if (work._tag === "Timers") this.timers(work.kind, work.id, work.timers, others)
      if (work._tag !== "Save") continue
      const { kind, id, state, ended, stepPending } = work
      if (state === null) others.push(this.mark(work))
      else
        states.push(
          kind,
          id,
          state.version,
          state.text,
          +ended,
          +stepPending,
          state.logLength,
          state.logTail,
          state.lastLogAt,
        )
      for (const seq of work.consumed) consumed.push(seq)
      if (work.logDrop !== null) others.push(this.dropLog(work, work.logDrop))
      for (const row of work.log) entries.push(row.n, row.before, row.at, row.entry)
      if (work.timers.length > 0) this.timers(kind, id, work.timers, others)
    }
    const { connection } = this
    return Effect.zipRight(
      Effect.forEach(others, (other) => other, { discard: true }),
      Effect.zipRight(
        insertRows(connection, machines, states),
        Effect.zipRight(insertRows(connection, log, entries), this.consume(consumed)),
      ),
    )
  }

  private discarded(): Step {
    if (!this.works.some((work) => work._tag === "Discard")) return Effect.void
    return Effect.forEach(
      this.works,
      (work, index) =>
        work._tag !== "Discard"
          ? Effect.void
          : Effect.flatMap(
              this.connection.execute(
                "delete from inbox where seq in (select value from json_each(?)) returning seq",
                [JSON.stringify(work.seqs)],
                undefined,
              ),
              (rows) => {
                this.results[index] = Exit.succeed(rows.length)
                return work.eventId === null || rows.length === 0
                  ? Effect.void
                  : this.execute("delete from event_ids where kind = ? and id = ? and event_id = ?", [
                      work.kind,
                      work.id,
                      work.eventId,
                    ])
              },
            ),
      { discard: true },
    )
  }

  private mark({ ended, stepPending, kind, id }: SaveWork): Step {
    return this.execute("update machines set ended = ?, step_pending = ? where kind = ? and id = ?", [
      +ended,
      +stepPending,
      kind,
      id,
    ])
  }

  private consume(seqs: ReadonlyArray<number>): Step {
    if (seqs.length === 0) return Effect.void
    return this.execute("delete from inbox where seq in (select value from json_each(?))", [
      JSON.stringify(seqs),
    ])
  }

  /** Takes a range of positions out of the chain: the entry behind it is tied to the one before it. */
  private dropLog(
    { kind, id }: SaveWork,
    { from, to }: { readonly from: number; readonly to: number },
  ): Step {
    const chain = this.connection.execute(logChain, [kind, id, from - 1, from - 1, to], undefined)
    return Effect.flatMap(chain, (found) => {
      const rows = found as ReadonlyArray<{ readonly n: number; readonly position: number }>
      const before = rows.find(({ position }) => position === from - 1)?.n ?? 0
      const behind = rows.find(({ position }) => position === to)?.n ?? 0
      const gone = rows.flatMap(({ n, position }) => (position >= from && position < to ? [n] : []))
      return Effect.zipRight(
        this.execute("update log set before = ? where n = ?", [before, behind]),
        this.execute("delete from log where n in (select value from json_each(?))", [JSON.stringify(gone)]),
      )
    })
  }

  private timers(kind: string, id: MachineId, rows: ReadonlyArray<TimerRow>, into: Array<Step>): void {
    for (const { name, set, firedAt } of rows)
      into.push(
        set === null
          ? this.execute(
              "delete from timers where kind = ? and id = ? and name = ? and at = coalesce(?, at)",
              [kind, id, name, firedAt],
            )
          : this.execute(
              "insert into timers (kind, id, name, at, version, event) values (?, ?, ?, ?, ?, ?) on conflict (kind, id, name) do update set at = excluded.at, version = excluded.version, event = excluded.event",
              [kind, id, name, set.at, set.version, set.event],
            ),
      )
  }

  private projected(): Effect.Effect<void, unknown> {
    const byProjection = new Map<
      NonNullable<SaveWork["project"]>,
      Array<ProjectionChange<unknown, unknown>>
    >()
    for (const work of this.works) {
      if (work._tag !== "Save" || work.project === null || work.change === null) continue
      const changes = byProjection.get(work.project) ?? []
      changes.push(work.change)
      byProjection.set(work.project, changes)
    }
    if (byProjection.size === 0) return Effect.void
    return Effect.forEach(byProjection, ([project, changes]) => project(changes as never), { discard: true })
  }

  private written(): Effect.Effect<void, unknown> {
    if (!this.works.some((work) => work._tag === "Write")) return Effect.void
    return Effect.forEach(
      this.works,
      (work, index) => (work._tag === "Write" ? this.writtenOne(work.effect, index) : Effect.void),
      { discard: true },
    )
  }

  /** What the room's write fails with is its own affair, unless the database has rolled all of the transaction back. */
  private writtenOne(effect: Effect.Effect<unknown, unknown>, index: number): Effect.Effect<void, unknown> {
    return Effect.suspend(() => {
      const writing = firstCause(effect)
      return Effect.flatMap(Effect.exit(this.sql.withTransaction(writing.effect)), (exit) => {
        const isGone = Exit.isFailure(exit) && isSqlError(Option.getOrNull(Cause.dieOption(exit.cause)))
        if (isGone) return Effect.failCause(writing.cause() ?? asFailure(exit.cause))
        this.results[index] = exit
        return Effect.void
      })
    })
  }

  private journalled(): Effect.Effect<ReadonlyArray<JournalEntry>, SqlError> {
    const entries: Array<JournalEntry> = []
    const rows: Array<Value> = []
    this.works.forEach((work, index) => {
      const counts = work._tag === "Save" || (work._tag === "Write" && Exit.isSuccess(this.results[index]!))
      for (const draft of counts ? work.journal : []) {
        const entry = { seq: ++this.sequences.journal, ...draft }
        entries.push(entry)
        rows.push(entry.seq, entry.at, entry.kind, entry.id, entry.event, entry.from, entry.to, entry.detail)
      }
    })
    return Effect.as(insertRows(this.connection, journal, rows), entries)
  }
}
