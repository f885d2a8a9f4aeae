/**
 * A link as the outside sees it: an address with tags, a state, and its latest snapshot. Shapes only; the machine
 * behind it is in `LinkTransitions.ts`, its verbs in `Links.ts`.
 */
import * as Schema from "effect/Schema"
import { Snapshot } from "./Snapshot.ts"

export const linkStates = [
  "queued",
  "probing",
  "capturing",
  "storing",
  "archived",
  "doubtful",
  "failed",
  "cancelled",
  "removing",
  "removed",
] as const
export const LinkState = Schema.Literal(...linkStates)
export type LinkState = typeof LinkState.Type

/** The states in which nothing more happens by itself, except a planned retry of `failed`. */
export const restingStates: ReadonlySet<LinkState> = new Set([
  "archived",
  "doubtful",
  "failed",
  "cancelled",
  "removed",
] as const)

const Failure = Schema.Struct({
  /** Stable, lower case with dashes, for example `connection-refused`, `blocked-address`, `http-404`. */
  code: Schema.String,
  /** One sentence a user can act on. */
  message: Schema.String,
  /** ISO 8601 when another try is planned. */
  retryAt: Schema.NullOr(Schema.String),
})
type Failure = typeof Failure.Type

export const Link = Schema.Struct({
  id: Schema.String,
  url: Schema.String,
  title: Schema.String,
  note: Schema.String,
  state: LinkState,
  tags: Schema.Array(Schema.String),
  addedAt: Schema.String,
  updatedAt: Schema.String,
  failure: Schema.NullOr(Failure),
  latest: Schema.NullOr(Snapshot),
})
export type Link = typeof Link.Type

/** One line of a link's timeline. */
export const Entry = Schema.Struct({
  at: Schema.String,
  event: Schema.String,
  from: Schema.String,
  to: Schema.String,
  detail: Schema.NullOr(Schema.Unknown),
})
export type Entry = typeof Entry.Type

export const LinkDetail = Schema.Struct({
  ...Link.fields,
  /** ISO 8601 when a capture last found the newest version unchanged; null when none did. */
  checkedAt: Schema.NullOr(Schema.String),
  snapshots: Schema.Array(Snapshot),
  timeline: Schema.Array(Entry),
})
export type LinkDetail = typeof LinkDetail.Type

export const LinkPage = Schema.Struct({
  links: Schema.Array(Link),
  nextCursor: Schema.NullOr(Schema.String),
  total: Schema.Number,
})
export type LinkPage = typeof LinkPage.Type

export const Hit = Schema.Struct({
  link: Link,
  /** HTML: everything escaped but `<mark>`. */
  excerpt: Schema.String,
  field: Schema.Literal("title", "note", "url", "tag", "text"),
})
export type Hit = typeof Hit.Type

export const HitPage = Schema.Struct({
  hits: Schema.Array(Hit),
  total: Schema.Number,
  nextCursor: Schema.NullOr(Schema.String),
})
export type HitPage = typeof HitPage.Type

export const TagCount = Schema.Struct({ name: Schema.String, count: Schema.Number })
export type TagCount = typeof TagCount.Type

export const QueueStatus = Schema.Struct({
  paused: Schema.Boolean,
  waiting: Schema.Number,
  capturing: Schema.Number,
  etaMillis: Schema.NullOr(Schema.Number),
})
export type QueueStatus = typeof QueueStatus.Type
