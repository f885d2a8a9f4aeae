/** A miner in virtual time over stores in memory: what it does can be read as a list of steps, exact to the epoch. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { layerMemory, MemoryShelves } from "../../../src/actors/memoryStore.ts"
import { run } from "../../../src/actors/time/VirtualTime.ts"
import { sealingConfig, type ConfigBase, type SealingConfig } from "../../../src/sealing/Config.ts"
import { MinerMemory, MinerStore } from "../../../src/sealing/MinerStore.ts"
import type { WorkRequest } from "../../../src/sealing/model/tasks.ts"
import { taskOf } from "../../../src/sealing/model/tasks.ts"
import type { WorldOptions } from "../../../src/sealing/model/World.ts"
import { makeSealing, type SealingApi } from "../../../src/sealing/Sealing.ts"
import type { SectorChange } from "../../../src/sealing/SealingGroup.ts"
import { WorldTime } from "../../../src/sealing/WorldTime.ts"

export const GiB = 2 ** 30
/** 2024-01-01T00:00:00Z, the first millisecond of an epoch. */
export const start = Date.UTC(2024, 0, 1)
export const startEpoch = 3_525_360
export const epochMillis = 30_000
export const minutes = (count: number) => count * 60_000
export const hours = (count: number) => count * 3_600_000
export const days = (count: number) => count * 86_400_000

/** Work that takes whole epochs: AP 1 min, PC1 3 h, PC2 24 min, C1 30 s, C2 16 min, FIN 1 min. */
const roundDurations: Record<string, number> = {
  AP: minutes(1),
  PC1: hours(3),
  PC2: minutes(24),
  C1: 30_000,
  C2: minutes(16),
  FIN: minutes(1),
}

/** One saved plan. */
export interface Step {
  readonly sector: number
  /** Epochs since the start, a fraction when it is not on a boundary. */
  readonly epoch: number
  readonly from: string
  readonly to: string
  readonly events: ReadonlyArray<string>
  readonly failure: string | null
}

export interface MinerOptions {
  readonly base?: ConfigBase
  readonly config?: Record<string, unknown>
  readonly world?: WorldOptions
  /** The model's published durations instead of round ones; work is not noted. */
  readonly published?: boolean
  /** Keeps no steps: for runs of thousands of sectors. */
  readonly silent?: boolean
  readonly observe?: (change: SectorChange) => void
}

/** A miner that can be stopped and started again over the same stores. */
export class TestMiner {
  readonly steps: Array<Step> = []
  /** Work that was begun: `PC1 0` is PreCommit1 of sector 0. */
  readonly work: Array<string> = []
  config: SealingConfig
  private sealing: SealingApi | null = null
  private scope: Scope.CloseableScope | null = null
  private readonly shelves = new MemoryShelves()
  private readonly memory = new MinerMemory()
  private readonly options: MinerOptions

  constructor(options: MinerOptions) {
    this.options = options
    this.config = this.decode({})
  }

  private decode(overrides: Record<string, unknown>): SealingConfig {
    const decoded = sealingConfig(this.options.base ?? "single", { ...this.options.config, ...overrides })
    if (decoded._tag === "Left") throw decoded.left
    return decoded.right
  }

  /** Writes settings otherwise, as an operator edits the file while the miner runs. */
  set(overrides: Record<string, unknown>): void {
    this.config = this.decode(overrides)
  }

  get api(): SealingApi {
    if (this.sealing === null) throw new Error("the miner is not running")
    return this.sealing
  }

  private readonly duration = (request: WorkRequest): number => {
    const task = taskOf(request)
    this.work.push(`${task} ${request.sector}`)
    return request._tag === "AddPiece"
      ? (roundDurations.AP! * request.size) / (32 * GiB)
      : roundDurations[task]!
  }

  /** Starts the process. */
  readonly begin: Effect.Effect<SealingApi> = Effect.gen(this, function* () {
    const scope = yield* Scope.make()
    const stores = Layer.mergeAll(
      layerMemory(this.shelves),
      MinerStore.layerMemory(this.memory),
      WorldTime.layerCurrent,
    )
    const context = yield* Layer.buildWithScope(stores, scope)
    const { world = {}, observe } = this.options
    const sealing = yield* makeSealing({
      config: () => this.config,
      sectorSize: 32 * GiB,
      world: {
        ...world,
        sealer: {
          ...(this.options.published === true ? {} : { duration: this.duration }),
          ...world.sealer,
        },
      },
      observe: (change) => {
        if (this.options.silent !== true) this.note(change)
        observe?.(change)
      },
    }).pipe(Scope.extend(scope), Effect.provide(context), Effect.orDie)
    this.scope = scope
    this.sealing = sealing
    return sealing
  })

  /** Ends the process: what was not saved is gone. */
  readonly end: Effect.Effect<void> = Effect.suspend(() => {
    const { scope } = this
    this.scope = null
    this.sealing = null
    return scope === null ? Effect.void : Scope.close(scope, Exit.void)
  })

  /** Jobs that run now; none while the process is down. */
  get running(): ReadonlyArray<{ readonly sector: number; readonly task: string }> {
    return this.sealing?.world.sealer.jobs().filter(({ state }) => state === "running") ?? []
  }

  private note({ id, at, from, to, events, failure }: SectorChange): void {
    this.steps.push({
      sector: Number(id),
      epoch: (at - start) / epochMillis,
      from,
      to,
      events: events.map(({ event }) => event._tag),
      failure: failure?.message ?? null,
    })
  }

  /** `epoch state` of a sector, for each state it came into. */
  path(sector: number): ReadonlyArray<string> {
    return this.steps
      .filter((step) => step.sector === sector && step.from !== step.to)
      .map((step) => `${step.epoch} ${step.to}`)
  }

  /** The states that a sector came into, in order. */
  states(sector: number): ReadonlyArray<string> {
    return this.steps.filter((step) => step.sector === sector && step.from !== step.to).map(({ to }) => to)
  }
}

/** Runs a program with a miner in a world of its own. */
export const withMiner = <A>(
  options: MinerOptions,
  program: (miner: TestMiner, sealing: SealingApi) => Effect.Effect<A, unknown>,
): Promise<A> =>
  run(
    Effect.gen(function* () {
      const miner = new TestMiner(options)
      const sealing = yield* miner.begin
      const result = yield* program(miner, sealing)
      yield* miner.end
      return result
    }) as Effect.Effect<A, unknown>,
    { start },
  )
