/**
 * The last good version of a link, which a new capture is held against: is it the same content again, and is it much
 * less than there was?
 */
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { CapturedFacts } from "./LinkRecord.ts"
import type { Snapshot } from "./Snapshot.ts"

export interface LastGood {
  readonly id: string
  readonly version: number
  readonly textSha256: string | null
  readonly resourcesSha256: string | null
  /** No later version is there. */
  readonly isNewest: boolean
  readonly partial: boolean
  readonly artefacts: Snapshot["artefacts"]
  /** Characters of its text. */
  readonly textLength: number
}

interface Row {
  readonly id: string
  readonly version: number
  readonly textSha256: string | null
  readonly resourcesSha256: string | null
  readonly isNewest: number
  readonly partial: number
  readonly artefacts: string
  readonly textLength: number | null
}

/** Undefined when no version is good. The text of the last good version is the one the link is found by. */
export const lastGood = (linkId: string): Effect.Effect<LastGood | undefined, SqlError, SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const rows = yield* sql<Row>`SELECT s.id, s.version, s.text_sha256 AS "textSha256",
        s.resources_sha256 AS "resourcesSha256", s.id = l.latest_snapshot_id AS "isNewest", s.partial, s.artefacts,
        (SELECT length(body) FROM texts WHERE link = l.seq) AS "textLength"
      FROM links l JOIN snapshots s ON s.link = l.seq
      WHERE l.id = ${linkId} AND s.verdict ->> 'kind' = 'good' ORDER BY s.version DESC LIMIT 1`
    const row = rows[0]
    if (row === undefined) return undefined
    return {
      ...row,
      isNewest: row.isNewest === 1,
      partial: row.partial === 1,
      artefacts: JSON.parse(row.artefacts) as Snapshot["artefacts"],
      textLength: row.textLength ?? 0,
    }
  })

const kept = (artefacts: Snapshot["artefacts"]) =>
  artefacts.filter(({ status }) => status === "ok").map(({ name }) => name)

/**
 * True when a reader would find nothing new: the same text and the same resources as the newest version, which is
 * good, and no file that it lacks. A whole capture after a partial one, or one of which nothing can be compared, counts
 * as new; a partial one with the same content does not: it would only be worse.
 */
export const isUnchanged = (captured: CapturedFacts, last: LastGood): boolean => {
  const { artefacts, partial, verdict } = captured.snapshot
  if (!last.isNewest || (last.partial && !partial) || verdict.kind !== "good") return false
  if (captured.resourcesSha256 === null || captured.resourcesSha256 !== last.resourcesSha256) return false
  const isPage = captured.mediaType.includes("html")
  if (captured.textSha256 !== last.textSha256 || (isPage && captured.textSha256 === null)) return false
  const had = new Set(kept(last.artefacts))
  return kept(artefacts).every((name) => had.has(name))
}
