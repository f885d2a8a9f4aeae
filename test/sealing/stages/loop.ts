/** A pipeline in a plain loop, with what happened and when, for tests. */
import { defaultConfig, type SealingConfig } from "../../../src/sealing/Config.ts"
import type { WorldOptions } from "../../../src/sealing/model/World.ts"
import { SectorLoop } from "../../../src/sealing/stages/SectorLoop.ts"
import { planSector } from "../../../src/sealing/transitions/corrections.ts"

export const start = Date.UTC(2026, 0, 1)

/** Durations that are easy to add up, in milliseconds. */
export const plainDurations = {
  AP: 90_000,
  PC1: 3 * 3_600_000,
  PC2: 24 * 60_000,
  C1: 1000,
  C2: 16 * 60_000,
  FIN: 60_000,
}

export interface Step {
  readonly sector: number
  readonly to: string
  readonly event: string
  /** Seconds since the start. */
  readonly at: number
}

export interface Made {
  readonly loop: SectorLoop
  readonly steps: Array<Step>
  readonly failures: Array<string>
  /** Changes settings from now on. */
  readonly configure: (over: Partial<SealingConfig>) => void
  readonly pledge: (...sectors: ReadonlyArray<number>) => void
  /** Runs for so many seconds. */
  readonly runFor: (seconds: number) => void
  /** The states a sector went through, each with its second. */
  readonly path: (sector?: number) => ReadonlyArray<readonly [string, number]>
  readonly state: (sector?: number) => string | undefined
}

interface Extras {
  readonly saved?: string
  readonly start?: number
  readonly createSector?: () => number | null
  /** Called at each plan with the loop's time. */
  readonly onPlan?: (now: number) => void
}

export const make = (
  over: Partial<SealingConfig> = {},
  world: WorldOptions = {},
  base: "single" | "lotus" = "single",
  { onPlan, ...more }: Extras = {},
): Made => {
  let config = { ...defaultConfig(base), ...over }
  const steps: Array<Step> = []
  const failures: Array<string> = []
  const loop = new SectorLoop({
    planner: planSector,
    config: () => config,
    start,
    world: { ...world, sealer: { durations: plainDurations, ...world.sealer } },
    ...more,
    observe: (sector, planned, now) => {
      onPlan?.(now)
      if (planned.failure !== null) failures.push(`${sector}: ${planned.failure.message}`)
      const event = planned.applied.at(-1)?.event._tag ?? ""
      if (planned.before.State !== planned.state.State || event !== "")
        steps.push({ sector, to: planned.state.State, event, at: (now - start) / 1000 })
    },
  })
  return {
    loop,
    steps,
    failures,
    configure: (changes) => {
      config = { ...config, ...changes }
    },
    pledge: (...sectors) => {
      for (const ID of sectors) loop.send(ID, { _tag: "SectorStartCC", ID, SectorType: 8 })
    },
    runFor: (seconds) => loop.run(loop.driver.now() + seconds * 1000),
    path: (sector = 1) => steps.filter((step) => step.sector === sector).map((step) => [step.to, step.at]),
    state: (sector = 1) => loop.get(sector)?.State,
  }
}
