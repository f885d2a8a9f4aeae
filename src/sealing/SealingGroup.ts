/**
 * The sectors of the miner as machines: one StateGroup with Lotus's planner and its corrections, the stages over the
 * ports as its steps, and Lotus's log. Timers are volatile and nothing resumes by itself: Sealing's start sends
 * SectorRestart, as in Lotus.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Codec from "../actors/Codec.ts"
import type { Change, StepContext } from "../actors/GroupOptions.ts"
import { StateGroup } from "../actors/StateGroup.ts"
import type { StateStore } from "../actors/StateStore.ts"
import type { StoreError } from "../actors/StoreError.ts"
import type { SectorEvent } from "./events/SectorEvent.ts"
import type { MinerStoreApi } from "./MinerStore.ts"
import type { StagePorts } from "./ports/Ports.ts"
import { zeroSector, type Sector } from "./Sector.ts"
import { sectorLog } from "./SectorLog.ts"
import { handlerOf, stateName } from "./SectorState.ts"
import { stageOf } from "./stages/index.ts"
import { runEffect } from "./stages/runEffect.ts"
import { isIdle } from "./stages/Stage.ts"
import { planSector } from "./transitions/corrections.ts"
import type { Waits } from "./Waits.ts"

export type SectorGroup = StateGroup<Sector, SectorEvent>
export type SectorChange = Change<Sector, SectorEvent>

export interface SealingGroupParts {
  readonly clock: Clock.Clock
  readonly store: MinerStoreApi
  readonly waits: Waits
  /** The miner's address. */
  readonly miner: string
  /** Called after each saved plan, in order. */
  readonly observe: (change: SectorChange) => void
}

/** A sector at rest leaves memory after so long, in milliseconds of the world's clock; what comes for it brings it back. */
const idleMillis = 6 * 3_600_000

const inSeconds = (millis: number) => Math.floor(millis / 1000)

/** Lotus's log has whole seconds, and a cooldown counts from what the log says. */
const lastLogAt = (millis: number | null) => (millis === null ? 0 : inSeconds(millis) * 1000)

const stepOf =
  ({ waits, miner }: SealingGroupParts) =>
  (sector: Sector, context: StepContext<SectorEvent>) => {
    const id = Number(context.id)
    const stage = stageOf(sector.State)
    if (stage === null) {
      waits.comesToRest(id, sector.State)
      return null
    }
    waits.clear(id)
    return Effect.flatMap(
      runEffect(
        // Asked for when the step begins: its own plan is in the log then.
        () => stage(sector, { lastLogAt: lastLogAt(context.lastLogAt), miner }),
        (request) => waits.asked(id, request),
      ),
      (outcome) => {
        if (isIdle(outcome)) return Effect.sync(() => waits.rests(id, outcome.why))
        waits.clear(id)
        return context.send(outcome)
      },
    )
  }

/** The group over the store; it stops with the scope. */
export const makeSealingGroup = (
  parts: SealingGroupParts,
): Effect.Effect<SectorGroup, StoreError, StateStore | StagePorts | Scope.Scope> =>
  StateGroup.make<Sector, SectorEvent, StagePorts>({
    kind: "sector",
    planner: planSector(() => inSeconds(parts.clock.unsafeCurrentTimeMillis())),
    initial: () => zeroSector,
    stateName: (sector) => stateName(sector.State),
    stepName: (sector) => handlerOf(sector.State) ?? stateName(sector.State),
    step: stepOf(parts),
    state: Codec.json(),
    event: Codec.json(),
    log: sectorLog,
    project: parts.store.project,
    observe: parts.observe,
    deadLetter: "log",
    clock: parts.clock,
    settings: {
      resume: false,
      durableTimers: false,
      journal: true,
      idleTimeToPassivateMillis: idleMillis,
    },
  })
