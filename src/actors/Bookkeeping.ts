/**
 * What one machine has in the store, and what a plan adds to it: state, log, journal, timers, consumed events, the
 * mark of an unfinished step. Prepares the one save of a plan and remembers it when it is committed.
 */
import type * as Effect from "effect/Effect"
import type { GroupOptions, GroupSettings } from "./GroupOptions.ts"
import type { JournalDraft } from "./Journal.ts"
import type { Planned } from "./MachineCore.ts"
import type { Mailbox } from "./Mailbox.ts"
import type { TaggedEvent } from "./Planner.ts"
import type { MachineId } from "./Refusal.ts"
import type { GroupStore, LogRow, Save, StoredMachine } from "./StateStore.ts"
import type { StoreError } from "./StoreError.ts"
import type { TimerChange } from "./Timers.ts"

const none: ReadonlyArray<never> = []

export interface BookkeepingHost<S, E extends TaggedEvent> {
  readonly options: GroupOptions<S, E, unknown>
  readonly settings: GroupSettings
  readonly store: GroupStore<S, E>
}

/** What the commit of a plan brings besides the state. */
interface Draft<E> {
  readonly timers: ReadonlyArray<TimerChange<E>>
  readonly logged: number
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
    this.lastLogAt = found.lastLogAt
    this.stepPending = found.stepPending
  }

  /** Saves a plan: null when there was nothing to write or it is written already, else the save to wait for. */
  save(next: Planned<S, E>, hasStep: boolean, at: number): Effect.Effect<void, StoreError> | null {
    const { options, settings } = this.host
    const changed = next.state !== next.before || !this.stored
    const stepPending = hasStep && settings.resume
    const consumed = this.consumed(next)
    const timers = this.timerChanges(next, at)
    const rows = options.log === undefined ? none : this.logRows(next, at)
    const journal = settings.journal ? this.journalDrafts(next, at) : none
    const logDrop = rows.length === 0 ? null : (options.log?.drop?.(this.logLength) ?? null)
    const gap = logDrop === null ? undefined : options.log?.dropped?.(logDrop, at)
    const log = gap === undefined ? rows : [{ at, entry: gap }, ...rows]
    const dropped = logDrop === null ? 0 : logDrop.to - logDrop.from
    this.draft =
      timers.length + log.length === 0 && stepPending === this.stepPending
        ? null
        : { timers, logged: log.length, dropped, stepPending, at }
    const idle =
      !changed && !next.ended && this.draft === null && consumed.length === 0 && journal.length === 0
    if (idle) return null
    return this.host.store.save({
      id: this.id,
      before: next.before,
      state: next.state,
      changed,
      ended: next.ended,
      stepPending,
      consumed,
      timers: settings.durableTimers ? timers : none,
      log,
      logLength: this.logLength,
      lastLogAt: this.lastLogAt,
      logDrop,
      journal,
      events: next.applied.length === 0 ? none : next.applied.map((applied) => applied.event),
      at,
    })
  }

  /** The save is committed; gives the timers to set. */
  committed(): ReadonlyArray<TimerChange<E>> {
    this.stored = true
    const { draft } = this
    if (draft === null) return none
    this.draft = null
    this.stepPending = draft.stepPending
    this.logLength += draft.logged - draft.dropped
    if (draft.logged > 0) this.lastLogAt = draft.at
    return draft.timers
  }

  /** Takes the mark of the unfinished step back: the step ended and sent nothing. */
  settle(state: S, at: number): Effect.Effect<void, StoreError> | null {
    const save: Save<S, E> = {
      id: this.id,
      before: state,
      state,
      changed: false,
      ended: false,
      stepPending: false,
      consumed: none,
      timers: none,
      log: none,
      logLength: this.logLength,
      lastLogAt: this.lastLogAt,
      logDrop: null,
      journal: none,
      events: none,
      at,
    }
    this.draft = { timers: none, logged: 0, dropped: 0, stepPending: false, at }
    return this.host.store.save(save)
  }

  private consumed(next: Planned<S, E>): ReadonlyArray<number> {
    let seqs: Array<number> | null = null
    // An ended machine plans nothing more: what waits leaves the inbox with it, for the dead letters.
    const count = next.ended ? this.mailbox.length : next.takes
    for (let index = 0; index < count; index++) {
      const { inbox } = this.mailbox.envelope(index)
      if (inbox !== 0) (seqs ??= []).push(inbox)
    }
    return seqs ?? none
  }

  private timerChanges(next: Planned<S, E>, at: number): ReadonlyArray<TimerChange<E>> {
    let changes: Array<TimerChange<E>> | null = null
    for (let index = 0; index < next.takes; index++) {
      const { timer } = this.mailbox.envelope(index)
      if (timer !== null) (changes ??= []).push({ _tag: "Cancel", name: timer })
    }
    const planned = this.host.options.timers?.(next, at)
    if (planned !== undefined && planned.length > 0) changes = [...(changes ?? []), ...planned]
    return changes ?? none
  }

  private logRows(next: Planned<S, E>, at: number): ReadonlyArray<LogRow> {
    const log = this.host.options.log!
    const rows: Array<LogRow> = []
    for (let index = 0; index < next.takes; index++) {
      const entry = log.entry(this.mailbox.at(index), at)
      if (entry !== null) rows.push({ at, entry })
    }
    if (next.failure !== null) rows.push({ at, entry: log.failure(next.failure, at) })
    return rows
  }

  private journalDrafts(next: Planned<S, E>, at: number): ReadonlyArray<JournalDraft> {
    const { options } = this.host
    const entry = { at, kind: options.kind, id: this.id }
    const drafts: Array<JournalDraft> = next.applied.map(({ event, from, to }) => ({
      ...entry,
      event: event._tag,
      from,
      to,
      detail: options.journalDetail?.(event, next.state) ?? null,
    }))
    if (next.failure === null) return drafts
    const name = options.stateName(next.before)
    const detail = JSON.stringify({ message: next.failure.message })
    return [...drafts, { ...entry, event: "PlanFailed", from: name, to: name, detail }]
  }
}
