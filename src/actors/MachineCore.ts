/**
 * The machine's contract as plain values: accept an event, ask what is next, say that it is saved, say that the stage
 * is done. It has no fiber, no clock and no store, so both drivers (the supervised fiber, and the simulator's plain
 * loop) keep the same promises by calling it in the same order:
 * `accept`* -> `next` -> save -> `saved` (or `saveFailed`) -> step -> `stageDone` -> `next` ...
 */
import { Mailbox, type Envelope, type Note } from "./Mailbox.ts"
import type { Plan, Planner } from "./Planner.ts"

/** A plan whose save is under way. At most one per machine. */
export interface Planned<S, E> extends Plan<S, E> {
  readonly before: S
  /** How many envelopes this plan takes out of the mailbox: `processed`, brought into the batch's bounds. */
  readonly takes: number
  /** How many events waited when it was made. */
  readonly waiting: number
}

/** `processed` in the bounds of the batch: a planner that failed takes at least one, so that no poison spins. */
const takesOf = (processed: number, waiting: number, failed: boolean): number => {
  if (processed >= waiting) return waiting
  const whole = processed > 0 ? Math.floor(processed) : 0
  return failed && whole === 0 ? 1 : whole
}

export class MachineCore<S, E> {
  readonly mailbox = new Mailbox<E>()
  state: S
  /** A step runs, or a save is under way: events only queue. */
  busy = false
  /** How many stages (a plan with its step) have been completed. */
  stagesDone = 0
  /** How many events plans have taken. */
  taken = 0
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
  accept(event: E, note: Note | null = null): void {
    this.mailbox.push(event, note)
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
    const before = this.state
    const { state, processed, applied, rejected, step, ended, failure } = this.planner(this.mailbox, before)
    const takes = takesOf(processed, waiting, failure !== null)
    this.busy = true
    return failure === null
      ? { state, processed, applied, rejected, step, ended, failure, before, takes, waiting }
      : {
          state: before,
          processed,
          applied: [],
          rejected,
          step: false,
          ended: false,
          failure,
          before,
          takes,
          waiting,
        }
  }

  /** The plan is saved: the state is the machine's, and the consumed events leave the mailbox. */
  saved(planned: Planned<S, E>): void {
    this.state = planned.state
    this.mailbox.drop(planned.takes)
    this.taken += planned.takes
    this.deferredAt = planned.takes === 0 ? planned.waiting : 0
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

  /** Starts over from a stored state; what waits goes on waiting. */
  reopen(state: S): void {
    this.state = state
    this.ended = false
    this.deferredAt = 0
  }

  /** Closes the machine; gives back what was accepted and will not be planned by it. */
  close(): Array<Envelope<E>> {
    this.ended = true
    return this.mailbox.takeAll()
  }
}
