/**
 * The table the daemon and the simulator run: Lotus's rows and, by name, the few that mend it. A defect is mended in
 * its handler where an event exists that the state takes; what stands here could not be mended there. Each correction
 * is described in docs/differences.md under the same name.
 */
import type { Planner } from "../../actors/Planner.ts"
import { make } from "../../actors/Table.ts"
import type { UnixClock } from "../events/eventKind.ts"
import { kindOf, type SectorEvent, type SectorEventName, sectorEventNames } from "../events/SectorEvent.ts"
import type { Sector } from "../Sector.ts"
import type { SectorState } from "../SectorState.ts"
import {
  committingRows,
  drawnCommittingRows,
  effectOf,
  globalRows,
  lateStartPacking,
  ordinaryRows,
  rows,
  stateOf,
  tableStates,
  withState,
} from "./base.ts"
import { committingPlanner } from "./committing.ts"
import { sectorPlanner } from "./planners.ts"
import type { SectorRow, SectorTable } from "./SectorRow.ts"

export interface Correction {
  readonly name: string
  /** What Lotus does, and what is so here. */
  readonly reason: string
  readonly rows: (now: UnixClock) => ReadonlyArray<SectorRow>
}

const taken = (from: SectorState): ReadonlySet<string> =>
  new Set(ordinaryRows(() => 0).flatMap((row) => (row.from === from ? [row.event] : [])))

/** Every event that a state has no row for, except the global ones. */
const everythingElse = (from: SectorState): ReadonlyArray<SectorEventName> => {
  const own = taken(from)
  return sectorEventNames.filter((event) => !kindOf(event).global && !own.has(event))
}

/** Corrections that are rows. */
export const corrections: ReadonlyArray<Correction> = [
  {
    name: "ticket-failure-is-accepted",
    reason:
      "GetTicket's handler reports a ticket it cannot get with an event that GetTicket does not take, and the machine dies; here it is tried again after the cooldown",
    rows: (now) =>
      rows.on(
        "GetTicket",
        "SectorSealPreCommit1Failed",
        "SealPreCommit1Failed",
        effectOf("SectorSealPreCommit1Failed", now),
      ),
  },
  {
    name: "fault-report-ends",
    reason:
      "FaultReported's handler ends with an event that no planner takes; here the sector arrives in FaultedFinal",
    rows: (now) =>
      rows.on("FaultReported", "SectorFaultedFinal", "FaultedFinal", effectOf("SectorFaultedFinal", now)),
  },
  {
    name: "faults-recover",
    reason:
      "no event leads out of a fault; here SectorProving says that the chain counts the sector as sound",
    rows: (now) =>
      rows.on(
        ["Faulty", "FaultReported", "FaultedFinal"],
        "SectorProving",
        "Proving",
        effectOf("SectorProving", now),
      ),
  },
  {
    name: "late-results-while-removing",
    reason:
      "the result of work that still ran when the sector was removed is refused and the machine dies; here it is ignored",
    rows: () =>
      (["Removing", "RemoveFailed", "Removed"] as const).flatMap((from) =>
        rows.ignore(from, ...everythingElse(from)),
      ),
  },
  {
    name: "late-piece-while-packing",
    reason:
      "a piece that is assigned while the sector starts packing is refused and the machine dies; here it is ignored, and Packing's handler answers the piece's sender",
    rows: () => rows.ignore("Packing", "SectorAddPiece"),
  },
  {
    name: "late-start-packing-while-committing",
    reason:
      "the deal timer of a sector that was sealed by hand fires in Committing and the machine dies; here it is ignored, as in every other state",
    rows: () => rows.custom("Committing", "SectorStartPacking", [], "may come late; ignored"),
  },
]

/** Corrections of the planners around the rows. */
export const plannerCorrections: ReadonlyArray<Omit<Correction, "rows">> = [
  {
    name: "committing-keeps-results",
    reason:
      "an event that Committing does not take loses the proof in front of it; here the batch ends before it, and it is planned in the state that the proof led to",
  },
  {
    name: "unknown-state-takes-the-first-global",
    reason:
      "in a state that does not exist a global event is refused when another event waits behind it; here it is taken",
  },
]

/** The table with its corrections. `now` gives the time for CreationTime, in unix seconds. */
export const sectorTable = (now: UnixClock): SectorTable =>
  make<Sector, SectorEvent, SectorState>({
    kind: "sector",
    states: tableStates,
    events: sectorEventNames,
    initial: "UndefinedSectorState",
    stateOf,
    withState,
    rows: [
      ...globalRows,
      ...ordinaryRows(now),
      ...drawnCommittingRows,
      ...lateStartPacking,
      ...corrections.flatMap((correction) =>
        correction.rows(now).map((row) => ({ ...row, note: row.note ?? correction.name })),
      ),
    ],
    custom: {
      Committing: committingPlanner({
        rows: committingRows,
        globals: globalRows,
        now,
        afterAccepted: "keep",
        ignored: new Set(["SectorStartPacking"]),
      }),
    },
    unexpected: "fail",
    stepAfter: "plan",
    unreachable: ["Empty", "FailedUnrecoverable", "PackingFailed"],
  })

let asked: SectorTable | null = null

/** The table for questions about it, made once; no event is applied with it. */
const tableToAsk = (): SectorTable => (asked ??= sectorTable(() => 0))

/** The state's own events that lead somewhere, for those who were refused. */
export const eventsTaken = (state: string): ReadonlyArray<string> =>
  [...(tableToAsk().byState.get(state)?.values() ?? [])]
    .filter(({ kind, to }) => kind !== "ignore" && to.length > 0)
    .map(({ event }) => event)

/** True when a state takes the event without effect. */
export const isIgnored = (state: string, event: string): boolean => {
  const { byState } = tableToAsk()
  const row = byState.get(state)?.get(event) ?? byState.get("*")?.get(event)
  return row !== undefined && (row.kind === "ignore" || (row.kind === "custom" && row.to.length === 0))
}

/** The planner of the daemon and of the simulator. */
export const planSector = (now: UnixClock): Planner<Sector, SectorEvent> =>
  sectorPlanner(sectorTable(now), { unknownState: "first-global" })
