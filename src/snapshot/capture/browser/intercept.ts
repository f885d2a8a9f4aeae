/**
 * What we change in the browser's own traffic: header lines of the settings are added to requests for their hosts, and
 * documents that name no encoding get the one that the probe found, for Chromium would take Western European. Both go
 * through one listener, because a session has one set of patterns. Nothing is paused when there is nothing to change.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import type { CDPSession } from "playwright"
import { atMost } from "../deadline.ts"
import { parseUrl } from "../../parseUrl.ts"

export interface Interception {
  /** What to read documents in that do not say; null leaves them alone. */
  readonly charset: string | null
  /** The address of a document that says something else, which is known to be wrong; null: none is. */
  readonly misread: string | null
  /** How long to wait for the end of such a document before what has come is taken for all, milliseconds. */
  readonly documentMillis: number
  /** Bytes of such a document that are waited for. */
  readonly maxDocumentBytes: number
  /** Lines to add to a request for the host. */
  readonly headersFor: (host: string) => Readonly<Record<string, string>>
  /** Hosts that get lines, so that other requests are not paused; a host stands for its subdomains too. */
  readonly headerHosts: ReadonlyArray<string>
  /** Told when a document was cut. */
  readonly cut: () => void
}

interface HeaderLine {
  readonly name: string
  readonly value: string
}

interface Paused {
  readonly requestId: string
  readonly request: { readonly url: string; readonly headers: Readonly<Record<string, string>> }
  readonly responseHeaders?: ReadonlyArray<HeaderLine>
  readonly responseStatusCode?: number
  readonly responseErrorReason?: string
}

/** A read is answered when all it asks for is there, so what is lost of a document that never ends is less than one. */
const firstReadBytes = 500
const firstReads = 100
const laterReadBytes = 64_000
/** Reads under way at once; one at a time would take long. */
const maxReads = 20
/** What describes the bytes on the wire and not the body we hand over. */
const ofTheWire = /^(content-length|content-encoding|transfer-encoding|content-type)$/i

/** Resolves when the page's requests are watched. */
export const intercept = (cdp: CDPSession, options: Interception): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const patterns = [
      // Loose here, judged exactly below.
      ...options.headerHosts.map((host) => ({ urlPattern: `*${host}*`, requestStage: "Request" as const })),
      ...(options.charset === null
        ? []
        : [{ resourceType: "Document" as const, requestStage: "Response" as const }]),
    ]
    if (patterns.length === 0) return
    const run = Runtime.runFork(yield* Effect.runtime())
    cdp.on("Fetch.requestPaused", (event) => {
      const isResponse = event.responseStatusCode !== undefined || event.responseErrorReason !== undefined
      const work = isResponse ? answer(cdp, event, options) : ask(cdp, event, options)
      // A page that is closed meanwhile has nothing left to answer; one that is not gets its answer from the network.
      const goOn = Effect.ignore(send(cdp, "Fetch.continueRequest", { requestId: event.requestId }))
      run(Effect.catchAll(work, () => goOn))
    })
    yield* send(cdp, "Fetch.enable", { patterns })
  })

const send = (cdp: CDPSession, method: string, params: object) =>
  Effect.tryPromise(() =>
    (cdp.send as (method: string, params: object) => Promise<Record<string, unknown>>)(method, params),
  )

/** A request with what belongs to its host. Each hop of a redirect comes here anew, so nothing is carried elsewhere. */
const ask = (cdp: CDPSession, { request, requestId }: Paused, { headersFor }: Interception) => {
  const host = parseUrl(request.url)?.hostname ?? ""
  const added = Object.entries(headersFor(host))
  if (added.length === 0) return send(cdp, "Fetch.continueRequest", { requestId })
  const names = new Set(added.map(([name]) => name.toLowerCase()))
  const kept = Object.entries(request.headers).filter(([name]) => !names.has(name.toLowerCase()))
  const headers = [...kept, ...added].map(([name, value]) => ({ name, value }))
  return send(cdp, "Fetch.continueRequest", { requestId, headers })
}

/** A document with its encoding. Chromium looks at a changed header only when it is given the body anew as well. */
const answer = (cdp: CDPSession, event: Paused, options: Interception) =>
  Effect.gen(function* () {
    const { requestId, responseHeaders: headers = [], responseStatusCode: responseCode } = event
    const type = headers.find(({ name }) => name.toLowerCase() === "content-type")?.value ?? ""
    const isWrong = event.request.url === options.misread && /^text\/html\b/i.test(type)
    const silent = isWrong || /^text\/html\s*;?\s*$/i.test(type)
    const isRedirect = responseCode === undefined || (responseCode >= 300 && responseCode < 400)
    if (!silent || isRedirect) return void (yield* send(cdp, "Fetch.continueRequest", { requestId }))
    const { body, ended } = yield* readBody(cdp, requestId, options)
    if (!ended) options.cut()
    const responseHeaders = [
      ...headers.filter(({ name }) => !ofTheWire.test(name)),
      { name: "Content-Type", value: `text/html; charset=${options.charset}` },
    ]
    yield* send(cdp, "Fetch.fulfillRequest", {
      requestId,
      responseCode,
      responseHeaders,
      body: body.toString("base64"),
    })
  })

/** What comes of the body till it ends, or till there was enough of it. */
const readBody = (cdp: CDPSession, requestId: string, options: Interception) =>
  Effect.gen(function* () {
    const chunks: Array<Buffer> = []
    let [size, ended] = [0, false]
    const { stream: handle } = yield* send(cdp, "Fetch.takeResponseBodyAsStream", { requestId })
    let asked = 0
    const read = Effect.suspend(() =>
      send(cdp, "IO.read", { handle, size: asked++ < firstReads ? firstReadBytes : laterReadBytes }),
    ).pipe(Effect.fork)
    const reads = yield* Effect.replicateEffect(read, maxReads)
    const until = (yield* Clock.currentTimeMillis) + options.documentMillis
    while (!ended && size <= options.maxDocumentBytes) {
      const left = until - (yield* Clock.currentTimeMillis)
      const next = left > 0 ? yield* atMost(Fiber.join(reads.shift()!), left) : Option.none()
      if (Option.isNone(next)) break
      const { base64Encoded, data, eof } = next.value
      const bytes = Buffer.from(data as string, base64Encoded === true ? "base64" : "utf8")
      chunks.push(bytes)
      size += bytes.length
      ended = eof === true
      if (!ended) reads.push(yield* read)
    }
    return { body: Buffer.concat(chunks), ended }
  })
