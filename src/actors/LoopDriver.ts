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
class Member<S, E extends TaggedEvent> {
  readonly id: LoopId
  readonly core: MachineCore<S, E>
  /** It stands in the queue of those to be planned. */
  queued = false
  parked: LoopDefect | null = null

  constructor(id: LoopId, core: MachineCore<S, E>) {
    this.id = id
    this.core = core
  }
}

export class LoopDriver<S, E extends TaggedEvent> {
  private readonly machines = new Map<LoopId, Member<S, E>>()
  private readonly timers = new TimerHeap()
  private readonly runnable: Array<Member<S, E>> = []
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
  send(id: LoopId, event: E): LoopTerminated | LoopParked | null {
    const machine = this.machine(id)
    if (machine.core.ended) return new LoopTerminated({ id })
    if (machine.parked !== null) return new LoopParked({ id, defect: machine.parked.defect })
    this.accept(machine, event)
    return null
  }

  get(id: LoopId): S | undefined {
    return this.machines.get(id)?.core.state
  }

  isBusy(id: LoopId): boolean {
    return this.machines.get(id)?.core.busy ?? false
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

  /** Runs `run` after `millis` of the loop's time. */
  after(millis: number, run: () => void): Timer {
    return this.timers.set(millis > 0 ? this.time + millis : this.time, run)
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
    const { timers } = this
    this.drain()
    for (let next = timers.nextAt(); next !== null && next <= until; next = timers.nextAt()) {
      this.time = next
      for (let due = timers.takeDue(next); due !== null; due = timers.takeDue(next)) {
        due()
        this.drain()
      }
    }
    if (Number.isFinite(until) && until > this.time) this.time = until
  }

  private machine(id: LoopId): Member<S, E> {
    const known = this.machines.get(id)
    if (known !== undefined) return known
    const machine = new Member(id, new MachineCore(this.options.planner, this.options.initial(id)))
    this.machines.set(id, machine)
    return machine
  }

  private accept(machine: Member<S, E>, event: E): void {
    machine.core.accept({ event, inbox: 0, timer: null, reply: null })
    this.wake(machine)
  }

  private wake(machine: Member<S, E>): void {
    if (machine.queued || machine.parked !== null || !machine.core.ready) return
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
    runnable.length = 0
    this.head = 0
  }

  private turn(machine: Member<S, E>): void {
    const { core, id } = machine
    const planned = this.plan(machine)
    if (planned === null) return
    core.saved(planned)
    this.events += planned.takes
    this.options.observe?.(id, planned, this.time)
    if (planned.step && !planned.ended) return this.startStep(machine)
    core.stageDone()
    this.wake(machine)
  }

  private plan(machine: Member<S, E>): Planned<S, E> | null {
    const { defect: tell } = this.options
    if (tell === undefined) return machine.core.next()
    try {
      return machine.core.next()
    } catch (defect) {
      machine.parked = { what: "plan", defect }
      tell(machine.id, machine.parked)
      return null
    }
  }

  private startStep(machine: Member<S, E>): void {
    const { core, id } = machine
    let running = true
    const done = (event: E | null) => {
      if (!running) return
      running = false
      if (event !== null && !core.ended) core.accept({ event, inbox: 0, timer: null, reply: null })
      core.stageDone()
      this.wake(machine)
    }
    const { defect: tell, step } = this.options
    if (tell === undefined) return step(id, core.state, done)
    try {
      step(id, core.state, done)
    } catch (defect) {
      tell(id, { what: "step", defect })
      done(null)
    }
  }
}
