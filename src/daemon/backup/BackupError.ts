/** Why a backup was not made, or a home not restored; nothing half is left behind. The message is for the user. */
import * as Data from "effect/Data"

export class BackupError extends Data.TaggedError("BackupError")<{
  readonly code: "backup-failed" | "backup-damaged" | "home-not-empty" | "file-exists" | "restore-running"
  readonly message: string
}> {}

/** The system's word for what went wrong, in one line. */
export const systemReason = (cause: unknown): string =>
  cause instanceof Error ? cause.message.replaceAll(/\s*\n\s*/g, " ") : String(cause)
