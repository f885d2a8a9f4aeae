/** The clock of the daemon's sealing world: it stands until the miner is there and while the daemon is down. */
import { it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect } from "vitest"
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
  memory.clock = { now: instant, scale, paused }
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
})
