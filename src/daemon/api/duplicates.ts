/** Links that are alike, and making one of several. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Conflict, NotFound } from "./Problem.ts"
import { Link } from "./words.ts"

const Groups = Schema.Array(Schema.Struct({ key: Schema.String, links: Schema.Array(Link) }))

export const DuplicatesDocument = Schema.Struct({ groups: Groups }).annotations({ identifier: "Duplicates" })
export type DuplicatesDocument = typeof DuplicatesDocument.Type

/** What is alike still, the link that stayed, and what `undo` takes back. */
export const MergedDocument = Schema.Struct({
  groups: Groups,
  link: Link,
  change: Schema.String,
}).annotations({
  identifier: "Merged",
})
export type MergedDocument = typeof MergedDocument.Type

export const duplicatesGroup = HttpApiGroup.make("duplicates")
  .add(
    HttpApiEndpoint.get("list", "/duplicates")
      .addSuccess(DuplicatesDocument)
      .annotate(
        OpenApi.Summary,
        "Links whose addresses are alike: http and https, www, a slash, tracking, a fragment",
      ),
  )
  .add(
    HttpApiEndpoint.post("merge", "/duplicates/merge")
      .setPayload(
        Schema.Struct({
          keep: Schema.String,
          others: Schema.Array(Schema.String).pipe(
            Schema.minItems(1, { message: () => "must name at least one link" }),
            Schema.maxItems(1_000, { message: () => "may name at most 1000 links" }),
          ),
        }),
      )
      .addSuccess(MergedDocument)
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Merge tags, notes and versions into one link and remove the others"),
  )
