/** For commands that only gather others: said alone, they show their help, and with `--json` name what can follow. */
import type { Command } from "commander"
import { Option } from "commander"
import { usageError } from "../CliError.ts"

/** Asks for one of the subcommands that the command has by now; wrong usage in each case. */
export const needsSubcommand = (group: Command): void => {
  const known = group.commands.map((one) => one.name()).join(", ")
  group
    .addOption(new Option("--json").hideHelp())
    .addOption(new Option("--home <dir>").hideHelp())
    .allowExcessArguments(true)
    .action((options: { readonly json?: boolean }, self: Command) => {
      const [word] = self.args
      if (word !== undefined)
        throw usageError(`unknown command '${word}' of ${group.name()}: write one of ${known}`)
      if (options.json === true) throw usageError(`${group.name()} needs a command: write one of ${known}`)
      self.help({ error: true })
    })
}
