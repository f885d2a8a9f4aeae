/**
 * Reading the catalogue: one link, pages of links by filter, versions, counts. Every list is paged by position, not
 * by offset, so a page costs the same at the beginning and at the end of 100,000 links.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Link, LinkPage, LinkState } from "../Link.ts"
import { BadRequest, NotFound, type ListRequest } from "../Links.ts"
import type { Snapshot } from "../Snapshot.ts"
import { allOf, asksForRemoved, compile, type Condition } from "./compile.ts"
import { decodeCursor, encodeCursor } from "./cursor.ts"
import {
  linkColumns,
  linkOf,
  snapshotColumns,
  snapshotOf,
  type LinkColumns,
  type SnapshotColumns,
} from "./linkRows.ts"
import { parseQuery, type Query } from "./query.ts"
import { tagKey } from "./Tags.ts"
import { urlKey } from "./urlKeys.ts"

/** A longer query is refused (UTF-16 units). */
export const queryMaxUnits = 2000

type Read<A, E = never> = Effect.Effect<A, E | SqlError, SqlClient.SqlClient>

/** Parses a query; its errors become HTTP 400 with the position. */
export const readQuery = (text: string): Effect.Effect<Query | null, BadRequest> => {
  if (text.length > queryMaxUnits) {
    return Effect.fail(new BadRequest({ message: `a query has at most ${queryMaxUnits} characters` }))
  }
  const parsed = parseQuery(text)
  return parsed._tag === "Right"
    ? Effect.succeed(parsed.right.query)
    : Effect.fail(new BadRequest({ message: parsed.left.message, position: parsed.left.position }))
}

/** The links with these ids, in that order; unknown ones are left out. Removed links are given too. */
export const linksById = (ids: ReadonlyArray<string>): Read<ReadonlyArray<Link>> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<LinkColumns>(
      `SELECT ${linkColumns} FROM json_each(?) j JOIN links l ON l.id = j.value ORDER BY j.key`,
      [JSON.stringify(ids)],
    )
    return rows.map(linkOf)
  })

export const linkById = (id: string): Read<Link, NotFound> =>
  Effect.flatMap(linksById([id]), (links) =>
    links.length === 0 ? Effect.fail(new NotFound({ what: "link", id })) : Effect.succeed(links[0]!),
  )

/** The kept link of an address, equal as the URL standard writes it. */
export const findByUrl = (url: string): Read<Link | undefined> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<LinkColumns>(
      `SELECT ${linkColumns} FROM links l WHERE l.url_key = ? AND l.removed_at IS NULL`,
      [urlKey(url) ?? url],
    )
    return rows[0] === undefined ? undefined : linkOf(rows[0])
  })

/** The versions of a link, newest first. */
export const snapshotsOf = (linkId: string): Read<ReadonlyArray<Snapshot>, NotFound> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const links = yield* sql<{ seq: number }>`SELECT seq FROM links WHERE id = ${linkId}`
    if (links.length === 0) return yield* new NotFound({ what: "link", id: linkId })
    const rows = yield* sql.unsafe<SnapshotColumns>(
      `SELECT ${snapshotColumns} FROM snapshots WHERE link = ? ORDER BY version DESC`,
      [links[0]!.seq],
    )
    return rows.map(snapshotOf)
  })

export const snapshotById = (id: string): Read<Snapshot & { readonly linkId: string }, NotFound> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<SnapshotColumns & { readonly link_id: string }>(
      `SELECT (SELECT l.id FROM links l WHERE l.seq = snapshots.link) AS link_id, ${snapshotColumns}
      FROM snapshots WHERE id = ?`,
      [id],
    )
    if (rows[0] === undefined) return yield* new NotFound({ what: "snapshot", id })
    return { ...snapshotOf(rows[0]), linkId: rows[0].link_id }
  })

/** What the next version is compared with: the hashes of the last good one. */
export const lastGood = (
  linkId: string,
): Read<
  | {
      readonly id: string
      readonly version: number
      readonly textSha256: string | null
      readonly resourcesSha256: string | null
    }
  | undefined
> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{
      id: string
      version: number
      textSha256: string | null
      resourcesSha256: string | null
    }>`SELECT s.id, s.version, s.text_sha256 AS "textSha256", s.resources_sha256 AS "resourcesSha256"
      FROM snapshots s JOIN links l ON l.seq = s.link
      WHERE l.id = ${linkId} AND s.verdict ->> 'kind' = 'good' ORDER BY s.version DESC LIMIT 1`
    return rows[0]
  })

/** How many links are in each state; states without links are left out. */
export const countByState: Read<Readonly<Partial<Record<LinkState, number>>>> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{
    state: LinkState
    links: number
  }>`SELECT state, links FROM link_counts WHERE links > 0`
  return Object.fromEntries(rows.map((row) => [row.state, row.links]))
})

/** What a list shows: the condition, the tag whose index leads, and what a counter could answer. */
interface Selection {
  readonly condition: Condition
  readonly leadingTag: { readonly id: number } | null
  /** Null: must be counted. */
  readonly knownTotal: number | null
}

/** A page of links, newest first. `total` counts all that the filter matches. */
export const list = (request: ListRequest): Read<LinkPage, BadRequest> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const selection = yield* select(request)
    const before = request.cursor === undefined ? null : yield* decodeCursor(request.cursor, 2)
    const page = yield* sql.unsafe<{ seq: number; added_at: number }>(
      ...pageSql(selection, before, request.limit),
    )
    const shown = page.slice(0, request.limit)
    const rows = yield* sql.unsafe<LinkColumns>(
      `SELECT ${linkColumns} FROM json_each(?) j JOIN links l ON l.seq = j.value ORDER BY j.key`,
      [JSON.stringify(shown.map((row) => row.seq))],
    )
    const last = page.length > request.limit ? shown.at(-1) : undefined
    return {
      links: rows.map(linkOf),
      nextCursor: last === undefined ? null : encodeCursor([last.added_at, last.seq]),
      total: selection.knownTotal ?? (yield* countOf(selection.condition)),
    }
  })

const pageSql = (
  { condition, leadingTag }: Selection,
  before: ReadonlyArray<number> | null,
  limit: number,
): [string, Array<string | number>] => {
  const from =
    leadingTag === null
      ? { sql: "links l", time: "l.added_at", seq: "l.seq", where: [], params: [] }
      : {
          sql: "link_tags x CROSS JOIN links l ON l.seq = x.link",
          time: "x.added_at",
          seq: "x.link",
          where: ["x.tag_id = ?"],
          params: [leadingTag.id],
        }
  const where = [...from.where, condition.sql]
  const params = [...from.params, ...condition.params]
  if (before !== null) {
    where.push(`(${from.time}, ${from.seq}) < (?, ?)`)
    params.push(...before)
  }
  return [
    `SELECT l.seq, l.added_at FROM ${from.sql} WHERE ${where.join(" AND ")}
    ORDER BY ${from.time} DESC, ${from.seq} DESC LIMIT ?`,
    [...params, limit + 1],
  ]
}

const countOf = (condition: Condition): Read<number> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<{ n: number }>(
      `SELECT count(*) AS n FROM links l WHERE ${condition.sql}`,
      condition.params,
    )
    return rows[0]!.n
  })

const select = (request: ListRequest): Read<Selection, BadRequest> =>
  Effect.gen(function* () {
    const query = yield* readQuery(request.query ?? "")
    const now = yield* Clock.currentTimeMillis
    const states = request.states ?? []
    const tags = [...new Set((request.tags ?? []).map(tagKey))]
    const parts: Array<Condition> = []
    const removedToo =
      asksForRemoved(query) || states.some((state) => state === "removed" || state === "removing")
    if (!removedToo) parts.push({ sql: "l.removed_at IS NULL", params: [] })
    if (states.length > 0) parts.push(compile({ _tag: "State", states }, now))
    for (const key of tags) parts.push(compile({ _tag: "Tag", name: key }, now))
    if (query !== null) parts.push(compile(query, now))
    const leading = yield* rarestTag([...tags, ...tagsOf(query)])
    const counters = yield* countByState
    const onlyStates = query === null && tags.length === 0
    const onlyTag = query === null && states.length === 0 && tags.length === 1
    return {
      condition: allOf(parts),
      leadingTag: leading === undefined ? null : leading,
      knownTotal: onlyStates ? sumOf(counters, states) : onlyTag ? (leading?.links ?? 0) : null,
    }
  })

const sumOf = (counters: Partial<Record<LinkState, number>>, states: ReadonlyArray<LinkState>): number =>
  states.length > 0
    ? [...new Set(states)].reduce((sum, state) => sum + (counters[state] ?? 0), 0)
    : Object.entries(counters).reduce(
        (sum, [state, links]) => (state === "removed" || state === "removing" ? sum : sum + links),
        0,
      )

/** Tags that every match must have. */
const tagsOf = (query: Query | null): ReadonlyArray<string> => {
  if (query === null) return []
  if (query._tag === "Tag") return [tagKey(query.name)]
  return query._tag === "And" ? query.of.flatMap(tagsOf) : []
}

/** The tag with the fewest links: its rows, in order of time, are the shortest way to a page. */
const rarestTag = (tagKeys: ReadonlyArray<string>): Read<{ id: number; links: number } | undefined> =>
  Effect.gen(function* () {
    if (tagKeys.length === 0) return undefined
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<{ id: number; links: number }>(
      `SELECT coalesce(t.id, -1) AS id, coalesce(t.links, 0) AS links
      FROM json_each(?) j LEFT JOIN tags t ON t.key = j.value ORDER BY links LIMIT 1`,
      [JSON.stringify(tagKeys)],
    )
    return rows[0]
  })
