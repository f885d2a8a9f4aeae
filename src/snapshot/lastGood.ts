/** The last good version of a link, which a new capture is held against: is it much less than there was? */
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"

/** Characters of its text, the one that the link is found by; null when no version is good. */
export const lastGoodTextLength = (linkId: string): Effect.Effect<number | null, SqlError, SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const [row] = yield* sql<{ readonly textLength: number | null }>`SELECT
        (SELECT length(body) FROM texts WHERE link = l.seq) AS "textLength"
      FROM links l JOIN snapshots s ON s.link = l.seq
      WHERE l.id = ${linkId} AND s.verdict ->> 'kind' = 'good' LIMIT 1`
    return row === undefined ? null : (row.textLength ?? 0)
  })
