/** `linkseal snapshot`: a new version of links. */
import type { Command } from "commander"
import { bulk, complain, printLinks } from "../bulk.ts"
import type { BulkDocument } from "../../api/links.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"
import { moveAndWait, waitedExitCode } from "../wait.ts"

export const snapshotCommand = (program: Program, root: Command) =>
  define<{ readonly wait?: boolean }>(
    program,
    root
      .command("snapshot")
      .description("take a new version of links")
      .argument("<id...>", "of the links")
      .option("--wait", "until each link rests; exit 1 if one failed"),
    async (session, { wait }, [ids]) => {
      let done: BulkDocument | undefined
      const take = async () => (done = await bulk(session, { ids, action: "snapshot" })).links
      const links = wait === true ? await moveAndWait(session.client(), session.io, take) : await take()
      printLinks(session, links)
      if (wait === true) session.exitWith(waitedExitCode(links))
      if (done !== undefined) complain(done)
    },
  )
