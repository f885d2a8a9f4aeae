/** What changed between two versions of a link: text, links, picture, and which files are not the same. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { ArtefactName, Snapshot } from "../../snapshot/Snapshot.ts"
import { Conflict, NotFound } from "./Problem.ts"
import { LinkId, optional } from "./words.ts"

const Version = Schema.NumberFromString.pipe(
  Schema.int({ message: () => "must be a whole number" }),
  Schema.positive({ message: () => "must be at least 1" }),
)

const Kind = Schema.Literal("same", "added", "removed")
const Piece = Schema.Struct({ kind: Kind, text: Schema.String })
const Block = Schema.Union(
  Piece,
  Schema.Struct({ kind: Schema.Literal("changed"), pieces: Schema.Array(Piece) }),
)

const Size = Schema.Struct({ width: Schema.Number, height: Schema.Number })

export const DiffDocument = Schema.Struct({
  id: Schema.String,
  from: Snapshot,
  to: Snapshot,
  /** By paragraph, and by word in paragraphs that changed; null when one version has no text. */
  text: Schema.NullOr(
    Schema.Struct({
      blocks: Schema.Array(Block),
      addedChars: Schema.Number,
      removedChars: Schema.Number,
      /** 0.04 is 4 % more; null when there was no text before. */
      growth: Schema.NullOr(Schema.Number),
      /** False: the texts differ so much that only the whole is told. */
      exact: Schema.Boolean,
    }),
  ),
  /** Addresses the page began or ceased to link to. */
  links: Schema.NullOr(
    Schema.Struct({
      added: Schema.Array(Schema.String),
      removed: Schema.Array(Schema.String),
      kept: Schema.Number,
    }),
  ),
  /** Boxes around what differs, in pixels of the later picture; `changed` is a share, 0 to 1. */
  picture: Schema.NullOr(
    Schema.Struct({
      before: Size,
      after: Size,
      changed: Schema.Number,
      boxes: Schema.Array(Schema.Struct({ x: Schema.Number, y: Schema.Number, ...Size.fields })),
    }),
  ),
  /** Artefacts whose bytes differ, or that only one version has. */
  files: Schema.Array(ArtefactName),
}).annotations({ identifier: "Diff" })
export type DiffDocument = typeof DiffDocument.Type

export const diffGroup = HttpApiGroup.make("diff").add(
  HttpApiEndpoint.get("diff", "/links/:id/diff")
    .setPath(LinkId)
    .setUrlParams(Schema.Struct({ from: optional(Version), to: optional(Version) }))
    .addSuccess(DiffDocument)
    .addError(NotFound)
    .addError(Conflict)
    .annotate(OpenApi.Summary, "Compare two versions, by default the newest with the one before it"),
)
