/**
 * A delayed event is a timer with a name that posts into its machine's mailbox; it is no sleeping fiber. A durable
 * group stores its timers with the machine, in the commit of the plan that set them, and arms them again at start;
 * a volatile group (sectors, as in Lotus) loses them with the process.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import { TimerHeap, type Timer } from "./time/TimerHeap.ts"
import type { MachineId } from "./Refusal.ts"
import type { StoreError } from "./StoreError.ts"

/** A change of one machine's timers: setting a name that is set replaces it. */
export type TimerChange<E> =
  | { readonly _tag: "Set"; readonly name: string; readonly at: number; readonly event: E }
  | { readonly _tag: "Cancel"; readonly name: string }

/** Posts the event at a time of the group's clock (milliseconds since 1970), or at once when that has passed. */
export const at = <E>(name: string, time: number, event: E): TimerChange<E> => ({
  _tag: "Set",
  name,
  at: time,
  event,
})

/** Posts the event `millis` after `now`, the time that the plan or the step was given. */
export const after = <E>(name: string, millis: number, event: E, now: number): TimerChange<E> =>
  at(name, now + Math.max(0, millis), event)

/** Takes the row of a timer that has fired out of the store, but not when the name was set anew to another time. */
export interface SpentTimer {
  readonly _tag: "Spent"
  readonly name: string
  readonly at: number
}

/** What the store is told of timers. */
export type TimerWrite<E> = TimerChange<E> | SpentTimer

export const cancel = (name: string): TimerChange<never> => ({ _tag: "Cancel", name })

/** How long the alarm sleeps at once: the timers of Node go wrong beyond 2^31 milliseconds, which is 25 days. */
const longestSleepMillis = 2 ** 30

/** One alarm for a whole group: the timers in a heap, and one sleep until the earliest of them. */
export class Alarm {
  private readonly heap = new TimerHeap()
  private sleeping: { readonly at: number; readonly fiber: Fiber.RuntimeFiber<void> } | null = null
  private readonly clock: Clock.Clock
  private readonly runtime: Runtime.Runtime<never>
  private stopped = false

  constructor(clock: Clock.Clock, runtime: Runtime.Runtime<never>) {
    this.clock = clock
    this.runtime = runtime
  }

  set(time: number, run: () => void): Timer {
    const timer = this.heap.set(time, run)
    this.arm()
    return timer
  }

  cancel(timer: Timer): void {
    this.heap.cancel(timer)
    if (this.heap.size === 0) this.sleep(null)
  }

  /** Nothing fires any more. */
  stop(): void {
    this.stopped = true
    this.sleep(null)
  }

  private arm(): void {
    const next = this.heap.nextAt()
    if (next === null || this.stopped || (this.sleeping !== null && this.sleeping.at <= next)) return
    this.sleep(next)
  }

  private sleep(time: number | null): void {
    if (this.sleeping !== null) {
      this.sleeping.fiber.unsafeInterruptAsFork(this.sleeping.fiber.id())
      this.sleeping = null
    }
    if (time === null) return
    const delay = Math.min(Math.max(0, time - this.clock.unsafeCurrentTimeMillis()), longestSleepMillis)
    const wake = Effect.zipRight(
      this.clock.sleep(Duration.millis(delay)),
      Effect.sync(() => this.fire()),
    )
    this.sleeping = { at: time, fiber: Runtime.runFork(this.runtime, wake) }
  }

  private fire(): void {
    this.sleeping = null
    const now = this.clock.unsafeCurrentTimeMillis()
    for (let run = this.heap.takeDue(now); run !== null; run = this.heap.takeDue(now)) run()
    this.arm()
  }
}

interface Armed<E> {
  readonly timer: Timer
  readonly change: TimerChange<E>
}

/** The armed timers of a group's machines, by machine and name. */
export class MachineTimers<E> {
  private readonly armed = new Map<MachineId, Map<string, Armed<E>>>()
  /** Names that were changed from outside while a save of the machine is under way that changes timers too. */
  private readonly changedSince = new Map<MachineId, Set<string>>()
  /** What stood before a change that the store refused. */
  private readonly refused = new WeakMap<TimerChange<E>, TimerChange<E>>()
  private readonly alarm: Alarm
  private readonly post: (id: MachineId, fired: SpentTimer, event: E) => void

  constructor(alarm: Alarm, post: (id: MachineId, fired: SpentTimer, event: E) => void) {
    this.alarm = alarm
    this.post = post
  }

  /** A save that changes timers is on its way to the store: what is changed from outside from now on is behind it there. */
  saving(id: MachineId): void {
    this.changedSince.set(id, new Set())
  }

  /** The save is committed: does its changes, but for names that were changed behind it. */
  saved(id: MachineId, changes: ReadonlyArray<TimerChange<E>>): void {
    const since = this.changedSince.get(id)
    this.changedSince.delete(id)
    for (const change of changes) if (since?.has(change.name) !== true) this.apply(id, change)
  }

  /** Does a change from outside at once; gives the way to take it back. */
  change(id: MachineId, change: TimerChange<E>): () => void {
    const { name } = change
    this.changedSince.get(id)?.add(name)
    const before = this.apply(id, change) ?? cancel(name)
    return () => {
      this.refused.set(change, before)
      const now = this.armed.get(id)?.get(name)?.change
      // Another change came behind this one: that one stands, or takes back both.
      if (now !== (change._tag === "Set" ? change : undefined)) return
      let old: TimerChange<E> = before
      for (let older = this.refused.get(old); older !== undefined; older = this.refused.get(old)) old = older
      this.apply(id, old)
    }
  }

  /** Does the change; gives the one that it undoes, if any. */
  apply(id: MachineId, change: TimerChange<E>): TimerChange<E> | null {
    const names = this.armed.get(id)
    const old = names?.get(change.name)
    if (old !== undefined) {
      this.alarm.cancel(old.timer)
      names!.delete(change.name)
    }
    if (change._tag === "Set") this.arm(id, names ?? new Map<string, Armed<E>>(), change)
    else if (names?.size === 0) this.armed.delete(id)
    return old?.change ?? null
  }

  private arm(id: MachineId, names: Map<string, Armed<E>>, change: TimerChange<E> & { _tag: "Set" }): void {
    this.armed.set(id, names)
    const timer = this.alarm.set(change.at, () => {
      names.delete(change.name)
      if (names.size === 0) this.armed.delete(id)
      this.post(id, { _tag: "Spent", name: change.name, at: change.at }, change.event)
    })
    names.set(change.name, { timer, change })
  }

  /** The timer that has fired was set anew to the same time: its row is the new one's. */
  isSetAgain(id: MachineId, { name, at: fired }: SpentTimer): boolean {
    return this.armed.get(id)?.get(name)?.timer.at === fired
  }

  /** The names and due times of a machine's timers. */
  of(id: MachineId): ReadonlyArray<{ readonly name: string; readonly at: number }> {
    const names = this.armed.get(id)
    return names === undefined ? [] : [...names].map(([name, { timer }]) => ({ name, at: timer.at }))
  }
}

/**
 * Sets and cancels timers from outside of a plan. Memory goes first, so that what a plan does meanwhile is behind it in
 * the store too; when the store cannot, all is as it was.
 */
export const armTimers = <E>(
  host: {
    readonly settings: { readonly durableTimers: boolean }
    readonly store: {
      readonly setTimers: (
        id: MachineId,
        changes: ReadonlyArray<TimerChange<E>>,
      ) => Effect.Effect<void, StoreError>
    }
    readonly timers: MachineTimers<E>
  },
  id: MachineId,
  changes: ReadonlyArray<TimerChange<E>>,
): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    const undo = changes.map((change) => host.timers.change(id, change))
    if (!host.settings.durableTimers || changes.length === 0) return Effect.void
    const takeBack = Effect.sync(() => {
      for (const takeOne of undo.toReversed()) takeOne()
    })
    return Effect.tapError(host.store.setTimers(id, changes), () => takeBack)
  })
