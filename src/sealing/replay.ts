/**
 * `fsm replay`: scenarios of events given to Lotus's planner, one item at a time, without a machine around it. Nothing
 * is checked, as in a unit test of the planner: a missing field is its zero value, and what an item did not process is
 * dropped.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { pendingOf, type Planner } from "../actors/Planner.ts"
import type { UnixClock } from "./events/eventKind.ts"
import { eventAsItStands, type SectorEvent } from "./events/SectorEvent.ts"
import { printed, type Sector, zeroSector } from "./Sector.ts"
import { stateName, stateValue } from "./SectorState.ts"
import { planBase } from "./transitions/base.ts"

const ReplayEvent = Schema.Struct({ event: Schema.String, payload: Schema.optional(Schema.Unknown) })
const ReplayItem = Schema.Union(Schema.Struct({ batch: Schema.Array(ReplayEvent) }), ReplayEvent)

/** One scenario of the file; keys it does not know are ignored. */
export const ReplayScenario = Schema.Struct({
  name: Schema.String,
  variant: Schema.String,
  start: Schema.String,
  startRecord: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  events: Schema.Array(ReplayItem),
})
export type ReplayScenario = typeof ReplayScenario.Type

export interface ReplayResult {
  readonly name: string
  /** The state after each item. */
  readonly states: ReadonlyArray<string>
  readonly processed: ReadonlyArray<number>
  readonly errors: ReadonlyArray<string | null>
  readonly record: Sector
}

export interface ReplaySkipped {
  readonly name: string
  readonly skipped: string
}

/** The file holds no list of scenarios. */
export class BadReplay extends Data.TaggedError("BadReplay")<{ readonly problem: string }> {
  override get message() {
    return `not a list of scenarios {"name","variant","start","events"}: ${this.problem}`
  }
}

/** Reads the scenarios of a file's JSON value. */
export const decodeScenarios = (json: unknown): Either.Either<ReadonlyArray<ReplayScenario>, BadReplay> =>
  Schema.decodeUnknownEither(Schema.Array(ReplayScenario))(json).pipe(
    Either.mapLeft((error) => {
      const first = ParseResult.ArrayFormatter.formatErrorSync(error)[0]!
      return new BadReplay({ problem: `${first.path.join(".")}: ${first.message}` })
    }),
  )

/** Plays each scenario by itself. `now` gives the time that the first piece of a sector records. */
export const replay = (
  scenarios: ReadonlyArray<ReplayScenario>,
  now: UnixClock,
): ReadonlyArray<ReplayResult | ReplaySkipped> => {
  const planner = planBase(now)
  return scenarios.map((scenario) =>
    scenario.variant === "base"
      ? replayOne(planner, scenario)
      : { name: scenario.name, skipped: `the variant ${scenario.variant} is not built; base is` },
  )
}

const replayOne = (planner: Planner<Sector, SectorEvent>, scenario: ReplayScenario): ReplayResult => {
  const states: Array<string> = []
  const processed: Array<number> = []
  const errors: Array<string | null> = []
  let sector = { ...zeroSector, ...scenario.startRecord, State: stateValue(scenario.start) } as Sector
  for (const item of scenario.events) {
    const batch = "batch" in item ? item.batch : [item]
    const done = planItem(
      planner,
      batch.map((one) => eventAsItStands(one.event, one.payload)),
      sector,
    )
    sector = done.sector
    states.push(stateName(sector.State))
    processed.push(done.processed)
    errors.push(done.error)
  }
  return { name: scenario.name, states, processed, errors, record: printed(sector) }
}

interface ItemDone {
  readonly sector: Sector
  readonly processed: number
  readonly error: string | null
}

/** One call of the planner. Payloads are unchecked, so that an effect may throw; that is the item's error too. */
const planItem = (
  planner: Planner<Sector, SectorEvent>,
  events: ReadonlyArray<SectorEvent>,
  sector: Sector,
): ItemDone => {
  const unchanged = (error: string | null): ItemDone => ({ sector, processed: 0, error })
  if (events.length === 0) return unchanged(null)
  try {
    const plan = planner(pendingOf(events), sector)
    if (plan.failure !== null) return unchanged(plan.failure.message)
    return { sector: plan.state, processed: plan.processed, error: null }
  } catch (defect) {
    return unchanged(defect instanceof Error ? defect.message : String(defect))
  }
}
