/** `linkseal add`: all addresses or none; with `--wait` until each rests. */
import type { Command } from "commander"
import type { LinksDocument } from "../../api/links.ts"
import { usageError } from "../CliError.ts"
import type { Program } from "../command.ts"
import { collect, define } from "../command.ts"
import { hasLogin, loginRefused, withoutLogin } from "../../../snapshot/verbs/addresses.ts"
import { linkTable } from "../render/links.ts"
import { moveAndWait, waitedExitCode } from "../wait.ts"
import { parseUrl } from "../../../snapshot/parseUrl.ts"

interface Options {
  readonly tag?: ReadonlyArray<string>
  readonly note?: string
  readonly wait?: boolean
}

const checkAddress = (text: string) => {
  const parsed = parseUrl(text)
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:") {
    const shown = text.trim() === "" ? '""' : withoutLogin(text)
    throw usageError(`${shown} is not an http or https address: nothing was added`)
  }
  if (hasLogin(text)) throw usageError(loginRefused(text))
}

export const addCommand = (program: Program, root: Command) =>
  define<Options>(
    program,
    root
      .command("add")
      .description("keep links")
      .argument("<url...>", "http or https addresses")
      .option("--tag <tag>", "for every link; repeatable", collect)
      .option("--note <text>", "for every link")
      .option("--wait", "until each link rests; exit 1 if one failed"),
    async (session, { tag, note, wait }, [urls = []]) => {
      for (const url of urls) checkAddress(url)
      const client = session.client()
      const add = async () =>
        (await client.send<LinksDocument>("POST", "/links", { urls, tags: tag, note })).links
      const links = wait === true ? await moveAndWait(client, session.io, add) : await add()
      session.print({ links }, () => linkTable(session, links))
      if (wait === true) session.exitWith(waitedExitCode(links))
    },
  )
