/** Links: adding, listing, editing, and the verbs that make one move. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Multipart from "@effect/platform/Multipart"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Snapshot } from "../../snapshot/Snapshot.ts"
import { Conflict, NotFound } from "./Problem.ts"
import { CommaList, Flag, Limit, Link, LinkDetail, LinkId, LinkPage, optional, SearchText } from "./words.ts"

/** The most addresses one request may add, and the most links one bulk request may name. */
const urlsMax = 10_000
const bulkMax = 10_000

const Urls = Schema.Array(Schema.String).pipe(
  Schema.minItems(1, { message: () => "must name at least one address" }),
  Schema.maxItems(urlsMax, { message: () => `may name at most ${urlsMax} addresses` }),
)
const Tags = Schema.Array(Schema.String)

const AddLinks = Schema.Struct({
  url: optional(Schema.String),
  urls: optional(Urls),
  tags: optional(Tags),
  note: optional(Schema.String),
})
  .pipe(
    Schema.filter((body) =>
      (body.url === undefined) === (body.urls === undefined) ? "give either url or urls" : undefined,
    ),
  )
  .annotations({ identifier: "AddLinks" })

/** A page with all its pictures inside; larger ones are refused. */
export const pushMaxBytes = 104_857_600
const pushMaxParts = 20
export const pushPath = "/api/v1/links/singlefile"

const PushedPage = Schema.Struct({
  /** One HTML file. */
  file: Multipart.SingleFileSchema,
  url: Schema.String,
  /** Separated by commas. */
  tags: optional(Schema.String),
  note: optional(Schema.String),
}).annotations({ identifier: "PushedPage" })

const EditLink = Schema.Struct({
  title: optional(Schema.String),
  note: optional(Schema.String),
  tags: optional(Tags),
}).annotations({ identifier: "EditLink" })

const bulkActions = ["tag", "untag", "snapshot", "retry", "cancel", "remove"] as const

export const BulkRequest = Schema.Struct({
  ids: optional(
    Schema.Array(Schema.String).pipe(
      Schema.maxItems(bulkMax, { message: () => `may name at most ${bulkMax} links` }),
    ),
  ),
  /** Instead of `ids`: every link that is `failed`. */
  failed: optional(Schema.Literal(true)),
  action: Schema.Literal(...bulkActions),
  /** With `tag`: to add. With `untag`: to take away. */
  tags: optional(Tags),
  /** With `tag`: to take away in the same step. */
  untags: optional(Tags),
  forEver: optional(Schema.Boolean),
})
  .pipe(
    Schema.filter((body) =>
      (body.ids === undefined) === (body.failed === undefined) ? "give either ids or failed" : undefined,
    ),
    Schema.filter(({ action, tags = [], untags = [] }) =>
      (action === "tag" || action === "untag") && tags.length + untags.length === 0
        ? { path: ["tags"], message: `must name at least one tag to ${action}` }
        : undefined,
    ),
  )
  .annotations({ identifier: "BulkRequest" })

export const LinksDocument = Schema.Struct({ links: Schema.Array(Link) }).annotations({ identifier: "Links" })
export type LinksDocument = typeof LinksDocument.Type

/** What a bulk request did. A link that refused is in `failed` with its reason; the others were done. */
export const BulkDocument = Schema.Struct({
  links: Schema.Array(Link),
  removed: Schema.Array(Schema.String),
  /** With `remove`: what `undo` takes back; missing when it cannot be. */
  change: optional(Schema.String),
  failed: Schema.Array(Schema.Struct({ id: Schema.String, code: Schema.String, message: Schema.String })),
}).annotations({ identifier: "BulkResult" })
export type BulkDocument = typeof BulkDocument.Type

const RemovedDocument = Schema.Struct({
  removed: Schema.Array(Schema.String),
  /** For `undo`, for 30 days; missing when it was for ever. */
  change: optional(Schema.String),
}).annotations({
  identifier: "Removed",
})
type RemovedDocument = typeof RemovedDocument.Type

const SnapshotsDocument = Schema.Struct({ snapshots: Schema.Array(Snapshot) }).annotations({
  identifier: "Snapshots",
})
type SnapshotsDocument = typeof SnapshotsDocument.Type

const ListParameters = Schema.Struct({
  query: optional(SearchText),
  /** Repeat for several: a link must have all of them. */
  tag: optional(Schema.Array(Schema.String)),
  /** Comma-separated or repeated: a link must be in one of them. */
  state: optional(CommaList),
  limit: optional(Limit),
  cursor: optional(Schema.String),
})

export const linksGroup = HttpApiGroup.make("links")
  .add(
    HttpApiEndpoint.post("add", "/links")
      .setPayload(AddLinks)
      .addSuccess(LinksDocument, { status: 202 })
      .addSuccess(LinksDocument, { status: 200 })
      .annotate(OpenApi.Summary, "Add links")
      .annotate(
        OpenApi.Description,
        "All or nothing. 202 when something was added, 200 when every address was there already.",
      ),
  )
  .add(
    HttpApiEndpoint.post("push", "/links/singlefile")
      .setPayload(
        HttpApiSchema.Multipart(PushedPage, {
          maxParts: Option.some(pushMaxParts),
          maxFileSize: Option.some(pushMaxBytes),
          maxTotalSize: Option.some(pushMaxBytes),
        }),
      )
      .addSuccess(LinksDocument, { status: 201 })
      .annotate(OpenApi.Summary, "Keep a page that a browser saved")
      .annotate(
        OpenApi.Description,
        "As the SingleFile extension uploads it (destination: REST Form API, with the names `file` and `url`). The page becomes the next version of its link; nothing is asked of its site.",
      ),
  )
  .add(
    HttpApiEndpoint.get("list", "/links")
      .setUrlParams(ListParameters)
      .addSuccess(LinkPage)
      .annotate(OpenApi.Summary, "List links, newest first"),
  )
  .add(
    HttpApiEndpoint.post("bulk", "/links/bulk")
      .setPayload(BulkRequest)
      .addSuccess(BulkDocument)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Do one thing to many links")
      .annotate(OpenApi.Description, "Links that refuse are listed in `failed`; the others are done."),
  )
  .add(
    HttpApiEndpoint.get("show", "/links/:id")
      .setPath(LinkId)
      .addSuccess(LinkDetail)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "One link with its snapshots and its timeline"),
  )
  .add(
    HttpApiEndpoint.patch("edit", "/links/:id")
      .setPath(LinkId)
      .setPayload(EditLink)
      .addSuccess(Link)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Change title, note or tags"),
  )
  .add(
    HttpApiEndpoint.del("remove", "/links/:id")
      .setPath(LinkId)
      .setUrlParams(Schema.Struct({ forEver: optional(Flag) }))
      .addSuccess(RemovedDocument)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "Remove a link"),
  )
  .add(
    HttpApiEndpoint.post("retry", "/links/:id/retry")
      .setPath(LinkId)
      .addSuccess(LinksDocument, { status: 202 })
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Try a failed link again, now"),
  )
  .add(
    HttpApiEndpoint.post("cancel", "/links/:id/cancel")
      .setPath(LinkId)
      .addSuccess(LinksDocument, { status: 202 })
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Stop the capture of a link"),
  )
  .add(
    HttpApiEndpoint.post("snapshot", "/links/:id/snapshots")
      .setPath(LinkId)
      .addSuccess(LinksDocument, { status: 202 })
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Take a new version"),
  )
  .add(
    HttpApiEndpoint.get("snapshots", "/links/:id/snapshots")
      .setPath(LinkId)
      .addSuccess(SnapshotsDocument)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "The versions of a link, newest first"),
  )
