/** `linkseal retry`: failed links, named or all, now. */
import type { Command } from "commander"
import { bulk, complain, printLinks } from "../bulk.ts"
import { usageError } from "../CliError.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"

export const retryCommand = (program: Program, root: Command) =>
  define<{ readonly failed?: boolean }>(
    program,
    root
      .command("retry")
      .description("try failed links again, now")
      .argument("[id...]", "of the links")
      .option("--failed", "every link that is failed"),
    async (session, { failed }, [ids = []]) => {
      if ((ids.length === 0) === (failed !== true)) throw usageError("name links to retry, or say --failed")
      const done = await bulk(session, { ...(failed === true ? { failed: true } : { ids }), action: "retry" })
      printLinks(session, done.links)
      complain(done)
    },
  )
