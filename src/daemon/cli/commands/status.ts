/** `linkseal status`: how much there is of everything. */
import type { Command } from "commander"
import type { StatusDocument } from "../../api/status.ts"
import { formatDuration } from "../../words/durations.ts"
import type { Program, Session } from "../command.ts"
import { define } from "../command.ts"
import { formatBytes as bytes } from "../render/table.ts"
import { pairs } from "../render/table.ts"
import { queueLine } from "./queue.ts"

const counted = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([state, count]) => `${count} ${state === "" ? "starting" : state}`)
    .join(", ") || "none"

const needing = (count: number) => (count === 0 ? "" : `; ${count} need${count === 1 ? "s" : ""} you`)

const savingLine = (archive: StatusDocument["archive"]) =>
  archive === null || archive.logicalBytes === 0
    ? "nothing measured yet"
    : `${bytes(archive.storedBytes)} on disk for ${bytes(archive.logicalBytes)} of files (1 : ${archive.ratio.toFixed(1)})`

const text = ({ paint }: Session, status: StatusDocument) =>
  pairs(
    [
      ["version", status.version],
      ["up", formatDuration(Math.floor(status.uptimeMillis / 1000) * 1000)],
      ["links", counted(status.links)],
      ["queue", queueLine(status.queue)],
      ["archive", savingLine(status.archive)],
      ["sectors", `${counted(status.sectors)}${needing(status.sectorsNeedingOperator)}`],
      [
        "clock",
        `${status.clock.now}, epoch ${status.clock.epoch}, ${status.clock.mode} x${status.clock.scale}`,
      ],
      ...(status.config === undefined
        ? []
        : [["settings", { text: `wrong: ${status.config.error}`, colour: "red" }] as const]),
    ],
    paint,
  )

export const statusCommand = (program: Program, root: Command) =>
  define(
    program,
    root.command("status").description("how many links and sectors, the queue, the clock"),
    async (session) => {
      session.print(await session.client().get<StatusDocument>("/status"), (status) => text(session, status))
    },
  )
