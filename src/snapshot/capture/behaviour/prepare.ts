/** Makes the page complete and calm: all of it seen, consent answered, what floats put away, nothing moving. */
import * as Effect from "effect/Effect"
import type { CapturingPage } from "../Capturing.ts"
import type { PageError } from "../PageWorld.ts"

/** Screens that an endless page is followed beyond its first height: more than the screenshot shows. */
const maxGrowthScreens = 25

export const scrollPage = (capturing: CapturingPage, limitMillis: number): Effect.Effect<null, PageError> => {
  const options = { maxHeight: capturing.settings.scrollMaxHeight, maxGrowth: maxGrowthScreens }
  return capturing.world
    .call(capturing.frameId, "scroll", [options], limitMillis)
    .pipe(
      Effect.zipRight(capturing.world.call(capturing.frameId, "wakeImages", [], limitMillis)),
      Effect.as(null),
    )
}

export const answerConsent = (
  capturing: CapturingPage,
  limitMillis: number,
): Effect.Effect<null, PageError> =>
  Effect.gen(function* () {
    const { frameId, settings, world } = capturing
    if (settings.handleConsent) {
      const clicked = yield* world.call<string | null>(frameId, "answerConsent", [], limitMillis)
      // The wall needs a moment to go.
      if (clicked !== null) yield* Effect.sleep(afterClickMillis)
    }
    return null
  })

const afterClickMillis = 400

export const hideOverlays = (
  capturing: CapturingPage,
  limitMillis: number,
): Effect.Effect<null, PageError> =>
  capturing.settings.hideOverlays
    ? Effect.as(capturing.world.call(capturing.frameId, "hideOverlays", [], limitMillis), null)
    : Effect.succeed(null)

const pulseMillis = 60
/** A request that runs this long holds nobody up any more: a stream, a long poll. */
const patienceMillis = 3_000

interface Pulse {
  readonly layout: string
  readonly pending: number
}

/** Waits until layout, pictures, fonts and network have been quiet for two looks in a row. */
export const settle = (capturing: CapturingPage, limitMillis: number): Effect.Effect<null, PageError> =>
  Effect.gen(function* () {
    const { frameId, recording, world } = capturing
    const patience = new Map(
      recording.inFlight.map((id) => [id, capturing.found.partial ? patienceMillis : 0]),
    )
    let before = ""
    for (let waited = 0; ; waited += pulseMillis) {
      const pulse = yield* world.call<Pulse>(frameId, "pulse", [], limitMillis)
      const waiting = recording.inFlight.filter((id) => {
        const seen = (patience.get(id) ?? 0) + pulseMillis
        patience.set(id, seen)
        return seen < patienceMillis
      })
      const pending = waited < patienceMillis ? pulse.pending : 0
      const now = `${pulse.layout} ${recording.activity}`
      if (now === before && waiting.length === 0 && pending === 0) return null
      before = waiting.length === 0 ? now : ""
      yield* Effect.sleep(pulseMillis)
    }
  })
