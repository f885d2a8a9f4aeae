/** Handlers of schedules. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { Links } from "../../snapshot/Links.ts"
import type { Schedule } from "../../snapshot/schedules/Schedule.ts"
import { api } from "../api/Api.ts"
import type { AddSchedule } from "../api/schedules.ts"
import { answering } from "./problems.ts"

const shapeOf = ({ everyMillis, ...rest }: Schedule) => ({ ...rest, every: everyMillis })

const targetOf = ({ link, query, tag }: typeof AddSchedule.Type): Schedule["target"] => {
  if (link !== undefined) return { kind: "link", value: link }
  return tag === undefined ? { kind: "query", value: query! } : { kind: "tag", value: tag }
}

export const schedulesHandlers = HttpApiBuilder.group(api, "schedules", (handlers) =>
  Effect.map(Links, (links) =>
    handlers
      .handle("list", () => Effect.map(links.schedules, (all) => ({ schedules: all.map(shapeOf) })))
      .handle("add", ({ payload }) =>
        Effect.map(
          answering(
            links.addSchedule({
              target: targetOf(payload),
              everyMillis: payload.every ?? null,
              cron: payload.cron ?? null,
            }),
          ),
          (schedule) => ({ schedules: [shapeOf(schedule)] }),
        ),
      )
      .handle("remove", ({ path }) =>
        Effect.as(answering(links.removeSchedule(path.id)), { removed: [path.id] }),
      ),
  ),
)
