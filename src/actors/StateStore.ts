/**
 * Where machines live: state, log, journal, timers, waiting events and projection rows, each save in one
 * transaction. A group opens its part of the store once, with its codecs, and works through that. `layerMemory` is
 * the twin of the SQLite side in `sql/`.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Codec } from "./Codec.ts"
import type { JournalDraft } from "./Journal.ts"
import type { Project } from "./Projection.ts"
import type { MachineId } from "./Refusal.ts"
import type { StoreError } from "./StoreError.ts"
import type { TimerWrite } from "./Timers.ts"

/** What the store knows of one machine. */
export interface StoredMachine<S, E> {
  readonly state: S
  /** False: nothing but waiting events is there, and the state is the initial one. */
  readonly stored: boolean
  readonly ended: boolean
  /** The step of this state had started and had not ended. */
  readonly stepPending: boolean
  readonly logLength: number
  /** The number of the newest log entry, 0 when there is none. */
  readonly logTail: number
  /** Milliseconds of the newest log entry, null when there is none. */
  readonly lastLogAt: number | null
  /** Durable events that were accepted and not planned, oldest first. */
  readonly inbox: ReadonlyArray<{ readonly seq: number; readonly event: E }>
}

/** A log entry as stored: its time and its JSON. */
export interface LogRow {
  readonly at: number
  readonly entry: string
}

/** A log entry to be written, with its number and that of the entry before it (0 for the first). */
export interface NewLogRow extends LogRow {
  readonly n: number
  readonly before: number
}

/** One save: all of it, or nothing. */
export interface Save<S, E> {
  readonly id: MachineId
  /** The state before, for the projection. */
  readonly before: S
  readonly state: S
  /** False: the state is as it was and is not written. */
  readonly changed: boolean
  readonly ended: boolean
  readonly stepPending: boolean
  /** Inbox rows that are consumed. */
  readonly consumed: ReadonlyArray<number>
  readonly timers: ReadonlyArray<TimerWrite<E>>
  readonly log: ReadonlyArray<NewLogRow>
  /**
   * How many log entries there were before this save; drops `logDrop` (a range of positions, never the newest) first.
   */
  readonly logLength: number
  /** The number of the newest entry before this save; 0, or left out, when there is none. */
  readonly logTail?: number
  /** Milliseconds of the newest entry before this save. */
  readonly lastLogAt: number | null
  readonly logDrop: { readonly from: number; readonly to: number } | null
  readonly journal: ReadonlyArray<JournalDraft>
  /** The events that moved the machine, for the projection. */
  readonly events: ReadonlyArray<E>
  readonly at: number
}

/** How long event ids are remembered at least, so that a re-send is known as one. */
export const eventIdMillis = 7 * 86_400_000

export type Accepted = { readonly _tag: "Accepted"; readonly seq: number } | { readonly _tag: "Duplicate" }

export interface Page<S> {
  readonly machines: ReadonlyArray<{ readonly id: MachineId; readonly state: S; readonly ended: boolean }>
  /** Where the next page begins; null at the end. */
  readonly next: MachineId | null
}

export interface StoredTimer<E> {
  readonly id: MachineId
  readonly name: string
  readonly at: number
  readonly event: E
}

/** A group's part of the store. */
export interface GroupStore<S, E> {
  /**
   * The machine at once when the store can (memory), else an Effect. Null: nothing is stored under this id, not even
   * waiting events.
   */
  readonly load: (
    id: MachineId,
    initial: (id: MachineId) => S,
  ) => StoredMachine<S, E> | null | Effect.Effect<StoredMachine<S, E> | null, StoreError>
  /** A number for a log entry; each is given once. */
  readonly logNumber: () => number
  /** Null when it is saved at once (memory), else an Effect that resolves after the commit. */
  readonly save: (save: Save<S, E>) => Effect.Effect<void, StoreError> | null
  /**
   * Resolves when the event is in the durable inbox. An event id that was seen before is a `Duplicate`; ids are
   * remembered for `eventIdMillis` of the store's own clock, not of the group's.
   */
  readonly accept: (id: MachineId, event: E, eventId: string | null) => Effect.Effect<Accepted, StoreError>
  /**
   * Takes events out of the durable inbox that nobody will plan: their machine has ended. Gives how many there were.
   * With an event id, that is forgotten with the event: its sender is told no, and may send it again.
   */
  readonly discard: (
    id: MachineId,
    seqs: ReadonlyArray<number>,
    eventId: string | null,
  ) => Effect.Effect<number, StoreError>
  readonly has: (id: MachineId) => Effect.Effect<boolean, StoreError>
  readonly list: (after: MachineId | null, limit: number) => Effect.Effect<Page<S>, StoreError>
  /** Machines with waiting durable events or an unfinished step, in the order of their ids, behind `after`. */
  readonly unfinished: (
    after: MachineId | null,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<MachineId>, StoreError>
  readonly timers: Effect.Effect<ReadonlyArray<StoredTimer<E>>, StoreError>
  readonly setTimers: (
    id: MachineId,
    changes: ReadonlyArray<TimerWrite<E>>,
  ) => Effect.Effect<void, StoreError>
  /** Log entries from a position (0 is the oldest kept), oldest first. */
  readonly log: (
    id: MachineId,
    from: number,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<LogRow>, StoreError>
}

export interface GroupShelf<S, E> {
  readonly kind: string
  readonly state: Codec<S>
  readonly event: Codec<E>
  readonly project: Project<S, E> | null
  /** False: the shelf keeps timers and waiting events only while the process lives. */
  readonly durableTimers: boolean
}

export class StateStore extends Context.Tag("linkseal/actors/StateStore")<
  StateStore,
  {
    readonly open: <S, E>(shelf: GroupShelf<S, E>) => GroupStore<S, E>
    /**
     * Runs a room's own writes in a transaction of the one writer, with journal entries in the same commit. For what
     * is projection only (tags, titles), not for state. Never sleep, fetch or ask a machine inside.
     */
    readonly write: <A, Err>(
      effect: Effect.Effect<A, Err>,
      journal?: ReadonlyArray<JournalDraft>,
    ) => Effect.Effect<A, Err | StoreError>
  }
>() {}
