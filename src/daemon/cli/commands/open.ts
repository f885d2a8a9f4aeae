/** `linkseal open`: where a file of a snapshot is, and on a terminal the browser that shows it. */
import { spawn } from "node:child_process"
import type { Command } from "commander"
import type { LinkDetail } from "../../../snapshot/Link.ts"
import type { Snapshot } from "../../../snapshot/Snapshot.ts"
import type { LocationDocument } from "../../api/snapshots.ts"
import { failure } from "../CliError.ts"
import type { Program, Session } from "../command.ts"
import { define, versionArgument } from "../command.ts"

interface Options {
  readonly version?: number
  readonly artefact?: string
}

/** What to show of a link that is a page, and of one that is a file. */
const preferred = ["page.html", "original", "screenshot"]

const chooseSnapshot = (link: LinkDetail, version: number | undefined): Snapshot => {
  // A later version that is doubtful never takes the place of one that is good.
  const best = link.snapshots.find(({ verdict }) => verdict.kind === "good") ?? link.snapshots[0]
  const found = version === undefined ? best : link.snapshots.find((one) => one.version === version)
  if (found !== undefined) return found
  throw failure(
    "no-snapshot",
    version === undefined
      ? `link ${link.id} has no snapshot yet`
      : `link ${link.id} has no version ${version}`,
  )
}

const chooseArtefact = (snapshot: Snapshot, name: string | undefined): string => {
  if (name !== undefined) return name
  const kept = snapshot.artefacts
    .filter(({ status }) => status === "ok")
    .map((artefact) => artefact.name as string)
  return preferred.find((one) => kept.includes(one)) ?? kept[0] ?? "page.html"
}

/** Only for somebody who looks: in a pipe, or with JSON, the answer is enough. */
const showInBrowser = ({ io, json }: Session, url: string) => {
  if (
    json ||
    !io.stdout.isTTY ||
    (process.platform === "linux" && !io.env.DISPLAY && !io.env.WAYLAND_DISPLAY)
  )
    return
  const opener = process.platform === "darwin" ? "open" : "xdg-open"
  spawn(opener, [url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref()
}

export const openCommand = (program: Program, root: Command) =>
  define<Options>(
    program,
    root
      .command("open")
      .description("open a file of a snapshot")
      .argument("<id>", "of the link")
      .option("--version <n>", "which version (default: the newest that is good)", versionArgument)
      .option("--artefact <name>", "which file, for example screenshot (default: page.html)"),
    async (session, { version, artefact }, [id]) => {
      const client = session.client()
      const link = await client.get<LinkDetail>(`/links/${encodeURIComponent(String(id))}`)
      const snapshot = chooseSnapshot(link, version)
      const name = chooseArtefact(snapshot, artefact)
      const place = await client.get<LocationDocument>(
        `/snapshots/${encodeURIComponent(snapshot.id)}/artefacts/${encodeURIComponent(name)}/location`,
      )
      session.print(place, ({ path, url }) => `${path}\n${url}`)
      showInBrowser(session, place.url)
    },
  )
