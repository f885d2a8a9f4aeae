/** Makes the page complete and calm: all of it seen, consent answered, what floats put away. */
import * as Effect from "effect/Effect"
import type { CapturingPage } from "../Capturing.ts"
import { restyledOfWorld, type PageError } from "../PageWorld.ts"

/** Screens that an endless page is followed beyond its first height: more than the screenshot shows. */
const maxGrowthScreens = 25

export const scrollPage = (capturing: CapturingPage, limitMillis: number): Effect.Effect<null, PageError> => {
  const options = { maxHeight: capturing.settings.scrollMaxHeight, maxGrowth: maxGrowthScreens }
  return capturing.world
    .call(capturing.frameId, "scroll", [options], limitMillis)
    .pipe(
      Effect.zipRight(capturing.world.call(capturing.frameId, "wakeImages", [], limitMillis)),
      Effect.as(null),
      wentOn,
    )
}

/** The page went to another document meanwhile: that one is looked at when the page has come to rest. */
const wentOn = (work: Effect.Effect<null, PageError>): Effect.Effect<null, PageError> =>
  Effect.catchIf(
    work,
    ({ gone }) => gone,
    () => Effect.succeed(null),
  )

export const answerConsent = (
  capturing: CapturingPage,
  limitMillis: number,
): Effect.Effect<null, PageError> =>
  Effect.gen(function* () {
    const { frameId, settings, world } = capturing
    let gated = false
    for (const again of settings.handleConsent ? [false, true] : []) {
      const answer = yield* world.call<Answer | null>(frameId, "answerConsent", [again], limitMillis)
      if (answer === null) break
      // The wall needs a moment to go.
      yield* Effect.sleep(afterClickMillis)
      gated = answer.gate
      if (!gated) break
    }
    // Behind a gate is another page than the one that was looked at.
    if (gated) yield* scrollPage(capturing, limitMillis)
    return null
  }).pipe(wentOn)

const afterClickMillis = 400

interface Answer {
  readonly gate: boolean
}

export const hideOverlays = (capturing: CapturingPage, limitMillis: number): Effect.Effect<null, PageError> =>
  Effect.gen(function* () {
    const { found, frameId, settings, world } = capturing
    if (settings.hideOverlays) {
      found.floatingText = yield* world.call<string>(frameId, "hideOverlays", [restyledOfWorld], limitMillis)
    }
    return null
  })
