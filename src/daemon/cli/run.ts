/** The command: builds the program, runs it, and turns whatever goes wrong into one line (or one JSON) and a code. */
import { readFileSync } from "node:fs"
import { Command, CommanderError } from "commander"
import { CliError, usageError } from "./CliError.ts"
import type { Program } from "./command.ts"
import { addCommand } from "./commands/add.ts"
import { backupCommand, restoreCommand } from "./commands/backup.ts"
import { cancelCommand } from "./commands/cancel.ts"
import { clockCommand } from "./commands/clock.ts"
import { daemonCommand } from "./commands/daemon.ts"
import { diffCommand } from "./commands/diff.ts"
import { doctorCommand } from "./commands/doctor.ts"
import { duplicatesCommand } from "./commands/duplicates.ts"
import { fsmCommand } from "./commands/fsm.ts"
import { listCommand } from "./commands/list.ts"
import { openCommand } from "./commands/open.ts"
import { queueCommand } from "./commands/queue.ts"
import { removeCommand } from "./commands/remove.ts"
import { retryCommand } from "./commands/retry.ts"
import { scheduleCommand } from "./commands/schedule.ts"
import { sealingCommand } from "./commands/sealing.ts"
import { searchCommand } from "./commands/search.ts"
import { sectorsCommand } from "./commands/sectors.ts"
import { showCommand } from "./commands/show.ts"
import { snapshotCommand } from "./commands/snapshot.ts"
import { statusCommand } from "./commands/status.ts"
import { tagCommand } from "./commands/tag.ts"
import { tagsCommand } from "./commands/tags.ts"
import { undoCommand } from "./commands/undo.ts"
import { rebuildCommand, verifyCommand } from "./commands/verify.ts"
import type { Io } from "./Io.ts"
import { processIo } from "./Io.ts"

/** In the order in which `--help` lists them. */
const commands = [
  daemonCommand,
  statusCommand,
  addCommand,
  listCommand,
  showCommand,
  snapshotCommand,
  retryCommand,
  cancelCommand,
  openCommand,
  diffCommand,
  tagCommand,
  tagsCommand,
  searchCommand,
  duplicatesCommand,
  removeCommand,
  undoCommand,
  queueCommand,
  scheduleCommand,
  verifyCommand,
  rebuildCommand,
  backupCommand,
  restoreCommand,
  doctorCommand,
  sectorsCommand,
  sealingCommand,
  clockCommand,
  fsmCommand,
]

const version = () => {
  const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8")
  return (JSON.parse(manifest) as { version: string }).version
}

/** The whole program; its texts go where `io` says, and nothing in it ends the process. */
export const makeProgram = (program: Program): Command => {
  const root = new Command("linkseal")
    .description("Keeps snapshots of the links you care about; simulates Filecoin sector sealing.")
    .version(version(), "--version", "print the version")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => program.io.stdout.write(text),
      writeErr: (text) => program.io.stderr.write(text),
      // Errors are told once, in `tell`.
      outputError: () => {},
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      getOutHelpWidth: () => program.io.stdout.columns ?? 100,
      getErrHelpWidth: () => program.io.stderr.columns ?? 100,
    })
  for (const add of commands) add(program, root)
  return root
}

/** Commander's sentence without its prefix, in the form of every other error. */
const fromCommander = (error: CommanderError): CliError =>
  new CliError(error.message.replace(/^error: /, ""), { code: "usage", exitCode: 2 })

const asCliError = (error: unknown): CliError => {
  if (error instanceof CliError) return error
  if (error instanceof CommanderError) return fromCommander(error)
  const message = error instanceof Error ? error.message : String(error)
  return new CliError(message, { code: "internal", exitCode: 1 })
}

const tell = (io: Io, error: CliError, json: boolean) => {
  const { message, code, known } = error
  io.stderr.write(
    json
      ? `${JSON.stringify({ error: { code, message, ...(known === undefined ? {} : { known }) } })}\n`
      : `error: ${message}\n`,
  )
}

const asksForHelp = (word: string) => word === "--help" || word === "-h"

/**
 * The word that names no command, though help is asked for it: commander would show the help of what stands before
 * it, as if all was well.
 */
const unknownCommand = (root: Command, argv: ReadonlyArray<string>): string | undefined => {
  const words = argv[0] === "help" ? argv.slice(1) : argv.some(asksForHelp) ? argv : []
  let command = root
  for (const [index, word] of words.entries()) {
    if (word === "--") return undefined
    if (word.startsWith("-") || words[index - 1] === "--home") continue
    const next = command.commands.find((one) => one.name() === word)
    if (next === undefined)
      return command.commands.length > 0 && command.registeredArguments.length === 0 ? word : undefined
    command = next
  }
  return undefined
}

/** Runs one command line; gives the exit code. 0 done, 1 failed, 2 wrong usage. */
export const runCli = async (argv: ReadonlyArray<string>, io: Io): Promise<number> => {
  const program: Program = { io, exitCode: 0 }
  try {
    const root = makeProgram(program)
    const unknown = unknownCommand(root, argv)
    if (unknown !== undefined) throw usageError(`unknown command '${unknown}'`)
    await root.parseAsync(argv, { from: "user" })
    return program.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    if (error instanceof CommanderError && error.code === "commander.help") return 2
    const told = asCliError(error)
    tell(io, told, argv.includes("--json"))
    return told.exitCode
  }
}

/** Runs the process's own command line. */
export const main = async (argv: ReadonlyArray<string>): Promise<void> => {
  process.exitCode = await runCli(argv, processIo())
}
