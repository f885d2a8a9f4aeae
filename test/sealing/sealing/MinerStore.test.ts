/** The miner's store: memory and SQLite keep the same, and the world's clock is never behind what was saved. */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect } from "vitest"
import { layerMemory } from "../../../src/actors/memoryStore.ts"
import { migrate } from "../../../src/actors/sql/migrate.ts"
import { layerSql } from "../../../src/actors/sql/SqlStore.ts"
import type { SectorEvent } from "../../../src/sealing/events/SectorEvent.ts"
import { sealingMigrations } from "../../../src/sealing/migrations.ts"
import { MinerStore } from "../../../src/sealing/MinerStore.ts"
import { layerMinerStoreSql } from "../../../src/sealing/minerStoreSql.ts"
import { zeroSector, type Sector } from "../../../src/sealing/Sector.ts"

const sqlite = layerMinerStoreSql.pipe(
  Layer.provideMerge(layerSql),
  Layer.provideMerge(Layer.effectDiscard(migrate("sealing", sealingMigrations))),
  Layer.provideMerge(SqliteClient.layer({ filename: ":memory:" })),
)

const sides = [
  ["memory", () => Layer.merge(MinerStore.layerMemory(), layerMemory())],
  ["SQLite", () => sqlite],
] as const

const at = (State: string, more: Partial<Sector> = {}): Sector => ({
  ...zeroSector,
  SectorType: 8,
  State,
  ...more,
})
const change = (id: number, before: Sector, after: Sector, time: number, ...events: Array<SectorEvent>) => ({
  id,
  before,
  after,
  events,
  at: time,
})

for (const [name, layer] of sides)
  describe(`the miner's store in ${name}`, () => {
    const test = (what: string, run: (store: typeof MinerStore.Service) => Effect.Effect<void, unknown>) =>
      it.effect(what, () =>
        Effect.provide(Effect.flatMap(MinerStore, run), Layer.fresh(layer() as Layer.Layer<MinerStore>)),
      )

    test("keeps facts and gives null for what was never kept", (store) =>
      Effect.gen(function* () {
        expect(yield* store.fact("next number")).toBeNull()
        yield* store.setFact("next number", "7")
        yield* store.setFact("next number", "8")
        expect(yield* store.fact("next number")).toBe("8")
        expect(yield* store.fact("auto-pledge")).toBeNull()
      }))

    test("lists sectors by number and state, with when they came into it and the error that brought them", (store) =>
      Effect.gen(function* () {
        const packing = at("Packing")
        const failed = at("SealPreCommit1Failed")
        const error = { _tag: "SectorSealPreCommit1Failed" as const, error: "no memory" }
        yield* store.project([
          change(2, zeroSector, packing, 100),
          change(1, zeroSector, packing, 200),
          change(1, packing, failed, 300, error),
          change(1, failed, failed, 400),
          change(2, packing, packing, 500),
        ])
        const row = (number: number, state: string, since: number, lastError: string | null, more = {}) => ({
          number,
          state,
          type: 8,
          pieces: 0,
          deals: 0,
          since,
          lastError,
          events: 0,
          startedAt: null,
          provenAt: null,
          ...more,
        })
        const one = row(1, "SealPreCommit1Failed", 300, "no memory", { events: 1, startedAt: 300 })
        expect(yield* store.rows(null)).toEqual([one, row(2, "Packing", 100, null)])
        expect(yield* store.rows(["SealPreCommit1Failed", "Proving"])).toEqual([one])
        expect(yield* store.rows([])).toEqual([])
        yield* store.project([change(1, failed, at("PreCommit1"), 600)])
        expect((yield* store.rows(["PreCommit1"]))[0]).toMatchObject({ since: 600, lastError: null })
        const proving = at("Proving")
        yield* store.project([
          change(1, at("PreCommit1"), proving, 700, { _tag: "SectorProving" }),
          change(1, proving, proving, 800, { _tag: "SectorRestart" }),
        ])
        expect((yield* store.rows(["Proving"]))[0]).toMatchObject({
          events: 2,
          startedAt: 300,
          provenAt: 700,
        })
      }))

    test("keeps a clock that is never behind what was saved", (store) =>
      Effect.gen(function* () {
        expect(yield* store.clock).toBeNull()
        yield* store.setClock({ now: 1_000, scale: 600, paused: false, givenUntil: 2_000 })
        yield* store.project([change(1, zeroSector, at("Packing"), 5_000)])
        expect(yield* store.clock).toEqual({ now: 5_000, scale: 600, paused: false, givenUntil: 2_000 })
        yield* store.keepWorld({ kind: "checkpoint", body: "{}" }, 7_000)
        yield* store.keepWorld({ kind: "message", body: "1" }, 6_000)
        expect((yield* store.clock)?.now).toBe(7_000)
        yield* store.setClock({ now: 8_000, scale: 0.5, paused: true, givenUntil: 8_000 })
        expect(yield* store.clock).toEqual({ now: 8_000, scale: 0.5, paused: true, givenUntil: 8_000 })
      }))

    test("keeps the world in order; a checkpoint takes the place of all before it", (store) =>
      Effect.gen(function* () {
        expect(yield* store.world).toEqual([])
        yield* store.keepWorld({ kind: "checkpoint", body: "a" }, 1)
        yield* store.keepWorld({ kind: "message", body: "b" }, 2)
        yield* store.keepWorld({ kind: "deal", body: "c" }, 3)
        expect((yield* store.world).map(({ body }) => body)).toEqual(["a", "b", "c"])
        yield* store.keepWorld({ kind: "checkpoint", body: "d" }, 4)
        yield* store.keepWorld({ kind: "message", body: "e" }, 5)
        expect((yield* store.world).map(({ kind, body }) => `${kind} ${body}`)).toEqual([
          "checkpoint d",
          "message e",
        ])
      }))
  })
