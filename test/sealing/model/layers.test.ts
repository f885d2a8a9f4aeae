import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, it } from "vitest"
import { pendingOf } from "../../../src/actors/Planner.ts"
import * as VirtualTime from "../../../src/actors/time/VirtualTime.ts"
import { defaultConfig } from "../../../src/sealing/Config.ts"
import { layerModel, ModelledSealing } from "../../../src/sealing/model/layers.ts"
import { clockScheduler } from "../../../src/sealing/model/Scheduler.ts"
import { zeroSector, type Sector } from "../../../src/sealing/Sector.ts"
import type { SectorEvent } from "../../../src/sealing/events/SectorEvent.ts"
import { runEffect } from "../../../src/sealing/stages/runEffect.ts"
import { stageOf } from "../../../src/sealing/stages/index.ts"
import { isIdle } from "../../../src/sealing/stages/Stage.ts"
import { planSector } from "../../../src/sealing/transitions/corrections.ts"
import { make, plainDurations, start } from "../stages/loop.ts"

/** The smallest fiber driver: plans one event at a time, runs the stage, waits for what is posted when it idles. */
const fiberTrace = (sectors: number, trace: Array<string>) =>
  Effect.gen(function* () {
    const { connect, world } = yield* ModelledSealing
    const plan = planSector(() => Math.floor(world.scheduler.now() / 1000))
    const posted = new Map<number, (event: SectorEvent) => void>()
    connect({
      send: (sector, event) => posted.get(sector)?.(event),
      rest: () => {},
      createSector: () => null,
    })
    const life = (id: number) =>
      Effect.gen(function* () {
        let sector: Sector = zeroSector
        let event: SectorEvent = { _tag: "SectorStartCC", ID: id, SectorType: 8 }
        while (sector.State !== "Proving") {
          sector = plan(pendingOf([event]), sector).state
          trace.push(`${id} ${sector.State} ${(world.scheduler.now() - start) / 1000}`)
          const stage = stageOf(sector.State)!
          const outcome = yield* runEffect(() => stage(sector, { lastLogAt: 0, miner: world.miner }))
          if (!isIdle(outcome)) event = outcome
          else if (sector.State !== "Proving")
            event = yield* Effect.async<SectorEvent>((resume) => {
              posted.set(id, (next) => resume(Effect.succeed(next)))
            })
        }
      })
    yield* Effect.all(
      Array.from({ length: sectors }, (_, index) => life(index + 1)),
      { concurrency: "unbounded" },
    )
  })

const config = defaultConfig("single")

const inVirtualTime = (sectors: number) =>
  VirtualTime.run(
    Effect.gen(function* () {
      const trace: Array<string> = []
      const clock = yield* Clock.clockWith(Effect.succeed)
      yield* fiberTrace(sectors, trace).pipe(
        Effect.provide(
          layerModel({ clock, config: () => config, world: { sealer: { durations: plainDurations } } }),
        ),
      )
      return trace
    }),
    { start },
  )

describe("the modelled world in fibers", () => {
  it("50 sectors leave the traces they leave in the loop", async () => {
    const trace = await inVirtualTime(50)
    const made = make()
    made.pledge(...Array.from({ length: 50 }, (_, index) => index + 1))
    made.loop.run()
    const expected = made.steps.map((step) => `${step.sector} ${step.to} ${step.at}`)
    expect(trace).toHaveLength(600)
    expect([...trace].sort()).toEqual([...expected].sort())
  })

  it("a stage that is interrupted lets go of its wait; the work goes on and is attached to", async () => {
    const seen = await VirtualTime.run(
      Effect.gen(function* () {
        const clock = yield* Clock.clockWith(Effect.succeed)
        return yield* Effect.gen(function* () {
          const { world } = yield* ModelledSealing
          const sector = { ...zeroSector, State: "FinalizeSector", SectorNumber: 1, SectorType: 8 }
          const stage = runEffect(() =>
            stageOf("FinalizeSector")!(sector, { lastLogAt: 0, miner: world.miner }),
          )
          const fiber = yield* Effect.fork(stage)
          yield* Effect.sleep("20 seconds")
          yield* Fiber.interrupt(fiber)
          const running = world.sealer.jobs().map((job) => job.state)
          const outcome = yield* stage
          return { running, outcome: outcome._tag, at: world.scheduler.now() - start }
        }).pipe(
          Effect.provide(
            layerModel({ clock, config: () => config, world: { sealer: { durations: plainDurations } } }),
          ),
        )
      }),
      { start },
    )
    expect(seen).toEqual({ running: ["running"], outcome: "SectorFinalized", at: 60_000 })
  })
})

describe("a scheduler on a Clock", () => {
  it("fires in order of time, then of setting; what is cancelled or past its scope never", async () => {
    const fired = await VirtualTime.run(
      Effect.gen(function* () {
        const clock = yield* Clock.clockWith(Effect.succeed)
        const order: Array<string> = []
        const scheduler = yield* Effect.scoped(
          Effect.gen(function* () {
            const made = yield* clockScheduler(clock)
            const note = (name: string) => () => order.push(`${name} ${made.now() - start}`)
            made.at(start + 2000, note("late"))
            made.at(start + 1000, note("a"))
            made.at(start + 1000, note("b"))
            made.at(start - 5000, note("past"))
            made.cancel(made.at(start + 1500, note("cancelled")))
            made.at(start + 1000, () => made.at(start + 1200, note("from within")))
            made.at(start + 9000, note("after the scope"))
            yield* Effect.sleep("3 seconds")
            return made
          }),
        )
        yield* Effect.sleep("10 seconds")
        expect(scheduler.now()).toBe(start + 13_000)
        return order
      }),
      { start },
    )
    expect(fired).toEqual(["past 0", "a 1000", "b 1000", "from within 1200", "late 2000"])
  })
})
