/**
 * Sectors in a plain loop: the machines of `LoopDriver`, the stages, the batchers, the input table and a modelled world
 * on the loop's own clock. The whole pipeline without a fiber, for the simulator and for tests.
 */
import { LoopDriver } from "../../actors/LoopDriver.ts"
import type { Planned } from "../../actors/MachineCore.ts"
import type { Planner } from "../../actors/Planner.ts"
import type { Batchers } from "../batch/Batchers.ts"
import type { SealingConfig } from "../Config.ts"
import type { SectorEvent } from "../events/SectorEvent.ts"
import type { InputTable } from "../input/InputTable.ts"
import { modelled, type Modelled } from "../model/layers.ts"
import type { World, WorldOptions } from "../model/World.ts"
import type { Ask } from "../ports/ask.ts"
import { zeroSector, type Sector, type SectorNumber } from "../Sector.ts"
import { stageOf } from "./index.ts"
import { runLoop, type Running } from "./runLoop.ts"
import { isIdle, type Outcome, type Why } from "./Stage.ts"

export interface SectorLoopOptions {
  /** Makes the planner; it is given the loop's clock in unix seconds. */
  readonly planner: (now: () => number) => Planner<Sector, SectorEvent>
  /** The settings as they are now. */
  readonly config: () => SealingConfig
  readonly world?: WorldOptions
  /** A saved world to go on with; the loop must start where it stood. */
  readonly saved?: string
  /** The loop's first instant, in milliseconds. */
  readonly start?: number
  /** Called after each plan, before its stage runs. */
  readonly observe?: (sector: SectorNumber, planned: Planned<Sector, SectorEvent>, now: number) => void
  /** Called when a stage ends, with what it came to. */
  readonly ended?: (sector: SectorNumber, state: string, outcome: Outcome, now: number) => void
  /** A piece found no sector: the number of a new one, or null. Without it none is made. */
  readonly createSector?: () => SectorNumber | null
}

interface Stage {
  readonly running: Running | null
  readonly resting: Why | null
}

export class SectorLoop {
  readonly driver: LoopDriver<Sector, SectorEvent>
  readonly world: World
  readonly batchers: Batchers
  readonly input: InputTable
  readonly ask: Ask
  private readonly explain: Modelled["explain"]
  private readonly lastLogAt = new Map<SectorNumber, number>()
  private readonly stages = new Map<SectorNumber, Stage>()
  private readonly stored = new Map<SectorNumber, Sector>()
  private readonly options: SectorLoopOptions

  constructor(options: SectorLoopOptions) {
    this.options = options
    this.driver = new LoopDriver<Sector, SectorEvent>({
      planner: options.planner(() => Math.floor(this.driver.now() / 1000)),
      initial: (id) => this.stored.get(Number(id)) ?? zeroSector,
      step: (id, state, done) => this.step(Number(id), state, done),
      observe: (id, planned, now) => this.observe(Number(id), planned, now),
      ...(options.start === undefined ? {} : { start: options.start }),
    })
    const made = modelled(this.driver, {
      config: options.config,
      ...(options.world === undefined ? {} : { world: options.world }),
      ...(options.saved === undefined ? {} : { saved: options.saved }),
    })
    this.world = made.world
    this.input = made.input
    this.batchers = made.batchers
    this.ask = made.ask
    this.explain = made.explain
    made.connect({
      send: (sector, event, onlyIn) => {
        const state = this.driver.get(sector)?.State ?? ""
        if (onlyIn === null || onlyIn.includes(state)) this.driver.send(sector, event)
      },
      rest: (sector, why) => this.rest(sector, why),
      createSector: () => options.createSector?.() ?? null,
    })
  }

  /** Sends an event to a sector; it is planned when the loop runs. */
  send(sector: SectorNumber, event: SectorEvent): void {
    this.driver.send(sector, event)
  }

  /** Puts a stored sector back; it rests until it is sent something (Sealing's start sends SectorRestart). */
  restore(sector: SectorNumber, record: Sector): void {
    this.stored.set(sector, record)
  }

  get(sector: SectorNumber): Sector | undefined {
    return this.driver.get(sector)
  }

  run(until?: number): void {
    this.driver.run(until)
  }

  /** Why a sector waits or rests; null when nothing is known of it. */
  why(sector: SectorNumber): Why | null {
    const stage = this.stages.get(sector)
    if (stage === undefined) return null
    const waiting = stage.running?.waiting ?? null
    return waiting === null ? stage.resting : this.explain(waiting)
  }

  private step(sector: SectorNumber, record: Sector, done: (event: SectorEvent | null) => void): void {
    const stage = stageOf(record.State)
    if (stage === null) {
      this.stages.delete(sector)
      done(null)
      return
    }
    const context = { lastLogAt: this.lastLogAt.get(sector) ?? 0, miner: this.world.miner }
    let ended = false
    const running = runLoop(stage(record, context), this.ask, (outcome) => {
      ended = true
      this.options.ended?.(sector, record.State, outcome, this.driver.now())
      if (isIdle(outcome)) this.rest(sector, outcome.why)
      else this.stages.delete(sector)
      done(isIdle(outcome) ? null : outcome)
    })
    if (!ended) this.stages.set(sector, { running, resting: null })
  }

  private rest(sector: SectorNumber, why: Why): void {
    this.stages.set(sector, { running: null, resting: why })
  }

  /** The cooldown counts from the last log entry, which has whole seconds, as Lotus's log has. */
  private observe(sector: SectorNumber, planned: Planned<Sector, SectorEvent>, now: number): void {
    const logged =
      planned.failure !== null || planned.applied.some(({ event }) => event._tag !== "SectorRestart")
    if (logged) this.lastLogAt.set(sector, Math.floor(now / 1000) * 1000)
    this.options.observe?.(sector, planned, now)
  }
}
