/**
 * One restore into a home at a time. The lock is SQLite's on a file beside the home, as the daemon's is in it: the
 * system drops it with the process however that ends, so what lies there unlocked is a dead one's and can be taken away.
 */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { BackupError, systemReason } from "./BackupError.ts"

/** Where a restore writes until its home is whole. */
export const besideOf = (home: string) => `${home}.restoring`
const lockOf = (home: string) => `${home}.restoring.lock`

/** Another one that ends takes its lock file away: ours is then a file without a name, and is taken anew. */
const triesMax = 10

const running = (home: string) =>
  new BackupError({
    code: "restore-running",
    message: `another restore is writing ${home}: wait until it has ended, or end it first`,
  })

const inode = (file: string) =>
  fs.stat(file).then(
    ({ ino }) => ino,
    () => null,
  )

/** Makes the folder with all above it. `mkdir -p` of Node says ENOENT where a disk cannot be written at all. */
export const makeFolder = async (folder: string): Promise<void> => {
  if ((await inode(folder)) !== null) return
  await makeFolder(path.dirname(folder))
  await fs.mkdir(folder, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "EEXIST") return
    throw new BackupError({
      code: "backup-failed",
      message: `the folder ${folder} cannot be made (${systemReason(cause)}): restore to another home with --home`,
    })
  })
}

/** Held until the scope closes; `gone` when the file lost its name while it was taken. */
const take = (home: string) =>
  Effect.gen(function* () {
    const file = lockOf(home)
    yield* Effect.promise(() => fs.writeFile(file, "", { flag: "a", mode: 0o600 }))
    const before = yield* Effect.promise(() => inode(file))
    const sql = yield* SqliteClient.make({ filename: file, disableWAL: true })
    yield* sql`PRAGMA busy_timeout = 0`
    const taken = yield* Effect.isSuccess(sql`BEGIN EXCLUSIVE`)
    if (!taken) return "busy" as const
    const after = yield* Effect.promise(() => inode(file))
    if (after === null || after !== before) return "gone" as const
    // While it is held: a name must not be taken from a lock that somebody else holds by then.
    yield* Effect.addFinalizer(() => Effect.promise(() => fs.rm(file, { force: true })))
    return "held" as const
  })

/** Does the work while no other process restores this home. Rejects with a `BackupError` when one does. */
export const alone = async <A>(home: string, work: () => Promise<A>): Promise<A> => {
  await makeFolder(path.dirname(home))
  // Tried first and outside: its error says why nothing can be written there.
  await fs.writeFile(lockOf(home), "", { flag: "a", mode: 0o600 })
  for (let attempt = 1; attempt <= triesMax; attempt += 1) {
    const done = await Effect.gen(function* () {
      const lock = yield* take(home)
      if (lock !== "held") return lock
      const [outcome] = yield* Effect.promise(() => Promise.allSettled([work()]))
      return outcome
    }).pipe(Effect.scoped, Effect.provide(Reactivity.layer), Effect.runPromise)
    if (done === "gone") continue
    if (done === "busy") break
    if (done.status === "rejected") throw done.reason
    return done.value
  }
  throw running(home)
}
