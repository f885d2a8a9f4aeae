/** The ports that need no outside: time, on any scheduler. */
import type { Scheduler } from "../model/Scheduler.ts"
import type { AskOf } from "../ports/ask.ts"
import type { TimeVerbs } from "../ports/Time.ts"

/** Answers `Now` and `SleepUntil` from a scheduler. */
export const timePort =
  (scheduler: Scheduler): AskOf<TimeVerbs> =>
  (request, reply) => {
    const now = scheduler.now()
    if (request._tag === "Now" || request.at <= now) {
      reply(request._tag === "Now" ? now : null)
      return null
    }
    const timer = scheduler.at(request.at, () => reply(null))
    return () => scheduler.cancel(timer)
  }
