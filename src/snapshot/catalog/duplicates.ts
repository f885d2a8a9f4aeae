/**
 * Links whose addresses are alike though not the same: http and https, `www.`, a trailing slash, tracking
 * parameters, a fragment. Only shown side by side; nothing is merged by itself.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { Link } from "../Link.ts"
import { linkColumns, linkOf, type LinkColumns } from "./linkRows.ts"

/** Groups given at once; the rest shows when these are merged. */
const duplicateGroupsMax = 500

export interface DuplicateGroup {
  readonly key: string
  /** Oldest first: the one to keep, unless the reader says otherwise. */
  readonly links: ReadonlyArray<Link>
}

export const duplicates: Effect.Effect<
  ReadonlyArray<DuplicateGroup>,
  SqlError,
  SqlClient.SqlClient
> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql.unsafe<LinkColumns & { readonly like_key: string }>(
    `SELECT l.like_key, ${linkColumns} FROM (
        SELECT like_key FROM links WHERE removed_at IS NULL GROUP BY like_key HAVING count(*) > 1
        ORDER BY like_key LIMIT ?) g
      JOIN links l ON l.like_key = g.like_key AND l.removed_at IS NULL
      ORDER BY l.like_key, l.added_at, l.seq`,
    [duplicateGroupsMax],
  )
  const groups = new Map<string, Array<Link>>()
  for (const row of rows) {
    const links = groups.get(row.like_key) ?? []
    links.push(linkOf(row))
    groups.set(row.like_key, links)
  }
  return [...groups].map(([key, links]) => ({ key, links }))
})
