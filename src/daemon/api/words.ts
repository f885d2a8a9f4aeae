/**
 * Words that several groups of the API share: identifiers in paths, the bounds of a page, durations. The link
 * and snapshot shapes come from their room and only get the name under which the OpenAPI document lists them.
 */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as LinkShapes from "../../snapshot/Link.ts"
import { queryMaxCharacters } from "../words/limits.ts"
import { formatDuration, parseDuration } from "../words/durations.ts"

export const Link = LinkShapes.Link.annotations({ identifier: "Link" })
export const LinkDetail = LinkShapes.LinkDetail.annotations({ identifier: "LinkDetail" })
export const LinkPage = LinkShapes.LinkPage.annotations({ identifier: "LinkPage" })
export const HitPage = LinkShapes.HitPage.annotations({ identifier: "HitPage" })
export const QueueStatus = LinkShapes.QueueStatus.annotations({ identifier: "QueueStatus" })

/** `limit` of a page: 1 to 500, 50 when not given. */
const pageLimitMax = 500
export const pageLimitDefault = 50

/** A field of a request that may be left out (but not be null), with error messages about the field alone. */
export const optional = <A, I, R>(schema: Schema.Schema<A, I, R>) =>
  Schema.optionalWith(schema, { exact: true })

export const Limit = Schema.NumberFromString.pipe(
  Schema.int({ message: () => "must be a whole number" }),
  Schema.between(1, pageLimitMax, {
    message: () => `must be 1 to ${pageLimitMax}`,
    jsonSchema: { type: "integer", minimum: 1, maximum: pageLimitMax, default: pageLimitDefault },
  }),
)

/** What is searched for. */
export const SearchText = Schema.String.pipe(
  Schema.maxLength(queryMaxCharacters, {
    message: () => `is too long: at most ${queryMaxCharacters} characters are taken`,
  }),
)

/** A yes or no in the query string; the bare name counts as yes. */
export const Flag = Schema.transform(Schema.Literal("", "true", "false", "1", "0"), Schema.Boolean, {
  strict: true,
  decode: (text) => text !== "false" && text !== "0",
  encode: (flag) => (flag ? ("true" as const) : ("false" as const)),
})

/** A duration as text (`"3 h"`, `"30 days"`), in milliseconds inside. */
export const Duration = Schema.transformOrFail(
  Schema.String.annotations({
    examples: ["3 h", "30 days"],
    description: "a number and a unit: ms s min h d",
  }),
  Schema.NonNegative,
  {
    strict: true,
    decode: (text, _, ast) => {
      const millis = parseDuration(text)
      return millis === undefined
        ? ParseResult.fail(
            new ParseResult.Type(
              ast,
              text,
              "not a duration: write a number and a unit (ms, s, min, h or d), for example 3 h or 30 days",
            ),
          )
        : ParseResult.succeed(millis)
    },
    encode: (millis) => ParseResult.succeed(formatDuration(millis)),
  },
)

/** Names or words separated by commas in one query parameter, which may also be repeated. */
export const CommaList = Schema.Array(Schema.String)

/** The words of a repeated, comma-separated parameter; empty ones do not count. */
export const splitCommas = (values: ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  (values ?? [])
    .flatMap((value) => value.split(","))
    .map((word) => word.trim())
    .filter((word) => word !== "")

export const LinkId = Schema.Struct({ id: Schema.String })
export const SectorId = Schema.Struct({
  n: Schema.NumberFromString.pipe(
    Schema.int({ message: () => "a sector number is a whole number" }),
    Schema.nonNegative({ message: () => "a sector number is not negative" }),
  ),
})
