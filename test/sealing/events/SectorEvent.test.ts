import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import {
  decodeEvent,
  eventAsItStands,
  sectorEventNames,
  sectorEvents,
} from "../../../src/sealing/events/SectorEvent.ts"
import {
  dealIds,
  hasDeals,
  type Piece,
  printed,
  Sector,
  sealingPriority,
  zeroSector,
} from "../../../src/sealing/Sector.ts"
import {
  handlerOf,
  isFailedState,
  sectorStateNames,
  stateColour,
  stateName,
  stateValue,
} from "../../../src/sealing/SectorState.ts"
import { sampleEvent } from "../support/fsmFacts.ts"

const refused = (name: string, payload?: unknown): string => {
  const decoded = decodeEvent(name, payload)
  return Either.isLeft(decoded) ? decoded.left.message : "accepted"
}

describe("events from outside", () => {
  it("each of the 57 is accepted with a full payload, as it was written", () => {
    for (const name of sectorEventNames) {
      const { _tag, ...payload } = sampleEvent(name)
      expect(decodeEvent(name, payload)).toEqual(Either.right({ _tag: name, ...payload }))
      expect(eventAsItStands(name, payload)).toEqual(
        name === "SectorPreCommitted"
          ? { _tag: name, ...payload, PreCommitInfo: null }
          : { _tag: name, ...payload },
      )
    }
  })

  it("missing fields are zero, unless that would do harm", () => {
    expect(decodeEvent("SectorTicket")).toEqual(
      Either.right({ _tag: "SectorTicket", TicketValue: "", TicketEpoch: 0 }),
    )
    expect(decodeEvent("SectorSealPreCommit1Failed", null)).toEqual(
      Either.right({ _tag: "SectorSealPreCommit1Failed", error: "" }),
    )
    expect(refused("SectorForceState")).toMatch(
      /^the payload of SectorForceState is not right .*the field State is missing$/,
    )
    expect(refused("SectorStartCC", { ID: 1 })).toMatch(/the field SectorType is missing$/)
  })

  it("unknown events, states and fields are refused with what there is", () => {
    expect(refused("SectorFoo")).toMatch(/^SectorFoo is no sector event; the events are: .*SectorRemove/)
    expect(refused("SectorForceState", { State: "Provin" })).toContain(
      "Provin is no sector state; the states are: UndefinedSectorState, Empty, WaitDeals",
    )
    expect(refused("SectorTicket", { TicketEpoc: 1 })).toMatch(
      /it takes the fields TicketValue, TicketEpoch\): TicketEpoc is not one of its fields$/,
    )
    expect(refused("SectorProving", { x: 1 })).toMatch(/it takes no fields/)
  })

  it.each([
    ["SectorTicket", { TicketEpoch: "soon" }],
    ["SectorTicket", []],
    ["SectorTicket", "text"],
    ["SectorProving", "text"],
    ["SectorProving", ["text"]],
    ["SectorStart", { ID: -1, SectorType: 8 }],
    ["SectorUpdateDealIDs", { Updates: { first: 1 } }],
    ["SectorPieceAdded", { NewPieces: [{ DealID: 1 }] }],
    ["SectorPreCommitted", { PreCommitDeposit: "a lot" }],
    ["toString", {}],
  ])("%s with %j is refused", (name, payload) => expect(refused(name, payload)).not.toBe("accepted"))
})

describe("what is said of a payload that does not fit", () => {
  it.each([
    ["SectorForceState", [], "it must be an object, not a list"],
    ["SectorForceState", "x", 'it must be an object, not "x"'],
    ["SectorProving", 5, "it must be an object, not 5"],
    ["SectorForceState", { State: 5 }, "State must be a text in quotes, not 5"],
    ["SectorTicket", { TicketEpoch: "soon" }, 'TicketEpoch must be a number, not "soon"'],
    ["SectorTicket", { TicketEpoch: 1.5 }, "TicketEpoch must be a whole number, not 1.5"],
    ["SectorProving", { x: 1 }, "x is not one of its fields"],
    ["SectorStart", { ID: -1, SectorType: 8 }, "ID must be a whole number, 0 or more, not -1"],
    ["SectorPieceAdded", { NewPieces: 5 }, "NewPieces must be a list, not 5"],
    [
      "SectorPreCommitted",
      { PreCommitDeposit: "a lot" },
      'PreCommitDeposit must be a whole number in quotes, not "a lot"',
    ],
  ])("of %s with %j: %s", (name, payload, sentence) => {
    const text = refused(name, payload)
    expect(text.slice(text.indexOf("): ") + 3)).toBe(sentence)
  })
})

describe("the record", () => {
  const data = (DealID: number): Piece => ({
    Piece: { Size: 128, PieceCID: "p" },
    DealInfo: {
      PublishCid: null,
      DealID,
      DealProposal: null,
      DealSchedule: { StartEpoch: 1, EndEpoch: 2 },
      KeepUnsealed: false,
    },
  })
  const filler: Piece = { Piece: { Size: 128, PieceCID: "z" }, DealInfo: null }

  it("the zero record is a record, and survives JSON", () => {
    expect(Schema.decodeUnknownSync(Sector)(JSON.parse(JSON.stringify(zeroSector)))).toEqual(zeroSector)
    expect(printed(zeroSector).State).toBe("UndefinedSectorState")
    expect(printed({ ...zeroSector, State: "Packing" }).State).toBe("Packing")
  })

  it("deals are listed in order and make a sector urgent", () => {
    const sector = { ...zeroSector, Pieces: [filler, data(7), data(3)] }
    expect([dealIds(sector), hasDeals(sector), sealingPriority(sector)]).toEqual([[7, 3], true, 1024])
    const empty = { ...zeroSector, Pieces: [filler] }
    expect([dealIds(empty), hasDeals(empty), sealingPriority(empty)]).toEqual([[], false, 0])
  })

  it("constructors make what the table takes", () => {
    expect(sectorEvents.SectorTicket.make({ TicketValue: "dA==", TicketEpoch: 4 })).toEqual({
      _tag: "SectorTicket",
      TicketValue: "dA==",
      TicketEpoch: 4,
    })
    expect(sectorEvents.SectorRemove.make()).toEqual({ _tag: "SectorRemove" })
  })
})

describe("states as Lotus's list shows them", () => {
  it("have its colours", () => {
    const of = (colour: string) => sectorStateNames.filter((name) => stateColour(stateValue(name)) === colour)
    expect(of("green")).toEqual(["Proving"])
    expect(of("blue")).toEqual(["Empty", "WaitDeals", "AddPiece"])
    expect(of("cyan")).toEqual([
      "Terminating",
      "TerminateWait",
      "TerminateFinality",
      "TerminateFailed",
      "Removing",
      "Removed",
    ])
    expect(of("yellow")).toHaveLength(16)
    expect(of("red")).toContain("UndefinedSectorState")
    expect(stateColour("bogus")).toBe("red")
  })

  it("a state nobody knows has a name, no handler, and counts as failed", () => {
    expect([stateName("bogus"), handlerOf("bogus"), isFailedState("bogus")]).toEqual(["bogus", null, true])
    expect([stateName(""), handlerOf(""), isFailedState("")]).toEqual(["UndefinedSectorState", null, false])
    expect([handlerOf("FinalizeSector"), isFailedState("CommitFailed"), isFailedState("Proving")]).toEqual([
      "handleFinalizeSector",
      true,
      false,
    ])
  })
})
