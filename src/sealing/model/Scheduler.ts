/**
 * The clock that the modelled world runs on: the time, and callbacks at later times. One small interface, so that the
 * same model runs in a plain loop (`LoopDriver` is one) and in a fiber world, where `clockScheduler` backs it with the
 * group's Clock.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { TimerHeap, type Timer } from "../../actors/time/TimerHeap.ts"

export type { Timer } from "../../actors/time/TimerHeap.ts"

export interface Scheduler {
  /** Milliseconds of the world's clock. */
  now(): number
  /** Runs `run` at that time, or as soon as possible when it has passed; never before `at` returns. */
  at(millis: number, run: () => void): Timer
  cancel(timer: Timer): void
}

/** A scheduler on a Clock: one sleeping fiber for the earliest timer. It ends with its scope. */
export const clockScheduler = (clock: Clock.Clock): Effect.Effect<Scheduler, never, Scope.Scope> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime<never>()
    const scheduler = new ClockScheduler(clock, Runtime.runFork(runtime))
    yield* Effect.addFinalizer(() => Effect.sync(() => scheduler.close()))
    return scheduler
  })

type RunFork = <A, E>(effect: Effect.Effect<A, E>) => Fiber.RuntimeFiber<A, E>

class ClockScheduler implements Scheduler {
  private readonly timers = new TimerHeap()
  private sleeper: { readonly at: number; readonly fiber: Fiber.RuntimeFiber<void> } | null = null
  private closed = false
  private firing = false
  private readonly clock: Clock.Clock
  private readonly runFork: RunFork

  constructor(clock: Clock.Clock, runFork: RunFork) {
    this.clock = clock
    this.runFork = runFork
  }

  now(): number {
    return this.clock.unsafeCurrentTimeMillis()
  }

  at(millis: number, run: () => void): Timer {
    const timer = this.timers.set(Math.max(millis, this.now()), run)
    this.arm()
    return timer
  }

  cancel(timer: Timer): void {
    this.timers.cancel(timer)
  }

  close(): void {
    this.closed = true
    this.wake()
  }

  private wake(): void {
    this.sleeper?.fiber.unsafeInterruptAsFork(this.sleeper.fiber.id())
    this.sleeper = null
  }

  private arm(): void {
    if (this.closed || this.firing) return
    const next = this.timers.nextAt()
    if (next === null || (this.sleeper !== null && this.sleeper.at <= next)) return
    this.wake()
    const sleeping = this.clock
      .sleep(Duration.millis(Math.max(0, next - this.now())))
      .pipe(Effect.andThen(Effect.sync(() => this.fire())))
    this.sleeper = { at: next, fiber: this.runFork(sleeping) }
  }

  private fire(): void {
    this.sleeper = null
    this.firing = true
    try {
      const now = this.now()
      for (let due = this.timers.takeDue(now); due !== null && !this.closed; due = this.timers.takeDue(now))
        due()
    } finally {
      this.firing = false
      this.arm()
    }
  }
}
