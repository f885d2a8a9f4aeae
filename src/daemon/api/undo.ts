/** Taking changes back: removals and merged duplicates, for 30 days. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Conflict, NotFound } from "./Problem.ts"
import { Link, optional } from "./words.ts"

export const UndoneDocument = Schema.Struct({
  change: Schema.Struct({ id: Schema.String, kind: Schema.String, at: Schema.String }),
  /** The links that it was about, as they are now. */
  links: Schema.Array(Link),
}).annotations({ identifier: "Undone" })
export type UndoneDocument = typeof UndoneDocument.Type

export const undoGroup = HttpApiGroup.make("undo").add(
  HttpApiEndpoint.post("undo", "/undo")
    .setPayload(Schema.Struct({ change: optional(Schema.String) }))
    .addSuccess(UndoneDocument)
    .addError(NotFound)
    .addError(Conflict)
    .annotate(OpenApi.Summary, "Take back a change, the last one when none is named"),
)
