/**
 * What a capture leaves behind, as the outside sees it: a numbered version of a link with its artefacts and a
 * verdict. These schemas are the shapes of the HTTP API and of `--json`; nothing here runs.
 */
import * as Schema from "effect/Schema"

/** The files a capture can make, most important first (the order in which they are made and listed). */
export const artefactNames = [
  "page.html",
  "screenshot",
  "thumbnail",
  "article.html",
  "article.txt",
  "metadata.json",
  "favicon",
  "page.wacz",
  "page.pdf",
  "original",
] as const

export const ArtefactName = Schema.Literal(...artefactNames)
export type ArtefactName = typeof ArtefactName.Type

/**
 * `ok`: the file is kept. `skipped`: by setting, or not applicable to this link. `failed`: it was tried.
 * The last two carry a `reason`; `bytes` is then 0 and `sha256` empty.
 */
export const Artefact = Schema.Struct({
  name: ArtefactName,
  mediaType: Schema.String,
  bytes: Schema.Number,
  sha256: Schema.String,
  status: Schema.Literal("ok", "skipped", "failed"),
  reason: Schema.NullOr(Schema.String),
})
export type Artefact = typeof Artefact.Type

/** Reasons of a doubtful verdict (spec: consent wall, login wall, bot challenge, error page with status 200, ...). */
export const DoubtReason = Schema.Literal(
  "consent wall",
  "login wall",
  "bot challenge",
  "error page",
  "blank page",
  "much smaller than the last version",
  "redirected to the home page",
)
export type DoubtReason = typeof DoubtReason.Type

export const Verdict = Schema.Struct({
  kind: Schema.Literal("good", "doubtful"),
  reasons: Schema.Array(DoubtReason),
})
export type Verdict = typeof Verdict.Type

export const Snapshot = Schema.Struct({
  id: Schema.String,
  /** 1 for the first snapshot of the link. */
  version: Schema.Number,
  /** ISO 8601 UTC with milliseconds. */
  takenAt: Schema.String,
  finalUrl: Schema.String,
  httpStatus: Schema.Number,
  verdict: Verdict,
  artefacts: Schema.Array(Artefact),
  /** Sum of the artefacts' bytes, before sharing. */
  bytes: Schema.Number,
  /** How long the capture took. */
  millis: Schema.Number,
  /** A budget ran out on the way, or a file that was asked for could not be made: what there is, is kept. */
  partial: Schema.Boolean,
})
export type Snapshot = typeof Snapshot.Type
