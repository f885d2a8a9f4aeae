/**
 * The record of one snapshot, kept as a file beside the bytes it names: enough to rebuild the database, and to
 * prove offline that nothing changed (every artefact by its SHA-256, the manifest by its own).
 */
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { Snapshot } from "../Snapshot.ts"

/** What a link was when the file was written. Times are ISO 8601 UTC with milliseconds. */
export const LinkMeta = Schema.Struct({
  id: Schema.String,
  url: Schema.String,
  title: Schema.String,
  titleSetByUser: Schema.Boolean,
  note: Schema.String,
  tags: Schema.Array(Schema.String),
  addedAt: Schema.String,
})
export type LinkMeta = typeof LinkMeta.Type

/** `<home>/archive/links/<id>.json`: recovers a link that has no snapshot, and what changed since its last one. */
export const LinkFile = Schema.Struct({
  format: Schema.Literal("linkseal-link"),
  formatVersion: Schema.Literal(1),
  ...LinkMeta.fields,
  updatedAt: Schema.String,
  /** Set when the link was removed; it can be brought back until its files are gone. */
  removedAt: Schema.NullOr(Schema.String),
})
export type LinkFile = typeof LinkFile.Type

/** One step of the capture, as it went. */
const CaptureStep = Schema.Struct({
  name: Schema.String,
  millis: Schema.Number,
  status: Schema.Literal("ok", "skipped", "failed", "partial"),
  reason: Schema.NullOr(Schema.String),
})
type CaptureStep = typeof CaptureStep.Type

export const Manifest = Schema.Struct({
  format: Schema.Literal("linkseal-snapshot"),
  formatVersion: Schema.Literal(1),
  tool: Schema.Struct({ name: Schema.String, version: Schema.String }),
  link: LinkMeta,
  snapshot: Snapshot,
  /** Media type of what the address gave: `text/html` for pages, `application/pdf`, ... */
  mediaType: Schema.String,
  /** BCP 47, empty when unknown. */
  lang: Schema.String,
  steps: Schema.Array(CaptureStep),
  /** SHA-256 of all text a reader saw; equal between versions means unchanged content. Null: there was no text. */
  textSha256: Schema.NullOr(Schema.String),
  /** That text is kept under its hash, and is so long. Absent in manifests from before it was kept. */
  textBytes: Schema.optionalWith(Schema.Number, { exact: true }),
  /** SHA-256 over the sorted hashes of the page's resources; null when they were not recorded. */
  resourcesSha256: Schema.NullOr(Schema.String),
  /** SHA-256 of this manifest's canonical JSON without this field. */
  manifestSha256: Schema.String,
})
export type Manifest = typeof Manifest.Type

/** What the caller gives; format and hash are filled in. */
export type ManifestInput = Omit<Manifest, "format" | "formatVersion" | "manifestSha256">

/** JSON with the keys of every object sorted: the same value is the same bytes. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
  return `{${fields.join(",")}}`
}

const manifestHash = (manifest: Omit<Manifest, "manifestSha256">): string => {
  const { manifestSha256: _, ...rest } = manifest as Manifest
  return createHash("sha256").update(canonicalJson(rest)).digest("hex")
}

export const makeManifest = (input: ManifestInput): Manifest => {
  const manifest = { format: "linkseal-snapshot", formatVersion: 1, ...input } as const
  return { ...manifest, manifestSha256: manifestHash(manifest) }
}

/** True when the manifest is as it was written. */
export const isIntact = (manifest: Manifest): boolean => manifestHash(manifest) === manifest.manifestSha256
