/**
 * `page.wacz`: the recorded traffic with the page's text and picture, for replay in other tools. Cookies,
 * authorizations and the header lines of the settings, which were sent, are left out: who is given the file must not
 * get in where the capture was logged in.
 * It is written while the picture is taken, which leaves a core idle, and ends with what came meanwhile.
 */
import * as Effect from "effect/Effect"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { openWacz, waczMediaType, type WaczError } from "../../archive/Wacz.ts"
import type { Collection, ExtraRecord, RecordedExchange } from "../../archive/RecordedTraffic.ts"
import type { CapturingPage } from "../Capturing.ts"
import type { Exchange, HeaderList } from "../Recording.ts"
import { guardHeader } from "../guard/GuardSession.ts"
import type { CaptureSettings } from "../Settings.ts"
import { software } from "../software.ts"
import { withoutUserinfo } from "../userinfo.ts"
import { visibleText } from "./article.ts"
import { ArtefactProblem, NotApplicable, type Made } from "./artefact.ts"

/** Starts with what has come; `pictured` ends when the picture was taken and the page loads nothing more. */
export const pageWacz = (
  capturing: CapturingPage,
  pictured: Effect.Effect<void>,
): Effect.Effect<Made, WaczError | ArtefactProblem | NotApplicable> =>
  Effect.gen(function* () {
    if (capturing.pushed !== null)
      return yield* new NotApplicable({
        message: "the page came from a browser as one file: nothing was loaded",
      })
    const folder = join(capturing.scratch, "wacz")
    yield* Effect.tryPromise({
      try: () => mkdir(folder),
      catch: (error) => new ArtefactProblem({ message: `there is no room for it: ${String(error)}` }),
    })
    const text = visibleText(capturing)
    const page = pageOf(capturing)
    const writer = yield* openWacz(collectionOf(capturing, page, text), folder)
    const given = new Set<Exchange>()
    const add = (which: (exchange: Exchange) => boolean) =>
      Effect.gen(function* () {
        const { recording } = capturing
        yield* Effect.promise(() => recording.drained())
        recording.applyWireHeaders()
        const chosen = recording.exchanges.filter((exchange) => !given.has(exchange) && which(exchange))
        for (const exchange of chosen) given.add(exchange)
        yield* writer.add(chosen.map((exchange) => recordedExchange(capturing, exchange)))
      })
    yield* add(({ finished }) => finished)
    yield* pictured
    yield* add(() => true)
    const { path } = yield* writer.finish(extrasOf(capturing, page, text))
    return { mediaType: waczMediaType, content: { path } }
  }).pipe(Effect.scoped)

/** The page is what was asked for; replay follows the redirects that were recorded. */
const pageOf = ({ found, recording, url }: CapturingPage): string =>
  recording.exchanges.find((exchange) => exchange.url === url.split("#")[0])?.url ?? found.finalUrl

const collectionOf = ({ found, takenAt, url }: CapturingPage, page: string, text: string): Collection => {
  const title = found.title ?? found.facts?.title ?? url
  return {
    id: `${url} ${takenAt}`,
    title,
    createdAt: takenAt,
    software,
    pages: [{ url: page, title, ts: takenAt, text }],
  }
}

const secret = /^(cookie|authorization|proxy-authorization)$/i

/** What the settings add to requests is a secret too, whatever its name: a key of an API, as a rule. */
const withoutSecrets = ({ headers: added }: CaptureSettings, headers: HeaderList): HeaderList => {
  const names = new Set(Object.values(added).flatMap((lines) => lowerCase(Object.keys(lines))))
  return headers.filter(([name]) => !secret.test(name) && !names.has(name.toLowerCase()))
}

const lowerCase = (names: ReadonlyArray<string>) => names.map((name) => name.toLowerCase())

/** Where a redirect leads may carry a login. */
const bareLocation = ([name, value]: HeaderList[number]): HeaderList[number] =>
  name.toLowerCase() === "location" ? [name, withoutUserinfo(value)] : [name, value]

/** What the guard answers is no answer of the site: it says why the request did not leave. */
const isRefusal = ({ responseHeaders, status }: Exchange): boolean =>
  status === 0 || responseHeaders.some(([name]) => name.toLowerCase() === guardHeader)

const recordedExchange = (capturing: CapturingPage, exchange: Exchange): RecordedExchange => {
  const { guard } = capturing
  const refusal = isRefusal(exchange) ? guard.refusalOf(exchange.url) : null
  const recorded = answeredExchange(capturing, exchange)
  return refusal === null ? recorded : { ...recorded, status: 0, body: null, failed: refusal }
}

const answeredExchange = ({ recording, settings }: CapturingPage, exchange: Exchange): RecordedExchange => ({
  url: exchange.url,
  method: exchange.method,
  requestHeaders: withoutSecrets(settings, exchange.requestHeaders),
  requestBody: exchange.requestBody,
  status: exchange.status,
  statusText: exchange.statusText,
  responseHeaders: exchange.responseHeaders.map(bareLocation),
  body: exchange.body === null ? null : () => recording.read(exchange),
  startedAt: new Date(exchange.startedAt).toISOString(),
  resourceType: exchange.resourceType,
  protocol: exchange.protocol,
  failed: exchange.failure ?? (exchange.finished ? null : "it had not ended when the capture did"),
  truncated: exchange.truncated || !exchange.finished,
  decodedToUtf8: exchange.decoded,
})

const extrasOf = (
  { found, takenAt }: CapturingPage,
  page: string,
  text: string,
): ReadonlyArray<ExtraRecord> => {
  const picture = found.picture
  const view: ReadonlyArray<ExtraRecord> =
    picture === null
      ? []
      : [{ type: "resource", uri: `urn:view:${page}`, mediaType: "image/jpeg", ts: takenAt, body: picture }]
  const words = Buffer.from(text)
  return [
    ...view,
    { type: "resource", uri: `urn:text:${page}`, mediaType: "text/plain", ts: takenAt, body: words },
  ]
}
