/**
 * The one writer of the database. Whatever is ready when it comes round goes into one transaction; then all who
 * waited for it are told. One fsync so serves many machines. When a transaction fails, its works are done again one by
 * one, so that only the one to blame fails.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { Hub } from "../Hub.ts"
import type { JournalDraft, JournalEntry } from "../Journal.ts"
import type { ProjectionChange } from "../Projection.ts"
import type { MachineId } from "../Refusal.ts"
import type { Accepted } from "../StateStore.ts"
import { StoreError, storeError } from "../StoreError.ts"
import { insertRows, type Value } from "./bulk.ts"

/** A plan's save, encoded. */
export interface SaveWork {
  readonly _tag: "Save"
  readonly kind: string
  readonly id: MachineId
  /** Null: the state is as it was. */
  readonly state: {
    readonly text: string
    readonly version: number
    readonly logLength: number
    readonly lastLogAt: number | null
  } | null
  readonly ended: boolean
  readonly stepPending: boolean
  readonly consumed: ReadonlyArray<number>
  readonly timers: ReadonlyArray<TimerRow>
  readonly log: ReadonlyArray<{ readonly at: number; readonly entry: string }>
  readonly logDrop: { readonly from: number; readonly to: number } | null
  readonly journal: ReadonlyArray<JournalDraft>
  readonly project: ((changes: ReadonlyArray<never>) => Effect.Effect<void, unknown>) | null
  readonly change: ProjectionChange<unknown, unknown> | null
}

export interface TimerRow {
  readonly name: string
  /** Null cancels. */
  readonly set: { readonly at: number; readonly version: number; readonly event: string } | null
}

export interface AcceptWork {
  readonly _tag: "Accept"
  readonly kind: string
  readonly id: MachineId
  readonly version: number
  readonly event: string
  readonly eventId: string | null
  readonly at: number
}

export interface TimersWork {
  readonly _tag: "Timers"
  readonly kind: string
  readonly id: MachineId
  readonly timers: ReadonlyArray<TimerRow>
}

/** A room's own writes, in a savepoint of the transaction. */
export interface WriteWork {
  readonly _tag: "Write"
  readonly effect: Effect.Effect<unknown, unknown>
  readonly journal: ReadonlyArray<JournalDraft>
}

export type Work = SaveWork | AcceptWork | TimersWork | WriteWork

/** What a work came to: nothing, the fate of an accepted event, or what the room's writes gave. */
type Result = Exit.Exit<unknown, unknown>

interface Ticket {
  readonly work: Work
  readonly done: (result: Result) => void
}

/** More works than this wait for the next transaction. */
const batchWorks = 4_096

export class GroupCommit {
  private queue: Array<Ticket> = []
  private wake: (() => void) | null = null
  private inboxSeq: number
  private journalSeq: number
  private readonly sql: SqlClient
  private readonly hub: Hub<JournalEntry>
  /** How many transactions have been committed, and how many works they held. */
  readonly commits = { transactions: 0, works: 0 }

  private constructor(sql: SqlClient, hub: Hub<JournalEntry>, inboxSeq: number, journalSeq: number) {
    this.sql = sql
    this.hub = hub
    this.inboxSeq = inboxSeq
    this.journalSeq = journalSeq
  }

  /** Starts the writer; it ends with the scope, after what had been submitted is committed. */
  static make(sql: SqlClient, hub: Hub<JournalEntry>): Effect.Effect<GroupCommit, StoreError, Scope.Scope> {
    return Effect.gen(function* () {
      const top = yield* sql.unsafe<{ inbox: number | null; journal: number | null }>(
        "select (select max(seq) from inbox) as inbox, (select max(seq) from journal) as journal",
      )
      const writer = new GroupCommit(sql, hub, top[0]?.inbox ?? 0, top[0]?.journal ?? 0)
      const closed = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkDaemon(writer.loop(closed))
      yield* Effect.addFinalizer(() =>
        Effect.zipRight(
          Effect.sync(() => writer.close()),
          Effect.zipRight(Deferred.await(closed), fiber.inheritAll),
        ),
      )
      return writer
    }).pipe(Effect.mapError(storeError("open")))
  }

  /** Resolves after the commit that holds the work. Once submitted it is written, whatever becomes of the caller. */
  submit<A>(work: Work): Effect.Effect<A, unknown> {
    return Effect.async<A, unknown>((resume) => {
      if (this.closed)
        return resume(Effect.fail(new StoreError({ operation: "write", message: "the store is closed" })))
      this.queue.push({ work, done: (result) => resume(result as Exit.Exit<A, unknown>) })
      this.stir()
    })
  }

  /** The newest journal sequence that is committed. */
  get latest(): number {
    return this.journalSeq
  }

  private closed = false

  private close(): void {
    this.closed = true
    this.stir()
  }

  private stir(): void {
    const { wake } = this
    this.wake = null
    wake?.()
  }

  private loop(closed: Deferred.Deferred<void>): Effect.Effect<void> {
    const wait = Effect.async<void>((resume) => {
      if (this.queue.length > 0 || this.closed) return resume(Effect.void)
      this.wake = () => resume(Effect.void)
    })
    return Effect.whileLoop({
      while: () => !this.closed || this.queue.length > 0,
      // The low priority lets all that are ready submit first.
      body: () =>
        this.queue.length === 0
          ? wait
          : Effect.zipRight(
              Effect.yieldNow({ priority: 1 }),
              Effect.suspend(() => this.round()),
            ),
      step: () => undefined,
    }).pipe(Effect.zipRight(Deferred.succeed(closed, undefined)), Effect.uninterruptible)
  }

  private round(): Effect.Effect<void> {
    const tickets = this.queue.splice(0, batchWorks)
    return Effect.flatMap(Effect.exit(this.commit(tickets)), (exit) => {
      if (Exit.isSuccess(exit)) {
        this.settle(tickets, exit.value)
        return Effect.void
      }
      if (tickets.length === 1) {
        tickets[0]!.done(exit)
        return Effect.void
      }
      return Effect.forEach(
        tickets,
        (ticket) =>
          Effect.map(Effect.exit(this.commit([ticket])), (alone) =>
            Exit.isSuccess(alone) ? this.settle([ticket], alone.value) : ticket.done(alone),
          ),
        { discard: true },
      )
    })
  }

  private settle(
    tickets: ReadonlyArray<Ticket>,
    committed: { readonly results: ReadonlyArray<Result>; readonly entries: ReadonlyArray<JournalEntry> },
  ): void {
    this.commits.transactions++
    this.commits.works += tickets.length
    tickets.forEach((ticket, index) => ticket.done(committed.results[index]!))
    for (const entry of committed.entries) this.hub.offer(entry)
  }

  private commit(tickets: ReadonlyArray<Ticket>) {
    const { inboxSeq, journalSeq } = this
    const works = tickets.map((ticket) => ticket.work)
    return this.sql
      .withTransaction(
        Effect.gen(this, function* () {
          const results: Array<Result> = works.map(() => Exit.void)
          yield* this.accept(works, results)
          yield* this.saves(works)
          yield* this.project(works)
          yield* this.writes(works, results)
          const entries = yield* this.journal(works, results)
          return { results, entries }
        }),
      )
      .pipe(
        Effect.mapError(storeError("write")),
        Effect.tapErrorCause(() =>
          Effect.sync(() => {
            this.inboxSeq = inboxSeq
            this.journalSeq = journalSeq
          }),
        ),
      )
  }

  private accept(works: ReadonlyArray<Work>, results: Array<Result>) {
    return Effect.gen(this, function* () {
      const rows: Array<Value> = []
      const now: Array<{ readonly index: number; readonly accepted: Accepted }> = []
      for (const [index, work] of works.entries()) {
        if (work._tag !== "Accept") continue
        if (work.eventId !== null && !(yield* this.isNew(work))) {
          now.push({ index, accepted: { _tag: "Duplicate" } })
          continue
        }
        const seq = ++this.inboxSeq
        rows.push(seq, work.kind, work.id, work.version, work.event)
        now.push({ index, accepted: { _tag: "Accepted", seq } })
      }
      yield* insertRows(this.sql, "insert into inbox (seq, kind, id, version, event)", "", 5, rows)
      for (const { index, accepted } of now) results[index] = Exit.succeed(accepted)
    })
  }

  private isNew(work: AcceptWork) {
    return Effect.map(
      this.sql.unsafe(
        "insert into event_ids (kind, id, event_id, at) values (?, ?, ?, ?) on conflict do nothing returning at",
        [work.kind, work.id, work.eventId, work.at],
      ),
      (rows) => rows.length > 0,
    )
  }

  private saves(works: ReadonlyArray<Work>) {
    return Effect.gen(this, function* () {
      const { sql } = this
      const machines: Array<Value> = []
      const log: Array<Value> = []
      const consumed: Array<number> = []
      for (const work of works) {
        if (work._tag === "Timers") yield* this.timers(work.kind, work.id, work.timers)
        if (work._tag !== "Save") continue
        const { kind, id, state, ended, stepPending } = work
        if (state !== null)
          machines.push(
            kind,
            id,
            state.version,
            state.text,
            +ended,
            +stepPending,
            state.logLength,
            state.lastLogAt,
          )
        else
          yield* sql.unsafe("update machines set ended = ?, step_pending = ? where kind = ? and id = ?", [
            +ended,
            +stepPending,
            kind,
            id,
          ])
        for (const seq of work.consumed) consumed.push(seq)
        if (work.logDrop !== null) yield* this.dropLog(work, work.logDrop)
        for (const row of work.log) log.push(kind, id, row.at, row.entry)
        if (work.timers.length > 0) yield* this.timers(kind, id, work.timers)
      }
      yield* insertRows(
        sql,
        "insert into machines (kind, id, version, state, ended, step_pending, log_length, last_log_at)",
        "on conflict (kind, id) do update set version = excluded.version, state = excluded.state, ended = excluded.ended, step_pending = excluded.step_pending, log_length = excluded.log_length, last_log_at = excluded.last_log_at",
        8,
        machines,
      )
      yield* insertRows(sql, "insert into log (kind, id, at, entry)", "", 4, log)
      if (consumed.length > 0)
        yield* sql.unsafe("delete from inbox where seq in (select value from json_each(?))", [
          JSON.stringify(consumed),
        ])
    })
  }

  private dropLog(work: SaveWork, range: { readonly from: number; readonly to: number }) {
    return this.sql.unsafe(
      "delete from log where n in (select n from log where kind = ? and id = ? order by n limit ? offset ?)",
      [work.kind, work.id, range.to - range.from, range.from],
    )
  }

  private timers(kind: string, id: MachineId, rows: ReadonlyArray<TimerRow>) {
    return Effect.forEach(
      rows,
      ({ name, set }) =>
        set === null
          ? this.sql.unsafe("delete from timers where kind = ? and id = ? and name = ?", [kind, id, name])
          : this.sql.unsafe(
              "insert into timers (kind, id, name, at, version, event) values (?, ?, ?, ?, ?, ?) on conflict (kind, id, name) do update set at = excluded.at, version = excluded.version, event = excluded.event",
              [kind, id, name, set.at, set.version, set.event],
            ),
      { discard: true },
    )
  }

  private project(works: ReadonlyArray<Work>) {
    const byProjection = new Map<
      NonNullable<SaveWork["project"]>,
      Array<ProjectionChange<unknown, unknown>>
    >()
    for (const work of works) {
      if (work._tag !== "Save" || work.project === null || work.change === null) continue
      const changes = byProjection.get(work.project) ?? []
      changes.push(work.change)
      byProjection.set(work.project, changes)
    }
    return Effect.forEach(byProjection, ([project, changes]) => project(changes as never), { discard: true })
  }

  private writes(works: ReadonlyArray<Work>, results: Array<Result>) {
    return Effect.forEach(
      works,
      (work, index) =>
        work._tag !== "Write"
          ? Effect.void
          : Effect.map(Effect.exit(this.sql.withTransaction(work.effect)), (exit) => {
              results[index] = exit
            }),
      { discard: true },
    )
  }

  private journal(works: ReadonlyArray<Work>, results: ReadonlyArray<Result>) {
    const entries: Array<JournalEntry> = []
    const rows: Array<Value> = []
    for (const [index, work] of works.entries()) {
      const drafts =
        work._tag === "Save" || (work._tag === "Write" && Exit.isSuccess(results[index]!)) ? work.journal : []
      for (const draft of drafts) {
        const entry = { seq: ++this.journalSeq, ...draft }
        entries.push(entry)
        rows.push(entry.seq, entry.at, entry.kind, entry.id, entry.event, entry.from, entry.to, entry.detail)
      }
    }
    return Effect.as(
      insertRows(
        this.sql,
        "insert into journal (seq, at, kind, id, event, from_state, to_state, detail)",
        "",
        8,
        rows,
      ),
      entries,
    )
  }
}
