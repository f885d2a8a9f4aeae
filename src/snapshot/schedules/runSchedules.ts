/**
 * Runs schedules: a run goes through its links a page at a time, as fast as the queue takes them. Where each is stands
 * in the database, so a stop or a crash goes on where it was; what a stop made it miss is run once.
 */
import { SqlClient } from "@effect/sql/SqlClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { StateStore } from "../../actors/StateStore.ts"
import type { CaptureQueue } from "../CaptureQueue.ts"
import { linksById, list } from "../catalog/Catalog.ts"
import type { Link, LinkPage } from "../Link.ts"
import type { LinkGroup } from "../LinkGroup.ts"
import type { Wake } from "../Wake.ts"
import { allSchedules, nextRun, type ScheduleRow } from "./Schedule.ts"

export interface ScheduleSettings {
  /** Links that one look asks for at most. */
  readonly linksPerTick: number
  /** While this many wait for their capture, no more are asked for. */
  readonly maxWaiting: number
  /** Between two looks while a run is under way, milliseconds. */
  readonly tickMillis: number
}

const defaultScheduleSettings: ScheduleSettings = {
  linksPerTick: 100,
  maxWaiting: 200,
  tickMillis: 5_000,
}

/** Sleeps no longer than this, for clocks are set and machines wake up. */
const longestSleepMillis = 10 * 60_000

/** A cancelled link was stopped by its user; the others that rest can have a new version. */
const wanted = ({ state }: Link) => state === "archived" || state === "doubtful" || state === "failed"

const pageOf = ({ kind, position, target }: ScheduleRow, limit: number) => {
  if (kind === "link")
    return Effect.map(linksById([target]), (links): LinkPage => ({
      links,
      nextCursor: null,
      total: links.length,
    }))
  const cursor = position === "" || position === null ? {} : { cursor: position }
  const page = list({ limit, ...(kind === "tag" ? { tags: [target] } : { query: target }), ...cursor })
  // A query that was understood when it was saved may not be by a later version: then nothing matches.
  return Effect.catchTag(page, "BadRequest", () =>
    Effect.succeed<LinkPage>({ links: [], nextCursor: null, total: 0 }),
  )
}

/** One page of a run; gives how many links were looked at. */
const advance = (row: ScheduleRow, group: LinkGroup, limit: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const store = yield* StateStore
    const { links, nextCursor } = yield* pageOf(row, limit)
    const asked = links.filter(wanted)
    yield* Effect.forEach(asked, ({ id }) => group.sendDurable(id, { _tag: "SnapshotRequested" }), {
      concurrency: "unbounded",
      discard: true,
    })
    yield* store.write(sql`UPDATE schedules SET position = ${nextCursor},
      last_links = last_links + ${asked.length} WHERE id = ${row.id}`)
    return links.length
  })

/** Begins the runs that are due. */
const beginDue = (now: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const store = yield* StateStore
    const due = (yield* allSchedules).filter(({ nextAt, position }) => nextAt <= now && position === null)
    for (const row of due) {
      yield* store.write(sql`UPDATE schedules SET position = '', last_at = ${now}, last_links = 0,
        next_at = ${nextRun(row, now)} WHERE id = ${row.id}`)
    }
  })

/** One look. Gives how long to sleep till the next. */
const tick = (group: LinkGroup, queue: CaptureQueue, settings: ScheduleSettings) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    yield* beginDue(now)
    let left = Math.min(settings.linksPerTick, settings.maxWaiting - queue.status().waiting)
    for (const row of yield* allSchedules) {
      if (row.position === null || left <= 0) continue
      left -= yield* advance(row, group, left)
    }
    const rows = yield* allSchedules
    if (rows.some(({ position }) => position !== null)) return settings.tickMillis
    const next = Math.min(...rows.map(({ nextAt }) => nextAt - now), longestSleepMillis)
    return Math.max(settings.tickMillis, next)
  })

/** Runs for as long as the room does; told when schedules were added. */
export const runSchedules = (
  group: LinkGroup,
  queue: CaptureQueue,
  wake: Wake,
  settings: ScheduleSettings = defaultScheduleSettings,
) =>
  tick(group, queue, settings).pipe(
    Effect.catchAllCause((cause) =>
      Effect.as(Effect.logWarning("schedules could not be looked at", cause), settings.tickMillis),
    ),
    Effect.flatMap((millis) => Effect.timeoutOption(wake.wait, millis)),
    Effect.forever,
  )
