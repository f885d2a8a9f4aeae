/**
 * The run loop of the miner: at every interval it looks whether auto-pledge is on, and then pledges one sector. It
 * never pledges more than one at a time, is quiet when too many sectors seal, and never stops: what goes wrong is
 * logged, and the next interval tries again.
 */
import * as Effect from "effect/Effect"
import type { StoreError } from "../actors/StoreError.ts"
import { shortestIntervalMillis } from "./clockBounds.ts"
import type { SealingConfig } from "./Config.ts"
import type { MinerStoreApi } from "./MinerStore.ts"
import type { Scheduler } from "./model/Scheduler.ts"
import type { SectorNotCreated } from "./Pledge.ts"
import type { SectorNumber } from "./Sector.ts"
import type { TooManySectorsSealing } from "./Stats.ts"
import type { Hold } from "./WorldTime.ts"

export interface AutoPledgeState {
  readonly enabled: boolean
  readonly everyMillis: number
}

/** How often the settings are looked at while it is off, in milliseconds of the wall's clock. */
const lookWhileOffMillis = 600_000

type Pledge = Effect.Effect<SectorNumber, TooManySectorsSealing | SectorNotCreated>

export class AutoPledge {
  private switched: Partial<AutoPledgeState>
  private lastTick = 0
  /** Set while it runs. */
  private scheduler: Scheduler | null = null
  private wake: (() => void) | null = null
  private readonly store: MinerStoreApi
  private readonly config: () => SealingConfig
  private readonly hold: Hold

  private constructor(
    store: MinerStoreApi,
    config: () => SealingConfig,
    hold: Hold,
    switched: Partial<AutoPledgeState>,
  ) {
    this.store = store
    this.config = config
    this.hold = hold
    this.switched = switched
  }

  /** The switch as it was left; where nobody has touched it, the settings say. */
  static open(
    store: MinerStoreApi,
    config: () => SealingConfig,
    hold: Hold,
  ): Effect.Effect<AutoPledge, StoreError> {
    return Effect.map(store.fact("auto-pledge"), (kept) => {
      const switched = kept === null ? {} : (JSON.parse(kept) as Partial<AutoPledgeState>)
      return new AutoPledge(store, config, hold, switched)
    })
  }

  get state(): AutoPledgeState {
    const config = this.config()
    return {
      enabled: this.switched.enabled ?? config.AutoPledge,
      everyMillis: Math.max(shortestIntervalMillis, this.switched.everyMillis ?? config.AutoPledgeInterval),
    }
  }

  /** Turns the switch or sets the interval; both outlive the process. The interval counts from the last tick. */
  set(change: Partial<AutoPledgeState>): Effect.Effect<AutoPledgeState, StoreError> {
    return Effect.suspend(() => {
      if (!this.state.enabled) this.passTicks()
      this.switched = { ...this.switched, ...change }
      this.wake?.()
      return Effect.as(
        this.hold(this.store.setFact("auto-pledge", JSON.stringify(this.switched))),
        this.state,
      )
    })
  }

  /** Runs for ever on the scheduler's clock. */
  run(pledge: Pledge, scheduler: Scheduler): Effect.Effect<never> {
    let wasOff = false
    const tick = Effect.suspend(() => {
      const { enabled, everyMillis } = this.state
      if (!enabled || wasOff) this.passTicks()
      wasOff = !enabled
      if (!enabled) return this.rest
      const now = scheduler.now()
      const due = this.lastTick + everyMillis
      if (now < due) return this.sleep(scheduler, due)
      this.lastTick = now
      return attempt(pledge)
    })
    this.scheduler = scheduler
    this.lastTick = scheduler.now()
    return Effect.forever(tick)
  }

  /** Lets go of the intervals that went by while it was off: it is on time when it is turned on. */
  private passTicks(): void {
    const { everyMillis } = this.state
    const since = (this.scheduler?.now() ?? this.lastTick) - this.lastTick
    this.lastTick += Math.max(0, Math.ceil(since / everyMillis) - 1) * everyMillis
  }

  /**
   * Until somebody changes the settings; those of the file are looked at again now and then. The world's clock is not
   * asked to wait, so that a world in which nothing happens is turned forward in one step.
   */
  private readonly rest = Effect.raceFirst(
    Effect.sleep(lookWhileOffMillis),
    Effect.async<void>((resume) => {
      this.wake = () => resume(Effect.void)
    }),
  )

  /** Until then, or until somebody changes the settings. */
  private sleep(scheduler: Scheduler, due: number): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const timer = scheduler.at(due, () => resume(Effect.void))
      this.wake = () => {
        scheduler.cancel(timer)
        resume(Effect.void)
      }
      return Effect.sync(() => scheduler.cancel(timer))
    })
  }
}

const attempt = (pledge: Pledge): Effect.Effect<void> =>
  pledge.pipe(
    Effect.asVoid,
    Effect.catchTag("TooManySectorsSealing", () => Effect.void),
    Effect.catchAllCause((cause) => Effect.logError("auto-pledge could not pledge a sector", cause)),
  )
