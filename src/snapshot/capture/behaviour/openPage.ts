/** Goes to the address and waits for the page's `load`; what is wrong with the link shows here. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import {
  captureFailure,
  httpFailure,
  networkFailure,
  type CaptureFailure,
  type FailureCode,
} from "../CaptureFailure.ts"
import { judgeCapture } from "../Verdict.ts"
import type { CapturingPage } from "../Capturing.ts"
import { tooLargeMessage } from "../guard/GuardSession.ts"
import type { PageFacts } from "../inpage/facts.ts"
import { evidenceOf } from "../evidence.ts"
import { retryAfter } from "../retryAfter.ts"
import { withoutUserinfo } from "../userinfo.ts"
import { parseUrl } from "../../parseUrl.ts"

/** A document larger than this is no page, and would take the browser's memory. */
export const maxDocumentBytes = 25_000_000
const watchMillis = 100
const stopMillis = 2_000
/** What the beginning of a page names has this long to come, when the rest of the page does not. */
const afterCutMillis = 3_000
/** A bot challenge answers with one of these; what it shows is worth keeping, with the doubt. */
const challengeStatus: ReadonlySet<number> = new Set([401, 403, 405, 406, 429, 503])

/** The browser takes the link for a download: it is a file, not a page. */
export const isDownload = (failure: CaptureFailure) => failure.code === "not-a-page"

export const openPage = (
  capturing: CapturingPage,
  limitMillis: number,
): Effect.Effect<string | null, CaptureFailure> =>
  Effect.gen(function* () {
    const { found, guard, open, url } = capturing
    const startedAt = yield* Clock.currentTimeMillis
    const response = yield* Effect.tryPromise({
      try: () => open.page.goto(url, { waitUntil: "commit", timeout: limitMillis }),
      catch: (error) => navigationFailure(error, capturing),
    })
    const answered = response?.url() ?? url
    found.finalUrl = withoutUserinfo(answered)
    found.httpStatus = response?.status() ?? 200
    const denied = found.httpStatus >= 400 ? guard.failureOf(answered) : null
    if (denied !== null) return yield* Effect.fail(denied)
    if (found.httpStatus >= 400 && !challengeStatus.has(found.httpStatus)) {
      return yield* Effect.fail(yield* refused(capturing, answered))
    }
    const left = Math.max(1, startedAt + limitMillis - (yield* Clock.currentTimeMillis))
    const loaded = Effect.tryPromise({
      try: () => open.page.waitForLoadState("load", { timeout: left }),
      catch: (error) => error,
    }).pipe(
      Effect.as(null),
      Effect.orElseSucceed(() => "the page did not finish loading in time"),
    )
    const watched = Effect.raceFirst(watchSize(capturing), watchCut(capturing))
    const reason = yield* Effect.raceFirst(loaded, watched)
    // What has not come by now would only disturb what follows.
    if (reason !== null) yield* Effect.ignore(capturing.world.send("Page.stopLoading", {}, stopMillis))
    yield* refuseErrorStatus(capturing, answered)
    return reason
  })

/** Fails when the document outgrows its bound; never succeeds. */
const watchSize = (capturing: CapturingPage): Effect.Effect<never, CaptureFailure> =>
  Effect.gen(function* () {
    for (;;) {
      yield* Effect.sleep(watchMillis)
      const document = capturing.recording.lastDocument(capturing.frameId)
      const cut = capturing.guard.overBudget && document?.finished !== true
      const tooLarge = capturing.pushed === null && (document?.received ?? 0) > maxDocumentBytes
      if (cut)
        return yield* Effect.fail(captureFailure("too-large", tooLargeMessage(capturing.settings.maxBytes)))
      if (tooLarge) {
        const message = `The page is larger than ${maxDocumentBytes / 1_000_000} MB of HTML: it is not kept.`
        return yield* Effect.fail(captureFailure("too-large", message))
      }
    }
  })

/** A document of which the connection broke off half-way: the page has no `load`, and nothing more of it comes. */
const watchCut = (capturing: CapturingPage): Effect.Effect<string> =>
  Effect.gen(function* () {
    const { frameId, recording } = capturing
    for (let waited = 0; ; waited += watchMillis) {
      yield* Effect.sleep(watchMillis)
      const document = recording.lastDocument(frameId)
      const failure = document?.failure ?? null
      const isCut = failure !== null && document!.status !== 0 && !/ERR_(ABORTED|BLOCKED)/.test(failure)
      if (!isCut) waited = 0
      // What it names is still on its way.
      else if (recording.underWay.length === 0 || waited >= afterCutMillis)
        return "the page's server broke off its answer before the end"
    }
  })

/**
 * Scripts may have led elsewhere since the page was opened: the last document in the window counts. Fails when the
 * guard refused it or its server did.
 */
export const checkLastDocument = (capturing: CapturingPage): Effect.Effect<void, CaptureFailure> =>
  Effect.gen(function* () {
    const { found, frameId, guard, recording } = capturing
    const last = recording.lastDocument(frameId)
    if (last === null || last.status === 0) return
    const denied = last.status >= 400 ? guard.failureOf(last.url) : null
    if (denied !== null) return yield* Effect.fail(denied)
    found.httpStatus = last.status
    yield* refuseErrorStatus(capturing, last.url)
  })

/** An error status is a failure, unless the page that comes with it is a bot challenge or a login. */
const refuseErrorStatus = (capturing: CapturingPage, answered: string): Effect.Effect<void, CaptureFailure> =>
  Effect.gen(function* () {
    const { found, frameId, settings, world } = capturing
    if (found.httpStatus < 400) return
    const facts = yield* world
      .call<PageFacts>(frameId, "facts", [], settings.artefactMillis)
      .pipe(Effect.orElseSucceed(() => null))
    if (facts !== null) {
      const { reasons } = judgeCapture(evidenceOf({ ...capturing, found: { ...found, facts } }, null))
      if (reasons.includes("bot challenge") || reasons.includes("login wall")) return
    }
    return yield* Effect.fail(yield* refused(capturing, answered))
  })

/** The failure for the status that the last document came with. */
const refused = (
  { found, frameId, recording }: CapturingPage,
  answered: string,
): Effect.Effect<CaptureFailure> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const headers = recording.lastDocument(frameId)?.responseHeaders ?? []
    const asked = headers.find(([name]) => name.toLowerCase() === "retry-after")?.[1]
    return httpFailure(found.httpStatus, hostOf(answered), retryAfter(asked, now))
  })

const hostOf = (url: string) => parseUrl(url)?.host ?? url

const codes: ReadonlyArray<readonly [RegExp, FailureCode]> = [
  [/ERR_NAME_NOT_RESOLVED/, "unknown-host"],
  [/ERR_CONNECTION_REFUSED/, "connection-refused"],
  [/ERR_(CONNECTION_(RESET|CLOSED|ABORTED)|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/, "connection-reset"],
  [/ERR_(ADDRESS_UNREACHABLE|NETWORK_CHANGED|INTERNET_DISCONNECTED)/, "unreachable"],
  [/ERR_(CONNECTION_TIMED_OUT|TIMED_OUT)|Timeout \d+ms exceeded/, "timeout"],
  [/ERR_TOO_MANY_REDIRECTS/, "too-many-redirects"],
  [/ERR_(CERT|SSL|BAD_SSL)/, "tls-error"],
]

/** What a failed navigation means; the guard knows best what it refused, also at a later hop of redirects. */
const navigationFailure = (error: unknown, capturing: CapturingPage): CaptureFailure => {
  const { frameId, guard, recording, settings, url } = capturing
  const message = error instanceof Error ? error.message : String(error)
  const last = recording.lastDocument(frameId)?.url ?? url
  const denied = guard.failureOf(last)
  if (denied !== null) return denied
  if (guard.overBudget) return captureFailure("too-large", tooLargeMessage(settings.maxBytes))
  if (/Download is starting|ERR_ABORTED/.test(message)) {
    return captureFailure("not-a-page", `${hostOf(last)} sends a file instead of a page.`)
  }
  if (/crash|Target (page, context or browser has been )?closed/i.test(message)) {
    return captureFailure("page-crashed", "The page crashed the browser's tab: it is tried again later.")
  }
  if (/ERR_(UNKNOWN_URL_SCHEME|DISALLOWED_URL_SCHEME|UNSAFE_REDIRECT|BLOCKED_BY_CLIENT)/.test(message)) {
    return captureFailure(
      "blocked-address",
      `Refused: ${withoutUserinfo(last)} leads to an address that is neither http nor https.`,
    )
  }
  const code = codes.find(([pattern]) => pattern.test(message))?.[1] ?? "bad-response"
  return networkFailure(code, hostOf(last))
}
