/**
 * Why a capture, or the probe before it, gave nothing worth keeping. The code is stable and printed to the outside;
 * `retryable` is the whole retry policy: what a second try can mend, and what it cannot.
 */
import * as Data from "effect/Data"

/** `http-NNN` stands for the status a server answered with, for example `http-404`. */
export type FailureCode =
  | "bad-url"
  | "blocked-address"
  | "unknown-host"
  | "connection-refused"
  | "connection-reset"
  | "unreachable"
  | "timeout"
  | "too-large"
  | "too-many-redirects"
  | "tls-error"
  | "bad-response"
  | "empty-answer"
  | "not-a-page"
  | "page-crashed"
  | "browser-crashed"
  | "no-browser"
  | "bad-settings"
  | "archive-error"
  | `http-${number}`

export class CaptureFailure extends Data.TaggedError("CaptureFailure")<{
  readonly code: FailureCode
  /** One sentence a user can act on. */
  readonly message: string
  readonly retryable: boolean
  /** Before this the site does not want to be asked again, milliseconds since 1970; absent when it did not say. */
  readonly notBefore?: number
}> {}

const finalCodes: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "bad-url",
  "blocked-address",
  "too-large",
  "too-many-redirects",
  "tls-error",
  "bad-settings",
  "not-a-page",
  "empty-answer",
])

/** 4xx says "do not ask again", but these three say "ask again later". */
const temporaryClientErrors: ReadonlySet<number> = new Set([408, 425, 429])

export const captureFailure = (code: FailureCode, message: string): CaptureFailure =>
  new CaptureFailure({ code, message, retryable: !finalCodes.has(code) })

/** Too Many Requests and Service Unavailable: what `Retry-After` belongs to. */
const asksToWait: ReadonlySet<number> = new Set([429, 503])

/** The failure for an HTTP status of 400 and above. `notBefore` is what the answer's `Retry-After` says. */
export const httpFailure = (
  status: number,
  host: string,
  notBefore: number | null = null,
): CaptureFailure => {
  const retryable = status >= 500 || temporaryClientErrors.has(status)
  const said = notBefore === null || !asksToWait.has(status) ? {} : { notBefore }
  return new CaptureFailure({
    code: `http-${status}`,
    message: httpMessage(status, host),
    retryable,
    ...said,
  })
}

const httpMessage = (status: number, host: string): string => {
  if (status === 404 || status === 410)
    return `${host} says the page does not exist (HTTP ${status}): check the address.`
  if (status === 401 || status === 403)
    return `${host} refuses to show the page (HTTP ${status}): it may need a login; give cookies or headers for the host in the settings.`
  if (status === 429) return `${host} asks to slow down (HTTP 429): it is tried again later.`
  if (status >= 500) return `${host} has an error of its own (HTTP ${status}): it is tried again later.`
  return `${host} refused the request (HTTP ${status}): check the address.`
}

/** What a network error of a host means to the user; `host` is shown as it was asked for. */
export const networkFailure = (code: FailureCode, host: string): CaptureFailure => {
  switch (code) {
    case "unknown-host":
      return captureFailure(
        code,
        `There is no host ${host}: check the address, or the network of this machine.`,
      )
    case "connection-refused":
      return captureFailure(
        code,
        `${host} refused the connection: nothing listens there now; it is tried again later.`,
      )
    case "connection-reset":
      return captureFailure(code, `${host} broke off the connection: it is tried again later.`)
    case "unreachable":
      return captureFailure(code, `${host} cannot be reached from this machine: check the network.`)
    case "timeout":
      return captureFailure(code, `${host} did not answer in time: it is tried again later.`)
    case "tls-error":
      return captureFailure(code, `The certificate of ${host} is not valid: open it in a browser to see why.`)
    case "too-many-redirects":
      return captureFailure(
        code,
        `${host} redirects in a circle: check the address, or give cookies for the host.`,
      )
    default:
      return captureFailure(code, `${host} sent an answer that cannot be read: it is tried again later.`)
  }
}
