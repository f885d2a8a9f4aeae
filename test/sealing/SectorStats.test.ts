import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { sectorStateNames, stateValue } from "../../src/sealing/SectorState.ts"
import { type SectorLimits, SectorStats } from "../../src/sealing/Stats.ts"

const none: SectorLimits = {
  FinalizeEarly: false,
  MaxSealingSectors: 0,
  MaxSealingSectorsForDeals: 0,
  MaxWaitDealsSectors: 0,
}

const counted = (...states: ReadonlyArray<string>) => {
  const stats = new SectorStats()
  states.forEach((state, index) => stats.update(index, state, none))
  return stats
}

describe("what the limits read", () => {
  it("counts staging, sealing and failed sectors as being sealed; unknown states as failed", () => {
    const stats = counted("", "WaitDeals", "PreCommit1", "CommitFailed", "bogus", "Proving", "Removed")
    expect(stats.byBucket()).toEqual({ Staging: 2, Sealing: 1, Failed: 2, Proving: 2 })
    expect([stats.curSealing, stats.curStaging]).toEqual([5, 2])
    expect(stats.byState()).toEqual({
      UndefinedSectorState: 1,
      WaitDeals: 1,
      PreCommit1: 1,
      CommitFailed: 1,
      bogus: 1,
      Proving: 1,
      Removed: 1,
    })
  })

  it("refuses a pledge at MaxSealingSectors, and never when that is 0", () => {
    const stats = counted("PreCommit1", "Packing")
    expect(stats.pledgeProblem(none)).toBeNull()
    expect(stats.pledgeProblem({ ...none, MaxSealingSectors: 3 })).toBeNull()
    expect(stats.pledgeProblem({ ...none, MaxSealingSectors: 2 })?.message).toBe(
      "too many sectors sealing (curSealing: 2, max: 2)",
    )
  })

  it("opens a deal sector below both limits only", () => {
    const stats = counted("WaitDeals", "PreCommit1")
    expect(stats.mayOpenDealSector(none)).toBe(true)
    expect(stats.mayOpenDealSector({ ...none, MaxWaitDealsSectors: 1 })).toBe(false)
    expect(stats.mayOpenDealSector({ ...none, MaxWaitDealsSectors: 2, MaxSealingSectorsForDeals: 3 })).toBe(
      true,
    )
    expect(stats.mayOpenDealSector({ ...none, MaxSealingSectorsForDeals: 2 })).toBe(false)
  })

  it("says once when a limit for deals is left downwards; MaxSealingSectors says nothing", () => {
    const stats = counted("WaitDeals", "WaitDeals", "PreCommit1")
    const limits = { ...none, MaxSealingSectors: 3, MaxWaitDealsSectors: 2 }
    expect(stats.update(0, "Packing", limits)).toBe(true)
    expect(stats.update(1, "Packing", limits)).toBe(false)
    expect(stats.update(2, "Proving", limits)).toBe(false)
    const sealing = counted("PreCommit1", "Packing")
    expect(sealing.update(0, "Proving", { ...none, MaxSealingSectorsForDeals: 2 })).toBe(true)
    expect(sealing.update(1, "WaitSeed", { ...none, MaxSealingSectorsForDeals: 2 })).toBe(false)
  })

  it("stats-keep-their-bucket: FinalizeEarly may change while sectors wait; the totals stay right", () => {
    const stats = counted("CommitWait")
    stats.update(0, "FinalizeSector", { ...none, FinalizeEarly: true })
    expect(stats.byBucket()).toEqual({ Staging: 0, Sealing: 1, Failed: 0, Proving: 0 })
    stats.update(0, "SubmitCommit", { ...none, FinalizeEarly: true })
    expect(stats.byBucket()).toMatchObject({ Sealing: 0, Proving: 1 })
  })

  it("the totals are the number of sectors, whatever happens to them", () => {
    const step = FastCheck.record({
      sector: FastCheck.integer({ min: 0, max: 5 }),
      state: FastCheck.constantFrom(...sectorStateNames, "bogus"),
      early: FastCheck.boolean(),
      forget: FastCheck.integer({ min: 0, max: 9 }).map((die) => die === 0),
    })
    FastCheck.assert(
      FastCheck.property(FastCheck.array(step, { maxLength: 60 }), (steps) => {
        const stats = new SectorStats()
        const known = new Map<number, string>()
        for (const { sector, state, early, forget } of steps) {
          if (forget) {
            stats.forget(sector)
            known.delete(sector)
          } else {
            stats.update(sector, stateValue(state), { ...none, FinalizeEarly: early })
            known.set(sector, state)
          }
          const totals = Object.values(stats.byBucket())
          expect(Math.min(...totals)).toBeGreaterThanOrEqual(0)
          expect(totals.reduce((all, one) => all + one)).toBe(known.size)
          const states: Record<string, number> = {}
          for (const name of known.values()) states[name] = (states[name] ?? 0) + 1
          expect(stats.byState()).toEqual(states)
        }
      }),
    )
  })
})
