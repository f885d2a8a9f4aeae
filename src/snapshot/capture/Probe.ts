/**
 * A first look at a link without a browser: is it a page or a file, of what type and size? It asks with GET, because
 * many servers answer HEAD wrongly, and hangs up after the first bytes.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { fileTypeFromBuffer } from "file-type"
import { Browser } from "./Browser.ts"
import { captureFailure, httpFailure, networkFailure, type CaptureFailure } from "./CaptureFailure.ts"
import { atMost } from "./deadline.ts"
import { readCookies } from "./browser/cookiesFile.ts"
import { fetchThrough, type Fetched } from "./fetch.ts"
import { Guard } from "./Guard.ts"
import type { CaptureSettings } from "./Settings.ts"
import { parseUrl } from "../parseUrl.ts"

/** Enough for every signature that `file-type` knows, and for a page to show its encoding. */
const sniffBytes = 32_000
/** A page that trickles shows enough of itself in this time. */
const sniffMillis = 3_000
/** A probe reads one set of headers and some bytes. */
const probeMaxBytes = 2_000_000

export interface ProbeResult {
  readonly kind: "page" | "file"
  /** Where redirects led. */
  readonly finalUrl: string
  readonly status: number
  /** Lower case, without parameters. */
  readonly mediaType: string
  readonly contentLength: number | null
  /** What to read the page in when neither the server nor the page says; null when one does, or nobody can tell. */
  readonly charset?: string | null
}

export const pageAccept =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

const pageTypes: ReadonlySet<string> = new Set(["text/html", "application/xhtml+xml"])

/** A status that sites give to programs and not to browsers: the browser has the last word. */
const browserDecides: ReadonlySet<number> = new Set([401, 403, 405, 406, 429, 503])

/** Fails when there is nothing to capture. Takes at most `probeMillis`. */
export const probe = (
  url: string,
  settings: CaptureSettings,
): Effect.Effect<ProbeResult, CaptureFailure, Browser | Guard> =>
  Effect.gen(function* () {
    const guard = yield* Effect.flatMap(Guard, (service) =>
      service.open(Math.min(settings.maxBytes, probeMaxBytes)),
    )
    const userAgent = yield* Effect.flatMap(Browser, (browser) => browser.userAgent)
    const cookies = yield* readCookies(settings)
    const nowSeconds = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const parsed = yield* checkUrl(url)
    const answer = yield* fetchThrough(parsed.href, {
      guard,
      settings,
      userAgent,
      cookies,
      nowSeconds,
      accept: pageAccept,
    })
    return yield* decide(answer, settings)
  }).pipe(
    Effect.scoped,
    Effect.timeoutFail({
      duration: settings.probeMillis,
      onTimeout: () => networkFailure("timeout", hostOf(url)),
    }),
  )

const hostOf = (url: string) => parseUrl(url)?.host ?? url

const checkUrl = (url: string): Effect.Effect<URL, CaptureFailure> => {
  const parsed = parseUrl(url)
  return parsed !== null && /^https?:$/.test(parsed.protocol)
    ? Effect.succeed(parsed)
    : Effect.fail(captureFailure("bad-url", `${url} is not an http or https address: check it.`))
}

const decide = (answer: Fetched, settings: CaptureSettings): Effect.Effect<ProbeResult, CaptureFailure> =>
  Effect.gen(function* () {
    const { headers, status, url } = answer
    const length = Number(headers["content-length"] ?? Number.NaN)
    const contentLength = Number.isFinite(length) ? length : null
    const declared = (headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase()
    if (status >= 400) {
      if (!browserDecides.has(status)) return yield* Effect.fail(httpFailure(status, new URL(url).host))
      return { kind: "page", finalUrl: url, status, mediaType: "text/html", contentLength, charset: null }
    }
    if (withoutBody.has(status) || contentLength === 0)
      return yield* Effect.fail(captureFailure("empty-answer", emptyMessage(new URL(url).host, status)))
    const attachment = /^\s*attachment/i.test(headers["content-disposition"] ?? "")
    const head = yield* Effect.cached(firstBytes(answer, sniffBytes))
    const mediaType = yield* typeOf(declared, head)
    const kind = pageTypes.has(mediaType) && !attachment ? "page" : "file"
    if (contentLength !== null && contentLength > settings.maxBytes) {
      return yield* Effect.fail(captureFailure("too-large", sizeMessage(contentLength, settings.maxBytes)))
    }
    const silent = kind === "page" && !/charset=/i.test(headers["content-type"] ?? "")
    const charset = silent ? guessCharset(yield* head) : null
    return { kind, finalUrl: url, status, mediaType, contentLength, charset }
  })

/** These never have a body; Not Modified is an answer to a question that was not asked. */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304])

const emptyMessage = (host: string, status: number) =>
  `${host} answered with nothing (HTTP ${status}): there is nothing to keep at this address.`

const megabytes = (bytes: number) => `${Math.round(bytes / 1_000_000)} MB`

const sizeMessage = (bytes: number, max: number) =>
  `The link is ${megabytes(bytes)}, more than the ${megabytes(max)} allowed: raise maxBytes in the settings to keep it.`

/** The declared type, unless it is one that servers give to what they do not know. */
const typeOf = (declared: string, firstOf: Effect.Effect<Buffer>): Effect.Effect<string> =>
  Effect.gen(function* () {
    const vague = [
      "",
      "application/octet-stream",
      "binary/octet-stream",
      "application/x-download",
      "unknown/unknown",
    ]
    if (!vague.includes(declared)) return declared
    const head = yield* firstOf
    const sniffed = yield* Effect.promise(() => fileTypeFromBuffer(head).catch(() => undefined))
    if (sniffed !== undefined && sniffed.mime !== "application/xml") return sniffed.mime
    if (
      /^\s*(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body|title|script|meta|p|div|h1)\b/i.test(
        head.toString("latin1"),
      )
    )
      return "text/html"
    if (declared === "" && looksLikeText(head)) return "text/plain"
    return "application/octet-stream"
  })

/** UTF-8 when the beginning is, beyond ASCII; what is cut off at the end does not count against it. */
const guessCharset = (head: Buffer): string | null => {
  const ascii = head.toString("latin1")
  const said =
    /^(\xef\xbb\xbf|\xfe\xff|\xff\xfe)/.test(ascii) ||
    /<meta[^>]+charset\s*=/i.test(ascii) ||
    /^\s*<\?xml[^>]+encoding/i.test(ascii)
  const isAscii = !/[\x80-\xff]/.test(ascii)
  if (said || isAscii) return null
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true })
    return "utf-8"
  } catch {
    return null
  }
}

const looksLikeText = (head: Buffer) => head.length > 0 && !head.includes(0)

/** The beginning of the body; what has come by then when more is slow to come. */
const firstBytes = (answer: Fetched, limit: number): Effect.Effect<Buffer> =>
  Effect.suspend(() => {
    const chunks: Array<Buffer> = []
    const read = Effect.tryPromise(async () => {
      let size = 0
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        chunks.push(chunk)
        size += chunk.length
        if (size >= limit) break
      }
    })
    return Effect.map(atMost(Effect.ignore(read), sniffMillis), () => Buffer.concat(chunks))
  })
