/** `linkseal cancel`: stops captures. */
import type { Command } from "commander"
import { bulk, complain, printLinks } from "../bulk.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"

export const cancelCommand = (program: Program, root: Command) =>
  define(
    program,
    root.command("cancel").description("stop the capture of links").argument("<id...>", "of the links"),
    async (session, _, [ids]) => {
      const done = await bulk(session, { ids, action: "cancel" })
      printLinks(session, done.links)
      complain(done)
    },
  )
