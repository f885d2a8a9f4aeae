import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { pendingOf } from "../../../src/actors/Planner.ts"
import { sectorEventNames, sectorEvents, type SectorEvent } from "../../../src/sealing/events/SectorEvent.ts"
import type { Sector } from "../../../src/sealing/Sector.ts"
import { sectorStateNames, stateName } from "../../../src/sealing/SectorState.ts"
import { planBase } from "../../../src/sealing/transitions/base.ts"
import { planSector, sectorTable } from "../../../src/sealing/transitions/corrections.ts"
import { sampleEvent, sampleRecord } from "../support/fsmFacts.ts"

const now = () => 1_600_000_000
const base = planBase(now)
const corrected = planSector(now)

const record = (state: string) => sampleRecord(state) as unknown as Sector
const event = (name: string) => sampleEvent(name) as unknown as SectorEvent

/** What one event does: the state it leads to, `same` when it is taken without effect, or null when it is refused. */
const outcome = (planner: typeof base, state: string, name: string): string | null => {
  const before = record(state)
  const plan = planner(pendingOf([event(name)]), before)
  if (plan.failure !== null) return null
  return plan.state === before ? "same" : stateName(plan.state.State)
}

const { SectorPreCommit1, SectorCommitted, SectorFinalized, SectorRemove, SectorRestart } = sectorEvents

describe("the corrected table", () => {
  it("differs from Lotus's in these pairs and no other", () => {
    const different: Array<string> = []
    let ignoredWhileRemoving = 0
    for (const state of sectorStateNames)
      for (const name of sectorEventNames) {
        const [theirs, ours] = [outcome(base, state, name), outcome(corrected, state, name)]
        if (theirs === ours) continue
        expect(theirs).toBeNull()
        if (["Removing", "RemoveFailed", "Removed"].includes(state)) {
          expect(ours).toBe("same")
          ignoredWhileRemoving++
        } else different.push(`${state} + ${name} -> ${ours}`)
      }
    expect(different.sort()).toEqual([
      "Committing + SectorStartPacking -> same",
      "FailedUnrecoverable + SectorStartPacking -> same",
      "FaultReported + SectorFaultedFinal -> FaultedFinal",
      "FaultReported + SectorProving -> Proving",
      "FaultReported + SectorStartPacking -> same",
      "FaultedFinal + SectorProving -> Proving",
      "FaultedFinal + SectorStartPacking -> same",
      "Faulty + SectorProving -> Proving",
      "GetTicket + SectorSealPreCommit1Failed -> SealPreCommit1Failed",
      "Packing + SectorAddPiece -> same",
    ])
    // 52 events that are not global; Removing has two rows of its own, two of the three states took SectorStartPacking
    expect(ignoredWhileRemoving).toBe(3 * 52 - 2 - 2)
  })

  it("ticket-failure-is-accepted: starts over, with the counters at zero", () => {
    const plan = corrected(pendingOf([event("SectorSealPreCommit1Failed")]), record("GetTicket"))
    expect(plan.state).toMatchObject({ State: "SealPreCommit1Failed", InvalidProofs: 0, PreCommit2Fails: 0 })
  })

  it("committing-keeps-results: a proof is kept when an event behind it is refused", () => {
    const events = [SectorCommitted.make({ Proof: "cA==" }), SectorFinalized.make()]
    expect(base(pendingOf(events), record("Committing")).failure).not.toBeNull()
    const plan = corrected(pendingOf(events), record("Committing"))
    expect(plan).toMatchObject({
      failure: null,
      processed: 1,
      state: { State: "SubmitCommit", Proof: "cA==" },
    })
    expect(corrected(pendingOf([SectorFinalized.make()]), record("Committing")).failure).not.toBeNull()
  })

  it("late-start-packing-while-committing: goes on with what is behind it", () => {
    const events = [event("SectorStartPacking"), SectorCommitted.make({ Proof: "cA==" })]
    const plan = corrected(pendingOf(events), record("Committing"))
    expect(plan).toMatchObject({ failure: null, processed: 2, state: { State: "SubmitCommit" } })
  })

  it("unknown-state-takes-the-first-global: and leaves the rest for the next plan", () => {
    const events = [SectorRemove.make(), SectorRestart.make()]
    expect(base(pendingOf(events), record("bogus")).failure).not.toBeNull()
    const plan = corrected(pendingOf(events), record("bogus"))
    expect(plan).toMatchObject({ failure: null, processed: 1, state: { State: "Removing" } })
    const refused = corrected(pendingOf([SectorPreCommit1.make({ PreCommit1Out: "" })]), record("bogus"))
    expect(refused.failure?.message).toBe(
      "sector 3 is in the state bogus, which does not exist: only a global event gets it out (force-state, remove, terminate)",
    )
  })

  it("never throws, takes at least one event and at most all, and keeps the record when it fails", () => {
    const state = FastCheck.constantFrom(...sectorStateNames, "bogus")
    const events = FastCheck.array(FastCheck.constantFrom(...sectorEventNames).map(event), {
      minLength: 1,
      maxLength: 8,
    })
    FastCheck.assert(
      FastCheck.property(state, events, (from, batch) => {
        const before = record(from)
        const copy = structuredClone(before)
        const plan = corrected(pendingOf(batch), before)
        expect(before).toEqual(copy)
        if (plan.failure === null) {
          expect(plan.processed).toBeGreaterThanOrEqual(1)
          expect(plan.processed).toBeLessThanOrEqual(batch.length)
          expect(plan.applied).toHaveLength(plan.processed)
          expect(plan.applied.at(-1)!.to).toBe(stateName(plan.state.State))
        } else expect(plan.state).toBe(before)
      }),
      { numRuns: 2000 },
    )
  })

  it("leads from every state to Removed, and from every state of sealing to Proving", () => {
    const table = sectorTable(now)
    const reaches = (from: string, goal: string, globals: boolean): boolean => {
      const seen = new Set([from])
      const queue = [from]
      for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
        if (at === goal) return true
        for (const row of table.rows) {
          const counts = row.kind === "global" ? globals : row.from === at
          const targets =
            row.from === "RecoverDealIDs" && row.dynamic !== undefined ? ["PreCommitting"] : row.to
          if (!counts) continue
          queue.push(...targets.filter((to) => !seen.has(to)))
          targets.forEach((to) => seen.add(to))
        }
      }
      return false
    }
    for (const state of sectorStateNames)
      expect([state, reaches(state, "Removed", true)]).toEqual([state, true])
    const noWayToProving = sectorStateNames.filter((state) => !reaches(state, "Proving", false))
    expect(noWayToProving).toEqual([
      "FailedUnrecoverable",
      "PackingFailed",
      "DealsExpired",
      "Terminating",
      "TerminateWait",
      "TerminateFinality",
      "TerminateFailed",
      "Removing",
      "RemoveFailed",
      "Removed",
    ])
  })
})
