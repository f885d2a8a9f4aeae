/** Time, chance and ids as services: the order of timers, jumps, holds, scale, pause, and the same seed giving the same. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { describe, expect, it } from "vitest"
import { next as nextId, pattern } from "../../../src/actors/time/Ids.ts"
import { draws, Randomness, seededRandom } from "../../../src/actors/time/Randomness.ts"
import { runTwice } from "../../../src/actors/time/runTwice.ts"
import { ScaledTime } from "../../../src/actors/time/ScaledTime.ts"
import { TimerHeap } from "../../../src/actors/time/TimerHeap.ts"
import { hold, run, runExit, VirtualDeadlock } from "../../../src/actors/time/VirtualTime.ts"

describe("TimerHeap", () => {
  it("gives what is due by time, then in the order in which it was set, whatever is cancelled", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.record({ at: FastCheck.nat(20), cancel: FastCheck.boolean() }), {
          maxLength: 400,
        }),
        (wanted) => {
          const heap = new TimerHeap()
          const ran: Array<number> = []
          const timers = wanted.map(({ at }, index) => heap.set(at, () => ran.push(index)))
          wanted.forEach(({ cancel }, index) => cancel && heap.cancel(timers[index]!))
          const kept = wanted.flatMap(({ at, cancel }, index) => (cancel ? [] : [{ at, index }]))
          expect(heap.size).toBe(kept.length)
          for (let due = heap.takeDue(100); due !== null; due = heap.takeDue(100)) due()
          expect(ran).toEqual(
            kept.toSorted((a, b) => a.at - b.at || a.index - b.index).map(({ index }) => index),
          )
          expect(heap.nextAt()).toBeNull()
        },
      ),
    )
  })
})

describe("VirtualTime", () => {
  it("sleep, timeout and Schedule take no real time, and happen at their instants", async () => {
    const seen: Array<string> = []
    await run(
      Effect.gen(function* () {
        const start = yield* Clock.currentTimeMillis
        const say = (what: string) =>
          Effect.map(
            Clock.currentTimeMillis,
            (now) => void seen.push(`${what} ${(now - start) / 3_600_000} h`),
          )
        yield* Effect.fork(Effect.delay(say("late"), "3 hours"))
        yield* Effect.fork(Effect.delay(say("early"), "1 hour"))
        yield* Effect.fork(Effect.delay(say("also early"), "1 hour"))
        yield* Effect.timeoutOption(Effect.never, "2 hours")
        yield* say("timed out")
        yield* Effect.repeat(
          say("again"),
          Schedule.addDelay(Schedule.recurs(2), () => Duration.hours(8_760)),
        )
      }),
    )
    expect(seen).toEqual([
      "early 1 h",
      "also early 1 h",
      "timed out 2 h",
      "again 2 h",
      "late 3 h",
      "again 8762 h",
      "again 17522 h",
    ])
  })

  it("does not jump while something real is held", async () => {
    const order: Array<string> = []
    await run(
      Effect.gen(function* () {
        yield* Effect.fork(
          Effect.delay(
            Effect.sync(() => order.push("timer")),
            1,
          ),
        )
        yield* hold(
          Effect.async<void>((resume) => {
            setTimeout(() => {
              order.push("real")
              resume(Effect.void)
            }, 20)
          }),
        )
        yield* Effect.sleep(10)
      }),
    )
    expect(order).toEqual(["real", "timer"])
  })

  it("says when a program waits for ever, and what a program failed with", async () => {
    await expect(run(Effect.never)).rejects.toBeInstanceOf(VirtualDeadlock)
    expect(Exit.isFailure(await runExit(Effect.fail("no")))).toBe(true)
  })

  it("the same program and seed give the same trace; another seed another", async () => {
    const program = (seed: number) => (trace: (line: string) => void) =>
      run(
        Effect.forEach(
          Array.from({ length: 20 }, (_, index) => index),
          (index) =>
            Effect.gen(function* () {
              yield* Effect.sleep(yield* Random.nextIntBetween(0, 1_000))
              trace(`${index} at ${yield* Clock.currentTimeMillis} ${yield* nextId}`)
            }),
          { concurrency: "unbounded", discard: true },
        ),
        { seed, interleave: seed },
      )
    const one = await runTwice(program(1))
    expect(one).toHaveLength(20)
    expect(await runTwice(program(2))).not.toEqual(one)
  })
})

describe("runTwice", () => {
  it("stops at the first difference and says what stood before it", async () => {
    let runs = 0
    const program = (trace: (line: string) => void) => {
      runs++
      for (let n = 0; n < 10; n++) trace(n === 7 ? `${n} in run ${runs}` : `${n}`)
    }
    await expect(runTwice(program)).rejects.toMatchObject({
      _tag: "NotDeterministic",
      index: 7,
      first: "7 in run 1",
      second: "7 in run 2",
      before: ["2", "3", "4", "5", "6"],
    })
    let shorter = 3
    await expect(
      runTwice((trace) => {
        shorter--
        for (let n = 0; n < shorter; n++) trace("line")
      }),
    ).rejects.toMatchObject({ index: 1, first: "line", second: null })
  })
})

describe("ScaledTime", () => {
  const onClock = <A, E>(time: ScaledTime, effect: Effect.Effect<A, E>) =>
    Effect.withClock(effect, time.clock)

  it("stands still while paused, and advance goes from timer to timer, each at its own instant", async () => {
    const time = new ScaledTime({ now: 1_000, scale: 1, paused: true })
    const seen: Array<number> = []
    const sleeper = Effect.forever(
      Effect.zipRight(
        Effect.sleep("1 hour"),
        Effect.sync(() => seen.push(time.now())),
      ),
    )
    const program = Effect.gen(function* () {
      yield* Effect.fork(sleeper)
      yield* Effect.yieldNow()
      yield* time.advance(3 * 3_600_000 + 5)
    })
    await Effect.runPromise(onClock(time, program))
    expect(seen.map((at) => (at - 1_000) / 3_600_000)).toEqual([1, 2, 3])
    expect(time.now()).toBe(1_000 + 3 * 3_600_000 + 5)
    time.close()
  })

  it("runs at a scale of the wall, never backwards, and goes on after a restart from where it stood", async () => {
    const time = new ScaledTime({ now: 5_000_000, scale: 100_000, paused: false })
    await Effect.runPromise(onClock(time, Effect.timeout(Effect.sleep("30 minutes"), "1 day")))
    const state = time.state
    expect(state.now).toBeGreaterThanOrEqual(5_000_000 + 1_800_000)
    time.setScale(1_000)
    expect(time.now()).toBeGreaterThanOrEqual(state.now)
    time.pause()
    const kept = time.state
    time.close()
    const again = new ScaledTime(kept)
    expect(again.state).toEqual({ now: kept.now, scale: 1_000, paused: true })
    again.resume()
    await Effect.runPromise(onClock(again, Effect.sleep(1_000)))
    expect(again.now()).toBeGreaterThanOrEqual(kept.now + 1_000)
    again.close()
  })

  it("a sleeper that is interrupted leaves no timer", async () => {
    const time = new ScaledTime({ now: 0, scale: 1, paused: true })
    await Effect.runPromise(
      onClock(
        time,
        Effect.gen(function* () {
          const fiber = yield* Effect.fork(Effect.sleep("1 hour"))
          yield* Effect.yieldNow()
          yield* fiber.interruptAsFork(fiber.id())
          yield* time.advance(7_200_000)
        }),
      ),
    )
    expect(time.now()).toBe(7_200_000)
    time.close()
  })
})

describe("chance and ids", () => {
  it("a stream depends on its seed and name alone", () => {
    const numbers = (seed: string) => Array.from({ length: 5 }, draws(seed).next)
    expect(numbers("a")).toEqual(numbers("a"))
    expect(numbers("a")).not.toEqual(numbers("b"))
    // Fixed once and for ever: another machine, another version of Node, the same numbers.
    expect(
      Array.from({ length: 5 }, () => 0).map(
        (
          (stream) => () =>
            stream.between(0, 1_000)
        )(draws("fixed")),
      ),
    ).toMatchInlineSnapshot(`
      [
        201,
        611,
        432,
        255,
        164,
      ]
    `)
    const one = Effect.runSync(Effect.provide(Randomness, Randomness.layer(7)))
    const other = Effect.runSync(Effect.provide(Randomness, Randomness.layer(7)))
    one.stream("arrivals").next()
    expect(one.stream("faults").next()).toBe(other.stream("faults").next())
  })

  it("draws are in their bounds, and a shuffle keeps what it was given", () => {
    const random = draws("bounds")
    const dice = Array.from({ length: 6_000 }, () => random.between(1, 7))
    for (const face of [1, 2, 3, 4, 5, 6])
      expect(dice.filter((each) => each === face).length).toBeGreaterThan(850)
    expect(dice.every((face) => face >= 1 && face <= 6)).toBe(true)
    expect(random.shuffled([1, 2, 3, 4, 5]).toSorted()).toEqual([1, 2, 3, 4, 5])
    const effect = Effect.withRandom(
      Effect.all([Random.next, Random.nextIntBetween(0, 9), Random.nextBoolean]),
      seededRandom(1),
    )
    const again = Effect.withRandom(
      Effect.all([Random.next, Random.nextIntBetween(0, 9), Random.nextBoolean]),
      seededRandom(1),
    )
    expect(Effect.runSync(effect)).toEqual(Effect.runSync(again))
  })

  it("ids sort by their time, look as they should, and are the same for the same seed", async () => {
    const ids = () =>
      run(
        Effect.forEach(
          Array.from({ length: 50 }, (_, index) => index),
          () => Effect.zipLeft(nextId, Effect.sleep(1)),
        ),
        { seed: 3 },
      )
    const made = await ids()
    expect(made.every((id) => pattern.test(id))).toBe(true)
    expect(made).toEqual(made.toSorted())
    expect(new Set(made).size).toBe(50)
    expect(await ids()).toEqual(made)
  })
})
