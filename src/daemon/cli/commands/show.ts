/** `linkseal show`: one link with its versions and its timeline. */
import type { Command } from "commander"
import type { LinkDetail } from "../../../snapshot/Link.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"
import { linkDetail } from "../render/links.ts"

export const showCommand = (program: Program, root: Command) =>
  define(
    program,
    root.command("show").description("one link, its versions, its timeline").argument("<id>", "of the link"),
    async (session, _, [id]) => {
      const link = await session.client().get<LinkDetail>(`/links/${encodeURIComponent(String(id))}`)
      session.print(link, () => linkDetail(session, link))
    },
  )
