/** Rows of the catalogue as the shapes of the outside. Pure, but for the one select that gives such rows. */
import type { Link } from "../Link.ts"
import type { Snapshot } from "../Snapshot.ts"

export interface SnapshotColumns {
  readonly id: string
  readonly version: number
  readonly taken_at: number
  readonly final_url: string
  readonly http_status: number
  readonly verdict: string
  readonly artefacts: string
  readonly bytes: number
  readonly millis: number
  readonly partial: number
}

export interface LinkColumns {
  readonly seq: number
  readonly id: string
  readonly url: string
  readonly title: string
  readonly note: string
  readonly state: Link["state"]
  readonly added_at: number
  readonly updated_at: number
  readonly failure_code: string | null
  readonly failure_message: string | null
  readonly retry_at: number | null
  /** JSON, in the order in which they were given. */
  readonly tags: string
  /** JSON of `SnapshotColumns`, or null. */
  readonly latest: string | null
}

export const snapshotColumns =
  "id, version, taken_at, final_url, http_status, verdict, artefacts, bytes, millis, partial"

/** What `linkOf` needs, from `links l`. */
export const linkColumns = `l.seq, l.id, l.url, l.title, l.note, l.state, l.added_at, l.updated_at,
  l.failure_code, l.failure_message, l.retry_at,
  (SELECT json_group_array(t.name ORDER BY x.position) FROM link_tags x JOIN tags t ON t.id = x.tag_id
    WHERE x.link = l.seq) AS tags,
  (SELECT json_object('id', id, 'version', version, 'taken_at', taken_at, 'final_url', final_url,
    'http_status', http_status, 'verdict', verdict, 'artefacts', artefacts, 'bytes', bytes, 'millis', millis,
    'partial', partial) FROM snapshots WHERE id = l.latest_snapshot_id) AS latest`

export const isoTime = (millis: number): string => new Date(millis).toISOString()

export const snapshotOf = (row: SnapshotColumns): Snapshot => ({
  id: row.id,
  version: row.version,
  takenAt: isoTime(row.taken_at),
  finalUrl: row.final_url,
  httpStatus: row.http_status,
  verdict: JSON.parse(row.verdict) as Snapshot["verdict"],
  artefacts: JSON.parse(row.artefacts) as Snapshot["artefacts"],
  bytes: row.bytes,
  millis: row.millis,
  partial: row.partial === 1,
})

export const linkOf = (row: LinkColumns): Link => ({
  id: row.id,
  url: row.url,
  title: row.title,
  note: row.note,
  state: row.state,
  tags: JSON.parse(row.tags) as ReadonlyArray<string>,
  addedAt: isoTime(row.added_at),
  updatedAt: isoTime(row.updated_at),
  failure:
    row.failure_code === null
      ? null
      : {
          code: row.failure_code,
          message: row.failure_message ?? "",
          retryAt: row.retry_at === null ? null : isoTime(row.retry_at),
        },
  latest: row.latest === null ? null : snapshotOf(JSON.parse(row.latest) as SnapshotColumns),
})
