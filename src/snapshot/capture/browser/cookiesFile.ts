/**
 * Reads a Netscape `cookies.txt`, the format in which browser extensions export a login. Lines that are not seven
 * tab-separated fields are left out.
 */
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"
import { captureFailure, type CaptureFailure } from "../CaptureFailure.ts"
import type { CaptureSettings } from "../Settings.ts"

export interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  /** Unix seconds; -1 for a session cookie. */
  readonly expires: number
}

const httpOnlyPrefix = "#HttpOnly_"

const parseCookiesFile = (text: string): ReadonlyArray<Cookie> =>
  text.split(/\r?\n/).flatMap((line) => {
    const httpOnly = line.startsWith(httpOnlyPrefix)
    if (line.startsWith("#") && !httpOnly) return []
    const fields = (httpOnly ? line.slice(httpOnlyPrefix.length) : line).split("\t")
    if (fields.length !== 7) return []
    const [host, subdomains, path, secure, expires, name, value] = fields as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    const bare = host.replace(/^\./, "")
    const seconds = Number(expires)
    return [
      {
        name,
        value,
        domain: subdomains.toUpperCase() === "TRUE" ? `.${bare}` : bare,
        path: path === "" ? "/" : path,
        secure: secure.toUpperCase() === "TRUE",
        httpOnly,
        expires: Number.isFinite(seconds) && seconds > 0 ? seconds : -1,
      },
    ]
  })

const flag = /^(TRUE|FALSE)$/i

/** Why a text is no `cookies.txt`, as a clause for the user; null when it is one, or says nothing. */
export const cookiesProblem = (text: string): string | null => {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => line.startsWith(httpOnlyPrefix) || !/^\s*(#|$)/.test(line))
  const isCookie = (line: string) => {
    const fields = line.split("\t")
    return fields.length === 7 && flag.test(fields[1]!) && flag.test(fields[3]!)
  }
  return lines.length === 0 || lines.some(isCookie)
    ? null
    : "no line of it is a cookie (seven fields with tabs between them); export a cookies.txt in the Netscape format with an extension of your browser"
}

/** The `Cookie` header for a request of ours, or null when no cookie fits. */
export const cookieHeader = (cookies: ReadonlyArray<Cookie>, url: URL, nowSeconds: number): string | null => {
  const fitting = cookies.filter(
    (cookie) =>
      hostMatches(cookie.domain, url.hostname) &&
      url.pathname.startsWith(cookie.path) &&
      (!cookie.secure || url.protocol === "https:") &&
      (cookie.expires === -1 || cookie.expires > nowSeconds),
  )
  return fitting.length === 0 ? null : fitting.map(({ name, value }) => `${name}=${value}`).join("; ")
}

const hostMatches = (domain: string, host: string): boolean =>
  domain.startsWith(".") ? host === domain.slice(1) || host.endsWith(domain) : host === domain

/** The cookies of the settings' file; none when there is no such setting. */
export const readCookies = (
  settings: CaptureSettings,
): Effect.Effect<ReadonlyArray<Cookie>, CaptureFailure> =>
  Effect.gen(function* () {
    const { cookiesFile } = settings
    if (cookiesFile === null) return []
    const wrong = (why: string) =>
      captureFailure(
        "bad-settings",
        `The cookies file ${cookiesFile} ${why}: correct the setting cookiesFile.`,
      )
    const text = yield* Effect.tryPromise({
      try: () => readFile(cookiesFile, "utf8"),
      catch: () => wrong("cannot be read"),
    })
    if (cookiesProblem(text) !== null) return yield* Effect.fail(wrong("holds no cookies"))
    return parseCookiesFile(text)
  })
