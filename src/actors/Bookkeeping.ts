/**
 * What one machine has in the store, and what a plan adds to it: state, log, journal, timers, consumed events, the
 * mark of an unfinished step. Prepares the one save of a plan and remembers it when it is committed.
 */
import type * as Effect from "effect/Effect"
import type { GroupOptions, GroupSettings, LogRange } from "./GroupOptions.ts"
import type { JournalDraft } from "./Journal.ts"
import type { Planned } from "./MachineCore.ts"
import type { Envelope, Mailbox } from "./Mailbox.ts"
import type { TaggedEvent } from "./Planner.ts"
import type { MachineId } from "./Refusal.ts"
import type { GroupStore, NewLogRow, Save, StoredMachine } from "./StateStore.ts"
import type { StoreError } from "./StoreError.ts"
import { cancel, type MachineTimers, type SpentTimer, type TimerChange, type TimerWrite } from "./Timers.ts"

const none: ReadonlyArray<never> = []

export interface BookkeepingHost<S, E extends TaggedEvent> {
  readonly options: GroupOptions<S, E, unknown>
  readonly settings: GroupSettings
  readonly store: GroupStore<S, E>
  readonly timers: MachineTimers<E>
}

/** What the commit of a save brings besides the state. */
interface Draft<E> {
  /** To set and cancel in memory. */
  readonly timers: ReadonlyArray<TimerChange<E>>
  readonly logged: number
  readonly tail: number
  readonly dropped: number
  readonly stepPending: boolean
  readonly at: number
}

export class Bookkeeping<S, E extends TaggedEvent> {
  /** The machine is in the store. */
  stored = false
  /** Milliseconds of the newest log entry. */
  lastLogAt: number | null = null
  /** The store says that a step had begun and had not ended. */
  stepPending = false
  private logLength = 0
  private logTail = 0
  private draft: Draft<E> | null = null
  private readonly host: BookkeepingHost<S, E>
  private readonly id: MachineId
  private readonly mailbox: Mailbox<E>

  constructor(host: BookkeepingHost<S, E>, id: MachineId, mailbox: Mailbox<E>) {
    this.host = host
    this.id = id
    this.mailbox = mailbox
  }

  opened(found: StoredMachine<S, E>): void {
    this.stored = found.stored
    this.logLength = found.logLength
    this.logTail = found.logTail
    this.lastLogAt = found.lastLogAt
    this.stepPending = found.stepPending
  }

  /** Saves a plan: null when there was nothing to write or it is written already, else the save to wait for. */
  save(next: Planned<S, E>, hasStep: boolean, at: number): Effect.Effect<void, StoreError> | null {
    const { options, settings, store } = this.host
    const changed = next.state !== next.before || !this.stored
    const stepPending = hasStep && settings.resume
    // An ended machine plans nothing more: what waits leaves the inbox with it, for the dead letters.
    const consumed = inboxRows(this.mailbox, next.ended ? this.mailbox.length : next.takes)
    const planned = this.timerChanges(next, at)
    const spent = settings.durableTimers
      ? this.spentTimers(next.ended ? this.mailbox.length : next.takes)
      : none
    const rows = options.log === undefined ? none : this.logRows(next, at)
    const logDrop = rows.length === 0 ? null : this.logDrop()
    const log = logDrop === null ? rows : this.afterDrop(rows, logDrop, at)
    const journal = settings.journal ? this.journalDrafts(next, at) : none
    const drafted = planned.length + log.length > 0 || stepPending !== this.stepPending
    this.draft = drafted ? this.drafted(planned, log, logDrop, stepPending, at) : null
    if (planned.length > 0) this.host.timers.saving(this.id)
    if (!drafted && !changed && !next.ended && consumed.length + journal.length + spent.length === 0)
      return null
    return store.save({
      id: this.id,
      before: next.before,
      state: next.state,
      changed,
      ended: next.ended,
      stepPending,
      consumed,
      timers: settings.durableTimers ? joined(spent, planned) : none,
      log,
      logLength: this.logLength,
      logTail: this.logTail,
      lastLogAt: this.lastLogAt,
      logDrop,
      journal,
      events: options.project === undefined ? none : next.applied.map(({ event }) => event),
      at,
    })
  }

  private drafted(
    timers: ReadonlyArray<TimerChange<E>>,
    log: ReadonlyArray<NewLogRow>,
    logDrop: LogRange | null,
    stepPending: boolean,
    at: number,
  ): Draft<E> {
    const tail = log[log.length - 1]?.n ?? this.logTail
    const dropped = logDrop === null ? 0 : logDrop.to - logDrop.from
    return { timers, logged: log.length, tail, dropped, stepPending, at }
  }

  /** The save is committed: what it brought holds from now on, and its timers are set. */
  committed(): void {
    this.stored = true
    const { draft } = this
    if (draft === null) return
    this.draft = null
    this.stepPending = draft.stepPending
    this.logLength += draft.logged - draft.dropped
    this.logTail = draft.tail
    if (draft.logged > 0) this.lastLogAt = draft.at
    if (draft.timers.length > 0) this.host.timers.saved(this.id, draft.timers)
  }

  /** Takes the mark of the unfinished step back: the step ended and sent nothing. */
  settle(state: S, at: number): Effect.Effect<void, StoreError> | null {
    this.draft = { timers: none, logged: 0, tail: this.logTail, dropped: 0, stepPending: false, at }
    return this.host.store.save(this.bare(state, at, false, none, none))
  }

  /** Writes that the machine has ended by policy; what waits leaves the inbox, its timers go. */
  ending(state: S, at: number): Effect.Effect<void, StoreError> | null {
    const timers = this.allTimers()
    const spent = this.host.settings.durableTimers ? this.spentTimers(this.mailbox.length) : none
    this.draft = { timers, logged: 0, tail: this.logTail, dropped: 0, stepPending: false, at }
    return this.host.store.save(
      this.bare(state, at, true, inboxRows(this.mailbox, this.mailbox.length), joined(spent, timers)),
    )
  }

  private bare(
    state: S,
    at: number,
    ended: boolean,
    consumed: ReadonlyArray<number>,
    timers: ReadonlyArray<TimerWrite<E>>,
  ): Save<S, E> {
    return {
      id: this.id,
      before: state,
      state,
      changed: !this.stored,
      ended,
      stepPending: false,
      consumed,
      timers: this.host.settings.durableTimers ? timers : none,
      log: none,
      logLength: this.logLength,
      logTail: this.logTail,
      lastLogAt: this.lastLogAt,
      logDrop: null,
      journal: none,
      events: none,
      at,
    }
  }

  private timerChanges(next: Planned<S, E>, at: number): ReadonlyArray<TimerChange<E>> {
    if (next.ended) return this.allTimers()
    return this.host.options.timers?.(next, at) ?? none
  }

  /** An ended machine has no timers. */
  private allTimers(): ReadonlyArray<TimerChange<E>> {
    const armed = this.host.timers.of(this.id)
    return armed.length === 0 ? none : armed.map(({ name }) => cancel(name))
  }

  /** The rows of the timers that posted the first `count` events. */
  private spentTimers(count: number): ReadonlyArray<SpentTimer> {
    let spent: Array<SpentTimer> | null = null
    for (let index = 0; index < count; index++) {
      const { timer } = this.mailbox.note(index)
      if (timer !== null && !this.host.timers.isSetAgain(this.id, timer)) (spent ??= []).push(timer)
    }
    return spent ?? none
  }

  private logRows(next: Planned<S, E>, at: number): ReadonlyArray<NewLogRow> {
    const log = this.host.options.log!
    const rows: Array<NewLogRow> = []
    let before = this.logTail
    const add = (entry: string | null) => {
      if (entry === null) return
      const n = this.host.store.logNumber()
      rows.push({ n, before, at, entry })
      before = n
    }
    for (let index = 0; index < next.takes; index++) add(log.entry(this.mailbox.at(index), at))
    if (next.failure !== null) add(log.failure(next.failure, at))
    return rows
  }

  /** The entries, behind the one that tells of what was dropped. */
  private afterDrop(log: ReadonlyArray<NewLogRow>, logDrop: LogRange, at: number): ReadonlyArray<NewLogRow> {
    const entry = this.host.options.log?.dropped?.(logDrop, at)
    const [first, ...others] = log
    if (entry === undefined || first === undefined) return log
    const n = this.host.store.logNumber()
    return [{ n, before: first.before, at, entry }, { ...first, before: n }, ...others]
  }

  /** What the room wants dropped; the newest entry is what the next one is tied to, and stays. */
  private logDrop(): LogRange | null {
    const wanted = this.host.options.log?.drop?.(this.logLength) ?? null
    if (wanted === null) return null
    const from = Math.max(0, wanted.from)
    const to = Math.min(wanted.to, this.logLength - 1)
    return to > from ? { from, to } : null
  }

  private journalDrafts(next: Planned<S, E>, at: number): ReadonlyArray<JournalDraft> {
    const { options } = this.host
    const { kind } = options
    const drafts: Array<JournalDraft> = next.applied.map(({ event, from, to }) => ({
      at,
      kind,
      id: this.id,
      event: event._tag,
      from,
      to,
      detail: options.journalDetail?.(event, next.state) ?? null,
    }))
    if (next.failure === null) return drafts
    const name = options.stateName(next.before)
    const detail = JSON.stringify({ message: next.failure.message })
    return [...drafts, { at, kind, id: this.id, event: "PlanFailed", from: name, to: name, detail }]
  }
}

const joined = <A, B>(first: ReadonlyArray<A>, second: ReadonlyArray<B>): ReadonlyArray<A | B> =>
  first.length === 0 ? second : [...first, ...second]

/** The durable rows of the first `count` events that wait. */
const inboxRows = <E>(mailbox: Mailbox<E>, count: number): ReadonlyArray<number> => {
  let seqs: Array<number> | null = null
  for (let index = 0; index < count; index++) {
    const { inbox } = mailbox.note(index)
    if (inbox !== 0) (seqs ??= []).push(inbox)
  }
  return seqs ?? none
}

/** The durable rows among these events. */
export const rowsOf = <E>(envelopes: ReadonlyArray<Envelope<E>>): ReadonlyArray<number> =>
  envelopes.flatMap(({ inbox }) => (inbox === 0 ? [] : [inbox]))
