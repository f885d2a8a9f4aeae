/**
 * The transitions of Lotus v1.13.2 and nothing else: 105 rows (98 of the ordinary planner, 7 of Committing's own),
 * five global events and the one event that may always come late. What Lotus does wrong is wrong here too; the daemon
 * and the simulator run `corrections.ts`, which mends it.
 */
import { isPlanFailure, PlanFailed, type PlanFailure, type Planner } from "../../actors/Planner.ts"
import { make, rowsOf, type StateInfo } from "../../actors/Table.ts"
import type { UnixClock } from "../events/eventKind.ts"
import { kindOf, type SectorEvent, type SectorEventName, sectorEventNames } from "../events/SectorEvent.ts"
import type { Sector } from "../Sector.ts"
import { type SectorState, sectorStateNames, sectorStates, stateName, stateValue } from "../SectorState.ts"
import { committingPlanner, type CommittingRow } from "./committing.ts"
import { finalPlanner, sectorPlanner } from "./planners.ts"
import type { SectorRow, SectorTable } from "./SectorRow.ts"

type Moves = Partial<Record<SectorEventName, SectorState>>

/** The rows that move a sector: its state, the event, where it leads. The event's effect on the record is applied. */
const moves: Partial<Record<SectorState, Moves>> = {
  UndefinedSectorState: { SectorStart: "WaitDeals", SectorStartCC: "Packing" },
  Empty: { SectorAddPiece: "AddPiece", SectorStartPacking: "Packing" },
  WaitDeals: { SectorAddPiece: "AddPiece", SectorStartPacking: "Packing" },
  AddPiece: { SectorPieceAdded: "WaitDeals", SectorAddPieceFailed: "AddPieceFailed" },
  Packing: { SectorPacked: "GetTicket" },
  GetTicket: { SectorTicket: "PreCommit1", SectorCommitFailed: "CommitFailed" },
  PreCommit1: {
    SectorPreCommit1: "PreCommit2",
    SectorSealPreCommit1Failed: "SealPreCommit1Failed",
    SectorDealsExpired: "DealsExpired",
    SectorInvalidDealIDs: "RecoverDealIDs",
    SectorOldTicket: "GetTicket",
  },
  PreCommit2: {
    SectorPreCommit2: "PreCommitting",
    SectorSealPreCommit2Failed: "SealPreCommit2Failed",
    SectorSealPreCommit1Failed: "SealPreCommit1Failed",
  },
  PreCommitting: {
    SectorPreCommitBatch: "SubmitPreCommitBatch",
    SectorPreCommitted: "PreCommitWait",
    SectorSealPreCommit1Failed: "SealPreCommit1Failed",
    SectorChainPreCommitFailed: "PreCommitFailed",
    SectorPreCommitLanded: "WaitSeed",
    SectorDealsExpired: "DealsExpired",
    SectorInvalidDealIDs: "RecoverDealIDs",
  },
  SubmitPreCommitBatch: {
    SectorPreCommitBatchSent: "PreCommitBatchWait",
    SectorSealPreCommit1Failed: "SealPreCommit1Failed",
    SectorChainPreCommitFailed: "PreCommitFailed",
    SectorPreCommitLanded: "WaitSeed",
    SectorDealsExpired: "DealsExpired",
    SectorInvalidDealIDs: "RecoverDealIDs",
  },
  PreCommitBatchWait: {
    SectorChainPreCommitFailed: "PreCommitFailed",
    SectorPreCommitLanded: "WaitSeed",
    SectorRetryPreCommit: "PreCommitting",
  },
  PreCommitWait: {
    SectorChainPreCommitFailed: "PreCommitFailed",
    SectorPreCommitLanded: "WaitSeed",
    SectorRetryPreCommit: "PreCommitting",
  },
  WaitSeed: { SectorSeedReady: "Committing", SectorChainPreCommitFailed: "PreCommitFailed" },
  CommitFinalize: { SectorFinalized: "SubmitCommit", SectorFinalizeFailed: "CommitFinalizeFailed" },
  SubmitCommit: {
    SectorCommitSubmitted: "CommitWait",
    SectorSubmitCommitAggregate: "SubmitCommitAggregate",
    SectorCommitFailed: "CommitFailed",
  },
  SubmitCommitAggregate: {
    SectorCommitAggregateSent: "CommitAggregateWait",
    SectorCommitFailed: "CommitFailed",
    SectorRetrySubmitCommit: "SubmitCommit",
  },
  CommitWait: {
    SectorProving: "FinalizeSector",
    SectorCommitFailed: "CommitFailed",
    SectorRetrySubmitCommit: "SubmitCommit",
  },
  CommitAggregateWait: {
    SectorProving: "FinalizeSector",
    SectorCommitFailed: "CommitFailed",
    SectorRetrySubmitCommit: "SubmitCommit",
  },
  FinalizeSector: { SectorFinalized: "Proving", SectorFinalizeFailed: "FinalizeFailed" },

  AddPieceFailed: { SectorRetryWaitDeals: "WaitDeals" },
  SealPreCommit1Failed: { SectorRetrySealPreCommit1: "PreCommit1" },
  SealPreCommit2Failed: { SectorRetrySealPreCommit1: "PreCommit1", SectorRetrySealPreCommit2: "PreCommit2" },
  PreCommitFailed: {
    SectorRetryPreCommit: "PreCommitting",
    SectorRetryPreCommitWait: "PreCommitWait",
    SectorRetryWaitSeed: "WaitSeed",
    SectorSealPreCommit1Failed: "SealPreCommit1Failed",
    SectorPreCommitLanded: "WaitSeed",
    SectorDealsExpired: "DealsExpired",
    SectorInvalidDealIDs: "RecoverDealIDs",
  },
  ComputeProofFailed: {
    SectorRetryComputeProof: "Committing",
    SectorSealPreCommit1Failed: "SealPreCommit1Failed",
  },
  CommitFinalizeFailed: { SectorRetryFinalize: "CommitFinalize" },
  CommitFailed: {
    SectorSealPreCommit1Failed: "SealPreCommit1Failed",
    SectorRetryWaitSeed: "WaitSeed",
    SectorRetryComputeProof: "Committing",
    SectorRetryInvalidProof: "Committing",
    SectorRetryPreCommitWait: "PreCommitWait",
    SectorChainPreCommitFailed: "PreCommitFailed",
    SectorRetryPreCommit: "PreCommitting",
    SectorRetryCommitWait: "CommitWait",
    SectorRetrySubmitCommit: "SubmitCommit",
    SectorDealsExpired: "DealsExpired",
    SectorInvalidDealIDs: "RecoverDealIDs",
    SectorTicketExpired: "Removing",
  },
  FinalizeFailed: { SectorRetryFinalize: "FinalizeSector" },

  Proving: { SectorFaultReported: "FaultReported", SectorFaulty: "Faulty" },
  Terminating: { SectorTerminating: "TerminateWait", SectorTerminateFailed: "TerminateFailed" },
  TerminateWait: { SectorTerminated: "TerminateFinality", SectorTerminateFailed: "TerminateFailed" },
  TerminateFinality: { SectorTerminateFailed: "TerminateFailed" },
  Removing: { SectorRemoved: "Removed", SectorRemoveFailed: "RemoveFailed" },
  Faulty: { SectorFaultReported: "FaultReported" },
}

/** A deal sector that is writing takes what the input sends meanwhile and stays; WaitDeals looks again afterwards. */
const absorbed = {
  AddPiece: ["SectorStartPacking", "SectorAddPiece"],
  AddPieceFailed: ["SectorStartPacking", "SectorAddPiece"],
} as const satisfies Partial<Record<SectorState, ReadonlyArray<SectorEventName>>>

/** Committing's own rows; a proof, a failure or a message found change the state, and the batch goes on. */
export const committingRows: ReadonlyArray<CommittingRow> = [
  { event: "SectorCommitted", to: "SubmitCommit", applies: true },
  { event: "SectorProofReady", to: "CommitFinalize", applies: true },
  {
    event: "SectorSeedReady",
    to: "Committing",
    applies: true,
    note: "a changed seed; the same one is skipped",
  },
  { event: "SectorComputeProofFailed", to: "ComputeProofFailed", applies: false },
  { event: "SectorSealPreCommit1Failed", to: "SealPreCommit1Failed", applies: false, note: "counters stay" },
  { event: "SectorCommitFailed", to: "CommitFailed", applies: false },
  { event: "SectorRetryCommitWait", to: "CommitWait", applies: false },
]

export const stateOf = (sector: Sector): SectorState => stateName(sector.State) as SectorState

export const withState = (sector: Sector, to: SectorState): Sector => ({ ...sector, State: stateValue(to) })

/** The verbs of the table builder for sectors. */
export const rows = rowsOf<Sector, SectorEvent, SectorState>(withState)

/** The record effect of an event, as a row runs it. */
export const effectOf = (
  event: SectorEventName,
  now: UnixClock,
): ((sector: Sector, value: SectorEvent) => Sector | PlanFailure) => {
  const { apply } = kindOf(event)
  return (sector, value) => apply(sector, value as never, now)
}

const returning = (sector: Sector, event: SectorEvent, now: UnixClock): Sector | PlanFailure => {
  const updated = effectOf("SectorUpdateDealIDs", now)(sector, event)
  if (isPlanFailure(updated)) return updated
  if (updated.Return !== "") return { ...updated, State: stateValue(updated.Return), Return: "" }
  return new PlanFailed({
    state: stateName(sector.State),
    event: event._tag,
    message: `sector ${sector.SectorNumber} has its deal ids again, but no state to return to`,
  })
}

export const globalRows: ReadonlyArray<SectorRow> = [
  ...rows.global("SectorRestart", null),
  ...rows.global("SectorFatalError", null),
  ...rows.globalDynamic("SectorForceState", "the state that the operator names", (sector, event) => ({
    ...sector,
    State: stateValue(event.State),
  })),
  ...rows.global("SectorTerminate", "Terminating"),
  ...rows.global("SectorRemove", "Removing"),
]

/** The 98 rows of the ordinary planner. */
export const ordinaryRows = (now: UnixClock): ReadonlyArray<SectorRow> => [
  ...pairs(moves).flatMap(([from, byEvent]) =>
    pairs(byEvent).flatMap(([event, to]) => rows.on(from, event, to, effectOf(event, now))),
  ),
  ...pairs(absorbed).flatMap(([from, events]) =>
    events.flatMap((event) => rows.apply(from, event, effectOf(event, now))),
  ),
  ...rows.onDynamic("RecoverDealIDs", "SectorUpdateDealIDs", "the state in Return", (sector, event) =>
    returning(sector, event, now),
  ),
]

/** Committing's rows as the diagram shows them. */
export const drawnCommittingRows: ReadonlyArray<SectorRow> = committingRows.flatMap((row) =>
  rows.custom("Committing", row.event, [row.to], row.note ?? "the batch goes on"),
)

/** `SectorStartPacking` is sent by timers too, so it may come when the sector is long packed. */
export const lateStartPacking: ReadonlyArray<SectorRow> = rows.ignore("*", "SectorStartPacking")

/** States without a row of their own that leads out: they wait for a global event. */
const resting: ReadonlySet<SectorState> = new Set([
  "FailedUnrecoverable",
  "PackingFailed",
  "DealsExpired",
  "FaultReported",
  "FaultedFinal",
  "TerminateFailed",
  "RemoveFailed",
  "Removed",
])

/** The states as the table builder wants them. */
export const tableStates = Object.fromEntries(
  sectorStateNames.map((name) => [
    name,
    {
      step: sectorStates[name].handler,
      rests: resting.has(name),
      meaning: sectorStates[name].meaning,
      category: sectorStates[name].category,
    },
  ]),
) as Record<SectorState, StateInfo>

/** Lotus's table. `now` gives the time for CreationTime, in unix seconds. */
export const baseTable = (now: UnixClock): SectorTable => {
  const final = finalPlanner(globalRows)
  return make<Sector, SectorEvent, SectorState>({
    kind: "sector",
    states: tableStates,
    events: sectorEventNames,
    initial: "UndefinedSectorState",
    stateOf,
    withState,
    rows: [...globalRows, ...ordinaryRows(now), ...drawnCommittingRows, ...lateStartPacking],
    custom: {
      Committing: committingPlanner({
        rows: committingRows,
        globals: globalRows,
        now,
        afterAccepted: "fail",
      }),
      FailedUnrecoverable: final,
      FaultReported: final,
      FaultedFinal: final,
      Removed: final,
    },
    unexpected: "fail",
    stepAfter: "plan",
    unreachable: ["Empty", "FailedUnrecoverable", "PackingFailed", "FaultedFinal"],
    unused: ["SectorFaultedFinal"],
  })
}

/** Lotus's planner: the table, what it does with a state nobody knows, and the rule after planning. */
export const planBase = (now: UnixClock): Planner<Sector, SectorEvent> =>
  sectorPlanner(baseTable(now), { unknownState: "single-global" })

function pairs<K extends string, V>(record: Partial<Readonly<Record<K, V>>>): ReadonlyArray<[K, V]> {
  return Object.entries(record) as Array<[K, V]>
}
