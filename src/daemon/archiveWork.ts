/**
 * What a user does to an archive without a daemon: re-reading every byte of it, and making the database anew from its
 * files. Rebuilding takes the home as a daemon does, and the database that was there stays beside the new one.
 */
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { existsSync, linkSync, copyFileSync, renameSync, rmSync } from "node:fs"
import { layerSql } from "../actors/sql/SqlStore.ts"
import { ContentStore } from "../snapshot/archive/ContentStore.ts"
import { Drafts } from "../snapshot/archive/Drafts.ts"
import { ManifestStore } from "../snapshot/archive/ManifestStore.ts"
import { saving, type Saving } from "../snapshot/archive/saving.ts"
import { verify, type Verification } from "../snapshot/archive/verify.ts"
import { rebuildLinks, type Rebuilt } from "../snapshot/Rebuild.ts"
import { restoreSchedules } from "../snapshot/schedules/scheduleFile.ts"
import { copyOtherRooms } from "./copyOtherRooms.ts"
import { openHome } from "./Home.ts"
import { missingManifests } from "./namedSnapshots.ts"
import { databaseFile, layerDatabaseFile } from "./Sql.ts"

const reading = (home: string) =>
  Layer.merge(ManifestStore.layer, Drafts.layer).pipe(Layer.provideMerge(ContentStore.layerReading({ home })))

/** Re-reads the archive, or what one link has in it; null when there is no such link. */
export const verifyArchive = (home: string, id: string | undefined): Promise<Verification | null> =>
  Effect.gen(function* () {
    const missing = yield* Effect.promise(() => missingManifests(home, id))
    if (id !== undefined && missing.length === 0) {
      const manifests = yield* ManifestStore
      const known = [...(yield* manifests.links), ...(yield* manifests.linksWithSnapshots)]
      if (!known.includes(id)) return null
    }
    const read = yield* verify(id)
    return { ...read, ok: read.ok && missing.length === 0, damaged: [...read.damaged, ...missing] }
  }).pipe(Effect.provide(reading(home)), Effect.runPromise)

/** What the archive saves; null when it takes longer than that to find out. */
export const measureSaving = (home: string, millis: number): Promise<Saving | null> =>
  Effect.runPromise(
    Effect.provide(saving, reading(home)).pipe(
      Effect.timeoutTo({
        duration: millis,
        onSuccess: (found): Saving | null => found,
        onTimeout: () => null,
      }),
    ),
  )

const ends = ["", "-wal", "-shm"]
const removeDatabase = (file: string) => {
  for (const end of ends) rmSync(`${file}${end}`, { force: true })
}

/** The database that is there stays under this name till the next rebuild. */
const keptFile = (home: string) => `${databaseFile(home)}.before-rebuild`

/** Puts the new database in the place of the old one; at every moment one of them is there. */
const replaceDatabase = (home: string, made: string) => {
  const file = databaseFile(home)
  if (existsSync(file)) {
    removeDatabase(keptFile(home))
    for (const end of ends) {
      if (!existsSync(`${file}${end}`)) continue
      try {
        linkSync(`${file}${end}`, `${keptFile(home)}${end}`)
      } catch {
        copyFileSync(`${file}${end}`, `${keptFile(home)}${end}`)
      }
    }
    // A log that belongs to the old database must not be read into the new one.
    for (const end of ["-wal", "-shm"]) rmSync(`${file}${end}`, { force: true })
  }
  renameSync(made, file)
}

/** The links and, where no old database gave them, the schedules. */
const rebuiltRoom = (isTakenOver: boolean) =>
  Effect.gen(function* () {
    const rebuilt = yield* rebuildLinks
    const lost = isTakenOver ? [] : yield* restoreSchedules
    return { ...rebuilt, lost: [...rebuilt.lost, ...lost] }
  })

/**
 * Fails when a daemon runs, or the archive cannot be listed. `isWhole`: nothing of the archive's own files is lost; an
 * old database that cannot be read is what a rebuild is for.
 */
export const rebuildDatabase = (home: string): Promise<Rebuilt & { readonly isWhole: boolean }> =>
  Effect.gen(function* () {
    yield* openHome(home)
    const made = `${databaseFile(home)}.new`
    removeDatabase(made)
    const database = layerDatabaseFile(made)
    // The runtime's tables first: the journal goes on where the old one ended.
    yield* Effect.provide(Effect.void, layerSql.pipe(Layer.provide(database)))
    const isOld = existsSync(databaseFile(home))
    const copied = yield* Effect.provide(copyOtherRooms(databaseFile(home)), database)
    const rebuilt = yield* Effect.provide(
      rebuiltRoom(isOld && copied.length === 0).pipe(
        Effect.tap(() => Effect.flatMap(SqlClient, (sql) => sql.unsafe("pragma wal_checkpoint(truncate)"))),
      ),
      Layer.merge(layerSql, reading(home)).pipe(Layer.provideMerge(database)),
    )
    yield* Effect.sync(() => {
      replaceDatabase(home, made)
      for (const end of ["-wal", "-shm"]) rmSync(`${made}${end}`, { force: true })
    })
    return { ...rebuilt, lost: [...copied, ...rebuilt.lost], isWhole: rebuilt.lost.length === 0 }
  }).pipe(Effect.scoped, Effect.runPromise)
