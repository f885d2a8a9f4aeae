/**
 * Run once at start, before any browser: kills what a killed daemon left behind, and empties its scratch folder.
 */
import * as Effect from "effect/Effect"
import { rm } from "node:fs/promises"
import { scratchFolder } from "./launcher.ts"
import { forget, killGroup, livingMembers, readRecords, type BrowserRecord } from "./processGroup.ts"

/** A killed process is gone within milliseconds; one in uninterruptible sleep may take longer. */
const goneMillis = 5_000
const pollMillis = 20

/** Kills every recorded browser group that still lives. Gives the pids of the groups it killed. */
export const reapOrphans = (runDir: string): Effect.Effect<ReadonlyArray<number>> =>
  Effect.gen(function* () {
    const records = yield* Effect.sync(() => readRecords(runDir))
    const alive = records.filter((record) => livingMembers(record).length > 0)
    for (const record of alive) killGroup(record)
    yield* Effect.forEach(alive, untilGone, { concurrency: "unbounded", discard: true })
    for (const record of records) forget(runDir, record)
    yield* Effect.promise(() => rm(scratchFolder(runDir), { recursive: true, force: true, maxRetries: 3 }))
    return alive.map((record) => record.pid)
  })

/** False when a member of the group is still there after five seconds. */
export const untilGone = (record: BrowserRecord): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    for (let waited = 0; waited < goneMillis; waited += pollMillis) {
      if (livingMembers(record).length === 0) return true
      yield* Effect.sleep(pollMillis)
    }
    return false
  })
