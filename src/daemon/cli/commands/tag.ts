/** `linkseal tag ID... +TAG -TAG`: the signs make the operands. Real options are read by hand, for `-TAG` looks like one. */
import type { Command } from "commander"
import { bulk, complain, printLinks } from "../bulk.ts"
import { usageError } from "../CliError.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"

interface Request {
  readonly ids: ReadonlyArray<string>
  readonly tags: ReadonlyArray<string>
  readonly untags: ReadonlyArray<string>
}

const sign = (word: string, mark: string) => {
  if (word.length === 1) throw usageError(`${mark} needs a tag behind it, as in ${mark}read`)
  return word.slice(1)
}

/** Sorts the operands; an unknown long option is refused as everywhere. */
const parseTagWords = (words: ReadonlyArray<string>): Request => {
  const unknown = words.find((word) => word.startsWith("--"))
  if (unknown !== undefined) throw usageError(`unknown option '${unknown}'`)
  const ids = words.filter((word) => !/^[+-]/.test(word))
  const tags = words.filter((word) => word.startsWith("+")).map((word) => sign(word, "+"))
  const untags = words.filter((word) => word.startsWith("-")).map((word) => sign(word, "-"))
  if (ids.length === 0) throw usageError("name at least one link")
  if (tags.length + untags.length === 0) throw usageError("name at least one tag, as +read or -later")
  return { ids, tags, untags }
}

export const tagCommand = (program: Program, root: Command) =>
  define(
    program,
    root
      .command("tag")
      .description("add tags to links and take tags away")
      .usage("[options] <id...> [+tag...] [-tag...]")
      .argument("<words...>", "ids of links, +tag to add, -tag to take away")
      .helpOption("--help", "display help for command")
      .allowUnknownOption(),
    async (session, _, [words = []]) => {
      const { ids, tags, untags } = parseTagWords(words as ReadonlyArray<string>)
      const done = await bulk(session, { ids, action: "tag", tags, untags })
      printLinks(session, done.links)
      complain(done)
    },
  )
