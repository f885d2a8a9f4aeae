/** `linkseal remove`: takes links out; for 30 days they can come back, unless it is for ever. */
import type { Command } from "commander"
import { bulk, complain } from "../bulk.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"

export const removeCommand = (program: Program, root: Command) =>
  define<{ readonly forEver?: boolean }>(
    program,
    root
      .command("remove")
      .description("remove links")
      .argument("<id...>", "of the links")
      .option("--for-ever", "also their files, at once"),
    async (session, { forEver }, [ids]) => {
      const done = await bulk(session, { ids, action: "remove", forEver: forEver === true })
      const { change, removed } = done
      session.print({ removed, ...(change === undefined ? {} : { change }) }, () =>
        removed.length === 0
          ? ""
          : `removed ${removed.join(" ")}${change === undefined ? "" : ` (back with: linkseal undo ${change})`}`,
      )
      complain(done)
    },
  )
