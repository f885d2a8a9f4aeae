/** Handlers of health and status. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Links } from "../../snapshot/Links.ts"
import { api } from "../api/Api.ts"
import { version } from "../version.ts"
import { ClockPort } from "./ClockPort.ts"
import { SealingPort } from "./SealingPort.ts"

/** Counted states only: a state that nothing is in is not listed. */
const present = (counts: Readonly<Record<string, number | undefined>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter((entry): entry is [string, number] => (entry[1] ?? 0) > 0))

export const statusHandlers = HttpApiBuilder.group(api, "status", (handlers) =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const links = yield* Links
    const sealing = yield* SealingPort
    const clock = yield* ClockPort
    return handlers
      .handle("health", () => Effect.succeed({ status: "ok" as const }))
      .handle("status", () =>
        Effect.all({
          uptimeMillis: Effect.map(Clock.currentTimeMillis, (now) => now - startedAt),
          links: Effect.map(links.counts, present),
          sectors: Effect.map(sealing.counts, present),
          sectorsNeedingOperator: sealing.needsOperator,
          queue: links.queue,
          archive: links.saving,
          clock: clock.status,
          problem: sealing.settingsProblem,
        }).pipe(
          Effect.map(({ problem, ...status }) => ({
            version,
            ...status,
            ...(problem === null ? {} : { config: { error: problem } }),
          })),
        ),
      )
  }),
)
