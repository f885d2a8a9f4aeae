/** Schedules: links, tags and searches that are captured again by themselves. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { NotFound } from "./Problem.ts"
import { Duration, optional } from "./words.ts"

const ScheduleShape = Schema.Struct({
  id: Schema.String,
  target: Schema.Struct({ kind: Schema.Literal("link", "tag", "query"), value: Schema.String }),
  every: Schema.NullOr(Duration),
  /** Five fields, in the time zone of the machine. */
  cron: Schema.NullOr(Schema.String),
  nextAt: Schema.String,
  lastAt: Schema.NullOr(Schema.String),
  /** Links that the last run asked for a new version so far. */
  lastLinks: Schema.Number,
  running: Schema.Boolean,
}).annotations({ identifier: "Schedule" })

export const SchedulesDocument = Schema.Struct({ schedules: Schema.Array(ScheduleShape) }).annotations({
  identifier: "Schedules",
})
export type SchedulesDocument = typeof SchedulesDocument.Encoded

const targets = ["link", "tag", "query"] as const

export const AddSchedule = Schema.Struct({
  link: optional(Schema.String),
  tag: optional(Schema.String),
  query: optional(Schema.String),
  every: optional(Duration),
  cron: optional(Schema.String),
})
  .pipe(
    Schema.filter((body) =>
      targets.filter((name) => body[name] !== undefined).length === 1
        ? undefined
        : "give one of link, tag and query",
    ),
    Schema.filter((body) =>
      (body.every === undefined) === (body.cron === undefined) ? "give either every or cron" : undefined,
    ),
  )
  .annotations({ identifier: "AddSchedule" })

export const schedulesGroup = HttpApiGroup.make("schedules")
  .add(
    HttpApiEndpoint.get("list", "/schedules")
      .addSuccess(SchedulesDocument)
      .annotate(OpenApi.Summary, "All schedules"),
  )
  .add(
    HttpApiEndpoint.post("add", "/schedules")
      .setPayload(AddSchedule)
      .addSuccess(SchedulesDocument, { status: 201 })
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Capture a link, a tag's links or a search's links again, regularly"),
  )
  .add(
    HttpApiEndpoint.del("remove", "/schedules/:id")
      .setPath(Schema.Struct({ id: Schema.String }))
      .addSuccess(Schema.Struct({ removed: Schema.Array(Schema.String) }))
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Remove a schedule"),
  )
