/**
 * The clock of the daemon's sealing world: a scaled clock that can be paused and turned forward, and is kept. While the
 * daemon is down the world stands still; it goes on where it was, and never before anything that was saved or a reading
 * that was given out: each save notes its time, and no reading is given that the store does not know of. Until `begin` the world stands, so that nothing happens while the miner is being put together.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { StoreError } from "../actors/StoreError.ts"
import { ScaledTime, type ScaledState } from "../actors/time/ScaledTime.ts"
import { advanceProblem, latestWorldMillis, maxScale, minScale, scaleProblem } from "./clockBounds.ts"
import { MinerStore, type MinerStoreApi, type StoredClock } from "./MinerStore.ts"
import { WorldTime } from "./WorldTime.ts"

/** How often the time is kept while the world runs and nothing is saved, in milliseconds of the wall's clock. */
const keepEveryMillis = 5_000

/**
 * A reading is kept so far ahead, in milliseconds of the wall's clock, that those who ask again at once need no write.
 * It is also how far a kill can take the world forward: to the end of what may have been given out.
 */
const givenAheadMillis = 100

/** How far the world is turned at once, in milliseconds of its own clock. */
const longestTurnMillis = 365 * 86_400_000

/** World seconds per wall second when nobody has said otherwise: an epoch lasts 50 ms. */
const defaultScale = 600

/** The clock does not go that fast or that far; it stands as it did. */
export class ClockRefused extends Data.TaggedError("ClockRefused")<{ readonly message: string }> {}

type Turned = Effect.Effect<ScaledState, ClockRefused | StoreError>

/** Each change is in force when it is kept; one that the store refuses leaves the clock as it was. */
export interface SealingClockApi {
  /** A reading that outlives `kill -9`. While the store refuses to keep one it stays at the last that was kept. */
  readonly state: Effect.Effect<ScaledState>
  /**
   * Turns the world forward, at most `maxAdvanceMillis`, also while it is paused; resolves when it has come to rest at
   * the new time.
   */
  readonly advance: (millis: number) => Turned
  /** World seconds per wall second, `minScale` to `maxScale`. */
  readonly setScale: (scale: number) => Turned
  readonly pause: Effect.Effect<ScaledState, StoreError>
  /** Refused at the end of the world, `latestWorldMillis`. */
  readonly resume: Turned
  /** The state after each change of it. */
  readonly changes: Stream.Stream<ScaledState>
  /** The miner is there: the world goes on, unless it was paused. */
  readonly begin: Effect.Effect<void>
}

const ended = new ClockRefused({
  message: "the sealing world ends with the year 199999: its clock goes no further",
})

class KeptClock {
  /** The world is held until `begin`; what it will be then is what is shown and kept. */
  private held = true
  private paused: boolean
  /** The store knows of readings up to here. */
  private givenUntil = 0
  private readonly time: ScaledTime
  private readonly store: MinerStoreApi
  private readonly turning = Effect.unsafeMakeSemaphore(1)
  /** One write at a time, and a change with its write: the last that is kept is what holds. */
  private readonly writing = Effect.unsafeMakeSemaphore(1)

  constructor(time: ScaledTime, store: MinerStoreApi, paused: boolean) {
    this.time = time
    this.store = store
    this.paused = paused
  }

  get now(): ScaledState {
    const { now, scale } = this.time.state
    return { now, scale, paused: this.paused }
  }

  readonly keep: Effect.Effect<ScaledState, StoreError> = this.change(() => ({}))

  /** The clock as it may be given out: never ahead of what the store knows. */
  private get known(): ScaledState {
    const { now } = this
    return now.now <= this.givenUntil ? now : { ...now, now: this.givenUntil }
  }

  /** Writes at most once in `givenAheadMillis`, and not at all while the world stands. */
  private readonly reading: Effect.Effect<ScaledState> = Effect.suspend(() => {
    if (this.now.now <= this.givenUntil) return Effect.succeed(this.now)
    return Effect.catchAll(this.keepReading, (error) =>
      Effect.as(Effect.logWarning(`the world's time was not kept: ${error.message}`), this.known),
    )
  })

  /** Of many who ask at once the first writes. */
  private readonly keepReading: Effect.Effect<ScaledState, StoreError> = Effect.suspend(() =>
    this.change(() => (this.now.now <= this.givenUntil ? null : {})),
  )

  /** How the clock is kept; one that stands is kept to the millisecond, for nothing beyond it was given out. */
  private stored(as: Partial<ScaledState>): StoredClock {
    const clock = { ...this.now, ...as }
    if (clock.paused || this.held) return { ...clock, givenUntil: clock.now }
    const ahead = Math.ceil(clock.now + givenAheadMillis * clock.scale)
    return { ...clock, givenUntil: Math.max(this.givenUntil, ahead) }
  }

  /** The process ends: the world stands, at a time that is kept exactly. */
  readonly end: Effect.Effect<void, StoreError> = Effect.suspend(() => {
    this.held = true
    this.time.pause()
    return this.keep
  })

  /** What cannot be looked at twice is begun before the write; its end says whether that was kept. */
  private change(
    begin: () => {
      readonly as?: Partial<ScaledState>
      readonly kept?: () => void
      readonly lost?: () => void
    } | null,
  ): Effect.Effect<ScaledState, StoreError> {
    const once = Effect.suspend(() => {
      const begun = begin()
      if (begun === null) return Effect.succeed(this.known)
      const { as = {}, kept, lost } = begun
      const stored = this.stored(as)
      return Effect.matchEffect(this.store.setClock(stored), {
        onFailure: (error) =>
          Effect.zipRight(
            Effect.sync(() => lost?.()),
            Effect.fail(error),
          ),
        onSuccess: () =>
          Effect.sync(() => {
            this.givenUntil = stored.givenUntil
            kept?.()
            return this.known
          }),
      })
    })
    return Effect.suspend(() => this.writing.withPermits(1)(Effect.uninterruptible(once)))
  }

  /** So much at a time that a caller who goes away stops it. The store is asked before anything moves. */
  private turn(millis: number): Turned {
    return Effect.gen(this, function* () {
      const problem = advanceProblem(millis)
      if (problem !== null) return yield* new ClockRefused({ message: `a turn ${problem}` })
      const { now } = yield* this.keep
      const target = now + millis
      if (target > latestWorldMillis) return yield* ended
      for (let left = millis; left > 0; left = target - this.time.now())
        yield* this.time.advance(Math.min(left, longestTurnMillis))
      return yield* this.keep
    })
  }

  private readonly setScale = (scale: number): Turned => {
    const problem = scaleProblem(scale)
    return problem === null
      ? this.change(() => ({ as: { scale }, kept: () => this.time.setScale(scale) }))
      : Effect.fail(new ClockRefused({ message: `the scale ${problem}` }))
  }

  /** The world stands from the call on, so that the time which is kept is the time at which it stands. */
  private readonly pause = this.change(() => {
    const before = this.paused
    this.paused = true
    this.time.pause()
    const lost = () => {
      this.paused = before
      if (!before && !this.held) this.time.resume()
    }
    return { lost }
  })

  private readonly resume: Turned = Effect.suspend((): Turned => {
    if (this.time.now() >= latestWorldMillis) return Effect.fail(ended)
    const kept = () => {
      this.paused = false
      if (!this.held) this.time.resume()
    }
    return this.change(() => ({ as: { paused: false }, kept }))
  })

  /** The world stands still at its end. */
  readonly endInTime: Effect.Effect<void, StoreError> = Effect.suspend(() =>
    this.paused || this.time.now() < latestWorldMillis
      ? Effect.void
      : Effect.zipRight(this.pause, Effect.logWarning(ended.message)),
  )

  readonly api: SealingClockApi = {
    state: this.reading,
    advance: (millis) => this.turning.withPermits(1)(this.turn(millis)),
    setScale: this.setScale,
    pause: this.pause,
    resume: this.resume,
    changes: Stream.suspend(() => Stream.mapEffect(this.time.changes, () => this.reading)),
    begin: Effect.sync(() => {
      this.held = false
      if (!this.paused) this.time.resume()
    }),
  }
}

/** A clock as it was kept, within the bounds of today. */
const withinBounds = ({ now, scale, paused }: ScaledState): ScaledState => ({
  now: Math.min(now, latestWorldMillis),
  scale: Math.min(Math.max(scale, minScale), maxScale),
  paused: paused || now >= latestWorldMillis,
})

/** Where a start goes on: not before anything that was given out while the world ran. */
const goesOn = ({ now, scale, paused, givenUntil }: StoredClock): ScaledState =>
  withinBounds({ now: paused ? now : Math.max(now, givenUntil), scale, paused })

/** Keeps the time now and then, so that a kill does not take the world far back. */
const keepNowAndThen = (clock: KeptClock) => {
  let kept = clock.now.now
  const once = Effect.suspend(() => {
    if (clock.now.now === kept) return Effect.void
    return Effect.zipRight(
      clock.endInTime,
      Effect.map(clock.keep, ({ now }) => void (kept = now)),
    )
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
  const stored = yield* store.clock
  const kept: ScaledState =
    stored === null
      ? { now: yield* Clock.currentTimeMillis, scale: defaultScale, paused: false }
      : goesOn(stored)
  const time = new ScaledTime({ now: kept.now, scale: kept.scale, paused: true })
  const clock = new KeptClock(time, store, kept.paused)
  yield* clock.keep
  yield* Effect.addFinalizer(() =>
    Effect.ensuring(
      Effect.catchAll(clock.end, (error) => Effect.logWarning(error.message)),
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
