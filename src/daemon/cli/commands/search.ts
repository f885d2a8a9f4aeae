/** `linkseal search`: titles, notes, addresses, tags and the text of the pages. */
import type { Command } from "commander"
import type { Hit, HitPage } from "../../../snapshot/Link.ts"
import { query } from "../Client.ts"
import type { Program, Session } from "../command.ts"
import { checkQuery, define, limitArgument } from "../command.ts"
import { harmless } from "../render/paint.ts"
import { cut } from "../render/table.ts"

interface Options {
  readonly limit?: number
  readonly cursor?: string
}

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
}
const unescape = (html: string) => html.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity]!)

/** The excerpt as the terminal shows it: what matched is bold. */
const excerpt = ({ paint }: Session, html: string) =>
  html
    .split(/(<mark>.*?<\/mark>)/s)
    .map((part) => {
      const marked = /^<mark>(.*?)<\/mark>$/s.exec(part)
      const plain = unescape(marked?.[1] ?? part).replace(/\s+/g, " ")
      const clean = plain.trim() === "" ? plain : plain.replace(plain.trim(), () => harmless(plain))
      return marked === null ? clean : paint("bold", clean)
    })
    .join("")

/** On a terminal a line of it at most; a pipe gets it whole. */
const oneLine = ({ io: { stdout } }: Session, text: string, indent = 0) =>
  stdout.columns === undefined ? harmless(text) : cut(harmless(text), stdout.columns - indent)

const hitText = (session: Session, { link, excerpt: html }: Hit) => {
  const title = oneLine(session, link.title === "" ? link.url : link.title)
  const place = oneLine(session, `${link.id}  ${link.url}`, 2)
  return `${session.paint("cyan", title)}\n  ${session.paint("dim", place)}\n  ${excerpt(session, html)}`
}

export const searchCommand = (program: Program, root: Command) =>
  define<Options>(
    program,
    root
      .command("search")
      .description("find links by their words")
      .argument("<query>", 'words, "a phrase", -without, tag:x, site:x, state:x')
      .option("--limit <n>", "1 to 500 (default 50)", limitArgument)
      .option("--cursor <cursor>", "the page after this one"),
    async (session, { limit, cursor }, [words]) => {
      checkQuery(String(words))
      const page = await session.client().get<HitPage>(`/search${query({ q: String(words), limit, cursor })}`)
      session.print(page, ({ hits, total, nextCursor }) => {
        if (hits.length === 0) return "nothing found"
        const more =
          nextCursor === null
            ? ""
            : `\n${session.paint("dim", `${hits.length} of ${total}; more with --cursor ${nextCursor}`)}`
        return `${hits.map((hit) => hitText(session, hit)).join("\n")}${more}`
      })
    },
  )
