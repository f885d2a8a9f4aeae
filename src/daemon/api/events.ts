/** The event stream: one `change` for each journal entry, numbered, resumable; `queue`, `clock` and `progress` beside it. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { optional } from "./words.ts"

/** What happened to one machine. `seq` is the journal's, and the `id:` of the event. */
export const Change = Schema.Struct({
  seq: Schema.Number,
  at: Schema.String,
  kind: Schema.Literal("link", "sector"),
  id: Schema.Union(Schema.String, Schema.Number),
  event: Schema.String,
  from: Schema.String,
  to: Schema.String,
}).annotations({ identifier: "Change" })
export type Change = typeof Change.Type

/** How far a running piece of work is. Not in the journal: it is not resumed, only the newest counts. */
export const Progress = Schema.Struct({
  kind: Schema.Literal("link", "sector"),
  id: Schema.Union(Schema.String, Schema.Number),
  /** What is being made, for example `screenshot`. */
  step: Schema.String,
  done: Schema.Number,
  total: Schema.Number,
}).annotations({ identifier: "Progress" })
export type Progress = typeof Progress.Type

/** On every answer to a GET: the sequence number of the journal that it is at least as of. */
export const seqHeader = "linkseal-seq"

/** An SSE comment is sent this often, so that proxies and clients know that the stream lives. */
export const keepAliveMillis = 15_000

export const eventsGroup = HttpApiGroup.make("events").add(
  HttpApiEndpoint.get("stream", "/events")
    .setUrlParams(Schema.Struct({ lastEventId: optional(Schema.NumberFromString.pipe(Schema.int())) }))
    .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
    .annotate(OpenApi.Summary, "Server-sent events")
    .annotate(
      OpenApi.Description,
      "`change` (see Change; `id:` is its seq), `queue` (QueueStatus), `clock` (Clock), `progress` (Progress). A stream without `Last-Event-ID` opens with `start` ({seq}): it tells what happens after that; an answer whose `linkseal-seq` header is lower may miss what came between. `reset` ({seq}) when the `Last-Event-ID` is older than what is kept: fetch again what you show. A comment every 15 s.",
    ),
)
