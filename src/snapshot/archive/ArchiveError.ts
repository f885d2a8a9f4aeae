/**
 * What can go wrong between the archive and the disk, in words a user can act on. One class: what differs for the
 * caller is the reason.
 */
import * as Data from "effect/Data"

export type ArchiveReason = "disk-full" | "not-writable" | "missing" | "unreadable" | "damaged"

/** `disk-full` and `not-writable`: nothing was half-written. The others name a file that is not as it was kept. */
export class ArchiveError extends Data.TaggedError("ArchiveError")<{
  readonly reason: ArchiveReason
  readonly path: string
  readonly message: string
  readonly cause?: unknown
}> {}

const reasonByCode: Readonly<Record<string, ArchiveReason>> = {
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  EROFS: "not-writable",
  EACCES: "not-writable",
  EPERM: "not-writable",
  ENOENT: "missing",
}

const sentence = (reason: ArchiveReason, path: string, cause: unknown): string => {
  switch (reason) {
    case "disk-full":
      return `the disk is full: could not write ${path}; free some space and retry`
    case "not-writable":
      return `no permission for ${path}: make the data folder writable for this user`
    case "missing":
      return `${path} is not there`
    case "damaged":
      return `${path} is damaged`
    case "unreadable":
      return `could not read or write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}

/** Turns what Node throws into an `ArchiveError`. */
export const archiveError =
  (path: string) =>
  (cause: unknown): ArchiveError => {
    if (cause instanceof ArchiveError) return cause
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
    const reason = reasonByCode[code] ?? "unreadable"
    return new ArchiveError({ reason, path, message: sentence(reason, path, cause), cause })
  }

/** A file whose content is not what its name or its manifest says. */
export const damaged = (path: string, why: string) =>
  new ArchiveError({ reason: "damaged", path, message: `${path} is damaged: ${why}` })
