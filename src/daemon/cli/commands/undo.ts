/** `linkseal undo`: takes a change back, without a name the last one. */
import type { Command } from "commander"
import type { UndoneDocument } from "../../api/undo.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"
import { linkTable } from "../render/links.ts"

export const undoCommand = (program: Program, root: Command) =>
  define(
    program,
    root
      .command("undo")
      .description("take back the last removal or merging, or the one of that number (30 days)")
      .argument("[change]", "its number, as remove said it"),
    async (session, _, [change]) => {
      const body = change === undefined ? {} : { change }
      const undone = await session.client().send<UndoneDocument>("POST", "/undo", body)
      session.print(undone, ({ links }) => linkTable(session, links))
    },
  )
