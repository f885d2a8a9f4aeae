/**
 * What every command has: `--json`, `--home`, an action that is given its surroundings, and one way to print. A
 * command prints its document as JSON, or as text made from it; never both.
 */
import type { Command } from "commander"
import { InvalidArgumentError } from "commander"
import { queryMaxCharacters } from "../words/limits.ts"
import { resolveHome } from "../homePath.ts"
import type { Client } from "./Client.ts"
import { connect } from "./Client.ts"
import { usageError } from "./CliError.ts"
import type { Io } from "./Io.ts"
import type { Paint } from "./render/paint.ts"
import { escaped, painter } from "./render/paint.ts"

export interface Common {
  readonly json?: boolean
  readonly home?: string
}

/** What an action works with. */
export interface Session {
  readonly io: Io
  readonly json: boolean
  readonly home: string
  /** Made when first asked for: throws when no daemon runs. */
  readonly client: () => Client
  readonly paint: Paint
  /** The document with `--json`, else the text. */
  readonly print: <A>(document: A, text: (document: A) => string) => void
  /** Ends the command with this code, after everything was printed. */
  readonly exitWith: (code: number) => void
}

export type Action<Options> = (
  session: Session,
  options: Options,
  operands: ReadonlyArray<string | ReadonlyArray<string> | undefined>,
) => Promise<void> | void

/** What the program carries along to its commands. */
export interface Program {
  readonly io: Io
  exitCode: number
}

const openSession = (program: Program, common: Common): Session => {
  const { io } = program
  const home = resolveHome(common.home === undefined ? {} : { home: common.home }, io.env)
  const json = common.json === true
  let client: Client | undefined
  return {
    io,
    json,
    home,
    client: () => (client ??= connect(home)),
    paint: painter(io.stdout, io.env),
    print: (document, text) => {
      const written = json ? escaped(JSON.stringify(document, undefined, 2)) : text(document)
      if (written !== "") io.stdout.write(`${written}\n`)
    },
    exitWith: (code) => void (program.exitCode = code),
  }
}

/** Operands that say themselves what an empty one means. */
const mayBeEmpty = new Set(["url", "query"])

/** An empty id or name would ask for something else: the list of all. */
const refuseEmpty = (
  command: Command,
  operands: ReadonlyArray<string | ReadonlyArray<string> | undefined>,
): void =>
  command.registeredArguments.forEach((argument, index) => {
    const words = [operands[index] ?? []].flat()
    if (!mayBeEmpty.has(argument.name()) && words.some((word) => String(word).trim() === ""))
      throw usageError(`<${argument.name()}> must not be empty`)
  })

/** Adds the common options and the action; operands come in the order of the command's arguments. */
export const define = <Options extends object>(
  program: Program,
  command: Command,
  action: Action<Options>,
): Command =>
  command
    .option("--json", "print one JSON document")
    .option("--home <dir>", "the home of the daemon (LINKSEAL_HOME)")
    .action(async (...given: Array<unknown>) => {
      const self = given.pop() as Command
      given.pop()
      const options = self.optsWithGlobals<Options & Common>()
      const operands = given as Array<string | ReadonlyArray<string> | undefined>
      refuseEmpty(self, operands)
      await action(openSession(program, options), options, operands)
    })

/** For options that can be given several times. */
export const collect = (value: string, before: ReadonlyArray<string> | undefined): ReadonlyArray<string> => [
  ...(before ?? []),
  value,
]

/** Refuses a search that is no search before it is sent. */
export const checkQuery = (text: string): void => {
  if (text.length > queryMaxCharacters)
    throw usageError(
      `the query is too long: it has ${text.length} characters, and at most ${queryMaxCharacters} are taken`,
    )
}

const wholeNumber = (least: number, most: number) => (text: string) => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
  return value
}

export const limitArgument = wholeNumber(1, 500)
export const countArgument = wholeNumber(1, 1_000)
export const versionArgument = wholeNumber(1, Number.MAX_SAFE_INTEGER)
export const sectorArgument = wholeNumber(0, Number.MAX_SAFE_INTEGER)
