/**
 * What a planner is: a pure function from all waiting events and the state to the next state. It decides how many
 * events it consumed; the machine saves the result, drops those events, and runs the step of the state it is in.
 */
import * as Data from "effect/Data"

/** Events are plain tagged data, so that they can be stored, logged and shown. */
export interface TaggedEvent {
  readonly _tag: string
}

/** All events that wait, oldest first. A view: valid only during the call of the planner. */
export interface Pending<E> {
  readonly length: number
  readonly at: (index: number) => E
}

/** One event that was taken, and the states around it. */
export interface Applied<E> {
  readonly event: E
  readonly from: string
  readonly to: string
}

/** The state does not take the event. The record stays as it was. */
export class InvalidTransition extends Data.TaggedError("InvalidTransition")<{
  readonly kind: string
  readonly state: string
  readonly event: string
}> {
  override get message() {
    return `${this.kind} in state ${this.state || "(new)"} does not take the event ${this.event}`
  }
}

/** A planner's own failure, by name: a row that could not be applied, a state nobody knows. */
export class PlanFailed extends Data.TaggedError("PlanFailed")<{
  readonly state: string
  readonly event: string
  readonly message: string
}> {}

export type PlanFailure = InvalidTransition | PlanFailed

export const isPlanFailure = (value: unknown): value is PlanFailure =>
  value instanceof InvalidTransition || value instanceof PlanFailed

/** An event that was consumed without effect, and why; it goes to the dead letters. */
export interface Rejected<E> {
  readonly index: number
  readonly event: E
  readonly failure: PlanFailure
}

/** What planning one batch came to. */
export interface Plan<S, E> {
  /** The state after the consumed events; the very same object when nothing changed (then it is not written). */
  readonly state: S
  /** How many events of the batch are consumed; more than the batch counts as all. 0: wait for a new event. */
  readonly processed: number
  readonly applied: ReadonlyArray<Applied<E>>
  readonly rejected: ReadonlyArray<Rejected<E>>
  /** Run the step of the state the machine is in now. */
  readonly step: boolean
  /** The normal end (ErrTerminated): the state is saved, no step runs, later sends are refused. */
  readonly ended: boolean
  /** The batch failed as a whole: `state` is not saved, `processed` events (at least one) are consumed. */
  readonly failure: PlanFailure | null
}

export type Planner<S, E> = (pending: Pending<E>, state: S) => Plan<S, E>

const nothing: ReadonlyArray<never> = []

/** A plan that takes `processed` events, for planners written by hand. */
export const plan = <S, E>(state: S, processed: number, more: Partial<Plan<S, E>> = {}): Plan<S, E> => ({
  state,
  processed,
  applied: nothing,
  rejected: nothing,
  step: true,
  ended: false,
  failure: null,
  ...more,
})

/** A plan in which the batch failed as a whole. */
export const failed = <S, E>(state: S, processed: number, failure: PlanFailure): Plan<S, E> =>
  plan(state, processed, { step: false, failure })

/** A batch from a plain list; for tests, replays and planners that call planners. */
export const pendingOf = <E>(events: ReadonlyArray<E>): Pending<E> => ({
  length: events.length,
  at: (index) => events[index]!,
})
