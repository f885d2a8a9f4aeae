/**
 * Committing's own planner. Unlike the others it goes on after most rows, always by its own rows whatever state the
 * batch has reached, and does not know the event that may come late.
 */
import {
  failed,
  InvalidTransition,
  isPlanFailure,
  plan,
  type Applied,
  type Pending,
  type Plan,
} from "../../actors/Planner.ts"
import type { UnixClock } from "../events/eventKind.ts"
import {
  kindOf,
  type SectorEvent,
  type SectorEventName,
  type SectorEventNamed,
} from "../events/SectorEvent.ts"
import type { Sector } from "../Sector.ts"
import { type SectorState, stateName } from "../SectorState.ts"
import type { SectorRow } from "./SectorRow.ts"

export interface CommittingRow {
  readonly event: SectorEventName
  readonly to: SectorState
  /** Whether the event's effect on the record is applied. */
  readonly applies: boolean
  readonly note?: string
}

export interface CommittingOptions {
  readonly rows: ReadonlyArray<CommittingRow>
  readonly globals: ReadonlyArray<SectorRow>
  readonly now: UnixClock
  /**
   * What an unexpected event does to accepted ones before it. `fail`: the batch fails as a whole and their results are
   * lost (Lotus). `keep`: the batch ends before it; it is planned next, in the state they led to.
   */
  readonly afterAccepted: "fail" | "keep"
  /** Events that are taken without effect. */
  readonly ignored?: ReadonlySet<string>
}

const sameSeed = (sector: Sector, event: SectorEventNamed<"SectorSeedReady">): boolean =>
  event.SeedEpoch === sector.SeedEpoch && event.SeedValue === sector.SeedValue

export const committingPlanner = (options: CommittingOptions) => {
  const globals = new Map(options.globals.map((row) => [row.event, row]))
  const rows = new Map(options.rows.map((row) => [row.event, row]))

  return (pending: Pending<SectorEvent>, before: Sector): Plan<Sector, SectorEvent> => {
    const applied: Array<Applied<SectorEvent>> = []
    let state = before
    const take = (event: SectorEvent, next: Sector): void => {
      applied.push({ event, from: stateName(state.State), to: stateName(next.State) })
      state = next
    }
    for (let index = 0; index < pending.length; index++) {
      const event = pending.at(index)
      const global = globals.get(event._tag)
      if (global !== undefined) {
        const next = global.run(state, event)
        if (isPlanFailure(next)) return failed(before, index, next)
        take(event, next)
        if (event._tag === "SectorRestart") continue
        return plan(state, index + 1, { applied })
      }
      if (event._tag === "SectorSeedReady" && sameSeed(state, event)) {
        take(event, state)
        continue
      }
      if (options.ignored?.has(event._tag) === true) {
        take(event, state)
        continue
      }
      const row = rows.get(event._tag)
      if (row === undefined) {
        if (index > 0 && options.afterAccepted === "keep") return plan(state, index, { applied })
        return failed(
          before,
          index,
          new InvalidTransition({ kind: "sector", state: stateName(state.State), event: event._tag }),
        )
      }
      const next = row.applies ? kindOf(row.event).apply(state, event as never, options.now) : state
      if (isPlanFailure(next)) return failed(before, index, next)
      take(event, { ...next, State: row.to })
      if (event._tag === "SectorSeedReady") return plan(state, index + 1, { applied })
    }
    return plan(state, pending.length, { applied })
  }
}
