import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Codec from "../../src/actors/Codec.ts"
import { layerMemory } from "../../src/actors/memoryStore.ts"
import { PlanFailed } from "../../src/actors/Planner.ts"
import { StateGroup } from "../../src/actors/StateGroup.ts"
import { sectorEvents, type SectorEvent } from "../../src/sealing/events/SectorEvent.ts"
import { type Sector, zeroSector } from "../../src/sealing/Sector.ts"
import {
  entryFor,
  errorEntry,
  eventCount,
  type LogEntry,
  sectorLog,
  trim,
} from "../../src/sealing/SectorLog.ts"
import { stateName } from "../../src/sealing/SectorState.ts"
import { planSector } from "../../src/sealing/transitions/corrections.ts"

const at = 1_600_000_000_999
const {
  SectorStartCC,
  SectorRestart,
  SectorChainPreCommitFailed,
  SectorPacked,
  SectorRemove,
  SectorPreCommit2,
} = sectorEvents

describe("log entries", () => {
  it("show the event as Go prints it", () => {
    expect(entryFor(SectorStartCC.make({ ID: 7, SectorType: 8 }), at)).toEqual({
      Timestamp: 1_600_000_000,
      Trace: "",
      Message: '{"User":{"ID":7,"SectorType":8}}',
      Kind: "event;sealing.SectorStartCC",
    })
    expect(entryFor(sectorEvents.SectorForceState.make({ State: "Proving" }), at)?.Message).toBe(
      '{"User":{"State":"Proving"}}',
    )
  })

  it("leave a restart out, and put the text of an error into the trace", () => {
    expect(entryFor(SectorRestart.make(), at)).toBeNull()
    expect(entryFor(SectorChainPreCommitFailed.make({ error: "no funds" }), at)).toMatchObject({
      Trace: "no funds",
      Message: '{"User":{}}',
    })
    expect(entryFor(sectorEvents.SectorFaultReported.make({ reportMsg: "cid" }), at)?.Message).toBe(
      '{"User":{}}',
    )
  })

  it("are cut at 8,000 bytes, not inside a character", () => {
    const message = (letter: string) =>
      entryFor(SectorPacked.make({ FillerPieces: [{ Size: 128, PieceCID: letter.repeat(9000) }] }), at)!
        .Message
    expect(message("a")).toHaveLength(8000 + "... truncated".length)
    expect(message("a").endsWith("aaa... truncated")).toBe(true)
    for (const letter of ["é", "€", "😀"]) {
      const text = message(letter).replace("... truncated", "")
      expect(text).not.toContain("\ufffd")
      expect(Buffer.byteLength(text)).toBeGreaterThan(8000 - 4)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8000)
    }
  })

  it("name a refused batch an error", () => {
    const failure = new PlanFailed({
      state: "RecoverDealIDs",
      event: "SectorUpdateDealIDs",
      message: "no way back",
    })
    expect(errorEntry(failure, at)).toEqual({
      Timestamp: 1_600_000_000,
      Trace: "",
      Message: "state machine error: no way back",
      Kind: "error;PlanFailed",
    })
  })

  it("are dropped in the middle when there are more than 8,000", () => {
    expect(trim(8000)).toBeNull()
    expect(trim(8001)).toEqual({ from: 2000, to: 6000 })
  })
})

const group = (step: (state: Sector) => Effect.Effect<void> | null) =>
  StateGroup.make<Sector, SectorEvent>({
    kind: "sector",
    planner: planSector(() => 0),
    initial: () => zeroSector,
    stateName: (sector) => stateName(sector.State),
    step,
    state: Codec.json(),
    event: Codec.json(),
    log: sectorLog,
    settings: { resume: false, mailboxCapacity: 100_000 },
  })

const entries = (machines: StateGroup<Sector, SectorEvent>) =>
  Effect.map(machines.log(1, 0, 20_000), (rows) => rows.map((row) => JSON.parse(row.entry) as LogEntry))

describe("a sector's log", () => {
  it.scoped("logs what a plan consumed, once, and not what still waits", () =>
    Effect.gen(function* () {
      const working = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<void>()
      const machines = yield* group((sector) =>
        sector.State === "PreCommit2"
          ? Deferred.succeed(working, undefined).pipe(Effect.zipRight(Deferred.await(ended)))
          : null,
      )
      yield* machines.begin(1, { ...zeroSector, SectorNumber: 1, State: "PreCommit2" })
      yield* machines.send(1, SectorRestart.make())
      yield* Deferred.await(working)
      yield* machines.send(1, SectorRemove.make())
      yield* machines.send(1, SectorPreCommit2.make({ Sealed: "r", Unsealed: "d" }))
      yield* machines.send(1, sectorEvents.SectorTicket.make({ TicketEpoch: 1, TicketValue: "" }))
      expect(yield* entries(machines)).toEqual([])
      yield* Deferred.succeed(ended, undefined)
      yield* machines.getAfter(1)
      const log = yield* entries(machines)
      expect(log.map((entry) => entry.Kind)).toEqual([
        "event;sealing.SectorRemove",
        "event;sealing.SectorPreCommit2",
        "event;sealing.SectorTicket",
      ])
      expect(eventCount(log)).toBe(3)
    }).pipe(Effect.provide(layerMemory())),
  )

  it.scoped("a refused event is logged, and why", () =>
    Effect.gen(function* () {
      const machines = yield* group(() => null)
      yield* machines.begin(1, { ...zeroSector, SectorNumber: 1, State: "Packing" })
      yield* Effect.exit(machines.sendAndWait(1, sectorEvents.SectorProving.make()))
      const log = yield* entries(machines)
      expect(log.map((entry) => [entry.Kind, entry.Message])).toEqual([
        ["event;sealing.SectorProving", '{"User":{}}'],
        [
          "error;InvalidTransition",
          "state machine error: sector in state Packing does not take the event SectorProving",
        ],
      ])
    }).pipe(Effect.provide(layerMemory())),
  )

  it.scoped("drops the middle of a log that is too long, and says so", () =>
    Effect.gen(function* () {
      const machines = yield* group(() => null)
      yield* machines.begin(1, { ...zeroSector, SectorNumber: 1, State: "Proving" })
      for (let index = 0; index <= 8001; index++)
        yield* machines.send(1, sectorEvents.SectorFatalError.make({ error: `${index}` }))
      yield* machines.getAfter(1)
      const traces = (yield* entries(machines)).map((entry) => entry.Trace || entry.Message)
      expect(traces).toHaveLength(4003)
      expect(traces.slice(1998, 2002)).toEqual(["1998", "1999", "6000", "6001"])
      expect(traces.slice(-3)).toEqual([
        "8000",
        "truncating log (above 8000 entries): entries 2000 to 5999 are dropped",
        "8001",
      ])
    }).pipe(Effect.provide(layerMemory())),
  )
})
