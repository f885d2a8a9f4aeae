/**
 * The machine's contract as plain values: accept an event, ask what is next, say that it is saved, say that the stage
 * is done. It has no fiber, no clock and no store, so both drivers (the supervised fiber, and the simulator's plain
 * loop) keep the same promises by calling it in the same order:
 * `accept`* -> `next` -> save -> `saved` (or `saveFailed`) -> step -> `stageDone` -> `next` ...
 */
import { Mailbox, type Envelope } from "./Mailbox.ts"
import { PlanFailed, type Plan, type Planner } from "./Planner.ts"

/** A plan whose save is under way. At most one per machine. */
export interface Planned<S, E> extends Plan<S, E> {
  readonly before: S
  /** How many envelopes this plan takes out of the mailbox: `processed`, brought into the batch's bounds. */
  readonly takes: number
}

export class MachineCore<S, E> {
  readonly mailbox = new Mailbox<E>()
  state: S
  /** A step runs, or a save is under way: events only queue. */
  busy = false
  /** How many stages (a plan with its step) have been completed. */
  stagesDone = 0
  /** The machine has come to its normal end, or was closed. */
  ended = false
  private readonly planner: Planner<S, E>
  /** The planner took nothing last time; it is asked again when more events wait than these. */
  private deferredAt = 0

  constructor(planner: Planner<S, E>, state: S) {
    this.planner = planner
    this.state = state
  }

  /** Puts an event behind what waits. The caller has checked `ended` and the bound of the mailbox. */
  accept(envelope: Envelope<E>): void {
    this.mailbox.push(envelope)
  }

  /** True when `next` would plan. */
  get ready(): boolean {
    return !this.busy && !this.ended && this.mailbox.length > this.deferredAt
  }

  /**
   * Plans all that waits, or gives null when the machine is busy, ended, or has nothing new. Afterwards the machine
   * is busy until `stageDone`. What the planner throws is a defect and is thrown on; the machine is then as before.
   */
  next(): Planned<S, E> | null {
    if (!this.ready) return null
    const waiting = this.mailbox.length
    const plan = this.planner(this.mailbox, this.state)
    const takes = Math.min(
      plan.failure !== null ? Math.max(plan.processed, 1) : Math.max(plan.processed, 0),
      waiting,
    )
    this.busy = true
    if (plan.failure === null) return { ...plan, before: this.state, takes }
    return { ...plan, state: this.state, step: false, ended: false, before: this.state, takes }
  }

  /** The plan is saved: the state is the machine's, and the consumed events leave the mailbox. */
  saved(planned: Planned<S, E>): void {
    this.state = planned.state
    this.mailbox.drop(planned.takes)
    this.deferredAt = planned.takes === 0 ? this.mailbox.length : 0
    if (planned.ended) this.ended = true
  }

  /** The save failed: nothing happened, and what waited still waits. */
  saveFailed(): void {
    this.busy = false
  }

  /** The step has ended (or there was none): the machine is free, and what waits can be planned. */
  stageDone(): void {
    this.busy = false
    this.stagesDone++
  }

  /** Closes the machine; gives back what was accepted and will not be planned by it. */
  close(): Array<Envelope<E>> {
    this.ended = true
    return this.mailbox.takeAll()
  }
}

/** What a driver reports for a planner that threw: the poison event's batch, as a failure with a name. */
export const defectOf = (state: string, event: string, defect: unknown): PlanFailed =>
  new PlanFailed({ state, event, message: defect instanceof Error ? defect.message : String(defect) })
