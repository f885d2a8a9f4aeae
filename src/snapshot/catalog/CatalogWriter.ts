/**
 * The changes of the catalogue that the link machines' projection makes. None opens a transaction: they belong to
 * the save that they are part of. All can be repeated with the same result, and all take many rows at once.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { LinkState } from "../Link.ts"
import type { Snapshot } from "../Snapshot.ts"
import { indexTokens } from "./tokens.ts"
import { hostKey, likeKey, urlKey } from "./urlKeys.ts"

/** Of a longer text this much is searchable and kept for excerpts (UTF-16 units). */
const indexedTextUnits = 2_000_000

export interface FailureRow {
  readonly code: string
  readonly message: string
  /** Milliseconds since 1970; null when no retry is planned. */
  readonly retryAt: number | null
}

/** A link but for its tags and snapshots, which have changes of their own. Times in milliseconds since 1970. */
export interface LinkRow {
  readonly id: string
  readonly url: string
  readonly title: string
  /** A title the user gave is not replaced by what a capture finds. */
  readonly titleSetByUser: boolean
  readonly note: string
  readonly state: LinkState
  readonly addedAt: number
  readonly updatedAt: number
  readonly failure: FailureRow | null
}

export interface SnapshotRow {
  readonly linkId: string
  readonly snapshot: Snapshot
  /** Of what the address gave: `text/html`, `application/pdf`, ... */
  readonly mediaType: string
  /** BCP 47 in lower case; empty when unknown. */
  readonly lang: string
  readonly textSha256: string | null
  readonly resourcesSha256: string | null
}

type Write = Effect.Effect<void, SqlError, SqlClient.SqlClient>

// One statement for any number of rows: the rows come as one JSON parameter, so it is prepared once. A link's
// address never changes, and what is not named is not rewritten in the indexes.
const upsertSql = `
  INSERT INTO links (id, url_key, like_key, host_key, state, added_at, updated_at, retry_at,
    failure_code, failure_message, title_set_by_user, title, url, note)
  SELECT j.value ->> 'id', j.value ->> 'urlKey', j.value ->> 'likeKey', j.value ->> 'hostKey',
    j.value ->> 'state', j.value ->> 'addedAt', j.value ->> 'updatedAt',
    j.value ->> '$.failure.retryAt', j.value ->> '$.failure.code', j.value ->> '$.failure.message',
    j.value ->> 'titleSetByUser', j.value ->> 'title', j.value ->> 'url', j.value ->> 'note'
  FROM json_each(?) j WHERE true
  ON CONFLICT (id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at,
    retry_at = excluded.retry_at, failure_code = excluded.failure_code,
    failure_message = excluded.failure_message, title_set_by_user = excluded.title_set_by_user,
    title = excluded.title, note = excluded.note`

interface Words {
  readonly id: string
  readonly title: string
  readonly note: string
  readonly url: string
}

const indexMeta = (rows: ReadonlyArray<Words>): Write =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe(
      `INSERT OR REPLACE INTO search_meta (rowid, title, note, url)
      SELECT l.seq, j.value ->> 'title', j.value ->> 'note', j.value ->> 'url'
      FROM json_each(?) j JOIN links l ON l.id = j.value ->> 'id'`,
      [
        JSON.stringify(
          rows.map((row) => ({
            id: row.id,
            title: indexTokens(row.title),
            note: indexTokens(row.note, indexedTextUnits),
            url: indexTokens(readableUrl(row.url)),
          })),
        ),
      ],
    ),
  )

/** The address as a person reads it: percent-encoded Chinese is Chinese again. */
export const readableUrl = (url: string): string => {
  try {
    return decodeURI(url)
  } catch {
    return url
  }
}

/** Inserts links, or brings them to this state. Address and `addedAt` stay what they first were. */
export const upsertLinks = (rows: ReadonlyArray<LinkRow>): Write =>
  Effect.gen(function* () {
    if (rows.length === 0) return
    const sql = yield* SqlClient.SqlClient
    // The last row of a link wins; two rows of one link in one statement would index the first one's words.
    const last = [...new Map(rows.map((row) => [row.id, row])).values()]
    const known = new Map(
      (yield* sql.unsafe<Words>(
        `SELECT l.id, l.title, l.note, l.url FROM json_each(?) j JOIN links l ON l.id = j.value`,
        [JSON.stringify(last.map((row) => row.id))],
      )).map((row) => [row.id, row]),
    )
    yield* sql.unsafe(upsertSql, [
      JSON.stringify(
        last.map((row) => ({
          ...row,
          titleSetByUser: row.titleSetByUser ? 1 : 0,
          urlKey: urlKey(row.url) ?? row.url,
          likeKey: likeKey(row.url),
          hostKey: hostKey(row.url),
        })),
      ),
    ])
    const changed = last.filter((row) => {
      const before = known.get(row.id)
      return before === undefined || before.title !== row.title || before.note !== row.note
    })
    if (changed.length > 0) yield* indexMeta(changed)
  })

export const upsertLink = (row: LinkRow): Write => upsertLinks([row])

/** The short way when nothing else changed: state, failure and time. */
export const setState = (
  id: string,
  state: LinkState,
  updatedAt: number,
  failure: FailureRow | null = null,
): Write =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql`UPDATE links SET state = ${state}, updated_at = ${updatedAt},
      retry_at = ${failure?.retryAt ?? null}, failure_code = ${failure?.code ?? null},
      failure_message = ${failure?.message ?? null} WHERE id = ${id}`,
  )

/**
 * Records snapshots. The highest version becomes the link's latest, and with it the type and language the link is
 * found by. A snapshot of an unknown link is skipped.
 */
export const insertSnapshots = (rows: ReadonlyArray<SnapshotRow>): Write =>
  Effect.gen(function* () {
    if (rows.length === 0) return
    const sql = yield* SqlClient.SqlClient
    yield* sql.unsafe(
      `INSERT INTO snapshots (id, link, version, taken_at, final_url, http_status, verdict, artefacts, bytes,
        millis, partial, media_type, lang, text_sha256, resources_sha256)
      SELECT j.value ->> 'id', l.seq, j.value ->> 'version', j.value ->> 'takenAt', j.value ->> 'finalUrl',
        j.value ->> 'httpStatus', j.value ->> 'verdict', j.value ->> 'artefacts', j.value ->> 'bytes',
        j.value ->> 'millis', j.value ->> 'partial', j.value ->> 'mediaType', j.value ->> 'lang',
        j.value ->> 'textSha256', j.value ->> 'resourcesSha256'
      FROM json_each(?) j JOIN links l ON l.id = j.value ->> 'linkId' WHERE true
      ON CONFLICT DO UPDATE SET id = excluded.id, version = excluded.version, taken_at = excluded.taken_at,
        final_url = excluded.final_url, http_status = excluded.http_status, verdict = excluded.verdict,
        artefacts = excluded.artefacts, bytes = excluded.bytes, millis = excluded.millis,
        partial = excluded.partial, media_type = excluded.media_type, lang = excluded.lang,
        text_sha256 = excluded.text_sha256, resources_sha256 = excluded.resources_sha256`,
      [JSON.stringify(rows.map(snapshotJson))],
    )
    yield* refreshLatest(rows.map((row) => row.linkId))
  })

export const insertSnapshot = (row: SnapshotRow): Write => insertSnapshots([row])

const snapshotJson = ({ snapshot, ...row }: SnapshotRow) => ({
  ...row,
  ...snapshot,
  takenAt: Date.parse(snapshot.takenAt),
  verdict: JSON.stringify(snapshot.verdict),
  artefacts: JSON.stringify(snapshot.artefacts),
  bytes: Math.round(snapshot.bytes),
  millis: Math.round(snapshot.millis),
  partial: snapshot.partial ? 1 : 0,
  lang: row.lang.toLowerCase(),
  mediaType: row.mediaType.split(";", 1)[0]!.trim().toLowerCase(),
})

/** Brings what a link shows of its snapshots to the highest version there is. */
const refreshLatest = (linkIds: ReadonlyArray<string>): Write =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe(
      `UPDATE links SET (latest_snapshot_id, media_type, lang) = (
          SELECT id, media_type, lang FROM (
            SELECT id, media_type, lang, version FROM snapshots WHERE link = links.seq
            UNION ALL SELECT NULL, '', '', -1) ORDER BY version DESC LIMIT 1),
        versions = (SELECT count(*) FROM snapshots WHERE link = links.seq)
      WHERE id IN (SELECT value FROM json_each(?))`,
      [JSON.stringify(linkIds)],
    ),
  )

/** Forgets one version; the link's latest is then the highest that is left. */
export const deleteSnapshot = (linkId: string, snapshotId: string): Write =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`DELETE FROM snapshots WHERE id = ${snapshotId}`
    yield* refreshLatest([linkId])
  })

/** Makes this the text the link is found by; null takes it away. Unknown links are skipped. */
export const indexText = (linkId: string, text: string | null): Write =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const found = yield* sql<{ seq: number }>`SELECT seq FROM links WHERE id = ${linkId}`
    const seq = found[0]?.seq
    if (seq === undefined) return
    if (text === null || text === "") {
      yield* sql`DELETE FROM search_text WHERE rowid = ${seq}`
      yield* sql`DELETE FROM texts WHERE link = ${seq}`
      return
    }
    const body = text.length > indexedTextUnits ? text.slice(0, indexedTextUnits) : text
    yield* sql`INSERT INTO texts (link, body) VALUES (${seq}, ${body})
      ON CONFLICT (link) DO UPDATE SET body = excluded.body`
    yield* sql`INSERT OR REPLACE INTO search_text (rowid, body) VALUES (${seq}, ${indexTokens(body)})`
  })

/** Deletes links for ever, with all that the catalogue knows of them. */
export const deleteLinks = (ids: ReadonlyArray<string>): Write =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe("DELETE FROM links WHERE id IN (SELECT value FROM json_each(?))", [JSON.stringify(ids)]),
  )
