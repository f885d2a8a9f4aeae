/**
 * The one writer of the database. Whatever is ready when it comes round goes into one transaction; then all who
 * waited for it are told. One fsync so serves many machines. When a transaction fails, its works are done again in
 * halves, so that only the one to blame fails.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { Hub } from "../Hub.ts"
import type { JournalEntry } from "../Journal.ts"
import { eventIdMillis } from "../StateStore.ts"
import { StoreError, storeError } from "../StoreError.ts"
import { onSharedQueue } from "../time/TurnScheduler.ts"
import { Transaction, type Result, type Sequences, type Written } from "./Transaction.ts"
import type { Work } from "./works.ts"

interface Ticket {
  readonly work: Work
  readonly done: (result: Result) => void
}

export interface CommitOptions {
  /** How many works go into one transaction at most; 1 commits each alone. */
  readonly batchWorks: number
  /** How many journal entries are kept; older ones are deleted as new ones come. */
  readonly journalEntries: number
  /** How long event ids are remembered at least, so that a re-send is known as one. */
  readonly eventIdMillis: number
}

export const defaultCommitOptions: CommitOptions = {
  batchWorks: 4_096,
  journalEntries: 1_000_000,
  eventIdMillis,
}

/** The writer goes round again while more works keep coming, at most so often, before it commits. */
const gatheringTurns = 64

/** After so many turns without a new work it commits. */
const quietTurns = 2

/** Old rows are deleted after so many works, and so many at a time: often and little, never a long stop. */
const trimEveryWorks = 2_048
const trimRows = 4_096

export class GroupCommit {
  private queue: Array<Ticket> = []
  private wake: (() => void) | null = null
  private sequences: Sequences
  private lastLog = 0
  private untrimmed = 0
  private closed = false
  private readonly sql: SqlClient
  private readonly hub: Hub<JournalEntry>
  private readonly options: CommitOptions
  /** How many transactions have been committed, and how many works they held. */
  readonly commits = { transactions: 0, works: 0 }

  private constructor(sql: SqlClient, hub: Hub<JournalEntry>, options: CommitOptions, sequences: Sequences) {
    this.sql = sql
    this.hub = hub
    this.options = options
    this.sequences = sequences
  }

  /** Starts the writer; it ends with the scope, after what had been submitted is committed. */
  static make(
    sql: SqlClient,
    hub: Hub<JournalEntry>,
    options: CommitOptions = defaultCommitOptions,
  ): Effect.Effect<GroupCommit, StoreError, Scope.Scope> {
    return Effect.gen(function* () {
      const top = yield* sql.unsafe<{ inbox: number | null; journal: number | null; log: number | null }>(
        "select (select max(seq) from inbox) as inbox, (select max(seq) from journal) as journal, (select max(n) from log) as log",
      )
      const sequences = { inbox: top[0]?.inbox ?? 0, journal: top[0]?.journal ?? 0 }
      const writer = new GroupCommit(sql, hub, options, sequences)
      writer.lastLog = top[0]?.log ?? 0
      yield* writer.trim()
      const closed = yield* Deferred.make<void>()
      yield* onSharedQueue(Effect.forkDaemon(writer.loop(closed)))
      yield* Effect.addFinalizer(() =>
        Effect.zipRight(
          Effect.sync(() => writer.close()),
          Deferred.await(closed),
        ),
      )
      return writer
    }).pipe(Effect.mapError(storeError("open")))
  }

  /**
   * Resolves after the commit that holds the work. Once submitted it is written, whatever becomes of the caller. Fails
   * with `StoreError`, and with what a room's own writes failed with.
   */
  submit<A, Err = StoreError>(work: Work): Effect.Effect<A, Err | StoreError> {
    return Effect.async<A, Err | StoreError>((resume) => {
      if (this.closed)
        return resume(Effect.fail(new StoreError({ operation: "write", message: "the store is closed" })))
      this.queue.push({ work, done: resume as (result: Result) => void })
      if (this.wake !== null) this.stir()
    })
  }

  /** A number for a log entry: given once, also when its save fails. */
  logNumber(): number {
    return ++this.lastLog
  }

  /** The newest journal sequence that is committed. */
  get latest(): number {
    return this.sequences.journal
  }

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
    const round = Effect.zipRight(
      this.gather(),
      Effect.suspend(() => this.round()),
    )
    return Effect.whileLoop({
      while: () => !this.closed || this.queue.length > 0,
      body: () => (this.queue.length === 0 ? wait : round),
      step: () => undefined,
    }).pipe(Effect.zipRight(Deferred.succeed(closed, undefined)), Effect.uninterruptible)
  }

  /** Lets all that are ready submit first: waits while the queue keeps growing. */
  private gather(): Effect.Effect<void> {
    return Effect.suspend(() => {
      let seen = 0
      let quiet = 0
      let turns = 0
      return Effect.whileLoop({
        while: () => {
          quiet = this.queue.length > seen ? 0 : quiet + 1
          seen = this.queue.length
          return quiet < quietTurns && seen < this.options.batchWorks && turns++ < gatheringTurns
        },
        body: () => Effect.yieldNow({ priority: 1 }),
        step: () => undefined,
      })
    })
  }

  private round(): Effect.Effect<void> {
    const { batchWorks } = this.options
    const tickets = this.queue.length <= batchWorks ? this.queue : this.queue.slice(0, batchWorks)
    this.queue = tickets === this.queue ? [] : this.queue.slice(batchWorks)
    this.untrimmed += tickets.length
    const written = this.write(tickets)
    return this.untrimmed < trimEveryWorks
      ? written
      : Effect.zipRight(written, Effect.catchAll(this.trim(), Effect.logWarning))
  }

  private write(tickets: ReadonlyArray<Ticket>): Effect.Effect<void> {
    const sequences = { ...this.sequences }
    const works = tickets.map((ticket) => ticket.work)
    const writing = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Transaction.write(this.sql, works, sequences, now),
    )
    return Effect.matchCauseEffect(writing, {
      onSuccess: (written) => {
        this.sequences = sequences
        this.settle(tickets, written)
        return Effect.void
      },
      onFailure: (cause) => {
        if (tickets.length === 1) {
          const failed = Exit.mapError(Exit.failCause(cause), storeError("write"))
          tickets[0]!.done(failed)
          return Effect.void
        }
        const half = tickets.length >> 1
        return Effect.zipRight(
          this.write(tickets.slice(0, half)),
          Effect.suspend(() => this.write(tickets.slice(half))),
        )
      },
    })
  }

  private settle(tickets: ReadonlyArray<Ticket>, { results, entries }: Written): void {
    this.commits.transactions++
    this.commits.works += tickets.length
    for (let index = 0; index < tickets.length; index++) tickets[index]!.done(results[index]!)
    if (this.hub.hasReaders) for (const entry of entries) this.hub.offer(entry)
  }

  /** Deletes journal entries and event ids that are older than what is kept. */
  private trim(): Effect.Effect<void, unknown> {
    return Effect.gen(this, function* () {
      this.untrimmed = 0
      const oldest = this.sequences.journal - this.options.journalEntries
      if (oldest > 0)
        yield* this.sql.unsafe(
          "delete from journal where seq in (select seq from journal where seq <= ? order by seq limit ?)",
          [oldest, trimRows],
        )
      const before = (yield* Clock.currentTimeMillis) - this.options.eventIdMillis
      yield* this.sql.unsafe(
        "delete from event_ids where (kind, id, event_id) in (select kind, id, event_id from event_ids where at < ? order by at limit ?)",
        [before, trimRows],
      )
    })
  }
}
