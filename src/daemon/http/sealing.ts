/** Handlers of sectors, sealing work, the clock and the machine tables. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { api } from "../api/Api.ts"
import type { MachineKind } from "../api/fsm.ts"
import { machineKinds } from "../api/fsm.ts"
import { Problem } from "../api/Problem.ts"
import type { SectorRecord } from "../api/sectors.ts"
import type { WorldSetting } from "../api/world.ts"
import { splitCommas } from "../api/words.ts"
import { ClockPort } from "./ClockPort.ts"
import { FsmPort } from "./FsmPort.ts"
import { answering } from "./problems.ts"
import type { AutoPledge } from "./SealingPort.ts"
import { SealingPort } from "./SealingPort.ts"

/** 202 while the event still waits behind a busy stage, 200 when it is planned. */
const sent = (record: SectorRecord) =>
  HttpServerResponse.unsafeJson(record, { status: (record.pending ?? []).length > 0 ? 202 : 200 })

export const sectorsHandlers = HttpApiBuilder.group(api, "sectors", (handlers) =>
  Effect.map(SealingPort, (sealing) =>
    handlers
      .handle("list", ({ urlParams: { states, showRemoved } }) =>
        Effect.map(answering(sealing.list(splitCommas(states), showRemoved === true)), (sectors) => ({
          sectors,
        })),
      )
      .handle("pledge", ({ payload }) =>
        Effect.map(answering(sealing.pledge(payload?.count ?? 1)), (sectors) => ({ sectors })),
      )
      .handle("status", ({ path }) => answering(sealing.record(path.n)))
      .handle("log", ({ path }) => Effect.map(answering(sealing.log(path.n)), (log) => ({ log })))
      .handle("send", ({ path, payload: { event, payload, wait } }) =>
        Effect.map(answering(sealing.send(path.n, event, payload, wait === true)), sent),
      )
      .handle("updateState", ({ path, payload }) => answering(sealing.updateState(path.n, payload.state)))
      .handle("terminate", ({ path }) => answering(sealing.terminate(path.n)))
      .handle("seal", ({ path }) => answering(sealing.seal(path.n)))
      .handle("markForUpgrade", ({ path }) => answering(sealing.markForUpgrade(path.n)))
      .handle("remove", ({ path }) => answering(sealing.remove(path.n))),
  ),
)

const autoPledge = ({ enabled, everyMillis }: AutoPledge) => ({ enabled, every: everyMillis })

export const sealingHandlers = HttpApiBuilder.group(api, "sealing", (handlers) =>
  Effect.map(SealingPort, (sealing) =>
    handlers
      .handle("jobs", () => Effect.map(sealing.jobs, (jobs) => ({ simulated: true as const, jobs })))
      .handle("workers", () =>
        Effect.map(sealing.workers, (workers) => ({ simulated: true as const, workers })),
      )
      .handle("autoPledge", () => Effect.map(sealing.autoPledge, autoPledge))
      .handle("setAutoPledge", ({ payload: { enabled, every } }) =>
        Effect.map(
          sealing.setAutoPledge({
            ...(enabled === undefined ? {} : { enabled }),
            ...(every === undefined ? {} : { everyMillis: every }),
          }),
          autoPledge,
        ),
      ),
  ),
)

export const batchingHandlers = HttpApiBuilder.group(api, "batching", (handlers) =>
  Effect.map(SealingPort, (sealing) =>
    handlers
      .handle("pending", ({ path }) => sealing.batching(path.kind))
      .handle("publish", ({ path }) => sealing.publish(path.kind)),
  ),
)

const worldDocument = (settings: ReadonlyArray<WorldSetting>) => ({ simulated: true as const, settings })

export const worldHandlers = HttpApiBuilder.group(api, "world", (handlers) =>
  Effect.map(SealingPort, (sealing) =>
    handlers
      .handle("settings", () => Effect.map(sealing.world, worldDocument))
      .handle("set", ({ payload: { setting, value } }) =>
        Effect.map(answering(sealing.setWorld(setting, value)), worldDocument),
      )
      .handle("pieces", () => Effect.map(sealing.pieces, (pieces) => ({ simulated: true as const, pieces })))
      .handle("addPiece", ({ payload: { wait = true, ...piece } }) =>
        Effect.map(answering(sealing.addPiece(piece, wait)), (added) =>
          HttpServerResponse.unsafeJson(added, { status: added.sector === null ? 202 : 201 }),
        ),
      ),
  ),
)

export const clockHandlers = HttpApiBuilder.group(api, "clock", (handlers) =>
  Effect.map(ClockPort, (clock) =>
    handlers
      .handle("status", () => clock.status)
      .handle("turn", ({ payload: { scale, paused, advance } }) =>
        answering(
          Effect.gen(function* () {
            if (scale !== undefined) yield* clock.scale(scale)
            if (paused !== undefined) yield* paused ? clock.pause : clock.resume
            return yield* advance === undefined ? clock.status : clock.advance(advance)
          }),
        ),
      ),
  ),
)

const isMachineKind = (kind: string): kind is MachineKind =>
  (machineKinds as ReadonlyArray<string>).includes(kind)

export const fsmHandlers = HttpApiBuilder.group(api, "fsm", (handlers) =>
  Effect.map(FsmPort, (fsm) =>
    handlers.handle("table", ({ path: { kind } }) =>
      isMachineKind(kind)
        ? Effect.map(fsm.counts(kind), (counts) => ({ ...fsm.table(kind), counts }))
        : Effect.fail(
            new Problem({
              status: 404,
              code: "no-machine",
              message: `no machine ${kind}: ask for link or sector`,
            }),
          ),
    ),
  ),
)
