/** The clock of the daemon's sealing world: it stands until the miner is there and while the daemon is down. */
import { it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect } from "vitest"
import { storeError } from "../../../src/actors/StoreError.ts"
import { latestWorldMillis, maxScale } from "../../../src/sealing/clockBounds.ts"
import { MinerMemory, MinerStore } from "../../../src/sealing/MinerStore.ts"
import { SealingClock } from "../../../src/sealing/SealingClock.ts"
import { WorldTime } from "../../../src/sealing/WorldTime.ts"

const open = (memory: MinerMemory) =>
  Effect.map(Layer.build(Layer.provide(SealingClock.layer, MinerStore.layerMemory(memory))), (context) => ({
    clock: Context.get(context, SealingClock),
    time: Context.get(context, WorldTime),
  }))

const instant = Date.UTC(2024, 0, 1)
const stored = (paused: boolean, scale = 600) => {
  const memory = new MinerMemory()
  memory.clock = { now: instant, scale, paused, givenUntil: instant }
  return memory
}

describe("the clock of the sealing world", () => {
  it.live("begins at the wall's time with scale 600, and stands until the miner is there", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const before = Date.now()
        const { clock } = yield* open(new MinerMemory())
        const state = yield* clock.state
        expect(state).toMatchObject({ scale: 600, paused: false })
        expect(state.now).toBeGreaterThanOrEqual(before)
        yield* Effect.sleep("20 millis")
        expect((yield* clock.state).now).toBe(state.now)
        yield* clock.begin
        yield* Effect.sleep("20 millis")
        expect((yield* clock.state).now).toBeGreaterThan(state.now)
      }),
    ),
  )

  it.live("keeps scale, pause and time; nothing passes while the daemon is down", () =>
    Effect.gen(function* () {
      const memory = stored(false)
      const left = yield* Effect.scoped(
        Effect.gen(function* () {
          const { clock } = yield* open(memory)
          yield* clock.begin
          yield* clock.setScale(36_000)
          yield* clock.pause
          yield* clock.advance(3_600_000)
          return yield* clock.state
        }),
      )
      expect(left).toMatchObject({ scale: 36_000, paused: true })
      expect(left.now).toBeGreaterThanOrEqual(instant + 3_600_000)
      yield* Effect.sleep("20 millis")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { clock } = yield* open(memory)
          yield* clock.begin
          expect(yield* clock.state).toEqual(left)
        }),
      )
    }),
  )

  it.live(
    "is after a kill never before a reading that was given out, and at most a tenth of a second after it",
    () =>
      Effect.gen(function* () {
        const memory = stored(true, 36_000)
        for (let kill = 0; kill < 3; kill++) {
          const { given, after } = yield* Effect.scoped(
            Effect.gen(function* () {
              const { clock } = yield* open(memory)
              yield* clock.begin
              yield* clock.resume
              yield* Effect.sleep("120 millis")
              const last = (yield* clock.state).now
              // What a kill leaves is what is in the store now.
              const killed = new MinerMemory()
              killed.clock = memory.clock
              const again = yield* open(killed)
              return { given: last, after: (yield* again.clock.state).now }
            }),
          )
          expect(given).toBeGreaterThan(instant)
          expect(after).toBeGreaterThanOrEqual(given)
          expect(after - given).toBeLessThanOrEqual(100 * 36_000)
        }
      }),
  )

  it.live(
    "writes no reading that it need not: many who ask at once are one write, and none while it stands",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          let writes = 0
          const counting = Layer.map(MinerStore.layerMemory(stored(true)), (context) => {
            const inner = Context.get(context, MinerStore)
            const setClock: typeof inner.setClock = (clock) =>
              Effect.suspend(() => (writes++, Effect.zipRight(Effect.yieldNow(), inner.setClock(clock))))
            return Context.make(MinerStore, { ...inner, setClock })
          })
          const clock = Context.get(
            yield* Layer.build(Layer.provide(SealingClock.layer, counting)),
            SealingClock,
          )
          yield* clock.begin
          const before = writes
          yield* Effect.all(
            Array.from({ length: 50 }, () => clock.state),
            { concurrency: "unbounded" },
          )
          expect(writes).toBe(before)
          yield* clock.resume
          yield* Effect.sleep("120 millis")
          const running = writes
          yield* Effect.all(
            Array.from({ length: 50 }, () => clock.state),
            { concurrency: "unbounded" },
          )
          expect(writes).toBe(running + 1)
        }),
      ),
  )

  it.live(
    "turns from sleeper to sleeper, each at its own instant, and waits for the commits they cause",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { clock, time } = yield* open(stored(true))
          yield* clock.begin
          const seen: Array<number> = []
          const commit = time.hold(Effect.sleep("5 millis"))
          const sleeper = Effect.gen(function* () {
            for (let hour = 1; hour <= 3; hour++) {
              yield* time.clock.sleep(Duration.hours(1))
              yield* commit
              seen.push(time.clock.unsafeCurrentTimeMillis() - instant)
            }
          })
          yield* Effect.fork(sleeper)
          yield* Effect.yieldNow()
          const after = yield* clock.advance(4 * 3_600_000)
          expect(seen).toEqual([3_600_000, 7_200_000, 10_800_000])
          expect(after).toEqual({ now: instant + 4 * 3_600_000, scale: 600, paused: true })
        }),
      ),
  )

  it.live("goes neither faster nor further than its bounds, and stands as it did", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { clock } = yield* open(stored(true))
        const before = yield* clock.state
        for (const scale of [1e300, 1_000_001, 0.0009, 0, Number.NaN, Number.POSITIVE_INFINITY])
          expect((yield* Effect.flip(clock.setScale(scale))).message).toContain("from 0.001 to 1000000")
        expect((yield* Effect.flip(clock.advance(36_526 * 86_400_000))).message).toContain("100 years")
        expect(yield* clock.state).toEqual(before)
        expect((yield* clock.setScale(1_000_000)).scale).toBe(1_000_000)
      }),
    ),
  )

  it.live("is as it was when the store refuses a change of it, and changes when it takes one again", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const memory = stored(false)
        let full = false
        const refusing = Layer.map(MinerStore.layerMemory(memory), (context) => {
          const inner = Context.get(context, MinerStore)
          const setClock: typeof inner.setClock = (clock) =>
            Effect.suspend(() =>
              full
                ? Effect.fail(storeError("keep the clock")(new Error("disk full")))
                : inner.setClock(clock),
            )
          return Context.make(MinerStore, { ...inner, setClock })
        })
        const clock = Context.get(
          yield* Layer.build(Layer.provide(SealingClock.layer, refusing)),
          SealingClock,
        )
        const before = yield* clock.state
        full = true
        const refusals = [clock.setScale(9), clock.pause, clock.advance(1_000)]
        for (const change of refusals) expect((yield* Effect.flip(change))._tag).toBe("StoreError")
        expect(yield* clock.state).toEqual(before)
        full = false
        yield* clock.pause
        full = true
        expect((yield* Effect.flip(clock.resume))._tag).toBe("StoreError")
        expect((yield* clock.state).paused).toBe(true)
        full = false
        expect(yield* clock.setScale(9)).toEqual({ ...before, scale: 9, paused: true })
        expect(memory.clock).toEqual({ ...before, scale: 9, paused: true, givenUntil: before.now })
      }),
    ),
  )

  it.live(
    "ends with its last year: it can neither be turned beyond nor go on, also one that was kept so",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const memory = new MinerMemory()
          memory.clock = { now: latestWorldMillis - 1_000, scale: 1e12, paused: true, givenUntil: 0 }
          const { clock } = yield* open(memory)
          expect((yield* clock.state).scale).toBe(maxScale)
          expect((yield* Effect.flip(clock.advance(1_001)))._tag).toBe("ClockRefused")
          expect((yield* clock.advance(1_000)).now).toBe(latestWorldMillis)
          expect((yield* Effect.flip(clock.resume))._tag).toBe("ClockRefused")
          memory.clock = { now: 1e30, scale: 600, paused: false, givenUntil: 0 }
          const again = yield* open(memory)
          yield* again.clock.begin
          expect(yield* again.clock.state).toEqual({ now: latestWorldMillis, scale: 600, paused: true })
        }),
      ),
  )
})
