/**
 * The process around the daemon: settings, logs, signals and the exit code. Nothing but the ready line is written to
 * stdout; logs go to stderr, readable on a terminal and as JSON lines elsewhere.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FiberId from "effect/FiberId"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import type { Flags, Settings } from "./Config.ts"
import { loadSettings } from "./Config.ts"
import { builtPage, runDaemon } from "./Daemon.ts"
import { rooms as ownRooms } from "./Rooms.ts"
import type { Rooms } from "./Rooms.ts"

/** npm, shells and `timeout` forward a signal a second time; only one that comes later than this is impatience. */
const duplicateSignalMillis = 1_000

const levels: Readonly<Record<Settings["logLevel"], LogLevel.LogLevel>> = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
}

const logging = (level: Settings["logLevel"]) =>
  Layer.merge(
    Logger.replace(
      Logger.defaultLogger,
      process.stderr.isTTY
        ? Logger.prettyLogger({ stderr: true })
        : Logger.withConsoleError(Logger.jsonLogger),
    ),
    Logger.minimumLogLevel(levels[level]),
  )

/** The first signal asks to stop; a later one, when it is no duplicate, ends the process at once. */
const onSignals = (stop: () => void) => {
  let firstAt: number | undefined
  const heard = () => {
    const now = Effect.runSync(Clock.currentTimeMillis)
    if (firstAt === undefined) {
      firstAt = now
      stop()
    } else if (now - firstAt > duplicateSignalMillis) process.exit(1)
  }
  process.on("SIGTERM", heard)
  process.on("SIGINT", heard)
}

const sayReady = (line: string) =>
  Effect.async<void>((resume) => void process.stdout.write(`${line}\n`, () => resume(Effect.void)))

const explain = (cause: Cause.Cause<{ readonly message: string }>) => {
  const failure = Cause.failureOption(cause)
  return failure._tag === "Some" ? failure.value.message : Cause.pretty(cause)
}

/** A daemon that could not start, for the command to print. `exitCode` is 2 when a setting is wrong. */
export class LaunchError extends Error {
  readonly exitCode: 1 | 2
  constructor(message: string, exitCode: 1 | 2) {
    super(message)
    this.exitCode = exitCode
  }
}

/** Runs the daemon until a signal has stopped it, then ends the process with 0. Rejects with a `LaunchError`. */
export const launch = async (
  flags: Flags,
  rooms: Rooms = ownRooms,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<never> => {
  const settings = loadSettings(flags, env)
  if (Either.isLeft(settings)) throw new LaunchError(settings.left.message, 2)
  const stop = Deferred.unsafeMake<void>(FiberId.none)
  onSignals(() => Deferred.unsafeDone(stop, Effect.void))
  const exit = await Effect.runPromiseExit(
    runDaemon({
      settings: settings.right,
      rooms,
      webRoot: builtPage,
      sayReady,
      stopRequested: Deferred.await(stop),
    }).pipe(Effect.provide(logging(settings.right.logLevel))),
  )
  if (Exit.isFailure(exit)) throw new LaunchError(explain(exit.cause), 1)
  // What was left behind (a hung step, an idle handle) must not keep the process.
  return process.exit(0)
}
