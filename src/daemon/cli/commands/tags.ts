/** `linkseal tags`: all tags with their counts; renaming, merging and deleting them everywhere. */
import type { Command } from "commander"
import type { TagsDocument } from "../../api/tags.ts"
import type { Program, Session } from "../command.ts"
import { define } from "../command.ts"
import { table } from "../render/table.ts"

const text = ({ io, paint }: Session, { tags }: TagsDocument) =>
  table(
    [{ title: "TAG" }, { title: "LINKS", right: true }],
    tags.map(({ name, count }) => [name, count]),
    io.stdout,
    paint,
    "no tags",
  )

const show = (session: Session, document: TagsDocument) =>
  session.print(document, () => text(session, document))
const path = (name: unknown) => `/tags/${encodeURIComponent(String(name))}`

export const tagsCommand = (program: Program, root: Command) => {
  const tags = root.command("tags").description("tags and how many links have them")
  define(program, tags, async (session) => show(session, await session.client().get<TagsDocument>("/tags")))
  define(
    program,
    tags
      .command("rename")
      .description("rename a tag everywhere")
      .argument("<old>", "the tag")
      .argument("<new>", "its new name"),
    async (session, _, [from, to]) =>
      show(session, await session.client().send<TagsDocument>("PATCH", path(from), { name: to })),
  )
  define(
    program,
    tags
      .command("merge")
      .description("merge tags into one")
      .argument("<into>", "the tag that stays")
      .argument("<from...>", "the tags that go"),
    async (session, _, [into, from]) =>
      show(session, await session.client().send<TagsDocument>("POST", "/tags/merge", { into, from })),
  )
  define(
    program,
    tags.command("delete").description("take a tag away from every link").argument("<tag>", "the tag"),
    async (session, _, [name]) =>
      show(session, await session.client().send<TagsDocument>("DELETE", path(name))),
  )
}
