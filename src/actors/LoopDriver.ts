/**
 * The same machines in a plain loop over a timer heap, for simulation: no fiber, no promise, no wall time. It drives
 * hundreds of thousands of events per second, and a run is the same on every machine: work is done in the order in
 * which it was caused, timers by time and then by the order in which they were set.
 */
import * as Data from "effect/Data"
import { MachineCore, type Planned } from "./MachineCore.ts"
import type { Planner, TaggedEvent } from "./Planner.ts"
import { TimerHeap, type Timer } from "./time/TimerHeap.ts"

export type LoopId = string | number

/** The machine has come to its end; it takes no more events. */
export class LoopTerminated extends Data.TaggedError("LoopTerminated")<{ readonly id: LoopId }> {}

export interface LoopOptions<S, E extends TaggedEvent> {
  readonly planner: Planner<S, E>
  readonly initial: (id: LoopId) => S
  /**
   * Starts the step of the state and calls `done` when it ends, once, at once or from a timer; with an event, that
   * event is sent first. Null: the state has no step.
   */
  readonly step: (id: LoopId, state: S, done: (event: E | null) => void) => void
  /** Called after each plan, in order; also after one that failed. */
  readonly observe?: (id: LoopId, planned: Planned<S, E>, now: number) => void
  /** The loop's first instant, in milliseconds. */
  readonly start?: number
}

export class LoopDriver<S, E extends TaggedEvent> {
  private readonly machines = new Map<LoopId, MachineCore<S, E>>()
  private readonly timers = new TimerHeap()
  private readonly runnable: Array<LoopId> = []
  private head = 0
  private time: number
  private readonly options: LoopOptions<S, E>
  /** How many events were consumed by plans. */
  events = 0

  constructor(options: LoopOptions<S, E>) {
    this.options = options
    this.time = options.start ?? 0
  }

  now(): number {
    return this.time
  }

  /** Puts the event into the machine's mailbox; planning happens when the loop comes to it. */
  send(id: LoopId, event: E): LoopTerminated | null {
    const machine = this.machine(id)
    if (machine.ended) return new LoopTerminated({ id })
    machine.accept({ event, inbox: 0, timer: null, reply: null })
    this.wake(id, machine)
    return null
  }

  get(id: LoopId): S | undefined {
    return this.machines.get(id)?.state
  }

  isBusy(id: LoopId): boolean {
    return this.machines.get(id)?.busy ?? false
  }

  ids(): IterableIterator<LoopId> {
    return this.machines.keys()
  }

  /** Runs `run` after `millis` of the loop's time. */
  after(millis: number, run: () => void): Timer {
    return this.timers.set(this.time + Math.max(0, millis), run)
  }

  at(time: number, run: () => void): Timer {
    return this.timers.set(Math.max(this.time, time), run)
  }

  cancel(timer: Timer): void {
    this.timers.cancel(timer)
  }

  /** Timers that are pending. */
  get pendingTimers(): number {
    return this.timers.size
  }

  /** Runs until nothing is left to do, or nothing before `until`; the time is then `until`. */
  run(until: number = Number.POSITIVE_INFINITY): void {
    this.drain()
    for (;;) {
      const next = this.timers.nextAt()
      if (next === null || next > until) break
      this.time = next
      for (let due = this.timers.takeDue(next); due !== null; due = this.timers.takeDue(next)) {
        due()
        this.drain()
      }
    }
    if (Number.isFinite(until) && until > this.time) this.time = until
  }

  private machine(id: LoopId): MachineCore<S, E> {
    const known = this.machines.get(id)
    if (known !== undefined) return known
    const machine = new MachineCore(this.options.planner, this.options.initial(id))
    this.machines.set(id, machine)
    return machine
  }

  private wake(id: LoopId, machine: MachineCore<S, E>): void {
    if (machine.ready) this.runnable.push(id)
  }

  private drain(): void {
    while (this.head < this.runnable.length) {
      const id = this.runnable[this.head++]!
      this.turn(id, this.machines.get(id)!)
    }
    this.runnable.length = 0
    this.head = 0
  }

  private turn(id: LoopId, machine: MachineCore<S, E>): void {
    const planned = machine.next()
    if (planned === null) return
    machine.saved(planned)
    this.events += planned.takes
    this.options.observe?.(id, planned, this.time)
    if (!planned.step || planned.ended) {
      machine.stageDone()
      this.wake(id, machine)
      return
    }
    let ended = false
    this.options.step(id, machine.state, (event) => {
      if (ended) return
      ended = true
      if (event !== null && !machine.ended) machine.accept({ event, inbox: 0, timer: null, reply: null })
      machine.stageDone()
      this.wake(id, machine)
    })
  }
}
