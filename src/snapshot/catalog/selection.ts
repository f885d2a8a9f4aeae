/**
 * Which links a list or a search speaks of, and the shortest way to them. SQLite has no statistics here, so the one
 * choice that matters is made by us: a query that demands a tag starts from the rarest tag's rows, in order of time.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { LinkState } from "../Link.ts"
import { BadRequest } from "../LinkRefusals.ts"
import { allOf, asksForRemoved, compile, type Condition } from "./compile.ts"
import { parseQuery, type Query } from "./query.ts"
import { tagKey } from "./Tags.ts"

/** A longer query is refused (UTF-16 units). */
const queryMaxUnits = 2000
/** More words, filters and brackets together are refused: each is a look into three tables. */
const queryMaxTerms = 100
/** Brackets in brackets. */
const queryMaxDepth = 20

/** `FROM from WHERE condition`, over `links l`; the parameters in that order. */
export interface Selection {
  readonly from: string
  /** The columns by which the newest come first. */
  readonly time: "l.added_at" | "x.added_at"
  readonly seq: "l.seq" | "x.link"
  readonly condition: Condition
  /** What a counter answers; null: must be counted. */
  readonly knownTotal: number | null
}

/** Parses a query; its errors become HTTP 400 with the position. */
export const readQuery = (text: string): Effect.Effect<Query | null, BadRequest> => {
  if (text.length > queryMaxUnits) {
    return Effect.fail(new BadRequest({ message: `a query has at most ${queryMaxUnits} characters` }))
  }
  const parsed = parseQuery(text)
  if (parsed._tag === "Left") {
    return Effect.fail(new BadRequest({ message: parsed.left.message, position: parsed.left.position }))
  }
  const { query } = parsed.right
  const size = query === null ? { terms: 0, depth: 0 } : sizeOf(query)
  return size.terms > queryMaxTerms || size.depth > queryMaxDepth
    ? Effect.fail(new BadRequest({ message: `a query has at most ${queryMaxTerms} words and filters` }))
    : Effect.succeed(query)
}

const sizeOf = (query: Query): { readonly terms: number; readonly depth: number } => {
  const inner =
    query._tag === "And" || query._tag === "Or" ? query.of : query._tag === "Not" ? [query.of] : []
  if (inner.length === 0) return { terms: 1, depth: 1 }
  const sizes = inner.map(sizeOf)
  return {
    terms: sizes.reduce((sum, size) => sum + size.terms, 0),
    depth: 1 + Math.max(...sizes.map((size) => size.depth)),
  }
}

/** Removed links are in only when a state of theirs is asked for. */
export const selectLinks = (
  query: Query | null,
  filter: { readonly states?: ReadonlyArray<LinkState>; readonly tags?: ReadonlyArray<string> } = {},
): Effect.Effect<Selection, SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const states = [...new Set(filter.states ?? [])]
    const tags = [...new Set((filter.tags ?? []).map(tagKey))]
    const parts: Array<Condition> = []
    if (!asksForRemoved(query) && !states.some(isRemoved)) {
      parts.push({ sql: "l.removed_at IS NULL", params: [] })
    }
    if (states.length > 0) parts.push(compile({ _tag: "State", states }, now))
    for (const name of tags) parts.push(compile({ _tag: "Tag", name }, now))
    if (query !== null) parts.push(compile(query, now))
    const leading = yield* rarestTag([...tags, ...demandedTags(query)])
    const total =
      query !== null
        ? null
        : tags.length === 0
          ? yield* countStates(states)
          : tags.length === 1 && states.length === 0
            ? (leading?.links ?? 0)
            : null
    if (leading === undefined) {
      return { from: "links l", time: "l.added_at", seq: "l.seq", condition: allOf(parts), knownTotal: total }
    }
    const led = { sql: "x.tag_id = ?", params: [leading.id] }
    return {
      from: "link_tags x CROSS JOIN links l ON l.seq = x.link",
      time: "x.added_at",
      seq: "x.link",
      condition: allOf([led, ...parts]),
      knownTotal: total,
    }
  })

/** How many links are in each state; states without links are left out. */
export const countByState: Effect.Effect<
  Readonly<Partial<Record<LinkState, number>>>,
  SqlError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{
    state: LinkState
    links: number
  }>`SELECT state, links FROM link_counts WHERE links > 0`
  return Object.fromEntries(rows.map((row) => [row.state, row.links]))
})

const isRemoved = (state: string) => state === "removed" || state === "removing"

/** In these states, or in any but the removed ones. */
const countStates = (states: ReadonlyArray<LinkState>) =>
  Effect.map(countByState, (counts) =>
    Object.entries(counts).reduce(
      (sum, [state, links]) =>
        (states.length === 0 ? !isRemoved(state) : states.includes(state as LinkState)) ? sum + links : sum,
      0,
    ),
  )

/** Tags that every match must have. */
const demandedTags = (query: Query | null): ReadonlyArray<string> => {
  if (query === null) return []
  if (query._tag === "Tag") return [tagKey(query.name)]
  return query._tag === "And" ? query.of.flatMap(demandedTags) : []
}

const rarestTag = (
  tagKeys: ReadonlyArray<string>,
): Effect.Effect<{ id: number; links: number } | undefined, SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    if (tagKeys.length === 0) return undefined
    const sql = yield* SqlClient.SqlClient
    // A tag that does not exist has no rows, and that is the shortest way of all.
    const rows = yield* sql.unsafe<{ id: number; links: number }>(
      `SELECT coalesce(t.id, -1) AS id, coalesce(t.links, 0) AS links
      FROM json_each(?) j LEFT JOIN tags t ON t.key = j.value ORDER BY links LIMIT 1`,
      [JSON.stringify(tagKeys)],
    )
    return rows[0]
  })
