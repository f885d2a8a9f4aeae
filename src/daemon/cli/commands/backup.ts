/** `linkseal backup` and `restore`: a home as one file, made while the daemon runs, and a home from one. */
import type { Command } from "commander"
import { failure } from "../CliError.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"
import { formatBytes } from "../render/table.ts"

const told = async <A>(work: Promise<A>): Promise<A> => {
  const { BackupError } = await import("../../backup/BackupError.ts")
  return work.catch((cause: unknown) => {
    throw cause instanceof BackupError ? failure(cause.code, cause.message) : cause
  })
}

export const backupCommand = (program: Program, root: Command) =>
  define(
    program,
    root
      .command("backup")
      .description("copy everything but the token into one zip file, while the daemon runs")
      .argument("<file>", "that is not there yet"),
    async (session, _, [file]) => {
      // The copy is made here, beside the daemon, and from it: a home that none runs on is named as one.
      await session.client().get("/health")
      const { backup } = await import("../../backup/backup.ts")
      const done = await told(backup(session.home, String(file)))
      session.print(
        done,
        ({ bytes, file: made, files, links, snapshots }) =>
          `${made}: ${links} links, ${snapshots} snapshots, ${files} files, ${formatBytes(bytes)}`,
      )
    },
  )

export const restoreCommand = (program: Program, root: Command) =>
  define(
    program,
    root
      .command("restore")
      .description("make a home from a backup; the home must be empty, or not be there")
      .argument("<file>", "that backup made"),
    async (session, _, [file]) => {
      const { restore } = await import("../../backup/restore.ts")
      const done = await told(restore(session.home, String(file)))
      session.print(
        done,
        ({ bytes, files, home }) => `${home}: ${files} files, ${formatBytes(bytes)}, each as it was kept`,
      )
    },
  )
