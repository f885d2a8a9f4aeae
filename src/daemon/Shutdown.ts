/**
 * How the daemon stops: one list, whose order is the point. Each step has a reason to be where it is and an end in
 * time; a step that hangs is named in the log and left behind, so that the whole never takes longer than it may.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export interface ShutdownStep {
  readonly name: string
  readonly why: string
  readonly run: Effect.Effect<unknown, unknown>
  /** How much of the time that is left this step may take, 0 to 1. */
  readonly share: number
}

/** What the list puts in order. */
export interface Parts {
  readonly stopListening: Effect.Effect<void>
  readonly endEventStreams: Effect.Effect<unknown>
  readonly requestsDrained: Effect.Effect<void>
  readonly cutConnections: Effect.Effect<void>
  readonly closeServers: Effect.Effect<void>
  readonly closeRooms: Effect.Effect<void>
  readonly withdraw: Effect.Effect<void>
  readonly releaseHome: Effect.Effect<void>
}

/** Kept back from `drainMillis` for the process to end. */
const exitMarginMillis = 300
/** What a step gets although the time is up: files are still removed and locks released. */
const leastStepMillis = 50

export const shutdownSteps = (parts: Parts): ReadonlyArray<ShutdownStep> => [
  {
    name: "stop listening",
    why: "what arrives now could not be finished",
    run: parts.stopListening,
    share: 0.2,
  },
  {
    name: "end event streams",
    why: "they never end by themselves, and the next step waits for all that is open",
    run: parts.endEventStreams,
    share: 0.2,
  },
  {
    name: "drain requests",
    why: "what was accepted gets its answer; half of the time, for the rooms need the rest",
    run: parts.requestsDrained,
    share: 0.5,
  },
  {
    name: "cut connections",
    why: "a slow client must not hold the process",
    run: parts.cutConnections,
    share: 0.2,
  },
  { name: "close servers", why: "nothing may ask a room any more", run: parts.closeServers, share: 0.3 },
  {
    name: "stop the rooms",
    why: "no request can start new work now: captures and stages are interrupted, what waits is stored",
    run: parts.closeRooms,
    share: 0.9,
  },
  {
    name: "withdraw daemon.json and token",
    why: "they say that a daemon runs, which is true until here",
    run: parts.withdraw,
    share: 0.5,
  },
  {
    name: "release the home",
    why: "last: only now may another daemon open the same files",
    run: parts.releaseHome,
    share: 0.9,
  },
]

/** Runs the steps in order, within `drainMillis` altogether. Gives the names of those that were left behind. */
export const runShutdown = (
  steps: ReadonlyArray<ShutdownStep>,
  drainMillis: number,
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const deadline = (yield* Clock.currentTimeMillis) + drainMillis - exitMarginMillis
    const leftBehind: Array<string> = []
    for (const { name, run, share } of steps) {
      const left = deadline - (yield* Clock.currentTimeMillis)
      const limit = Duration.millis(Math.max(leastStepMillis, left * share))
      const done = yield* run.pipe(
        Effect.as(true),
        Effect.catchAllCause((cause) => Effect.as(Effect.logError(`shutdown: ${name} failed`, cause), true)),
        Effect.disconnect,
        Effect.timeoutTo({ duration: limit, onSuccess: (finished) => finished, onTimeout: () => false }),
      )
      if (done) continue
      leftBehind.push(name)
      yield* Effect.logWarning(`shutdown: ${name} did not end in time and is left behind`)
    }
    return leftBehind
  })
