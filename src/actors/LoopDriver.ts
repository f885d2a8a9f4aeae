/**
 * The same machines in a plain loop over a timer heap, for simulation: no fiber, no promise, no wall time. It drives
 * hundreds of thousands of events per second, and a run is the same on every machine: work is done in the order in
 * which it was caused, timers by time and then by the order in which they were set.
 */
import * as Data from "effect/Data"
import { MachineCore, type Planned } from "./MachineCore.ts"
import type { Planner, TaggedEvent } from "./Planner.ts"
import { TimerQueue, type Timer } from "./time/TimerHeap.ts"

export type LoopId = string | number

/** The machine has come to its end; it takes no more events. */
export class LoopTerminated extends Data.TaggedError("LoopTerminated")<{ readonly id: LoopId }> {}

/** The machine's planner threw; it takes no more events, and what had waited still waits. */
export class LoopParked extends Data.TaggedError("LoopParked")<{
  readonly id: LoopId
  readonly defect: unknown
}> {}

/** What a machine's planner or step threw. */
export interface LoopDefect {
  readonly what: "plan" | "step"
  readonly defect: unknown
}

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
  /**
   * Called when the planner (the machine is parked then) or the start of a step (the machine goes on with what waits)
   * throws; the others go on. When left out the throw ends the run: a simulation should be loud.
   */
  readonly defect?: (id: LoopId, defect: LoopDefect) => void
  /** The loop's first instant, in milliseconds. */
  readonly start?: number
}

/** A machine of the loop. */
class Member<S, E extends TaggedEvent> extends MachineCore<S, E> {
  readonly id: LoopId
  /** It stands in the queue of those to be planned. */
  queued = false
  parked: LoopDefect | null = null
  /** The step that runs, counted: a `done` of another is none. */
  step = 0

  constructor(id: LoopId, planner: Planner<S, E>, state: S) {
    super(planner, state)
    this.id = id
  }
}

/** What is due: an event for a machine, or a call. In one shape, for a closure would cost as much again. */
class Due<S, E extends TaggedEvent> implements Timer {
  readonly at: number
  isSet = true
  readonly machine: Member<S, E> | null
  readonly what: E | (() => void)

  constructor(at: number, machine: Member<S, E> | null, what: E | (() => void)) {
    this.at = at
    this.machine = machine
    this.what = what
  }
}

export class LoopDriver<S, E extends TaggedEvent> {
  private readonly machines = new Map<LoopId, Member<S, E>>()
  private readonly timers = new TimerQueue<Due<S, E>>()
  private readonly runnable: Array<Member<S, E>> = []
  private head = 0
  /** The machine whose turn it was last. */
  private current: Member<S, E> | null = null
  private time: number
  private readonly options: LoopOptions<S, E>
  private readonly observe: LoopOptions<S, E>["observe"]
  /** How many events were consumed by plans. */
  events = 0

  constructor(options: LoopOptions<S, E>) {
    this.options = options
    this.observe = options.observe
    this.time = options.start ?? 0
  }

  now(): number {
    return this.time
  }

  /** Puts the event into the machine's mailbox; planning happens when the loop comes to it. */
  send(id: LoopId, event: E): LoopTerminated | LoopParked | null {
    const machine = this.machine(id)
    if (machine.ended) return new LoopTerminated({ id })
    if (machine.parked !== null) return new LoopParked({ id, defect: machine.parked.defect })
    this.take(machine, event)
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

  /** Lets a parked machine plan again what waits for it. */
  restart(id: LoopId): void {
    const machine = this.machines.get(id)
    if (machine === undefined) return
    machine.parked = null
    this.wake(machine)
  }

  /** Sends the event to the machine after `millis` of the loop's time; to an ended or parked machine it is lost. */
  sendAfter(millis: number, id: LoopId, event: E): Timer {
    return this.timers.add(new Due(this.later(millis), this.machine(id), event))
  }

  /** Runs `run` after `millis` of the loop's time. */
  after(millis: number, run: () => void): Timer {
    return this.timers.add(new Due<S, E>(this.later(millis), null, run))
  }

  at(time: number, run: () => void): Timer {
    return this.timers.add(new Due<S, E>(Math.max(this.time, time), null, run))
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
    const { timers } = this
    this.drain()
    for (let next = timers.nextAt(); next !== null && next <= until; next = timers.nextAt()) {
      this.time = next
      for (let due = timers.take(next); due !== null; due = timers.take(next)) {
        this.fire(due)
        this.drain()
      }
    }
    if (Number.isFinite(until) && until > this.time) this.time = until
  }

  private later(millis: number): number {
    return millis > 0 ? this.time + millis : this.time
  }

  private fire({ machine, what }: Due<S, E>): void {
    if (machine === null) (what as () => void)()
    else if (!machine.ended && machine.parked === null) this.take(machine, what as E)
  }

  private machine(id: LoopId): Member<S, E> {
    // Mostly a step asks, and mostly for its own machine.
    if (this.current !== null && this.current.id === id) return this.current
    const known = this.machines.get(id)
    if (known !== undefined) return known
    const machine = new Member<S, E>(id, this.options.planner, this.options.initial(id))
    this.machines.set(id, machine)
    return machine
  }

  private take(machine: Member<S, E>, event: E): void {
    machine.accept(event)
    if (!machine.queued) this.wake(machine)
  }

  private wake(machine: Member<S, E>): void {
    if (machine.queued || machine.parked !== null || !machine.ready) return
    machine.queued = true
    this.runnable.push(machine)
  }

  private drain(): void {
    const { runnable } = this
    while (this.head < runnable.length) {
      const machine = runnable[this.head++]!
      machine.queued = false
      this.turn(machine)
    }
    this.head = 0
    // One machine is what mostly ran, and `pop` is the cheapest way.
    if (runnable.length === 1) runnable.pop()
    else runnable.length = 0
  }

  private turn(machine: Member<S, E>): void {
    this.current = machine
    const planned = this.plan(machine)
    if (planned === null) return
    machine.saved(planned)
    this.events += planned.takes
    if (this.observe !== undefined) this.observe(machine.id, planned, this.time)
    if (planned.step && !planned.ended) return this.startStep(machine)
    machine.stageDone()
    if (machine.ready) this.wake(machine)
  }

  private plan(machine: Member<S, E>): Planned<S, E> | null {
    const { defect: tell } = this.options
    if (tell === undefined) return machine.next()
    try {
      return machine.next()
    } catch (defect) {
      machine.parked = { what: "plan", defect }
      tell(machine.id, machine.parked)
      return null
    }
  }

  private startStep(machine: Member<S, E>): void {
    const current = ++machine.step
    const done = (event: E | null) => {
      if (machine.step !== current) return
      machine.step++
      if (event !== null && !machine.ended) machine.accept(event)
      machine.stageDone()
      if (machine.ready) this.wake(machine)
    }
    const { defect: tell, step } = this.options
    if (tell === undefined) return step(machine.id, machine.state, done)
    try {
      step(machine.id, machine.state, done)
    } catch (defect) {
      tell(machine.id, { what: "step", defect })
      done(null)
    }
  }
}
