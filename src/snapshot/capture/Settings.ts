/**
 * What a user can set about captures, with the defaults. Times are milliseconds, sizes bytes, lengths CSS pixels.
 * Every budget is a deadline after which the capture goes on with what it has.
 */
import * as Schema from "effect/Schema"
import { artefactNames, type ArtefactName } from "../Snapshot.ts"

const millis = (value: number) =>
  Schema.optionalWith(Schema.Int.pipe(Schema.between(1, 3_600_000)), { default: () => value })
const count = (value: number, max: number) =>
  Schema.optionalWith(Schema.Int.pipe(Schema.between(1, max)), { default: () => value })
const flag = (value: boolean) => Schema.optionalWith(Schema.Boolean, { default: () => value })
const nullable = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.NullOr(schema), { default: () => null })

/** A text with a rule, and the sentence for one that breaks it. */
const text = (isRight: (text: string) => boolean, message: string) =>
  Schema.String.pipe(Schema.filter((value) => isRight(value) || message))

const succeeds = (work: () => unknown): boolean => {
  try {
    work()
    return true
  } catch {
    return false
  }
}

const isTimezone = (name: string) => succeeds(() => new Intl.DateTimeFormat("en", { timeZone: name }))
const isLanguage = (tag: string) => succeeds(() => new Intl.Locale(tag))
/** What may stand in a line of a request's head. */
const isHeaderText = (value: string) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
const isHeaderName = (name: string) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)

/** Lines of the connection and of how a body is packed: with another value in them no request would be understood. */
const ownHeaders =
  /^(host|connection|keep-alive|proxy-connection|upgrade|te|trailer|transfer-encoding|content-length|accept-encoding|expect)$/i

const headerProblem = (name: string): string | null => {
  if (!isHeaderName(name)) return `${JSON.stringify(name)} is no name of a header line`
  return ownHeaders.test(name) ? `${name} is a line that every request writes itself: leave it out` : null
}

/** A host as it stands in an address, in the only form that requests are compared with. */
const hostProblem = (host: string): string | null => {
  const known = hostIn(host.replace(/^(\*?\.)+/, ""))
  if (known === host.toLowerCase()) return null
  const hint = known === null ? "write one like example.org" : `write ${known}`
  return `${JSON.stringify(host)} is no host: ${hint}, without http://, port, path and *; it stands for its subdomains too`
}

const hostIn = (written: string): string | null => {
  try {
    const { hostname } = new URL(/^https?:\/\//i.test(written) ? written : `http://${written}`)
    return hostname === "" || /[\s%]/.test(hostname) ? null : hostname
  } catch {
    return null
  }
}

const keysAre = (problemOf: (key: string) => string | null) => (record: Readonly<Record<string, unknown>>) =>
  Object.keys(record)
    .map(problemOf)
    .find((problem) => problem !== null) ?? true

const HeaderText = text(isHeaderText, "a header line is one line without control characters")
const Headers = Schema.Record({ key: Schema.String, value: HeaderText }).pipe(
  Schema.filter(keysAre(headerProblem)),
)
const HeadersByHost = Schema.Record({ key: Schema.String, value: Headers }).pipe(
  Schema.filter(keysAre(hostProblem)),
)
const ColorScheme = Schema.Literal("light", "dark").annotations({
  message: () => ({ message: "must be light or dark", override: true }),
})
const UserAgent = text(
  (value) => value !== "" && isHeaderText(value),
  "a user agent is one line without control characters",
)
const Timezone = text(isTimezone, "there is no such time zone; write a name like Asia/Shanghai")
const Language = text(isLanguage, "is no language tag (BCP 47); write one like en-US or zh-CN")

const artefactFlags = Object.fromEntries(artefactNames.map((name) => [name, flag(true)])) as Record<
  ArtefactName,
  ReturnType<typeof flag>
>

export const CaptureSettings = Schema.Struct({
  /** From the request till the page's `load`. */
  navigationMillis: millis(30_000),
  scrollMillis: millis(20_000),
  settleMillis: millis(10_000),
  /** Each artefact has this much. */
  artefactMillis: millis(20_000),
  /** Everything together: holds whatever the page does. */
  captureMillis: millis(120_000),
  probeMillis: millis(20_000),
  /** Bytes from the network, both ways, per capture; the file itself counts when the link is a file. */
  maxBytes: count(200_000_000, Number.MAX_SAFE_INTEGER),

  viewportWidth: count(1280, 7680),
  viewportHeight: count(800, 4320),
  /** A screenshot is cut at this height; an uncut one of a tall page takes gigabytes. */
  screenshotMaxHeight: count(12_000, 16_000),
  /** Scrolling stops here, however much the page keeps growing. */
  scrollMaxHeight: count(200_000, 10_000_000),

  /** False leaves an artefact out. */
  artefacts: Schema.optionalWith(Schema.Struct(artefactFlags), {
    default: () =>
      Object.fromEntries(artefactNames.map((name) => [name, true])) as Record<ArtefactName, boolean>,
  }),

  /** Null: the browser's own, without the word "Headless". */
  userAgent: nullable(UserAgent),
  /** A BCP 47 tag, sent as Accept-Language and seen by scripts. */
  language: Schema.optionalWith(Language, { default: () => "en-US" }),
  timezone: nullable(Timezone),
  colorScheme: Schema.optionalWith(ColorScheme, { default: () => "light" as const }),
  /** Header lines to add, by host; a host stands for its subdomains too. */
  headers: Schema.optionalWith(HeadersByHost, { default: () => ({}) }),
  /** Path of a Netscape `cookies.txt`, as browser extensions export it. */
  cookiesFile: nullable(Schema.String),

  /** Answers or hides consent walls. */
  handleConsent: flag(true),
  /** Hides what floats over the page before the picture is taken. */
  hideOverlays: flag(true),
  /** Leaves out requests to well-known advertising and tracking hosts. */
  blockAds: flag(false),
})
export type CaptureSettings = typeof CaptureSettings.Type

export const defaultCaptureSettings: CaptureSettings = Schema.decodeSync(CaptureSettings)({})
