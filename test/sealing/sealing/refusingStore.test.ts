/** A store that refuses: who pledges is told so, although the world stands; numbers and markers are free again. */
import { it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { describe, expect } from "vitest"
import { layerMemory } from "../../../src/actors/memoryStore.ts"
import { storeError } from "../../../src/actors/StoreError.ts"
import { sealingConfig } from "../../../src/sealing/Config.ts"
import { MinerMemory, MinerStore } from "../../../src/sealing/MinerStore.ts"
import { makeSealing } from "../../../src/sealing/Sealing.ts"
import { SealingClock } from "../../../src/sealing/SealingClock.ts"

const GiB = 2 ** 30

/** A miner in a world that stands; its store refuses what `refuses` names. */
const openMiner = Effect.gen(function* () {
  const refuses = { facts: false, sectors: false }
  const memory = new MinerMemory()
  memory.clock = { now: Date.UTC(2024, 0, 1), scale: 600, paused: true, givenUntil: 0 }
  const refusal = Effect.fail(storeError("write")(new Error("disk full")))
  const store = Layer.map(MinerStore.layerMemory(memory), (context) => {
    const inner = Context.get(context, MinerStore)
    return Context.make(MinerStore, {
      ...inner,
      setFact: (name, value) => Effect.suspend(() => (refuses.facts ? refusal : inner.setFact(name, value))),
      project: (changes) => Effect.suspend(() => (refuses.sectors ? refusal : inner.project(changes))),
    })
  })
  const stores = Layer.merge(layerMemory(), store)
  const context = yield* Layer.build(Layer.provideMerge(SealingClock.layer, stores))
  const decoded = sealingConfig("single", {})
  if (decoded._tag === "Left") throw decoded.left
  const config = decoded.right
  const sealing = yield* makeSealing({ config: () => config, sectorSize: 32 * GiB }).pipe(
    Effect.provide(context),
  )
  const clock = Context.get(context, SealingClock)
  yield* clock.begin
  return { sealing, clock, refuses }
})

describe("a store that refuses", () => {
  it.scopedLive("a pledge fails with its reason and uses up no number", () =>
    Effect.gen(function* () {
      const { sealing, refuses } = yield* openMiner
      refuses.facts = true
      const refused = yield* sealing.pledge(3)
      expect(refused.sectors).toEqual([])
      expect(refused.refused?.message).toContain("disk full")
      refuses.facts = false
      expect((yield* sealing.pledge(2)).sectors).toEqual([0, 1])
    }),
  )

  it.scopedLive("a pledge whose sector cannot be stored fails, although the world stands", () =>
    Effect.gen(function* () {
      const { sealing, clock, refuses } = yield* openMiner
      refuses.sectors = true
      const { sectors, refused } = yield* sealing.pledge(2)
      expect(sectors).toEqual([])
      expect(refused?.message).toContain("disk full")
      expect((yield* sealing.counts).curSealing).toBe(0)
      refuses.sectors = false
      yield* clock.advance(60_000)
      // What was begun is tried again, and counts again when it is there.
      expect((yield* sealing.counts).curSealing).toBe(2)
      expect((yield* sealing.pledge(1)).sectors).toEqual([2])
    }),
  )

  it.scopedLive("a sector for deals that could not be made is made when the store takes it", () =>
    Effect.gen(function* () {
      const { sealing, clock, refuses } = yield* openMiner
      refuses.facts = true
      const epoch = sealing.world.chain.head
      const adding = yield* Effect.fork(
        sealing.addPiece({ size: 8 * GiB, start: epoch + 20_000, end: epoch + 600_000 }),
      )
      yield* clock.advance(30_000)
      expect(yield* sealing.states).toEqual({})
      refuses.facts = false
      yield* clock.advance(3_600_000)
      expect(yield* Fiber.join(adding)).toMatchObject({ sector: 0, offset: 0 })
    }),
  )
})
