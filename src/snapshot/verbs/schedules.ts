/** Adding, listing and removing schedules. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { readQuery } from "../catalog/selection.ts"
import { checkTags } from "../catalog/Tags.ts"
import type { Links, ScheduleRequest } from "../Links.ts"
import { BadRequest, NotFound } from "../LinkRefusals.ts"
import { allSchedules, checkTiming, nextRun, scheduleOf } from "../schedules/Schedule.ts"
import type { Tools } from "./tools.ts"

/** A user's own; more is a mistake. */
const schedulesMax = 1_000

type Verbs = (typeof Links)["Service"]

/** The target as it is kept; refused when it could never match. */
const checkTarget = (tools: Tools, { target }: ScheduleRequest) =>
  Effect.gen(function* () {
    if (target.kind === "link") yield* tools.find(target.value)
    if (target.kind === "tag") return (yield* checkTags([target.value]))[0]!
    if (target.kind === "query") {
      if ((yield* readQuery(target.value)) === null)
        return yield* new BadRequest({ message: "a query must say what to look for" })
    }
    return target.value
  })

export const scheduleVerbs = (
  tools: Tools,
  changed: () => void,
): Pick<Verbs, "schedules" | "addSchedule" | "removeSchedule"> => {
  const { read, sql, write } = tools
  const schedules = Effect.map(read(allSchedules), (rows) => rows.map(scheduleOf))
  return {
    schedules,
    addSchedule: (request) =>
      Effect.gen(function* () {
        const { cron, everyMillis, target } = request
        const now = yield* Clock.currentTimeMillis
        yield* checkTiming(request, now)
        const value = yield* checkTarget(tools, request)
        if ((yield* schedules).length >= schedulesMax)
          return yield* new BadRequest({ message: `there are ${schedulesMax} schedules: remove one first` })
        const rows = yield* write(sql<{ id: number }>`INSERT INTO schedules
          (kind, target, every_millis, cron, next_at, added_at)
          VALUES (${target.kind}, ${value}, ${everyMillis}, ${cron}, ${nextRun(request, now)}, ${now})
          RETURNING id`)
        changed()
        const id = String(rows[0]!.id)
        return (yield* schedules).find((schedule) => schedule.id === id)!
      }),
    removeSchedule: (id) =>
      Effect.gen(function* () {
        const number = /^\d{1,15}$/.test(id) ? Number(id) : -1
        const rows = yield* write(
          sql<{ id: number }>`DELETE FROM schedules WHERE id = ${number} RETURNING id`,
        )
        if (rows.length === 0) return yield* new NotFound({ what: "schedule", id })
        changed()
      }),
  }
}
