/**
 * Every setting by name, from flags, then environment, then the config file, then its default. The rooms' own
 * settings are joined here, in `roomSettings`, and nowhere else.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { SealingSettings } from "../sealing/SealingSettings.ts"
import { cookiesProblem } from "../snapshot/capture/browser/cookiesFile.ts"
import { CaptureSettings } from "../snapshot/capture/Settings.ts"
import { QueueSettings } from "../snapshot/CaptureQueue.ts"
import { RetrySettings } from "../snapshot/steps/retry.ts"
import { resolveHome } from "./homePath.ts"
import { findUnknownKey } from "./unknownKeys.ts"

/** One room, one key. What a room's schema leaves out of an empty object are its defaults. */
const roomSettings = {
  /** How pages are captured: budgets, viewport, artefacts. */
  capture: Schema.optionalWith(CaptureSettings, { default: () => Schema.decodeSync(CaptureSettings)({}) }),
  /** How many captures at once, and how they share hosts. */
  queue: Schema.optionalWith(QueueSettings, { default: () => Schema.decodeSync(QueueSettings)({}) }),
  /** When a failed capture is tried again. */
  retry: Schema.optionalWith(RetrySettings, { default: () => Schema.decodeSync(RetrySettings)({}) }),
  /** Lotus's settings and the modelled world; Lotus's are read again from the file whenever they are used. */
  sealing: Schema.optionalWith(SealingSettings, { default: () => Schema.decodeSync(SealingSettings)({}) }),
}

const Port = Schema.Int.pipe(Schema.between(0, 65_535)).annotations({
  message: () => ({ message: "a port is a whole number from 0 to 65535", override: true }),
})

const LogLevel = Schema.Literal("debug", "info", "warning", "error").annotations({
  message: () => ({ message: "must be debug, info, warning or error", override: true }),
})

export const Settings = Schema.Struct({
  /** All data. */
  home: Schema.String,
  /** The file that settings are written in; it need not be there. */
  configFile: Schema.String,
  /** Of the page and the API; 0 = any free one. */
  port: Schema.optionalWith(Port, { default: () => 7460 }),
  host: Schema.optionalWith(Schema.NonEmptyString, { default: () => "127.0.0.1" }),
  /** Of the origin that serves archived files; 0 = any free one. */
  artefactPort: Schema.optionalWith(Port, { default: () => 0 }),
  /** Path of the browser; null: look for one. */
  chromium: Schema.optionalWith(Schema.NullOr(Schema.NonEmptyString), { default: () => null }),
  /** Hosts, IPs or CIDRs, with optional port, that the capture guard lets through although not public. */
  allowHosts: Schema.optionalWith(Schema.Array(Schema.NonEmptyString), { default: () => [] }),
  /** The daemon ends within this after a signal, whatever is open. */
  drainMillis: Schema.optionalWith(Schema.Int.pipe(Schema.between(500, 600_000)), { default: () => 10_000 }),
  maxBodyBytes: Schema.optionalWith(Schema.Int.pipe(Schema.between(1_024, 1_073_741_824)), {
    default: () => 10_485_760,
  }),
  logLevel: Schema.optionalWith(LogLevel, { default: () => "info" as const }),
  ...roomSettings,
})
export type Settings = typeof Settings.Type

/** A setting that cannot be taken. The daemon does not start; exit 2. */
export class WrongSetting extends Data.TaggedError("WrongSetting")<{ readonly message: string }> {}

/** As the command's options come: texts, and lists of them. */
export interface Flags {
  readonly home?: string
  readonly port?: string
  readonly host?: string
  readonly chromium?: string
  readonly config?: string
  readonly allowHost?: ReadonlyArray<string>
  readonly iKnowThisIsPublic?: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** A whole number, or the text as it is, for the schema to refuse by name. */
const number = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : text)
const list = (texts: ReadonlyArray<string>) =>
  texts
    .flatMap((text) => text.split(","))
    .map((text) => text.trim())
    .filter((text) => text !== "")

/** What the environment says, by setting. An empty variable says nothing. */
const fromEnvironment = (env: Environment): Record<string, unknown> => {
  const settings: Record<string, unknown> = {}
  const take = (variable: string, setting: string, read: (text: string) => unknown) => {
    const text = env[variable]
    if (text !== undefined && text !== "") settings[setting] = read(text)
  }
  take("LINKSEAL_PORT", "port", number)
  take("LINKSEAL_HOST", "host", String)
  take("LINKSEAL_CHROMIUM", "chromium", String)
  take("LINKSEAL_ALLOW_HOSTS", "allowHosts", (text) => list([text]))
  take("LINKSEAL_ARTEFACT_PORT", "artefactPort", number)
  take("LINKSEAL_DRAIN_MILLIS", "drainMillis", number)
  take("LINKSEAL_LOG_LEVEL", "logLevel", String)
  return settings
}

const fromFlags = (flags: Flags): Record<string, unknown> => ({
  ...(flags.port === undefined ? {} : { port: number(flags.port) }),
  ...(flags.host === undefined ? {} : { host: flags.host }),
  ...(flags.chromium === undefined ? {} : { chromium: flags.chromium }),
  ...(flags.allowHost === undefined ? {} : { allowHosts: list(flags.allowHost) }),
})

/** Where in the text an error of JSON stands, when Node tells its place only as a number of characters. */
const lineOf = (message: string, text: string): string => {
  const place = / at position (\d+)$/.exec(message)?.[1]
  if (place === undefined) return ""
  const before = text.slice(0, Number(place)).split("\n")
  return ` (line ${before.length} column ${before.at(-1)!.length + 1})`
}

const readFile = (path: string): Either.Either<Record<string, unknown>, WrongSetting> => {
  let text = ""
  try {
    text = readFileSync(path, "utf8")
    const json: unknown = JSON.parse(text)
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? Either.right(json as Record<string, unknown>)
      : Either.left(new WrongSetting({ message: `${path} must hold one JSON object` }))
  } catch (cause) {
    return Either.left(
      new WrongSetting({
        message: `cannot read ${path}: ${(cause as Error).message}${text === "" ? "" : lineOf((cause as Error).message, text)}`,
      }),
    )
  }
}

const readConfigFile = (path: string, named: boolean) =>
  !named && !existsSync(path) ? Either.right({} as Record<string, unknown>) : readFile(path)

const loopback = (host: string) => host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host)

/** Is the daemon reachable from other machines? */
export const isPublic = (settings: Settings): boolean => !loopback(settings.host)

const sourceOf = (setting: string, flags: object, env: object, path: string) => {
  if (setting in flags) return "the command line"
  return setting in env ? "the environment" : path
}

interface Written {
  readonly file: Record<string, unknown>
  readonly path: string
  readonly fromEnv?: Record<string, unknown>
  readonly fromLine?: Record<string, unknown>
}

const decodeSettings = ({ file, path, fromEnv = {}, fromLine = {} }: Written, home: string) => {
  const unknown = findUnknownKey(Settings.ast, file)
  if (unknown !== undefined) return Either.left(new WrongSetting({ message: `${path}: ${unknown}` }))
  return Schema.decodeUnknownEither(Settings)({
    ...file,
    ...fromEnv,
    ...fromLine,
    home,
    configFile: path,
  }).pipe(
    Either.mapLeft((error) => {
      const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]!
      const where = sourceOf(String(issue.path[0]), fromLine, fromEnv, path)
      return new WrongSetting({
        message: `setting ${issue.path.join(".")} (from ${where}): ${issue.message}`,
      })
    }),
  )
}

/** What a file says, while the daemon runs; or what is wrong in it, in the words of a start. No file says nothing. */
export const readSettingsFile = (path: string, home: string): Either.Either<Settings, WrongSetting> =>
  Either.flatMap(readConfigFile(path, false), (file) => decodeSettings({ file, path }, home))

/** What only the disk can tell: is the file there, this user's to read, and one of cookies? */
const checkCookiesFile = (file: string | null, where: string): Either.Either<void, WrongSetting> => {
  if (file === null) return Either.void
  const wrong = (why: string) =>
    Either.left(new WrongSetting({ message: `setting capture.cookiesFile (from ${where}): ${why}` }))
  try {
    const problem = cookiesProblem(readFileSync(file, "utf8"))
    return problem === null ? Either.void : wrong(`${file} is no cookies.txt: ${problem}`)
  } catch (cause) {
    return wrong(`${(cause as Error).message}; name a cookies.txt, or leave it out`)
  }
}

/** All settings, decoded; or the first that is wrong, with where it was written. */
export const loadSettings = (flags: Flags, env: Environment): Either.Either<Settings, WrongSetting> =>
  Either.gen(function* () {
    const home = resolveHome(flags, env)
    const named = flags.config ?? (env.LINKSEAL_CONFIG === "" ? undefined : env.LINKSEAL_CONFIG)
    const path = named ?? join(home, "config.json")
    const file = yield* readConfigFile(path, named !== undefined)
    const [fromEnv, fromLine] = [fromEnvironment(env), fromFlags(flags)]
    // Each alone first: what another one overrides must be right too, for the next start may be without that.
    yield* decodeSettings({ file, path }, home)
    yield* decodeSettings({ file: {}, path, fromEnv }, home)
    const settings = yield* decodeSettings({ file, path, fromEnv, fromLine }, home)
    yield* checkCookiesFile(settings.capture.cookiesFile, path)
    if (isPublic(settings) && flags.iKnowThisIsPublic !== true) {
      return yield* Either.left(
        new WrongSetting({
          message: `--host ${settings.host} can be reached by others: add --i-know-this-is-public if that is what you want`,
        }),
      )
    }
    return settings
  })
