/**
 * The clock of the daemon's sealing world: a scaled clock that can be paused and turned forward, and is kept. While the
 * daemon is down the world stands still; it goes on where it was, and never before anything that was saved, for each
 * save notes its time. Until `begin` the world stands, so that nothing happens while the miner is being put together.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { StoreError } from "../actors/StoreError.ts"
import { ScaledTime, type ScaledState } from "../actors/time/ScaledTime.ts"
import { MinerStore, type MinerStoreApi } from "./MinerStore.ts"
import { WorldTime } from "./WorldTime.ts"

/** How often the time is kept while the world runs and nothing is saved, in milliseconds of the wall's clock. */
const keepEveryMillis = 5_000

/** How far the world is turned at once, in milliseconds of its own clock. */
const longestTurnMillis = 86_400_000

/** World seconds per wall second when nobody has said otherwise: an epoch lasts 50 ms. */
const defaultScale = 600

export interface SealingClockApi {
  readonly state: Effect.Effect<ScaledState>
  /** Turns the world forward, also while it is paused; resolves when it has come to rest at the new time. */
  readonly advance: (millis: number) => Effect.Effect<ScaledState, StoreError>
  /** World seconds per wall second, above 0. */
  readonly setScale: (scale: number) => Effect.Effect<ScaledState, StoreError>
  readonly pause: Effect.Effect<ScaledState, StoreError>
  readonly resume: Effect.Effect<ScaledState, StoreError>
  /** The state after each change of it. */
  readonly changes: Stream.Stream<ScaledState>
  /** The miner is there: the world goes on, unless it was paused. */
  readonly begin: Effect.Effect<void>
}

class KeptClock {
  /** The world is held until `begin`; what it will be then is what is shown and kept. */
  private held = true
  private paused: boolean
  private readonly time: ScaledTime
  private readonly store: MinerStoreApi
  private readonly turning = Effect.unsafeMakeSemaphore(1)

  constructor(time: ScaledTime, store: MinerStoreApi, paused: boolean) {
    this.time = time
    this.store = store
    this.paused = paused
  }

  get now(): ScaledState {
    const { now, scale } = this.time.state
    return { now, scale, paused: this.paused }
  }

  readonly keep: Effect.Effect<ScaledState, StoreError> = Effect.suspend(() => {
    const { now } = this
    return Effect.as(this.store.setClock(now), now)
  })

  private change(run: () => void): Effect.Effect<ScaledState, StoreError> {
    return Effect.suspend(() => {
      run()
      return this.keep
    })
  }

  /** A day at a time, so that a caller who goes away stops it. */
  private turn(millis: number): Effect.Effect<ScaledState, StoreError> {
    return Effect.gen(this, function* () {
      const target = this.time.now() + Math.max(0, millis)
      for (let left = millis; left > 0; left = target - this.time.now()) {
        yield* this.time.advance(Math.min(left, longestTurnMillis))
        yield* this.keep
      }
      return this.now
    })
  }

  readonly api: SealingClockApi = {
    state: Effect.sync(() => this.now),
    advance: (millis) => this.turning.withPermits(1)(this.turn(millis)),
    setScale: (scale) => this.change(() => this.time.setScale(scale)),
    pause: this.change(() => {
      this.paused = true
      this.time.pause()
    }),
    resume: this.change(() => {
      this.paused = false
      if (!this.held) this.time.resume()
    }),
    changes: Stream.suspend(() => this.time.changes),
    begin: Effect.sync(() => {
      this.held = false
      if (!this.paused) this.time.resume()
    }),
  }
}

/** Keeps the time now and then, so that a kill does not take the world far back. */
const keepNowAndThen = (clock: KeptClock) => {
  let kept = clock.now.now
  const once = Effect.suspend(() => {
    if (clock.now.now === kept) return Effect.void
    return Effect.map(clock.keep, ({ now }) => void (kept = now))
  })
  return Effect.forever(
    Effect.zipRight(
      Effect.sleep(keepEveryMillis),
      Effect.catchAll(once, (error) => Effect.logWarning(`the world's time was not kept: ${error.message}`)),
    ),
  )
}

const make = Effect.gen(function* () {
  const store = yield* MinerStore
  const kept = (yield* store.clock) ?? {
    now: yield* Clock.currentTimeMillis,
    scale: defaultScale,
    paused: false,
  }
  const time = new ScaledTime({ now: kept.now, scale: kept.scale, paused: true })
  const clock = new KeptClock(time, store, kept.paused)
  yield* clock.keep
  yield* Effect.addFinalizer(() =>
    Effect.ensuring(
      Effect.catchAll(clock.keep, (error) => Effect.logWarning(error.message)),
      Effect.sync(() => time.close()),
    ),
  )
  yield* Effect.forkScoped(keepNowAndThen(clock))
  return Context.make(SealingClock, clock.api).pipe(
    Context.add(WorldTime, { clock: time.clock, hold: (effect) => time.hold(effect) }),
  )
})

export class SealingClock extends Context.Tag("linkseal/sealing/SealingClock")<
  SealingClock,
  SealingClockApi
>() {
  /** Scaled, kept in the miner's store. Also the time that the miner is given. */
  static readonly layer: Layer.Layer<SealingClock | WorldTime, StoreError, MinerStore> =
    Layer.scopedContext(make)
}
