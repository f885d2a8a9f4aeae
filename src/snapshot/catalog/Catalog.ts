/**
 * Reading the catalogue: one link, pages of links by filter, versions, counts. Every list is paged by position, not
 * by offset, so a page costs the same at the beginning and at the end of 100,000 links.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { Link, LinkPage, LinkState } from "../Link.ts"
import { NotFound, type BadRequest } from "../LinkRefusals.ts"
import type { Snapshot } from "../Snapshot.ts"
import { decodeCursor, encodeCursor } from "./cursor.ts"
import {
  linkColumns,
  linkOf,
  snapshotColumns,
  snapshotOf,
  type LinkColumns,
  type SnapshotColumns,
} from "./linkRows.ts"
import { readQuery, selectLinks, type Selection } from "./selection.ts"
import { urlKey } from "./urlKeys.ts"

export interface ListRequest {
  readonly query?: string
  readonly tags?: ReadonlyArray<string>
  readonly states?: ReadonlyArray<LinkState>
  /** 1 to 500. */
  readonly limit: number
  readonly cursor?: string
}

type Read<A, E = never> = Effect.Effect<A, E | SqlError, SqlClient.SqlClient>

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

/** A page of links, newest first. `total` counts all that the filter matches. */
export const list = (request: ListRequest): Read<LinkPage, BadRequest> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const query = yield* readQuery(request.query ?? "")
    const before = request.cursor === undefined ? null : yield* decodeCursor(request.cursor, 2)
    const selection = yield* selectLinks(query, request)
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
      total: selection.knownTotal ?? (yield* countOf(selection)),
    }
  })

const pageSql = (
  { condition, from, seq, time }: Selection,
  before: ReadonlyArray<number> | null,
  limit: number,
): [string, Array<string | number>] => [
  `SELECT l.seq, l.added_at FROM ${from}
  WHERE ${condition.sql}${before === null ? "" : ` AND (${time}, ${seq}) < (?, ?)`}
  ORDER BY ${time} DESC, ${seq} DESC LIMIT ?`,
  [...condition.params, ...(before ?? []), limit + 1],
]

const countOf = ({ condition, from }: Selection): Read<number> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<{ n: number }>(
      `SELECT count(*) AS n FROM ${from} WHERE ${condition.sql}`,
      condition.params,
    )
    return rows[0]!.n
  })
