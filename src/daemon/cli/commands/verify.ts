/** `linkseal verify` and `rebuild`: the archive against its manifests, the database from the archive. No daemon. */
import type { Command } from "commander"
import { failure } from "../CliError.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"
import { formatBytes as bytes } from "../render/table.ts"
import { harmless } from "../render/paint.ts"

export const verifyCommand = (program: Program, root: Command) =>
  define(
    program,
    root
      .command("verify")
      .description("re-read every file of the archive, or of one link, and compare with its manifest")
      .argument("[id]", "of a link"),
    async (session, _, [id]) => {
      const { verifyArchive } = await import("../../archiveWork.ts")
      const done = await verifyArchive(session.home, id as string | undefined)
      if (done === null) throw failure("no-link", `no link ${String(id)} in the archive`)
      session.print(done, ({ bytes: read, checked, damaged }) =>
        [
          ...damaged.map(
            ({ file, reason, snapshot }) =>
              `${session.paint("red", "damaged")}  ${snapshot} ${harmless(`${file}: ${reason}`)}`,
          ),
          `${checked} files, ${bytes(read)}, ${damaged.length === 0 ? "all as they were kept" : `${damaged.length} damaged`}`,
        ].join("\n"),
      )
      session.exitWith(done.ok ? 0 : 1)
    },
  )

export const rebuildCommand = (program: Program, root: Command) =>
  define(
    program,
    root
      .command("rebuild")
      .description("make the database anew from the files of the archive; the daemon must not run"),
    async (session) => {
      const { rebuildDatabase } = await import("../../archiveWork.ts")
      const { isWhole, ...done } = await rebuildDatabase(session.home)
      session.print(done, ({ links, lost, snapshots }) =>
        [
          ...lost.map(
            ({ file, reason }) => `${session.paint("red", "lost")}  ${harmless(`${file}: ${reason}`)}`,
          ),
          `${links} links, ${snapshots} snapshots`,
        ].join("\n"),
      )
      session.exitWith(isWhole ? 0 : 1)
    },
  )
