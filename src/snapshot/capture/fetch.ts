/**
 * Requests of our own, through the guard and dressed like the browser's: for the probe, favicons and links that are
 * files. Redirects are followed here, hop by hop, so that each goes through the guard and is counted.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ProxyAgent, request, type Dispatcher } from "undici"
import { captureFailure, networkFailure, type CaptureFailure, type FailureCode } from "./CaptureFailure.ts"
import { cookieHeader, type Cookie } from "./browser/cookiesFile.ts"
import type { GuardSession } from "./Guard.ts"
import { tooLargeMessage } from "./guard/GuardSession.ts"
import type { CaptureSettings } from "./Settings.ts"
import { withoutUserinfo } from "./userinfo.ts"
import { parseUrl } from "../parseUrl.ts"

const maxRedirects = 10
const maxHeaderBytes = 64 * 1024

export interface Fetched {
  readonly url: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Destroy or read it: it holds a connection. */
  readonly body: Dispatcher.ResponseData["body"]
}

export interface FetchOptions {
  readonly guard: GuardSession
  readonly settings: CaptureSettings
  readonly userAgent: string
  readonly cookies: ReadonlyArray<Cookie>
  readonly nowSeconds: number
  readonly accept: string
}

const agentOf = (guard: GuardSession) =>
  Effect.acquireRelease(
    Effect.sync(() => new ProxyAgent({ uri: guard.proxyUrl, maxHeaderSize: maxHeaderBytes, allowH2: false })),
    (agent) => Effect.promise(() => agent.destroy().catch(() => undefined)),
  )

/** The answer after redirects, whatever its status; the body is not read yet. Open as long as the scope is. */
export const fetchThrough = (
  url: string,
  options: FetchOptions,
): Effect.Effect<Fetched, CaptureFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const agent = yield* agentOf(options.guard)
    let current = url
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const parsed = new URL(current)
      if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
        return yield* Effect.fail(
          captureFailure("blocked-address", `Refused: ${parsed.protocol} is neither http nor https.`),
        )
      }
      const answer = yield* ask(agent, parsed, options)
      const location = answer.headers["location"]
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined
      const next = isRedirect ? parseUrl(location, current) : null
      if (next === null) return answer
      discard(answer.body)
      current = withoutUserinfo(next.href)
    }
    return yield* Effect.fail(networkFailure("too-many-redirects", new URL(url).host))
  })

const ask = (
  agent: ProxyAgent,
  url: URL,
  options: FetchOptions,
): Effect.Effect<Fetched, CaptureFailure, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    restore(
      Effect.tryPromise({
        try: (signal) => request(url, { dispatcher: agent, signal, headers: headersFor(url, options) }),
        catch: (error) => failureOf(error, url, options.guard),
      }),
    ).pipe(
      Effect.tap(({ body }) => Effect.addFinalizer(() => Effect.sync(() => discard(body)))),
      Effect.map(({ body, headers, statusCode }) => ({
        url: url.href,
        status: statusCode,
        headers: flat(headers),
        body,
      })),
    ),
  )

const discard = (body: Fetched["body"]) => {
  body.on("error", () => undefined)
  body.destroy()
}

const flat = (headers: Dispatcher.ResponseData["headers"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  )

const headersFor = (url: URL, options: FetchOptions): Record<string, string> => {
  const cookie = cookieHeader(options.cookies, url, options.nowSeconds)
  return {
    "user-agent": options.settings.userAgent ?? options.userAgent,
    accept: options.accept,
    "accept-language": options.settings.language,
    "accept-encoding": "identity",
    ...(cookie === null ? {} : { cookie }),
    ...extraHeaders(options.settings, url.hostname),
  }
}

/** The header lines that the settings add for the host or a parent of it. */
export const extraHeaders = (settings: CaptureSettings, host: string): Readonly<Record<string, string>> =>
  Object.assign(
    {},
    ...Object.entries(settings.headers)
      .filter(([name]) => isHostOrUnder(host, name.toLowerCase()))
      .map(([, headers]) => headers),
  ) as Record<string, string>

const isHostOrUnder = (host: string, parent: string) => host === parent || host.endsWith(`.${parent}`)

/** The hosts that have header lines of their own. */
export const headerHosts = (settings: CaptureSettings): ReadonlyArray<string> =>
  Object.keys(settings.headers).map((name) => name.toLowerCase())

/** What an error of undici means; the guard knows better than the error when it refused something itself. */
export const failureOf = (error: unknown, url: URL, guard: GuardSession): CaptureFailure => {
  const known = guard.failureOf(url.href)
  if (known !== null) return known
  if (guard.overBudget) return captureFailure("too-large", tooLargeMessage(guard.maxBytes))
  return networkFailure(codeOf(error), url.host)
}

const codeOf = (error: unknown): FailureCode => {
  const { code, cause, message } = (error ?? {}) as { code?: string; cause?: unknown; message?: string }
  const text = `${code ?? ""} ${message ?? ""}`
  if (/CERT|TLS|SSL|SELF_SIGNED|LEAF_SIGNATURE|ALTNAME/i.test(text)) return "tls-error"
  if (/TIMEOUT/i.test(text)) return "timeout"
  if (/HPE_|parse/i.test(text)) return "bad-response"
  return cause !== undefined && cause !== error ? codeOf(cause) : "connection-reset"
}
