/**
 * All 57 events of a sector: their type, and the ways in. `decodeEvent` is for what people send (checked, unknown
 * fields refused); `eventAsItStands` is for replays, where a missing field is its zero value and nothing is checked.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as commit from "./commit.ts"
import * as deals from "./deals.ts"
import * as end from "./end.ts"
import type { EventKind, EventOf, Fields } from "./eventKind.ts"
import * as global from "./global.ts"
import * as input from "./input.ts"
import * as precommit from "./precommit.ts"

/** The declaration of every event, by its name. */
export const sectorEvents = { ...global, ...input, ...precommit, ...commit, ...deals, ...end }

export type SectorEventName = keyof typeof sectorEvents

export type SectorEvent = { [N in SectorEventName]: EventOf<(typeof sectorEvents)[N]> }[SectorEventName]

/** One event's type, by its name. */
export type SectorEventNamed<N extends SectorEventName> = Extract<SectorEvent, { readonly _tag: N }>

type AnyKind = EventKind<SectorEventName, Fields>

const kinds = sectorEvents as unknown as Readonly<Record<SectorEventName, AnyKind>>

export const sectorEventNames = Object.keys(sectorEvents) as ReadonlyArray<SectorEventName>

export const isSectorEvent = (name: string): name is SectorEventName => Object.hasOwn(sectorEvents, name)

/** The declaration of an event, without its exact type. */
export const kindOf = (name: SectorEventName): AnyKind => kinds[name]

/** No event of that name. */
export class UnknownSectorEvent extends Data.TaggedError("UnknownSectorEvent")<{ readonly event: string }> {
  override get message() {
    return `${this.event} is no sector event; the events are: ${sectorEventNames.join(", ")}`
  }
}

/** The payload does not fit the event. */
export class BadEventPayload extends Data.TaggedError("BadEventPayload")<{
  readonly event: string
  readonly problem: string
}> {
  override get message() {
    const fields = Object.keys(kindOf(this.event as SectorEventName).fields)
    const takes = fields.length === 0 ? "no fields" : `the fields ${fields.join(", ")}`
    return `the payload of ${this.event} is not right (it takes ${takes}): ${this.problem}`
  }
}

const payloadSchemas = new Map<string, Schema.Schema<any, any>>()

/** An empty struct takes any value at all, so a payload without fields is a record that can have none. */
const noFields = Schema.Record({ key: Schema.String, value: Schema.Never })

const payloadSchema = (kind: AnyKind): Schema.Schema<any, any> => {
  const known = payloadSchemas.get(kind.name)
  if (known !== undefined) return known
  const fields = Object.entries(kind.fields).map(([name, field]): [string, any] => [
    name,
    field.required ? field.schema : Schema.optionalWith(field.schema, { default: () => field.zero }),
  ])
  const made: Schema.Schema<any, any> =
    fields.length === 0
      ? noFields
      : Schema.Struct(Object.fromEntries(fields) as Record<string, Schema.Schema<any>>)
  payloadSchemas.set(kind.name, made)
  return made
}

/**
 * An event from outside: its name and a JSON payload (absent is empty). A missing field is its zero value unless that
 * would do harm; unknown fields and wrong types are refused.
 */
export const decodeEvent = (
  name: string,
  payload: unknown = {},
): Either.Either<SectorEvent, UnknownSectorEvent | BadEventPayload> => {
  if (!isSectorEvent(name)) return Either.left(new UnknownSectorEvent({ event: name }))
  const given = payload ?? {}
  if (typeof given !== "object" || Array.isArray(given))
    return Either.left(
      new BadEventPayload({ event: name, problem: `it must be an object, not ${written(given)}` }),
    )
  return Schema.decodeUnknownEither(payloadSchema(kindOf(name)), { onExcessProperty: "error" })(given).pipe(
    Either.map((fields) => ({ _tag: name, ...fields }) as SectorEvent),
    Either.mapLeft(
      (error) =>
        new BadEventPayload({
          event: name,
          problem: issue(ParseResult.ArrayFormatter.formatErrorSync(error)[0]!, given),
        }),
    ),
  )
}

/** The longest part of a wrong value that is repeated, in characters. */
const longestRepeated = 60

/** A value as it is repeated to who gave it. */
export const written = (value: unknown): string => {
  if (Array.isArray(value)) return "a list"
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= longestRepeated ? text : `${text.slice(0, longestRepeated)}…`
}

/** What the schema's library says of a wrong type, and what it means. */
const wanted: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Expected a string matching the pattern/, "a whole number in quotes"],
  [/^Expected a non-negative number/, "a whole number, 0 or more"],
  [/^Expected an integer/, "a whole number"],
  [/^Expected number/, "a number"],
  [/^Expected string/, "a text in quotes"],
  [/^Expected boolean/, "true or false"],
  [/^Expected ReadonlyArray/, "a list"],
  [/^Expected (?:\{|Struct)/, "an object"],
]

const at = (value: unknown, path: ReadonlyArray<PropertyKey>): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  )

/** In words: which field, and what it must be. */
const issue = ({ path, message }: ParseResult.ArrayFormatterIssue, payload: object): string => {
  const field = path.map(String).join(".")
  if (message.startsWith("Expected never") || message.startsWith("is unexpected"))
    return `${field} is not one of its fields`
  if (message === "is missing") return `the field ${field} is missing`
  const meant = wanted.find(([pattern]) => pattern.test(message))?.[1]
  return meant === undefined
    ? `${field}: ${message}`
    : `${field} must be ${meant}, not ${written(at(payload, path))}`
}

/** An event for a replay: nothing is checked, a missing or null field is its zero value. */
export const eventAsItStands = (name: string, payload: unknown = {}): SectorEvent => {
  const event: Record<string, unknown> = {}
  if (isSectorEvent(name))
    for (const [key, field] of Object.entries(kindOf(name).fields)) event[key] = field.zero
  if (typeof payload === "object" && payload !== null)
    for (const [key, value] of Object.entries(payload)) if (value !== null) event[key] = value
  return { ...event, _tag: name } as unknown as SectorEvent
}
