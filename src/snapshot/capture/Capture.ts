/**
 * The capture of one link, from its probe to its artefacts in the sink. Each step and each artefact has a deadline
 * inside the whole budget; what was captured till then is kept and the result marked `partial`. Interrupting the
 * effect stops everything: closing the browser's context is what makes its promises let go.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { join } from "node:path"
import { ArtefactSink, type SinkError } from "../archive/ArtefactSink.ts"
import { artefactNames, type Artefact } from "../Snapshot.ts"
import { makePageArtefacts } from "./artefacts/makeAll.ts"
import { visibleText } from "./artefacts/article.ts"
import type { CDPSession } from "playwright"
import { isDownload, maxDocumentBytes } from "./behaviour/openPage.ts"
import { Browser } from "./Browser.ts"
import { readCookies } from "./browser/cookiesFile.ts"
import { captureFailure, networkFailure, type CaptureFailure } from "./CaptureFailure.ts"
import { captureFile } from "./captureFile.ts"
import {
  newFindings,
  remaining,
  type Capturing,
  type CapturingPage,
  type Progress,
  type PushedPage,
} from "./Capturing.ts"
import { failed, type CaptureResult } from "./CaptureResult.ts"
import { deadProxy } from "./browser/flags.ts"
import { serveOnly } from "./browser/serveOnly.ts"
import { intercept } from "./browser/intercept.ts"
import { atMost } from "./deadline.ts"
import { evidenceOf } from "./evidence.ts"
import type { Extractor } from "./Extractor.ts"
import { tooLargeMessage } from "./guard/GuardSession.ts"
import { extraHeaders, headerHosts } from "./fetch.ts"
import { adHosts } from "./guard/adHosts.ts"
import { Guard } from "./Guard.ts"
import { encodingOf, isMisread } from "./misread.ts"
import { PageWorld } from "./PageWorld.ts"
import { pageAccept, type ProbeResult } from "./Probe.ts"
import { Recording } from "./Recording.ts"
import { resourcesSha256 } from "./resourcesHash.ts"
import type { CaptureSettings } from "./Settings.ts"
import { pageSteps, type Step } from "./steps.ts"
import { judgeCapture } from "./Verdict.ts"
import { parseUrl } from "../parseUrl.ts"

/** What a step may take beyond its limit to say so itself. */
const graceMillis = 500
/** A page that runs scripts without end does not answer within this. */
const pingMillis = 2_000
/** A blank page, recorded and guarded, is there within this. */
const openMillis = 20_000
/** Beyond the budget, for closing and for the disk; then whatever still runs is left to itself. */
const overrunMillis = 20_000
/** Less than this is not worth a second try. */
const secondTryMillis = 5_000

export interface CaptureOptions {
  /** Characters of text in the last good version, for the verdict. */
  readonly previousTextLength?: number | null
  /** Keeps this page, which a user's browser saved, and asks the network for nothing. */
  readonly pushed?: PushedPage | null
}

/** The renderer is dead or deaf before the page could be read: another try without scripts may still do. */
class Unresponsive extends Data.TaggedError("Unresponsive")<{ readonly failure: CaptureFailure }> {}

/**
 * Captures what the probe found. Fails with a `CaptureFailure` when there is nothing worth keeping, with a `SinkError`
 * when the disk refuses. Holds a browser context for as long as it runs and nothing afterwards.
 */
export const capture = (
  url: string,
  probed: ProbeResult,
  settings: CaptureSettings,
  progress: Progress = () => Effect.void,
  options: CaptureOptions = {},
): Effect.Effect<CaptureResult, CaptureFailure | SinkError, Browser | Guard | ArtefactSink> =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const capturing = yield* prepare(url, probed, settings, startedAt, progress, options.pushed ?? null)
    const { extractor } = yield* Browser
    const file = captureFile(capturing, extractor)
    const page = Effect.as(capturePage(capturing, extractor), null)
    const work =
      probed.kind === "file"
        ? file
        : Effect.catchTag(page, "CaptureFailure", (failure) =>
            isDownload(failure) ? file : Effect.fail(failure),
          )
    const done = yield* atMost(work, settings.captureMillis + overrunMillis)
    if (Option.isNone(done)) return yield* Effect.fail(networkFailure("timeout", new URL(url).host))
    const millis = (yield* Clock.currentTimeMillis) - startedAt
    return conclude(capturing, done.value, options.previousTextLength ?? null, millis)
  }).pipe(Effect.scoped)

const prepare = (
  url: string,
  probed: ProbeResult,
  settings: CaptureSettings,
  startedAt: number,
  progress: Progress,
  pushed: PushedPage | null,
): Effect.Effect<Capturing, CaptureFailure, Browser | Guard | ArtefactSink | Scope.Scope> =>
  Effect.gen(function* () {
    const browser = yield* Browser
    const guard = yield* Effect.flatMap(Guard, (service) => service.open(settings.maxBytes))
    const userAgent = yield* browser.userAgent
    if (settings.blockAds) guard.leaveOut(yield* adHosts([url, probed.finalUrl]))
    const cookies = yield* readCookies(settings)
    const nowSeconds = Math.floor(startedAt / 1000)
    return {
      url,
      charset: probed.charset ?? null,
      misread: null,
      settings,
      takenAt: new Date(startedAt).toISOString(),
      pushed,
      deadline: startedAt + settings.captureMillis,
      guard,
      sink: yield* ArtefactSink,
      scratch: yield* browser.scratch,
      fetchOptions: { guard, settings, userAgent, cookies, nowSeconds, accept: pageAccept },
      found: newFindings(url),
      progress,
    }
  })

/** The page is in another encoding than its server says: it is opened once more, and read in this one. */
class Misread extends Data.TaggedError("Misread")<{ readonly url: string; readonly charset: string }> {}

const capturePage = (capturing: Capturing, extractor: Extractor) =>
  visitRead(capturing, extractor, capturing.pushed === null).pipe(
    Effect.catchTag("Unresponsive", ({ failure }) =>
      Effect.gen(function* () {
        const left = yield* remaining(capturing, capturing.settings.captureMillis)
        if (left < secondTryMillis) return yield* Effect.fail(failure)
        forgetVisit(capturing)
        return yield* visitRead(capturing, extractor, false)
      }),
    ),
    Effect.catchTag("Unresponsive", ({ failure }) => Effect.fail(failure)),
  )

const visitRead = (capturing: Capturing, extractor: Extractor, scripts: boolean) =>
  Effect.scoped(visit(capturing, extractor, scripts)).pipe(
    Effect.catchTag("Misread", ({ charset, url }) => {
      const { partial } = capturing.found
      forgetVisit(capturing)
      capturing.found.partial = partial
      capturing.found.steps.length = 0
      return Effect.scoped(visit({ ...capturing, charset, misread: url }, extractor, scripts))
    }),
    Effect.catchTag("Misread", () => Effect.dieMessage("a page that was read anew is not read a third time")),
  )

/** What a visit that went wrong half-way has found is not what the next one sees. */
const forgetVisit = ({ found }: Capturing): void => {
  found.partial = true
  found.facts = null
  found.tree = null
  found.plainHtml = null
  found.frameText = ""
  found.floatingText = ""
}

/** A capture of which neither the page nor its picture came out is no capture. */
const requireSomething = ({
  found,
  guard,
  settings,
  url,
}: Capturing): Effect.Effect<void, CaptureFailure> => {
  const wanted = (["page.html", "screenshot", "article.txt"] as const).filter(
    (name) => settings.artefacts[name],
  )
  const kept = wanted.some((name) => found.artefacts.get(name)?.status === "ok")
  if (kept || wanted.length === 0 || found.artefacts.get(wanted[0]!)?.status === "skipped") return Effect.void
  return Effect.fail(
    guard.overBudget
      ? captureFailure("too-large", tooLargeMessage(settings.maxBytes))
      : captureFailure(
          "timeout",
          `The page of ${new URL(url).host} kept the browser busy till the time was used up: it is tried again later.`,
        ),
  )
}

/** One visit to the page: the steps, then the artefacts. */
const visit = (
  capturing: Capturing,
  extractor: Extractor,
  scripts: boolean,
): Effect.Effect<void, CaptureFailure | SinkError | Unresponsive | Misread, Browser | Scope.Scope> =>
  Effect.gen(function* () {
    // A renderer that is killed while its page is being made leaves the browser waiting for ever.
    const opened = yield* atMost(openVisit(capturing, scripts), openMillis)
    if (Option.isNone(opened)) return yield* Effect.fail(lost())
    const page = opened.value
    const of = pageSteps.length + 1
    for (const [index, step] of pageSteps.entries()) {
      yield* capturing.progress(step.name, index + 1, of)
      yield* runStep(page, step)
    }
    yield* checkEncoding(page)
    yield* capturing.progress("artefacts", of, of)
    yield* makePageArtefacts(page, extractor)
    yield* requireSomething(capturing)
    const hash = yield* atMost(resourcesSha256(page.recording), capturing.settings.artefactMillis)
    capturing.found.resourcesSha256 = Option.getOrNull(hash)
  })

/** Fails when another visit would read the page better. */
const checkEncoding = (page: CapturingPage): Effect.Effect<void, Misread> =>
  Effect.gen(function* () {
    const { facts } = page.found
    const document = page.recording.lastDocument(page.frameId)
    const isOurs = page.pushed === null && page.misread === null
    if (!isOurs || document === null || facts === null || !isMisread(`${facts.title}\n${facts.text}`)) return
    if ((yield* remaining(page, page.settings.captureMillis)) < secondTryMillis) return
    const bytes = yield* Effect.promise(async () => {
      await page.recording.drained()
      return page.recording.read(document)
    })
    const charset = document.decoded ? null : encodingOf(bytes, facts.language)
    if (charset !== null) yield* new Misread({ url: document.url, charset })
  })

const lost = (): CaptureFailure =>
  captureFailure("browser-crashed", "The browser died during the capture: it is tried again later.")

const openVisit = (
  capturing: Capturing,
  scripts: boolean,
): Effect.Effect<CapturingPage, CaptureFailure, Browser | Scope.Scope> =>
  Effect.gen(function* () {
    const { guard, pushed, scratch, settings } = capturing
    const browser = yield* Browser
    const proxyUrl = pushed === null ? guard.proxyUrl : deadProxy
    const open = yield* browser.open({ proxyUrl, settings, scripts })
    const path = join(scratch, scripts ? "bodies" : "bodies-2")
    const recording = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => Recording.start(open.cdp, path), catch: lost }),
      (started) => Effect.promise(() => started.close().catch(() => undefined)),
    )
    if (pushed !== null)
      yield* Effect.tryPromise({ try: () => serveOnly(open.page, pushed.html), catch: lost })
    const world = new PageWorld(open.cdp, open.lost)
    yield* Effect.tryPromise({ try: () => open.cdp.send("Page.enable"), catch: lost })
    if (pushed === null) yield* Effect.mapError(interception(capturing, open.cdp), lost)
    const root = yield* Effect.mapError(world.frames(settings.navigationMillis), lost)
    return { ...capturing, open, world, recording, frameId: root.id }
  })

/** A document whose end does not come must leave time for what it names. */
const documentShare = 0.5

const interception = ({ charset, found, misread, settings }: Capturing, cdp: CDPSession) =>
  intercept(cdp, {
    charset,
    misread,
    documentMillis: settings.navigationMillis * documentShare,
    maxDocumentBytes,
    headersFor: (host) => extraHeaders(settings, host),
    headerHosts: headerHosts(settings),
    cut: () => void (found.partial = true),
  })

/** Runs a step within its limit and the whole budget, and writes down how it went. */
const runStep = (page: CapturingPage, step: Step): Effect.Effect<void, CaptureFailure | Unresponsive> =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const bytesBefore = page.guard.bytes
    const limit = yield* remaining(page, step.limitMillis(page.settings))
    if (limit === 0 && !step.required) return note(page, step, 0, 0, "the capture's whole time was used up")
    const work = atMost(step.run(page, limit), limit + graceMillis)
    const outcome = yield* Effect.raceFirst(work, page.open.lost).pipe(
      Effect.map(Option.getOrElse(() => `it did not end within ${limit / 1000} s`)),
      Effect.catchTag("PageError", (error) => Effect.succeed(error.message)),
      Effect.catchTag("CaptureFailure", (failure) => Effect.fail(crashed(failure))),
    )
    const millis = (yield* Clock.currentTimeMillis) - startedAt
    note(page, step, millis, page.guard.bytes - bytesBefore, outcome)
    if (outcome !== null) yield* checkAlive(page, step, outcome)
  })

const crashed = (failure: CaptureFailure): CaptureFailure | Unresponsive =>
  failure.code === "page-crashed" ? new Unresponsive({ failure }) : failure

const note = (
  page: CapturingPage,
  step: Step,
  millis: number,
  bytes: number,
  reason: string | null,
): void => {
  page.found.steps.push({ name: step.name, millis, bytes, reason })
  if (reason !== null) page.found.partial = true
}

/** After a step that went badly: is there still somebody at the other end? */
const checkAlive = (
  page: CapturingPage,
  step: Step,
  reason: string,
): Effect.Effect<void, CaptureFailure | Unresponsive> =>
  Effect.gen(function* () {
    const ping = page.world.send("Runtime.evaluate", { expression: "1" }, pingMillis)
    const alive = yield* Effect.match(ping, { onSuccess: () => true, onFailure: () => false })
    const host = parseUrl(page.url)?.host ?? page.url
    if (!alive) {
      const failure = networkFailure("timeout", host)
      return yield* Effect.fail(new Unresponsive({ failure }))
    }
    if (step.name === "open" && page.found.httpStatus === 0)
      return yield* Effect.fail(networkFailure("timeout", host))
    if (step.name === "read" && page.found.tree === null) {
      const cut = page.recording.lastDocument(page.frameId)?.failure ?? null
      return yield* Effect.fail(captureFailure("bad-response", unreadMessage(host, cut, reason)))
    }
  })

/** A document that broke off before its first element leaves scripts nothing to read: the network's word says why. */
const unreadMessage = (host: string, cut: string | null, reason: string): string => {
  if (cut === null) return `The page of ${host} could not be read: ${reason}.`
  const why = cut.includes("CONTENT_DECODING") ? "it is not compressed as it says" : cut
  return `The answer of ${host} could not be read: ${why}. It is tried again later.`
}

const conclude = (
  capturing: Capturing,
  file: { readonly title: string; readonly text: string } | null,
  previousTextLength: number | null,
  millis: number,
): CaptureResult => {
  const { found } = capturing
  const artefacts = artefactNames.map(
    (name): Artefact => found.artefacts.get(name) ?? failed(name, "the capture ended before it"),
  )
  const evidence = evidenceOf(capturing, previousTextLength)
  const original = found.artefacts.get("original")
  return {
    finalUrl: found.finalUrl,
    httpStatus: found.httpStatus,
    title: file?.title ?? titleOf(capturing),
    description: file === null ? (found.description ?? "") : "",
    language: found.facts?.language ?? "",
    text: file?.text ?? visibleText(capturing),
    verdict: file === null ? judgeCapture(evidence) : { kind: "good", reasons: [] },
    artefacts,
    bytes: artefacts.reduce((sum, { bytes }) => sum + bytes, 0),
    millis,
    partial: found.partial || capturing.guard.overBudget,
    steps: found.steps,
    resourcesSha256: original?.status === "ok" ? original.sha256 : found.resourcesSha256,
    links: found.facts?.anchors ?? [],
  }
}

const titleOf = ({ found }: Capturing): string => found.title ?? found.facts?.title ?? ""
