/** The daemon itself: alive, and how much there is of everything. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { ClockDocument } from "./clock.ts"
import { QueueStatus } from "./words.ts"

const Counts = Schema.Record({ key: Schema.String, value: Schema.Number })

export const StatusDocument = Schema.Struct({
  version: Schema.String,
  uptimeMillis: Schema.Number,
  links: Counts,
  sectors: Counts,
  /** How many sectors rest where only an event by hand moves them. */
  sectorsNeedingOperator: Schema.Number,
  queue: QueueStatus,
  /** What keeping the same bytes once and compressed saves, as last measured; null before the first time. */
  archive: Schema.NullOr(
    Schema.Struct({
      logicalBytes: Schema.Number,
      uniqueBytes: Schema.Number,
      storedBytes: Schema.Number,
      ratio: Schema.Number,
      measuredAt: Schema.String,
    }),
  ),
  clock: ClockDocument,
  /** There only while the settings file is wrong: the daemon goes on with what it read before. */
  config: Schema.optional(Schema.Struct({ error: Schema.String })),
}).annotations({ identifier: "Status" })
export type StatusDocument = typeof StatusDocument.Type

const HealthDocument = Schema.Struct({ status: Schema.Literal("ok") }).annotations({
  identifier: "Health",
})

export const statusGroup = HttpApiGroup.make("status")
  .add(
    HttpApiEndpoint.get("health", "/health")
      .addSuccess(HealthDocument)
      .annotate(OpenApi.Summary, "Alive? (no token needed)"),
  )
  .add(
    HttpApiEndpoint.get("status", "/status")
      .addSuccess(StatusDocument)
      .annotate(OpenApi.Summary, "How much there is of everything"),
  )
