/** When which links are captured again: the shape of a schedule, its rows, and the time of its next run. */
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Cron } from "croner"
import * as Effect from "effect/Effect"
import { isoTime } from "../catalog/linkRows.ts"
import { BadRequest } from "../LinkRefusals.ts"

export type TargetKind = "link" | "tag" | "query"

export interface Timing {
  /** Milliseconds between two runs; null: by the cron pattern. */
  readonly everyMillis: number | null
  /** Five fields, in the time zone of the machine. */
  readonly cron: string | null
}

export interface Schedule extends Timing {
  readonly id: string
  readonly target: { readonly kind: TargetKind; readonly value: string }
  /** ISO 8601. */
  readonly nextAt: string
  /** When the last run began; null before the first. */
  readonly lastAt: string | null
  /** Links that the last run asked for a new version so far. */
  readonly lastLinks: number
  /** A run is under way. */
  readonly running: boolean
}

export interface ScheduleRow {
  readonly id: number
  readonly kind: TargetKind
  readonly target: string
  readonly everyMillis: number | null
  readonly cron: string | null
  readonly nextAt: number
  readonly lastAt: number | null
  readonly lastLinks: number
  /** Where the run is: empty at its beginning, then a cursor of the list; null when none is under way. */
  readonly position: string | null
}

export const scheduleOf = (row: ScheduleRow): Schedule => ({
  id: String(row.id),
  target: { kind: row.kind, value: row.target },
  everyMillis: row.everyMillis,
  cron: row.cron,
  nextAt: isoTime(row.nextAt),
  lastAt: row.lastAt === null ? null : isoTime(row.lastAt),
  lastLinks: row.lastLinks,
  running: row.position !== null,
})

const minute = 60_000
/** More often is a load on the site that nobody needs. */
const leastEveryMillis = 10 * minute
const mostEveryMillis = 366 * 24 * 60 * minute
/** Runs of a pattern that are looked at for how close they come. */
const lookedAt = 20

const tooOften = "a schedule runs at most every 10 minutes"

const checkCron = (pattern: string, now: number): Effect.Effect<void, BadRequest> => {
  try {
    const runs = new Cron(pattern, { mode: "5-part" }).nextRuns(lookedAt, new Date(now))
    if (runs.length === 0)
      return Effect.fail(new BadRequest({ message: `the pattern ${pattern} never comes true` }))
    const gaps = runs.slice(1).map((run, index) => run.getTime() - runs[index]!.getTime())
    return gaps.some((gap) => gap < leastEveryMillis)
      ? Effect.fail(new BadRequest({ message: tooOften }))
      : Effect.void
  } catch {
    return Effect.fail(
      new BadRequest({ message: `no cron pattern: ${pattern}; write five fields, for example 0 3 * * 1` }),
    )
  }
}

/** Refuses what is neither or both, what comes too often, and what cannot be read. */
export const checkTiming = ({ cron, everyMillis }: Timing, now: number): Effect.Effect<void, BadRequest> => {
  if ((cron === null) === (everyMillis === null))
    return Effect.fail(new BadRequest({ message: "give either every or cron" }))
  if (cron !== null) return checkCron(cron, now)
  if (everyMillis! < leastEveryMillis) return Effect.fail(new BadRequest({ message: tooOften }))
  return everyMillis! > mostEveryMillis
    ? Effect.fail(new BadRequest({ message: "a schedule runs at least once a year" }))
    : Effect.void
}

/** The first run after now; runs that were missed are not made up for. */
export const nextRun = ({ cron, everyMillis }: Timing, now: number): number =>
  cron === null
    ? now + everyMillis!
    : (new Cron(cron, { mode: "5-part" }).nextRun(new Date(now))?.getTime() ?? now + mostEveryMillis)

const columns = `id, kind, target, every_millis AS "everyMillis", cron, next_at AS "nextAt", last_at AS "lastAt",
  last_links AS "lastLinks", position`

/** Oldest first. */
export const allSchedules: Effect.Effect<ReadonlyArray<ScheduleRow>, SqlError, SqlClient> = Effect.flatMap(
  SqlClient,
  (sql) => sql.unsafe<ScheduleRow>(`SELECT ${columns} FROM schedules ORDER BY id`),
)
