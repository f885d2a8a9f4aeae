/**
 * `fsm replay`: scenarios of events given to Lotus's planner, one item at a time, without a machine around it. No
 * event is refused for what it lacks, as in a unit test of the planner: a missing field is its zero value, and what an item did not process is
 * dropped.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { pendingOf, type Planner } from "../actors/Planner.ts"
import type { UnixClock } from "./events/eventKind.ts"
import {
  decodeEvent,
  eventAsItStands,
  isSectorEvent,
  kindOf,
  type SectorEvent,
  written,
} from "./events/SectorEvent.ts"
import { printed, type Sector, zeroSector } from "./Sector.ts"
import { stateName, stateValue } from "./SectorState.ts"
import { planBase } from "./transitions/base.ts"

interface ReplayEvent {
  readonly event: string
  readonly payload?: unknown
}
type ReplayItem = ReplayEvent | { readonly batch: ReadonlyArray<ReplayEvent> }

/** One scenario of the file; keys it does not know are ignored. */
export interface ReplayScenario {
  readonly name: string
  readonly variant: string
  readonly start: string
  readonly startRecord?: Readonly<Record<string, unknown>>
  readonly events: ReadonlyArray<ReplayItem>
}

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

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const eventProblem = (value: unknown): string | null => {
  if (!isObject(value)) return `it must be an object {"event","payload"}, not ${written(value)}`
  if (value["event"] === undefined) return 'the field "event" is missing'
  return typeof value["event"] === "string"
    ? null
    : `"event" must be the name of an event, not ${written(value["event"])}`
}

const itemProblem = (value: unknown): string | null => {
  if (!isObject(value) || !("batch" in value)) return eventProblem(value)
  const { batch } = value
  if (!Array.isArray(batch)) return `"batch" must be a list of events, not ${written(batch)}`
  for (const [index, event] of batch.entries()) {
    const problem = eventProblem(event)
    if (problem !== null) return `${index} of its batch: ${problem}`
  }
  return null
}

const scenarioProblem = (value: unknown): string | null => {
  if (!isObject(value)) return `it must be an object, not ${written(value)}`
  for (const field of ["name", "variant", "start"]) {
    if (value[field] === undefined) return `the field "${field}" is missing`
    if (typeof value[field] !== "string")
      return `"${field}" must be a text in quotes, not ${written(value[field])}`
  }
  const { startRecord, events } = value
  if (startRecord !== undefined && !isObject(startRecord))
    return `"startRecord" must be an object, not ${written(startRecord)}`
  if (events === undefined) return 'the field "events" is missing'
  if (!Array.isArray(events)) return `"events" must be a list, not ${written(events)}`
  for (const [index, item] of events.entries()) {
    const problem = itemProblem(item)
    if (problem !== null) return `event ${index}: ${problem}`
  }
  return null
}

const nameOf = (value: unknown) =>
  isObject(value) && typeof value["name"] === "string" ? ` (${written(value["name"])})` : ""

/** Reads the scenarios of a file's JSON value. Scenarios and events are counted from 0, as in a program. */
export const decodeScenarios = (json: unknown): Either.Either<ReadonlyArray<ReplayScenario>, BadReplay> => {
  if (!Array.isArray(json))
    return Either.left(new BadReplay({ problem: `it is no list, but ${written(json)}` }))
  for (const [index, scenario] of json.entries()) {
    const problem = scenarioProblem(scenario)
    if (problem !== null)
      return Either.left(new BadReplay({ problem: `scenario ${index}${nameOf(scenario)}: ${problem}` }))
  }
  return Either.right(json as ReadonlyArray<ReplayScenario>)
}

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
  for (const [index, item] of scenario.events.entries()) {
    const batch = "batch" in item ? item.batch : [item]
    const done = planItem(planner, batch, sector, index)
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

/**
 * One call of the planner. A payload may lack fields and have others; one of the wrong kind, that the planner would
 * stumble over or put into the record, is the item's error.
 */
const planItem = (
  planner: Planner<Sector, SectorEvent>,
  batch: ReadonlyArray<ReplayEvent>,
  sector: Sector,
  index: number,
): ItemDone => {
  const unchanged = (error: string | null): ItemDone => ({ sector, processed: 0, error })
  if (batch.length === 0) return unchanged(null)
  const wrong = batch.map(wrongKind).find((problem) => problem !== null)
  if (wrong !== undefined) return unchanged(`event ${index}: ${wrong}`)
  try {
    const events = batch.map(({ event, payload }) => eventAsItStands(event, payload))
    const plan = planner(pendingOf(events), sector)
    if (plan.failure !== null) return unchanged(plan.failure.message)
    return { sector: plan.state, processed: plan.processed, error: null }
  } catch {
    return unchanged(`event ${index}: ${stumbledOver(batch)}`)
  }
}

const kindOfValue = (value: unknown) => (Array.isArray(value) ? "a list" : typeof value)
const kindWords: Readonly<Record<string, string>> = {
  string: "a text in quotes",
  number: "a number",
  boolean: "true or false",
  object: "an object",
}

/** A field of another kind than its zero value; null is that zero value. */
const wrongKind = ({ event, payload = {} }: ReplayEvent): string | null => {
  if (payload !== null && !isObject(payload))
    return `the payload of ${event} must be an object, not ${written(payload)}`
  if (payload === null || !isSectorEvent(event)) return null
  for (const [name, { zero }] of Object.entries(kindOf(event).fields)) {
    const value = payload[name]
    if (value === undefined || value === null || zero === null) continue
    const wanted = kindOfValue(zero)
    if (kindOfValue(value) !== wanted)
      return `${name} of ${event} must be ${kindWords[wanted] ?? wanted}, not ${written(value)}`
  }
  return null
}

/** What a planner threw says nothing to who wrote the file; what an event from outside is refused with does. */
const stumbledOver = (batch: ReadonlyArray<ReplayEvent>): string => {
  for (const { event, payload } of batch) {
    const decoded = decodeEvent(event, payload)
    if (Either.isLeft(decoded)) return decoded.left.message
  }
  return "the planner cannot work with the record: look at startRecord, and at the payloads before"
}
