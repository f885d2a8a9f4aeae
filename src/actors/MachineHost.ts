/**
 * What a live machine needs of its group, and what it can be in. The machine knows its group only through this.
 */
import type * as Clock from "effect/Clock"
import type * as Effect from "effect/Effect"
import type { BookkeepingHost } from "./Bookkeeping.ts"
import type { Change } from "./GroupOptions.ts"
import type { TaggedEvent } from "./Planner.ts"
import type { MachineId, Refusal } from "./Refusal.ts"
import type { StoreError } from "./StoreError.ts"

/** `restarting`: it died and its supervisor will start it again; `evicted`: it left memory, the store has it. */
export type Phase = "loading" | "live" | "restarting" | "parked" | "ended" | "evicted"

/** What went wrong: the planner's refusal of a batch, a step, a save, a load, or a throw. */
export type Trouble = "plan" | "step" | "save" | "load" | "defect"

/** The last trouble that a machine had. */
export interface LastFailure {
  readonly what: Trouble
  readonly message: string
  readonly at: number
}

export interface MachineHost<S, E extends TaggedEvent> extends BookkeepingHost<S, E> {
  readonly clock: Clock.Clock
  /** The group's `init`, to be run through before anything is planned; null when there is none. */
  readonly ready: Effect.Effect<void> | null
  readonly observed: () => boolean
  readonly changed: (change: Change<S, E>) => void
  readonly deadLetter: (id: MachineId, event: E, reason: string) => void
  readonly failed: (id: MachineId, what: Trouble, message: string) => void
  /** Sends to the machine's successor: it had left memory. */
  readonly resend: (id: MachineId, event: E) => Effect.Effect<void, Refusal | StoreError>
}
