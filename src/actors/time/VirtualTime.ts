/**
 * A clock and a scheduler in one, for tests and simulation: fibers run in the order in which they became runnable,
 * and when none is, time jumps to the next timer. Nothing waits for real, so a year passes in milliseconds, and the
 * same program does the same things in the same order on every machine. Work that really takes time (a disk, a
 * process) runs under `hold`, which keeps time from jumping meanwhile.
 */
import type * as Clock from "effect/Clock"
import { ClockTypeId } from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { RuntimeFiber } from "effect/Fiber"
import type { Scheduler, Task } from "effect/Scheduler"
import { TimerHeap } from "./TimerHeap.ts"
import { draws, seededRandom, type Draws } from "./Randomness.ts"

/** Nothing is runnable, no timer is set, nothing real is awaited, and the program has not ended: it never will. */
export class VirtualDeadlock extends Data.TaggedError("VirtualDeadlock")<{ readonly at: number }> {
  override get message() {
    return `the program waits for ever: at ${new Date(this.at).toISOString()} nothing is runnable and no timer is set`
  }
}

/** After so many operations a fiber lets the others run. */
const operationsPerTurn = 2_048

/** 2024-01-01T00:00:00Z: a start that reads well in traces. */
const defaultStart = Date.UTC(2024, 0, 1)

export interface VirtualOptions {
  /** The first instant, milliseconds since 1970. */
  readonly start?: number
  /** Seeds `Random` and everything drawn from it. */
  readonly seed?: string | number
  /** Lets what is runnable at the same time run in an order drawn from this seed, to look for orders that break something. */
  readonly interleave?: string | number
}

/** The virtual time that a program runs under. */
export class VirtualTime extends Context.Tag("linkseal/actors/VirtualTime")<VirtualTime, VirtualWorld>() {}

export class VirtualWorld implements Scheduler {
  private readonly timers = new TimerHeap()
  private tasks: Array<Task> = []
  private later: Array<Task> = []
  private holds = 0
  private now: number
  private poke: (() => void) | null = null
  private readonly mixed: Draws | null
  readonly clock: Clock.Clock
  /** How often time has jumped. */
  jumps = 0

  constructor(start: number, interleave?: string | number) {
    this.now = start
    this.mixed = interleave === undefined ? null : draws(`interleave ${interleave}`)
    const currentTimeMillis = Effect.sync(() => this.now)
    this.clock = {
      [ClockTypeId]: ClockTypeId,
      unsafeCurrentTimeMillis: () => this.now,
      unsafeCurrentTimeNanos: () => BigInt(Math.round(this.now * 1e6)),
      currentTimeMillis,
      currentTimeNanos: Effect.sync(() => BigInt(Math.round(this.now * 1e6))),
      sleep: (duration) =>
        Effect.async<void>((resume) => {
          const timer = this.timers.set(this.now + Duration.toMillis(duration), () => resume(Effect.void))
          return Effect.sync(() => this.timers.cancel(timer))
        }),
    }
  }

  shouldYield(fiber: RuntimeFiber<unknown, unknown>): number | false {
    return fiber.currentOpCount > operationsPerTurn ? 0 : false
  }

  scheduleTask(task: Task, priority: number): void {
    ;(priority > 0 ? this.later : this.tasks).push(task)
    this.poke?.()
  }

  /** Time stands still while the effect runs. For real I/O. */
  hold<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.acquireUseRelease(
      Effect.sync(() => this.holds++),
      () => effect,
      () =>
        Effect.sync(() => {
          this.holds--
          this.poke?.()
        }),
    )
  }

  /** Runs what is runnable; then what yielded to it; until nothing is. */
  private drain(): void {
    for (;;) {
      const batch = this.tasks.length > 0 ? this.tasks : this.later
      if (batch.length === 0) return
      if (batch === this.tasks) this.tasks = []
      else this.later = []
      for (const task of this.mixed === null ? batch : this.mixed.shuffled(batch)) task()
    }
  }

  /** Drives the world until the fiber has ended. */
  async drive<A, E>(fiber: RuntimeFiber<A, E>): Promise<Exit.Exit<A, E>> {
    for (;;) {
      this.drain()
      const exit = fiber.unsafePoll()
      if (exit !== null) return exit
      if (this.holds > 0) {
        await this.poked()
        continue
      }
      // What a settled promise resumes is runnable too, and comes before time moves.
      await Promise.resolve()
      await Promise.resolve()
      if (this.tasks.length > 0 || this.later.length > 0 || this.holds > 0) continue
      if (!this.jump()) {
        await new Promise<void>((resolve) => setImmediate(resolve))
        if (
          this.tasks.length === 0 &&
          this.later.length === 0 &&
          this.holds === 0 &&
          this.timers.nextAt() === null
        )
          throw new VirtualDeadlock({ at: this.now })
      }
    }
  }

  private jump(): boolean {
    const next = this.timers.nextAt()
    if (next === null) return false
    if (next > this.now) {
      this.now = next
      this.jumps++
    }
    const due = this.timers.takeDue(this.now)
    due?.()
    return true
  }

  private poked(): Promise<void> {
    return new Promise((resolve) => {
      this.poke = () => {
        this.poke = null
        resolve()
      }
      if (this.tasks.length > 0 || this.later.length > 0 || this.holds === 0) this.poke()
    })
  }
}

/** Runs a program in a world of its own; gives how it ended. Rejects with `VirtualDeadlock` when it never would. */
export const runExit = <A, E>(
  program: Effect.Effect<A, E, VirtualTime>,
  options: VirtualOptions = {},
): Promise<Exit.Exit<A, E>> => {
  const world = new VirtualWorld(options.start ?? defaultStart, options.interleave)
  const inside = program.pipe(
    Effect.provideService(VirtualTime, world),
    Effect.withClock(world.clock),
    Effect.withRandom(seededRandom(options.seed ?? 0)),
    Effect.withScheduler(world),
  )
  const fiber = Effect.runFork(inside, { scheduler: world })
  return world.drive(fiber)
}

/** Runs a program in a world of its own; rejects when it fails. */
export const run = async <A, E>(
  program: Effect.Effect<A, E, VirtualTime>,
  options: VirtualOptions = {},
): Promise<A> => {
  const exit = await runExit(program, options)
  return Effect.runPromise(exit)
}

/** Time stands still while the effect runs, when it runs in a virtual world; elsewhere nothing changes. */
export const hold = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.serviceOption(VirtualTime), (world) =>
    world._tag === "Some" ? world.value.hold(effect) : effect,
  )
