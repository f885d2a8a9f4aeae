/**
 * Waits until the page has come to rest. One that is quiet is there, unless it shows nothing yet, still waits for an
 * answer or is on its way to another document: such a page has the whole time of the step.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { captureFailure, type CaptureFailure } from "../CaptureFailure.ts"
import type { CapturingPage } from "../Capturing.ts"
import type { PageError } from "../PageWorld.ts"
import type { Exchange } from "../Recording.ts"
import { looksBlank } from "../Verdict.ts"
import { answerConsent, scrollPage } from "./prepare.ts"

const pulseMillis = 60
/** A stream that runs this long holds nobody up any more, and neither does a picture that does not come. */
const patienceMillis = 3_000
/** A page that is left for another more often leads round in a circle. */
const maxDocuments = 12
/** Documents on the way here that are looked at as the first one was. */
const maxLooks = 3
/** Less than this is not worth another look. */
const minLookMillis = 1_000
/** Also a page whose time is up is asked once more. */
const minAnswerMillis = 250

interface Pulse {
  readonly layout: string
  readonly pending: number
}

interface Sight {
  readonly text: string
  readonly pictures: number
  readonly waits: boolean
}

/** Gives null, or why the page was taken as it was. */
export const settle = (
  capturing: CapturingPage,
  limitMillis: number,
): Effect.Effect<string | null, PageError | CaptureFailure> =>
  Effect.gen(function* () {
    const until = (yield* Clock.currentTimeMillis) + limitMillis
    const left = Effect.map(Clock.currentTimeMillis, (now) => Math.max(0, until - now))
    let seen = documents(capturing)
    for (let looks = 0; ; looks++) {
      const isCalm = yield* untilCalm(capturing, left)
      if (!isCalm) return `it did not come to rest within ${limitMillis / 1000} s`
      const now = documents(capturing)
      const millis = yield* left
      if (now === seen || looks >= maxLooks || millis < minLookMillis) return null
      seen = now
      // Another document than the one that was scrolled.
      yield* scrollPage(capturing, millis)
      yield* answerConsent(capturing, millis)
    }
  })

/** How many documents were in the window so far. */
const documents = ({ frameId, recording }: CapturingPage): number =>
  recording.exchanges.filter((e) => e.resourceType === "Document" && e.frameId === frameId).length

/** False when the layout still moved at the end of the time. */
const untilCalm = (
  capturing: CapturingPage,
  left: Effect.Effect<number>,
): Effect.Effect<boolean, PageError | CaptureFailure> =>
  Effect.gen(function* () {
    const { found, recording } = capturing
    // What is still open of a page that did not end is not waited for again.
    const given = new Set(found.partial ? recording.underWay.map(({ id }) => id) : [])
    const ages = new Map<string, number>()
    let before = ""
    for (let waited = 0; ; waited += pulseMillis) {
      if (documents(capturing) > maxDocuments) return yield* Effect.fail(inCircles(capturing))
      const millis = yield* left
      const pulse = yield* look<Pulse>(capturing, "pulse", millis)
      const open = recording.underWay.filter((exchange) => {
        const age = (ages.get(exchange.id) ?? 0) + pulseMillis
        ages.set(exchange.id, age)
        return !given.has(exchange.id) && age < patienceWith(exchange)
      })
      const now = pulse === null ? "" : `${pulse.layout} ${recording.activity}`
      const isStill = now !== "" && now === before && (pulse!.pending === 0 || waited >= patienceMillis)
      // A request that nobody answers, a page that stays empty: it is what it is.
      if (millis === 0) return isStill
      if (isStill && open.length === 0 && !(yield* isStillBlank(capturing, millis))) return true
      before = now
      yield* Effect.sleep(pulseMillis)
    }
  })

/** Streams have no end; anything else is an answer that the page wants to show. */
const patienceWith = ({ mimeType, resourceType }: Exchange): number => {
  if (resourceType === "Ping" || resourceType === "Prefetch") return 0
  const isStream =
    /^(EventSource|Media)$/.test(resourceType) || /^(text\/event-stream|multipart\/)/i.test(mimeType)
  return isStream ? patienceMillis : Infinity
}

const isStillBlank = (capturing: CapturingPage, millis: number): Effect.Effect<boolean, PageError> =>
  capturing.pushed !== null
    ? Effect.succeed(false)
    : Effect.map(
        look<Sight>(capturing, "firstSight", millis),
        (sight) => sight === null || (sight.waits && looksBlank(sight.text, sight.pictures)),
      )

/** Null while the page is between two documents. */
const look = <A>(
  capturing: CapturingPage,
  name: string,
  millis: number,
): Effect.Effect<A | null, PageError> =>
  Effect.catchIf(
    capturing.world.call<A>(capturing.frameId, name, [], Math.max(millis, minAnswerMillis)),
    ({ gone }) => gone,
    () => Effect.succeed(null),
  )

const inCircles = ({ url }: CapturingPage): CaptureFailure =>
  captureFailure(
    "too-many-redirects",
    `${new URL(url).host} leads on from page to page without end: check the address, or give cookies for the host.`,
  )
