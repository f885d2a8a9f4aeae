/** `linkseal diff`: what changed between two versions of a link. */
import type { Command } from "commander"
import type { DiffDocument } from "../../api/diff.ts"
import { query } from "../Client.ts"
import type { Program, Session } from "../command.ts"
import { define, versionArgument } from "../command.ts"
import { harmless } from "../render/paint.ts"
import { formatTime } from "../render/table.ts"

interface Options {
  readonly from?: number
  readonly to?: number
}

/** Blocks and addresses shown to a person; the document has them all. */
const shownMax = 200

type Block = NonNullable<DiffDocument["text"]>["blocks"][number]

/** A piece of a line, harmless, with the blanks around it. */
const withBlanks = (text: string): string => {
  const [before, after] = [/^\s/.test(text) ? " " : "", /\s$/.test(text) ? " " : ""]
  const clean = harmless(text)
  return clean === "" ? before || after : `${before}${clean}${after}`
}

const blockLines = ({ paint }: Session, block: Block): ReadonlyArray<string> => {
  switch (block.kind) {
    case "same":
      return []
    case "added":
      return [paint("green", `+ ${harmless(block.text)}`)]
    case "removed":
      return [paint("red", `- ${harmless(block.text)}`)]
    case "changed": {
      const pieces = block.pieces.map(({ kind, text }) => {
        const clean = withBlanks(text)
        if (kind === "same") return clean
        return kind === "added" ? paint("green", `{+${clean}+}`) : paint("red", `[-${clean}-]`)
      })
      return [`~ ${pieces.join("")}`]
    }
  }
}

const atMost = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length <= shownMax
    ? lines
    : [...lines.slice(0, shownMax), `… and ${lines.length - shownMax} more (--json has them all)`]

const linkLines = ({ paint }: Session, links: DiffDocument["links"]) =>
  links === null
    ? []
    : [
        ...links.added.map((url) => paint("green", `+ ${harmless(url)}`)),
        ...links.removed.map((url) => paint("red", `- ${harmless(url)}`)),
      ]

const pictureLine = (picture: DiffDocument["picture"]): string => {
  if (picture === null) return "no two pictures to compare"
  if (picture.boxes.length === 0) return "the picture is the same"
  return `${(picture.changed * 100).toFixed(1)} % of the picture, in ${picture.boxes.length} ${picture.boxes.length === 1 ? "place" : "places"}`
}

const text = (session: Session, { from, links, picture, text: words, to }: DiffDocument) => {
  const blocks = (words?.blocks ?? []).flatMap((block) => blockLines(session, block))
  const addresses = linkLines(session, links)
  const title = (name: string) => session.paint("bold", name)
  return [
    `version ${from.version} (${formatTime(from.takenAt)}) to version ${to.version} (${formatTime(to.takenAt)})`,
    title("Text"),
    ...(blocks.length === 0 ? [words === null ? "no two texts to compare" : "the same"] : atMost(blocks)),
    title("Links"),
    ...(addresses.length === 0 ? [links === null ? "not known" : "the same"] : atMost(addresses)),
    title("Picture"),
    pictureLine(picture),
  ].join("\n")
}

export const diffCommand = (program: Program, root: Command) =>
  define<Options>(
    program,
    root
      .command("diff")
      .description("what changed between two versions of a link")
      .argument("<id>", "of the link")
      .option("--from <n>", "the earlier version (default: the one before)", versionArgument)
      .option("--to <n>", "the later version (default: the newest)", versionArgument),
    async (session, { from, to }, [id]) => {
      const path = `/links/${encodeURIComponent(String(id))}/diff${query({ from, to })}`
      session.print(await session.client().get<DiffDocument>(path), (diff) => text(session, diff))
    },
  )
