/** Tags: how often each is used, and renaming, merging, deleting them everywhere at once. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { TagCount } from "../../snapshot/Link.ts"
import { NotFound } from "./Problem.ts"
import { Limit, optional } from "./words.ts"

export const TagsDocument = Schema.Struct({ tags: Schema.Array(TagCount) }).annotations({
  identifier: "Tags",
})
export type TagsDocument = typeof TagsDocument.Type

const TagName = Schema.Struct({ name: Schema.String })

export const tagsGroup = HttpApiGroup.make("tags")
  .add(
    HttpApiEndpoint.get("list", "/tags")
      .setUrlParams(Schema.Struct({ q: optional(Schema.String), limit: optional(Limit) }))
      .addSuccess(TagsDocument)
      .annotate(OpenApi.Summary, "All tags, or those whose name contains q"),
  )
  .add(
    HttpApiEndpoint.post("merge", "/tags/merge")
      .setPayload(
        Schema.Struct({
          into: Schema.String,
          from: Schema.Array(Schema.String).pipe(
            Schema.minItems(1, { message: () => "must name at least one tag" }),
          ),
        }),
      )
      .addSuccess(TagsDocument)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Merge tags into one"),
  )
  .add(
    HttpApiEndpoint.patch("rename", "/tags/:name")
      .setPath(TagName)
      .setPayload(Schema.Struct({ name: Schema.String }))
      .addSuccess(TagsDocument)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Rename a tag"),
  )
  .add(
    HttpApiEndpoint.del("delete", "/tags/:name")
      .setPath(TagName)
      .addSuccess(TagsDocument)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Take a tag away from every link"),
  )
