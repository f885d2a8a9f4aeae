import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { pendingOf } from "../../../src/actors/Planner.ts"
import { sectorEventNames, sectorEvents, type SectorEvent } from "../../../src/sealing/events/SectorEvent.ts"
import { type Sector, zeroSector } from "../../../src/sealing/Sector.ts"
import { sectorStateNames, sectorStates, statBucket, stateValue } from "../../../src/sealing/SectorState.ts"
import { baseTable, planBase } from "../../../src/sealing/transitions/base.ts"
import {
  type Event_,
  facts,
  type Record_,
  sampleEvent,
  sampleRecord,
  verdictOf,
} from "../support/fsmFacts.ts"

const now = 1_600_000_000
const planner = planBase(() => now)

const plan = (record: Record_, events: ReadonlyArray<Event_>) => {
  const made = planner(
    pendingOf(events as unknown as ReadonlyArray<SectorEvent>),
    record as unknown as Sector,
  )
  return {
    error: made.failure !== null,
    processed: made.failure === null ? made.processed : 0,
    record: made.state as unknown as Record_,
  }
}

describe("Lotus's table", () => {
  it("has the 43 states, their handlers, planners, categories and totals of the facts", () => {
    expect(sectorStateNames).toEqual(facts.states.map((state) => state.name))
    for (const state of facts.states) {
      const ours = sectorStates[state.name as (typeof sectorStateNames)[number]]
      expect([state.name, ours.handler, ours.planner, ours.category]).toEqual([
        state.name,
        state.handler,
        state.planner,
        state.category,
      ])
      expect(stateValue(state.name)).toBe(state.value)
      const early = state.statBucket.endsWith("(Proving when FinalizeEarly)")
      expect(statBucket(state.value, false)).toBe(state.statBucket.replace(/ .*/, ""))
      expect(statBucket(state.value, true)).toBe(early ? "Proving" : state.statBucket)
    }
  })

  it("has the 57 events with the fields and kinds of the facts", () => {
    expect([...sectorEventNames].sort()).toEqual(facts.events.map((event) => event.name).sort())
    for (const event of facts.events) {
      const kind = sectorEvents[event.name as keyof typeof sectorEvents]
      expect([event.name, Object.keys(kind.fields), kind.global, kind.isError]).toEqual([
        event.name,
        event.payload.map((field) => field.name),
        event.isGlobal,
        event.isError,
      ])
    }
  })

  it("has the 105 rows of the facts and no other", () => {
    const drawn = baseTable(() => now)
      .rows.filter((row) => row.kind !== "global" && row.kind !== "ignore")
      .map(
        (row) =>
          `${row.from} + ${row.event} -> ${row.to[0] ?? (row.dynamic === undefined ? row.from : "@Return")}`,
      )
    const wanted = facts.transitions.map((row) => `${row.from} + ${row.event} -> ${row.to}`)
    expect(drawn).toHaveLength(105)
    expect([...drawn].sort()).toEqual([...wanted].sort())
  })

  for (const state of facts.states) {
    it(`${state.name}: each of the 57 events does what the facts say`, () => {
      for (const event of facts.events) {
        const record = sampleRecord(state.name)
        const events = [sampleEvent(event.name)]
        expect({ event: event.name, ...plan(record, events) }).toEqual({
          event: event.name,
          ...verdictOf(record, events, now),
        })
      }
    })
  }

  it("takes batches as the facts say, whatever is in them", () => {
    const event = FastCheck.constantFrom(...facts.events.map((one) => one.name)).map((name) =>
      sampleEvent(name),
    )
    const likely = (state: string) => {
      const own = facts.transitions.filter((row) => row.from === state).map((row) => sampleEvent(row.event))
      return own.length === 0 ? event : FastCheck.oneof(event, FastCheck.constantFrom(...own))
    }
    const state = FastCheck.constantFrom(...facts.states.map((one) => one.name), "not a state")
    const input = state.chain((from) =>
      FastCheck.record({
        from: FastCheck.constant(from),
        sameSeed: FastCheck.boolean(),
        returns: FastCheck.boolean(),
        events: FastCheck.array(
          FastCheck.oneof(
            { weight: 3, arbitrary: likely(from) },
            { weight: 1, arbitrary: FastCheck.constant(sampleEvent("SectorRestart")) },
          ),
          { minLength: 1, maxLength: 6 },
        ),
      }),
    )
    let accepted = 0
    FastCheck.assert(
      FastCheck.property(input, ({ from, sameSeed, returns, events }) => {
        const seed = sampleEvent("SectorSeedReady")
        const record: Record_ = {
          ...sampleRecord(from),
          ...(sameSeed ? { SeedEpoch: seed.SeedEpoch, SeedValue: seed.SeedValue } : {}),
          ...(returns ? {} : { Return: "" }),
        }
        const before = structuredClone(record)
        const made = plan(record, events)
        expect(made).toEqual(verdictOf(record, events, now))
        expect(record).toEqual(before)
        if (made.error) expect(made.record).toBe(record)
        else accepted++
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(500)
  })

  it("updates deal ids of deals only, and leaves the record alone otherwise", () => {
    const record = { ...zeroSector, ...sampleRecord("RecoverDealIDs") } as unknown as Sector
    const made = planner(pendingOf([sectorEvents.SectorUpdateDealIDs.make({ Updates: { "4": 1 } })]), record)
    expect(made.failure?.message).toBe("sector 3 has no deal in piece 4, so its deal id cannot be updated")
    expect(made.state).toBe(record)
  })
})
