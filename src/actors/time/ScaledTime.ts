/**
 * A clock that runs faster than the wall, can be paused, and can be turned forward: the time of the modelled world.
 * It stands still while nothing runs it, and begins again at the instant it is given. All sleepers are in one heap;
 * one real timer waits for the earliest of them.
 */
import type * as Clock from "effect/Clock"
import { ClockTypeId } from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Hub } from "../Hub.ts"
import { TimerHeap } from "./TimerHeap.ts"

export interface ScaledState {
  /** Milliseconds since 1970 in the scaled world. */
  readonly now: number
  /** World milliseconds per wall millisecond, while it runs. */
  readonly scale: number
  readonly paused: boolean
}

/** How long the wall may sleep at once; Node's timers overflow beyond 2^31 milliseconds. */
const longestSleepMillis = 2 ** 30

/** How many quiet turns of the event loop count as rest. */
const quietTurns = 3

export class ScaledTime {
  private readonly timers = new TimerHeap()
  private base: { world: number; wall: number }
  private scale: number
  private paused: boolean
  private alarm: ReturnType<typeof setTimeout> | null = null
  private advancing = 0
  private holds = 0
  private readonly hub = new Hub<ScaledState>()
  readonly clock: Clock.Clock

  constructor(start: ScaledState) {
    this.base = { world: start.now, wall: performance.now() }
    this.scale = start.scale
    this.paused = start.paused
    const nanos = () => BigInt(Math.round(this.now() * 1e6))
    this.clock = {
      [ClockTypeId]: ClockTypeId,
      unsafeCurrentTimeMillis: () => this.now(),
      unsafeCurrentTimeNanos: nanos,
      currentTimeMillis: Effect.sync(() => this.now()),
      currentTimeNanos: Effect.sync(nanos),
      sleep: (duration) =>
        Effect.async<void>((resume) => {
          const timer = this.timers.set(this.now() + Duration.toMillis(duration), () => resume(Effect.void))
          this.arm()
          return Effect.sync(() => this.timers.cancel(timer))
        }),
    }
  }

  /** World time in whole milliseconds. It never goes backwards. */
  now(): number {
    if (this.paused || this.advancing > 0) return this.base.world
    return Math.floor(this.base.world + (performance.now() - this.base.wall) * this.scale)
  }

  get state(): ScaledState {
    return { now: this.now(), scale: this.scale, paused: this.paused }
  }

  /** The state after each change of it. */
  get changes(): Stream.Stream<ScaledState> {
    return this.hub.stream
  }

  /** Sets how fast the world runs; above 0. */
  setScale(scale: number): void {
    this.rebase()
    this.scale = scale
    this.changed()
  }

  pause(): void {
    this.rebase()
    this.paused = true
    this.changed()
  }

  resume(): void {
    this.rebase()
    this.paused = false
    this.changed()
  }

  /** The world does not count as at rest while the effect runs; for commits that happen outside of its sleepers. */
  hold<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.acquireUseRelease(
      Effect.sync(() => this.holds++),
      () => effect,
      () => Effect.sync(() => this.holds--),
    )
  }

  /**
   * Turns the world forward by `millis`, from timer to timer, each at its own instant; resolves when all that they
   * caused has come to rest at the new time.
   */
  advance(millis: number): Effect.Effect<void> {
    return Effect.promise(async () => {
      this.rebase()
      this.advancing++
      try {
        const target = this.base.world + Math.max(0, millis)
        await this.rest()
        for (let next = this.timers.nextAt(); next !== null && next <= target; next = this.timers.nextAt()) {
          this.base.world = Math.max(this.base.world, next)
          for (
            let due = this.timers.takeDue(this.base.world);
            due !== null;
            due = this.timers.takeDue(this.base.world)
          )
            due()
          await this.rest()
        }
        this.base.world = Math.max(this.base.world, target)
      } finally {
        this.advancing--
        this.base.wall = performance.now()
        this.changed()
      }
    })
  }

  /** Lets go of the wall's timer. */
  close(): void {
    if (this.alarm !== null) clearTimeout(this.alarm)
    this.alarm = null
    this.paused = true
  }

  private async rest(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; quiet = this.holds > 0 ? 0 : quiet + 1)
      await new Promise<void>((resolve) => setImmediate(resolve))
  }

  private rebase(): void {
    this.base = { world: this.now(), wall: performance.now() }
  }

  private changed(): void {
    this.arm()
    this.hub.offer(this.state)
  }

  private arm(): void {
    if (this.alarm !== null) clearTimeout(this.alarm)
    this.alarm = null
    const next = this.timers.nextAt()
    if (next === null || this.paused || this.advancing > 0) return
    const wait = Math.min((next - this.now()) / this.scale, longestSleepMillis)
    this.alarm = setTimeout(() => this.fire(), Math.max(0, wait))
  }

  private fire(): void {
    this.alarm = null
    const now = this.now()
    for (let due = this.timers.takeDue(now); due !== null; due = this.timers.takeDue(now)) due()
    this.arm()
  }
}
