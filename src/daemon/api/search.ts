/** Search over title, note, URL, tags and text. Excerpts are HTML in which everything but `<mark>` is escaped. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { HitPage, Limit, optional, SearchText } from "./words.ts"

export const searchGroup = HttpApiGroup.make("search").add(
  HttpApiEndpoint.get("search", "/search")
    .setUrlParams(
      Schema.Struct({
        q: SearchText,
        limit: optional(Limit),
        cursor: optional(Schema.String),
      }),
    )
    .addSuccess(HitPage)
    .annotate(OpenApi.Summary, "Search"),
)
