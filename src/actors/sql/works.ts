/** What the writer is asked to write: encoded, so that a transaction has nothing to do but write. */
import type * as Effect from "effect/Effect"
import type { JournalDraft } from "../Journal.ts"
import type { ProjectionChange } from "../Projection.ts"
import type { MachineId } from "../Refusal.ts"
import type { NewLogRow } from "../StateStore.ts"

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
    readonly logTail: number
    readonly lastLogAt: number | null
  } | null
  readonly ended: boolean
  readonly stepPending: boolean
  readonly consumed: ReadonlyArray<number>
  readonly timers: ReadonlyArray<TimerRow>
  readonly log: ReadonlyArray<NewLogRow>
  readonly logDrop: { readonly from: number; readonly to: number } | null
  readonly journal: ReadonlyArray<JournalDraft>
  readonly project: ((changes: ReadonlyArray<never>) => Effect.Effect<void, unknown>) | null
  readonly change: ProjectionChange<unknown, unknown> | null
}

export interface TimerRow {
  readonly name: string
  readonly set: { readonly at: number; readonly version: number; readonly event: string } | null
  /** When it is not set: deleted only if it was set to this time; null deletes it at any. */
  readonly firedAt: number | null
}

export interface AcceptWork {
  readonly _tag: "Accept"
  readonly kind: string
  readonly id: MachineId
  readonly version: number
  readonly event: string
  readonly eventId: string | null
}

/** Inbox rows that nobody will plan. */
export interface DiscardWork {
  readonly _tag: "Discard"
  readonly kind: string
  readonly id: MachineId
  readonly seqs: ReadonlyArray<number>
  /** Forgotten with them. */
  readonly eventId: string | null
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

export type Work = SaveWork | AcceptWork | DiscardWork | TimersWork | WriteWork
