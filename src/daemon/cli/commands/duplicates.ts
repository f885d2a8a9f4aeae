/** `linkseal duplicates`: links that are alike, and making one of several. */
import type { Command } from "commander"
import type { DuplicatesDocument, MergedDocument } from "../../api/duplicates.ts"
import type { Program, Session } from "../command.ts"
import { define } from "../command.ts"
import { linkTable } from "../render/links.ts"

const text = (session: Session, { groups }: DuplicatesDocument) =>
  groups.length === 0 ? "no duplicates" : groups.map(({ links }) => linkTable(session, links)).join("\n\n")

export const duplicatesCommand = (program: Program, root: Command) => {
  const duplicates = root.command("duplicates").description("links whose addresses are alike")
  define(program, duplicates, async (session) => {
    const found = await session.client().get<DuplicatesDocument>("/duplicates")
    session.print(found, (document) => text(session, document))
  })
  define(
    program,
    duplicates
      .command("merge")
      .description("merge tags, notes and versions into one link and remove the others")
      .argument("<keep>", "the link that stays")
      .argument("<other...>", "the links that go"),
    async (session, _, [keep, others]) => {
      const body = { keep, others }
      const merged = await session.client().send<MergedDocument>("POST", "/duplicates/merge", body)
      session.print(merged, ({ change, link }) =>
        [linkTable(session, [link]), `back with: linkseal undo ${change}`].join("\n"),
      )
    },
  )
}
