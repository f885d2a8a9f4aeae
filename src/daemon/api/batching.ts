/** The three batchers: who waits in them, until when, and sending what waits at once. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"

const BatchKind = Schema.Literal("precommit", "commit", "terminate")
export type BatchKind = typeof BatchKind.Type

/** One message, or a batch that did not go out. */
const SentBatch = Schema.Struct({
  message: Schema.NullOr(Schema.String),
  /** Empty when it went out. */
  error: Schema.String,
  sectors: Schema.Array(
    Schema.Struct({
      number: Schema.Number,
      /** Why the sector was left out of the message; null when it is in it. */
      error: Schema.NullOr(Schema.String),
    }),
  ),
}).annotations({ identifier: "SentBatch" })

export const BatchingDocument = Schema.Struct({
  kind: BatchKind,
  /** Sectors that wait for a message, oldest first. */
  pending: Schema.Array(Schema.Number),
  /** So many are sent at once without waiting. */
  max: Schema.Number,
  /** When a message goes at the latest, ISO 8601 on the clock of the sealing world; null when nobody waits. */
  until: Schema.NullOr(Schema.String),
  sent: Schema.Array(SentBatch),
}).annotations({ identifier: "Batching" })
export type BatchingDocument = typeof BatchingDocument.Type

const OfKind = Schema.Struct({ kind: BatchKind })

export const batchingGroup = HttpApiGroup.make("batching")
  .add(
    HttpApiEndpoint.get("pending", "/batching/:kind")
      .setPath(OfKind)
      .addSuccess(BatchingDocument)
      .annotate(OpenApi.Summary, "Who waits in a batcher"),
  )
  .add(
    HttpApiEndpoint.post("publish", "/batching/:kind/publish")
      .setPath(OfKind)
      .addSuccess(BatchingDocument)
      .annotate(OpenApi.Summary, "Send what waits now"),
  )
