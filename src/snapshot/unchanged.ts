/**
 * Whether a new capture is the same content again as the newest version: then it is a check and no version of its own,
 * or a daily look at a login wall would be 365 versions a year.
 */
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { CapturedFacts } from "./LinkRecord.ts"
import type { Snapshot } from "./Snapshot.ts"

export interface NewestVersion {
  readonly id: string
  readonly version: number
  readonly verdict: Snapshot["verdict"]
  readonly partial: boolean
  readonly artefacts: Snapshot["artefacts"]
  readonly textSha256: string | null
  readonly resourcesSha256: string | null
}

interface Row extends Pick<NewestVersion, "id" | "version" | "textSha256" | "resourcesSha256"> {
  readonly verdict: string
  readonly partial: number
  readonly artefacts: string
}

/** Undefined when there is no version yet. */
export const newestVersion = (
  linkId: string,
): Effect.Effect<NewestVersion | undefined, SqlError, SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const [row] = yield* sql<Row>`SELECT s.id, s.version, s.verdict, s.partial, s.artefacts,
        s.text_sha256 AS "textSha256", s.resources_sha256 AS "resourcesSha256"
      FROM links l JOIN snapshots s ON s.link = l.seq
      WHERE l.id = ${linkId} ORDER BY s.version DESC LIMIT 1`
    if (row === undefined) return undefined
    return {
      ...row,
      verdict: JSON.parse(row.verdict) as Snapshot["verdict"],
      partial: row.partial === 1,
      artefacts: JSON.parse(row.artefacts) as Snapshot["artefacts"],
    }
  })

const kept = (artefacts: Snapshot["artefacts"]) => artefacts.filter(({ status }) => status === "ok")

const pictureOf = (artefacts: Snapshot["artefacts"]) =>
  kept(artefacts).find(({ name }) => name === "screenshot")?.sha256 ?? null

/**
 * True when a reader would find nothing new: the same verdict, text and resources, and no file that the newest version
 * lacks; of a page without a word also the same picture. A whole capture after a partial one, or one of which nothing
 * can be compared, counts as new; a partial one with the same content does not: it would only be worse.
 */
export const isUnchanged = (captured: CapturedFacts, newest: NewestVersion): boolean => {
  const { artefacts, partial, verdict } = captured.snapshot
  const hasSameVerdict =
    verdict.kind === newest.verdict.kind && verdict.reasons.join("\n") === newest.verdict.reasons.join("\n")
  if (!hasSameVerdict || (newest.partial && !partial)) return false
  if (captured.resourcesSha256 === null || captured.resourcesSha256 !== newest.resourcesSha256) return false
  if (captured.textSha256 !== newest.textSha256) return false
  const isWordless = captured.mediaType.includes("html") && captured.textSha256 === null
  const picture = pictureOf(artefacts)
  if (isWordless && (picture === null || picture !== pictureOf(newest.artefacts))) return false
  const had = new Set(kept(newest.artefacts).map(({ name }) => name))
  return kept(artefacts).every(({ name }) => had.has(name))
}
