import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { decodeScenarios, replay, type ReplayResult } from "../../src/sealing/replay.ts"

interface Scenario {
  readonly name: string
  readonly variant: string
  readonly events: ReadonlyArray<{ readonly expectError?: boolean; readonly expectProcessed?: number }>
  readonly expectStates: ReadonlyArray<string>
  readonly expectRecord?: object
}

const json = JSON.parse(
  readFileSync(new URL("../fixtures/sealing/lifecycles.json", import.meta.url), "utf8"),
) as ReadonlyArray<Scenario>

const play = (scenarios: unknown) => replay(Either.getOrThrow(decodeScenarios(scenarios)), () => 77)
const one = (scenario: object) =>
  play([{ name: "x", variant: "base", start: "WaitDeals", ...scenario }])[0] as ReplayResult

describe("fsm replay", () => {
  const base = json.filter((scenario) => scenario.variant === "base")

  it("knows 55 base scenarios and skips the others with a reason", () => {
    expect(base).toHaveLength(55)
    const others = play(json).filter((result) => "skipped" in result)
    expect(others).toHaveLength(json.length - 55)
    expect(others[0]).toEqual({
      name: expect.any(String),
      skipped: "the variant extension is not built; base is",
    })
  })

  for (const scenario of base) {
    it(`${scenario.name}`, () => {
      const result = play([scenario])[0] as ReplayResult
      expect(result.states).toEqual(scenario.expectStates)
      expect(result.record).toMatchObject(scenario.expectRecord ?? {})
      scenario.events.forEach((item, index) => {
        expect(result.errors[index] !== null).toBe(item.expectError === true)
        if (item.expectError === true) expect(result.processed[index]).toBe(0)
        else if (item.expectProcessed !== undefined)
          expect(result.processed[index]).toBe(item.expectProcessed)
      })
    })
  }

  it("prints the initial state by its name, in the states and in the record", () => {
    const result = one({ start: "UndefinedSectorState", events: [{ event: "SectorPacked" }] })
    expect(result.states).toEqual(["UndefinedSectorState"])
    expect(result.record.State).toBe("UndefinedSectorState")
    expect(result.errors).toEqual([
      "sector in state UndefinedSectorState does not take the event SectorPacked",
    ])
  })

  it("gives missing fields their zero values and drops what an item did not process", () => {
    const result = one({
      start: "PreCommit1",
      startRecord: { TicketEpoch: 5 },
      events: [
        { batch: [{ event: "SectorOldTicket" }, { event: "SectorPreCommit1" }] },
        { event: "SectorTicket" },
      ],
    })
    expect(result.states).toEqual(["GetTicket", "PreCommit1"])
    expect(result.processed).toEqual([1, 1])
    expect(result.record).toMatchObject({ TicketEpoch: 0, TicketValue: "", PreCommit1Out: "" })
  })

  it("survives payloads of any shape; an error leaves the record as before", () => {
    const result = one({
      start: "AddPiece",
      events: [
        { event: "SectorPieceAdded", payload: { NewPieces: 5 } },
        { event: "NoSuchEvent", payload: null },
        { event: "SectorPieceAdded", payload: { NewPieces: null } },
        { batch: [] },
      ],
    })
    expect(result.states).toEqual(["AddPiece", "AddPiece", "WaitDeals", "WaitDeals"])
    expect(result.processed).toEqual([0, 0, 1, 0])
    expect(result.errors.map((error) => error !== null)).toEqual([true, true, false, false])
    expect(result.record.Pieces).toEqual([])
  })

  it("records the time of the first piece once", () => {
    const result = one({ events: [{ event: "SectorAddPiece" }] })
    expect(result.record.CreationTime).toBe(77)
    expect(
      one({ startRecord: { CreationTime: 5 }, events: [{ event: "SectorAddPiece" }] }).record.CreationTime,
    ).toBe(5)
  })

  it.each([
    [{ events: "x" }, 'scenario 0 ("a"): "events" must be a list, not "x"'],
    [{ events: [null] }, 'scenario 0 ("a"): event 0: it must be an object {"event","payload"}, not null'],
    [{ events: [{ event: "SectorPacked" }, {}] }, 'scenario 0 ("a"): event 1: the field "event" is missing'],
    [{ events: [{ event: 5 }] }, '"event" must be the name of an event, not 5'],
    [{ events: [{ batch: {} }] }, 'event 0: "batch" must be a list of events, not {}'],
    [{ events: [{ batch: [{}] }] }, 'event 0: 0 of its batch: the field "event" is missing'],
    [{ start: 5, events: [] }, '"start" must be a text in quotes, not 5'],
    [{ startRecord: [], events: [] }, '"startRecord" must be an object, not a list'],
    [{}, 'the field "events" is missing'],
  ])("says which scenario and event of a file is wrong: %j", (scenario, words) => {
    const refused = decodeScenarios([{ name: "a", variant: "base", start: "Packing", ...scenario }])
    expect(Either.isLeft(refused) && refused.left.message).toContain(words)
  })

  it("says which field of a payload is wrong, and leaves the record as it was", () => {
    const result = one({
      start: "Packing",
      events: [
        { event: "SectorPacked", payload: { FillerPieces: "x" } },
        { event: "SectorForceState", payload: { State: 7 } },
        { event: "SectorPacked", payload: [1] },
        { event: "SectorPacked" },
      ],
    })
    expect(result.states).toEqual(["Packing", "Packing", "Packing", "GetTicket"])
    expect(result.errors[0]).toBe('event 0: FillerPieces of SectorPacked must be a list, not "x"')
    expect(result.errors.slice(1)).toEqual([
      "event 1: State of SectorForceState must be a text in quotes, not 7",
      "event 2: the payload of SectorPacked must be an object, not a list",
      null,
    ])
  })

  it("refuses what is no list of scenarios, saying where", () => {
    const refused = decodeScenarios([
      { name: "a", variant: "base", start: "Packing", events: [{ evnt: "x" }] },
    ])
    expect(Either.isLeft(refused) && refused.left.message).toMatch(
      /not a list of scenarios .*scenario 0 .*event 0/,
    )
    expect(Either.isLeft(decodeScenarios({}))).toBe(true)
  })
})
