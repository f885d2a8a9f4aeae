/** Stands in while the sealing room is being bound. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Links } from "../../snapshot/Links.ts"
import type { Settings } from "../Config.ts"
import { ClockPort } from "../http/ClockPort.ts"
import { FsmPort } from "../http/FsmPort.ts"
import { NoSuchSector, Refused, SealingPort } from "../http/SealingPort.ts"
import { machineTable } from "../machines.ts"

const status = Effect.succeed({
  now: new Date(0).toISOString(),
  epoch: 0,
  mode: "paused" as const,
  scale: 600,
})
const no = (number: number) => Effect.fail(new NoSuchSector({ number }))

export const layerSealingRoom = (_settings: Settings) =>
  Layer.mergeAll(
    Layer.succeed(ClockPort, {
      status,
      advance: () => status,
      scale: () => status,
      pause: status,
      resume: status,
      changes: Stream.never,
    }),
    Layer.effect(
      FsmPort,
      Effect.map(Links, (links) => ({
        table: (kind) => machineTable(kind),
        counts: (kind) =>
          kind === "link"
            ? Effect.map(links.counts, (counts) => counts as Record<string, number>)
            : Effect.succeed({}),
      })),
    ),
    Layer.succeed(SealingPort, {
      pledge: () => Effect.fail(new Refused({ code: "no-sealing", message: "none" })),
      list: () => Effect.succeed([]),
      record: no,
      log: no,
      send: no,
      updateState: no,
      remove: no,
      terminate: no,
      autoPledge: Effect.succeed({ enabled: false, everyMillis: 60000 }),
      setAutoPledge: () => Effect.succeed({ enabled: false, everyMillis: 60000 }),
      jobs: Effect.succeed([]),
      workers: Effect.succeed([]),
      counts: Effect.succeed({}),
    }),
  )
