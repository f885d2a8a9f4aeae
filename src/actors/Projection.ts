/**
 * What a list shows of a machine: rows that the room's own SQL writes inside the save. A planner never reads them,
 * and they can be made anew from the states (`rebuild`).
 */
import type * as Effect from "effect/Effect"
import type { MachineId } from "./Refusal.ts"

export interface ProjectionChange<S, E> {
  readonly id: MachineId
  readonly before: S
  readonly after: S
  readonly events: ReadonlyArray<E>
  /** Milliseconds on the group's clock. */
  readonly at: number
}

/** Writes the rows of all changes of one commit, in their order. Runs inside the writer's transaction. */
export type Project<S, E> = (changes: ReadonlyArray<ProjectionChange<S, E>>) => Effect.Effect<void, unknown>
