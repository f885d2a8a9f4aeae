/** `linkseal daemon`: runs the daemon in the foreground. The only command, with fsm and doctor, that loads Effect. */
import type { Command } from "commander"
import { CliError } from "../CliError.ts"
import type { Program } from "../command.ts"
import { collect } from "../command.ts"
import type { Flags } from "../../Config.ts"

const start = async (flags: Flags, env: Program["io"]["env"]) => {
  const { launch, LaunchError } = await import("../../Launch.ts")
  try {
    await launch(flags, undefined, env)
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error
    throw new CliError(error.message, {
      code: error.exitCode === 2 ? "usage" : "cannot-start",
      exitCode: error.exitCode,
    })
  }
}

export const daemonCommand = (program: Program, root: Command) =>
  root
    .command("daemon")
    .description("run the daemon in the foreground")
    .option("--home <dir>", "all data (LINKSEAL_HOME)")
    .option("--port <port>", "of the page and the API, 0 = any free one (LINKSEAL_PORT, default 7460)")
    .option("--host <address>", "where to listen (LINKSEAL_HOST, default 127.0.0.1)")
    .option("--i-know-this-is-public", "needed for a --host that others can reach")
    .option("--chromium <path>", "the browser (LINKSEAL_CHROMIUM, default: looked for)")
    .option(
      "--allow-host <host>",
      "host, IP or CIDR with optional :port that may be captured although not public (LINKSEAL_ALLOW_HOSTS); repeatable",
      collect,
    )
    .option("--config <file>", "settings (LINKSEAL_CONFIG, default <home>/config.json)")
    .option("--json", "errors as JSON")
    .action((flags: Flags) => start(flags, program.io.env))
