/** `linkseal list`: a page of links, newest first. */
import type { Command } from "commander"
import type { LinkPage } from "../../../snapshot/Link.ts"
import { query } from "../Client.ts"
import type { Program } from "../command.ts"
import { checkQuery, collect, define, limitArgument } from "../command.ts"
import { linkTable } from "../render/links.ts"

interface Options {
  readonly tag?: ReadonlyArray<string>
  readonly state?: ReadonlyArray<string>
  readonly query?: string
  readonly limit?: number
  readonly cursor?: string
}

export const listCommand = (program: Program, root: Command) =>
  define<Options>(
    program,
    root
      .command("list")
      .description("links, newest first")
      .option("--tag <tag>", "with this tag; repeatable: with all of them", collect)
      .option("--state <state>", "in this state; repeatable or comma-separated: in one of them", collect)
      .option("--query <query>", "search syntax, for example site:lwn.net -tag:read")
      .option("--limit <n>", "1 to 500 (default 50)", limitArgument)
      .option("--cursor <cursor>", "the page after this one"),
    async (session, options) => {
      const { tag, state, query: words, limit, cursor } = options
      checkQuery(words ?? "")
      const page = await session
        .client()
        .get<LinkPage>(`/links${query({ tag, state, query: words, limit, cursor })}`)
      session.print(page, ({ links, nextCursor, total }) => {
        const more =
          nextCursor === null
            ? ""
            : `\n${session.paint("dim", `${links.length} of ${total}; more with --cursor ${nextCursor}`)}`
        return `${linkTable(session, links)}${more}`
      })
    },
  )
