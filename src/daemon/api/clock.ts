/** The clock of the sealing world: faster than the wall's, can be paused and turned forward. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { advanceProblem, maxScale, minScale, scaleProblem } from "../../sealing/clockBounds.ts"
import { Conflict } from "./Problem.ts"
import { Duration, optional } from "./words.ts"

export const ClockDocument = Schema.Struct({
  /** ISO 8601 in the sealing world. */
  now: Schema.String,
  epoch: Schema.Number,
  mode: Schema.Literal("scaled", "paused"),
  /** World seconds per wall second. */
  scale: Schema.Number,
}).annotations({ identifier: "Clock" })
export type ClockDocument = typeof ClockDocument.Type

const TurnClock = Schema.Struct({
  advance: optional(Duration.pipe(Schema.filter((millis) => advanceProblem(millis) ?? undefined))),
  scale: optional(
    Schema.Number.pipe(
      Schema.filter((scale) => scaleProblem(scale) ?? undefined, {
        jsonSchema: { minimum: minScale, maximum: maxScale },
      }),
    ),
  ),
  paused: optional(Schema.Boolean),
})
  .pipe(
    Schema.filter((body) =>
      body.advance === undefined && body.scale === undefined && body.paused === undefined
        ? "give advance, scale or paused"
        : undefined,
    ),
  )
  .annotations({ identifier: "TurnClock" })

export const clockGroup = HttpApiGroup.make("clock")
  .add(
    HttpApiEndpoint.get("status", "/clock").addSuccess(ClockDocument).annotate(OpenApi.Summary, "The clock"),
  )
  .add(
    HttpApiEndpoint.post("turn", "/clock")
      .setPayload(TurnClock)
      .addSuccess(ClockDocument)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Turn, scale, pause or resume the clock")
      .annotate(
        OpenApi.Description,
        "In the order scale, paused, advance. `advance` (at most 100 years at a time) answers when the world has come to rest at the new time.",
      ),
  )
