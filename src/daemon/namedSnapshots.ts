/**
 * Which snapshots the database of a home names although the archive has no manifest of them: what re-reading the
 * archive's files alone can never tell. A running daemon may be in the middle of a change, so what lacks is looked for twice.
 */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { archiveLayout, manifestFile } from "../snapshot/archive/layout.ts"
import type { ManifestName } from "../snapshot/archive/ManifestStore.ts"
import type { Damage } from "../snapshot/archive/verify.ts"
import { readDatabase } from "./readDatabase.ts"
import { databaseFile } from "./Sql.ts"

/** A change that a daemon had begun at the first look is done at the second. */
const secondLookMillis = 1_000

/** What is being removed for ever is in neither place for long. */
const namedIn = (file: string, id: string | undefined) =>
  readDatabase(file, (sql) =>
    sql.unsafe<ManifestName>(
      `SELECT links.id AS "linkId", snapshots.version, snapshots.id AS "snapshotId"
        FROM snapshots JOIN links ON links.seq = snapshots.link
        WHERE links.state <> 'removing' AND (? IS NULL OR links.id = ?)`,
      [id ?? null, id ?? null],
    ),
  )

const lackingIn = async (home: string, id: string | undefined) => {
  const layout = archiveLayout(home)
  return (await namedIn(databaseFile(home), id))
    .map((name) => ({ name, file: manifestFile(layout, name) }))
    .filter(({ file }) => !existsSync(file))
}

const look = async (home: string, id: string | undefined): Promise<ReadonlyArray<Damage>> => {
  const first = await lackingIn(home, id)
  if (first.length === 0) return []
  await Effect.runPromise(Effect.sleep(secondLookMillis))
  const known = new Set(first.map(({ file }) => file))
  return (await lackingIn(home, id))
    .filter(({ file }) => known.has(file))
    .map(({ file, name }) => ({
      snapshot: name.snapshotId,
      file,
      reason: `the manifest is gone, though the database names version ${name.version} of ${name.linkId}: bring it back from a backup, or run linkseal rebuild to forget the version`,
    }))
}

/** SQLite's own word is the cause of the client's. */
const wordOf = (error: unknown): string => {
  const { cause, message } = error as { readonly cause?: unknown; readonly message?: string }
  return cause === undefined ? (message ?? String(error)) : wordOf(cause)
}

/** One damage for each manifest that is gone, of all links or of one; none when the home has no database. */
export const missingManifests = async (
  home: string,
  id: string | undefined,
): Promise<ReadonlyArray<Damage>> => {
  const file = databaseFile(home)
  if (!existsSync(file)) return []
  return look(home, id).catch((cause: unknown) => [
    {
      snapshot: "",
      file,
      reason: `the database cannot be read (${wordOf(cause)}): run linkseal rebuild`,
    },
  ])
}
