/**
 * The folder with all data, held by one daemon at a time. The lock is SQLite's on `<home>/lock`: the system drops it
 * with the process however that ends, so there is no stale lock to judge and no race between two that start at once.
 */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHmac, randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** Another daemon runs on this home. */
export class HomeTaken extends Data.TaggedError("HomeTaken")<{
  readonly home: string
  readonly pid: string
}> {
  override get message() {
    return `a daemon (pid ${this.pid}) already runs on ${this.home}: stop it, or choose another home with --home`
  }
}

/** The folder cannot be made or written. */
export class HomeUnusable extends Data.TaggedError("HomeUnusable")<{
  readonly home: string
  readonly reason: string
}> {
  override get message() {
    return `cannot write to ${this.home} (${this.reason}): give it to this user, or choose another with --home`
  }
}

export interface Home {
  readonly path: string
  /** What a client has to show. The same at every start, so that an open page finds back; new when `secret` is gone. */
  readonly token: string
  /** Writes `daemon.json` and `token`: from here on the daemon can be found. */
  readonly announce: (url: string) => Effect.Effect<void, HomeUnusable>
  /** Takes both away. */
  readonly withdraw: Effect.Effect<void>
}

const privateMode = 0o600
const secretBytes = 32

const reason = (cause: unknown) =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : String(cause)

/** Whole or not at all, also for a reader at the same moment. */
const writeWhole = (file: string, text: string) => {
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, text, { mode: privateMode })
  renameSync(temporary, file)
}

const readOr = <A>(file: string, otherwise: A): string | A => {
  try {
    return readFileSync(file, "utf8").trim()
  } catch {
    return otherwise
  }
}

const attempt = <A>(home: string, work: () => A) =>
  Effect.try({ try: work, catch: (cause) => new HomeUnusable({ home, reason: reason(cause) }) })

/**
 * The folder and those above it. Node 20's own recursive `mkdir` turns round for ever where a folder that is there answers
 * that it is not (below /proc, say).
 */
const makeFolder = (folder: string): void => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another daemon that starts at this moment made it.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

const pidFile = (home: string) => join(home, "lock.pid")

/** Holds SQLite's write lock on an empty database until the scope closes. */
const lock = (home: string) =>
  Effect.gen(function* () {
    // Opening a database throws when the file cannot be made, so that is tried first.
    yield* attempt(home, () => writeFileSync(join(home, "lock"), "", { flag: "a", mode: privateMode }))
    const sql = yield* SqliteClient.make({ filename: join(home, "lock"), disableWAL: true })
    yield* sql`PRAGMA busy_timeout = 0`.pipe(Effect.orDie)
    yield* sql`BEGIN EXCLUSIVE`.pipe(
      Effect.mapError(() => new HomeTaken({ home, pid: readOr(pidFile(home), "unknown") })),
    )
    yield* attempt(home, () => writeWhole(pidFile(home), `${process.pid}\n`))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(pidFile(home), { force: true })))
  }).pipe(Effect.provide(Reactivity.layer))

const loadSecret = (home: string) => {
  const file = join(home, "secret")
  const kept = readOr(file, undefined)
  if (kept !== undefined && kept.length >= secretBytes) return kept
  const fresh = randomBytes(secretBytes).toString("base64url")
  writeWhole(file, `${fresh}\n`)
  return fresh
}

const tokenFrom = (secret: string) =>
  createHmac("sha256", secret).update("linkseal token 1").digest("base64url")

/** Makes the home when it is not there and takes it, until the scope closes. */
export const openHome = (home: string): Effect.Effect<Home, HomeTaken | HomeUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    yield* attempt(home, () => makeFolder(home))
    yield* lock(home)
    const token = yield* attempt(home, () => tokenFrom(loadSecret(home)))
    const [place, tokenFile] = [join(home, "daemon.json"), join(home, "token")]
    const withdraw = Effect.sync(() => {
      rmSync(place, { force: true })
      rmSync(tokenFile, { force: true })
    })
    // What a killed daemon left says that it runs, which it does not.
    yield* withdraw
    return {
      path: home,
      token,
      withdraw,
      announce: (url) =>
        Effect.gen(function* () {
          const startedAt = new Date(yield* Clock.currentTimeMillis).toISOString()
          yield* attempt(home, () => {
            writeWhole(tokenFile, `${token}\n`)
            writeWhole(place, `${JSON.stringify({ url, pid: process.pid, startedAt })}\n`)
          })
        }),
    }
  })
