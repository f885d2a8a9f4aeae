/**
 * Keeps the small file of each link (`archive/links/<id>.json`) up to date, so that titles, notes, tags and removals
 * can be recovered from the files alone. The database notes which files are behind, in the commit that makes them so;
 * they are written soon after, and what a crash left unwritten is written at the next start.
 */
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { rm } from "node:fs/promises"
import type { StateStore } from "../actors/StateStore.ts"
import { archiveError, type ArchiveError } from "./archive/ArchiveError.ts"
import { ContentStore } from "./archive/ContentStore.ts"
import { linkFile } from "./archive/layout.ts"
import { ManifestStore } from "./archive/ManifestStore.ts"
import { isoTime } from "./catalog/linkRows.ts"

/** Files written between two commits that say so. */
const batch = 200
/** Files written at once: each waits for the disk. */
const concurrency = 8
/** The pause after the disk refused. */
const pauseAfterTrouble = "30 seconds"
/** Looks again after this when nobody said that there is work. */
const idleLook = "30 seconds"

interface Due {
  readonly id: string
  /** Changes so far; a file is up to date when it was written after the last one. */
  readonly n: number
  /** Null: the link is gone for ever. */
  readonly url: string | null
  readonly title: string
  readonly mine: number
  readonly note: string
  readonly tags: string
  readonly added_at: number
  readonly updated_at: number
  readonly removed_at: number | null
}

const nextDue: Effect.Effect<ReadonlyArray<Due>, SqlError, SqlClient> = Effect.flatMap(
  SqlClient,
  (sql) => sql<Due>`SELECT d.id, d.n, l.url, l.title, l.title_set_by_user AS mine, l.note, l.added_at,
      l.updated_at, l.removed_at,
      (SELECT json_group_array(t.name ORDER BY x.position) FROM link_tags x JOIN tags t ON t.id = x.tag_id
        WHERE x.link = l.seq) AS tags
    FROM link_files_due d LEFT JOIN links l ON l.id = d.id LIMIT ${batch}`,
)

const writeOne = (due: Due): Effect.Effect<void, ArchiveError, ManifestStore | ContentStore> =>
  Effect.gen(function* () {
    const manifests = yield* ManifestStore
    if (due.url !== null)
      return yield* manifests.writeLink({
        id: due.id,
        url: due.url,
        title: due.title,
        titleSetByUser: due.mine === 1,
        note: due.note,
        tags: JSON.parse(due.tags) as ReadonlyArray<string>,
        addedAt: isoTime(due.added_at),
        updatedAt: isoTime(due.updated_at),
        removedAt: due.removed_at === null ? null : isoTime(due.removed_at),
      })
    const { layout } = yield* ContentStore
    const file = linkFile(layout, due.id)
    yield* Effect.tryPromise({ try: () => rm(file, { force: true }), catch: archiveError(file) })
  })

type Store = StateStore["Type"]

/** Writes the files that are behind, all of them. Answers how many there were. */
const writeDueFiles = (store: Store) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    let written = 0
    for (;;) {
      const dues = yield* nextDue
      if (dues.length === 0) return written
      yield* Effect.forEach(dues, writeOne, { concurrency, discard: true })
      const done = JSON.stringify(dues.map(({ id, n }) => ({ id, n })))
      yield* store.write(sql`DELETE FROM link_files_due WHERE EXISTS (
        SELECT 1 FROM json_each(${done}) j
        WHERE j.value ->> 'id' = link_files_due.id AND j.value ->> 'n' = link_files_due.n)`)
      written += dues.length
    }
  })

/** Runs for as long as the room does. `changed` resolves when something may have changed. */
export const keepLinkFiles = (store: Store, changed: Effect.Effect<void>) =>
  writeDueFiles(store).pipe(
    Effect.catchAll((error) =>
      Effect.zipRight(
        Effect.logWarning(`the files of links are behind: ${error.message}; they are written again soon`),
        Effect.sleep(pauseAfterTrouble),
      ),
    ),
    Effect.zipRight(Effect.timeoutOption(changed, idleLook)),
    Effect.forever,
  )
