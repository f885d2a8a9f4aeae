/**
 * What stands around the sector table: states that take nothing but a global event, records whose state is none of
 * the 43 (an old force-state), and the rule that runs after every plan.
 */
import {
  failed,
  InvalidTransition,
  isPlanFailure,
  PlanFailed,
  plan,
  type Pending,
  type Plan,
  type Planner,
} from "../../actors/Planner.ts"
import { planner } from "../../actors/tablePlanner.ts"
import type { SectorEvent } from "../events/SectorEvent.ts"
import type { Sector } from "../Sector.ts"
import { isSectorState, stateName } from "../SectorState.ts"
import type { SectorRow, SectorTable } from "./SectorRow.ts"

/** Lotus's `final`: the first event of the batch must be a global one; it is taken alone. */
export const finalPlanner = (globals: ReadonlyArray<SectorRow>) => {
  const byEvent = new Map(globals.map((row) => [row.event, row]))
  return (pending: Pending<SectorEvent>, before: Sector): Plan<Sector, SectorEvent> => {
    const event = pending.at(0)
    const from = stateName(before.State)
    const next =
      byEvent.get(event._tag)?.run(before, event) ??
      new InvalidTransition({ kind: "sector", state: from, event: event._tag })
    if (isPlanFailure(next)) return failed(before, 0, next)
    return plan(next, 1, { applied: [{ event, from, to: stateName(next.State) }] })
  }
}

export interface SectorPlannerOptions {
  /**
   * What a record in an unknown state takes. `single-global`: one global event that is alone in its batch (Lotus);
   * `first-global`: a global event in front of the batch, so that two commands sent together lose neither.
   */
  readonly unknownState: "single-global" | "first-global"
}

/** The planner of a sector table, with what stands around it. */
export const sectorPlanner = (
  table: SectorTable,
  options: SectorPlannerOptions,
): Planner<Sector, SectorEvent> => {
  const known = planner(table)
  return (pending, before) => {
    if (isSectorState(stateName(before.State))) return afterPlanning(known(pending, before))
    const first = pending.at(0)
    const alone = options.unknownState === "first-global" || pending.length === 1
    if (alone && table.globals.has(first._tag)) return afterPlanning(known(pending, before))
    return failed(before, 0, unknownState(before, first, options))
  }
}

const unknownState = (sector: Sector, event: SectorEvent, options: SectorPlannerOptions): PlanFailed =>
  new PlanFailed({
    state: sector.State,
    event: event._tag,
    message:
      `sector ${sector.SectorNumber} is in the state ${sector.State}, which does not exist: only a global event` +
      `${options.unknownState === "single-global" ? ", sent alone," : ""} gets it out (force-state, remove, terminate)`,
  })

/** PackingFailed is an old name: a sector found in it after planning is in DealsExpired. */
const afterPlanning = (made: Plan<Sector, SectorEvent>): Plan<Sector, SectorEvent> => {
  if (made.failure !== null || made.state.State !== "PackingFailed") return made
  const last = made.applied.at(-1)
  return {
    ...made,
    state: { ...made.state, State: "DealsExpired" },
    applied: last === undefined ? [] : [...made.applied.slice(0, -1), { ...last, to: "DealsExpired" }],
  }
}
