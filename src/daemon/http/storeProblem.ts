/**
 * What is answered when the disk or the database does not take or give what a request needs. A full disk is the
 * commonest of these, wherever it is met first (the database, the archive, an upload), and its user can mend it.
 */
import { MachineParked } from "../../actors/Refusal.ts"
import { Problem } from "../api/Problem.ts"

/** Causes of causes that are looked through. */
const deepest = 10

const fullCodes: ReadonlySet<unknown> = new Set(["SQLITE_FULL", "ENOSPC", "EDQUOT", "disk-full"])
const fullText = /database or disk is full|\bENOSPC\b|\bEDQUOT\b|the disk is full/

/** The disk was full somewhere below this error. */
const isDiskFull = (error: unknown): boolean => {
  let at = error
  for (let depth = 0; depth < deepest && typeof at === "object" && at !== null; depth++) {
    const { cause, code, message, reason } = at as Readonly<Record<string, unknown>>
    if (fullCodes.has(code) || fullCodes.has(reason)) return true
    if (fullText.test(String(message)) || (typeof reason === "string" && fullText.test(reason))) return true
    at = cause
  }
  return false
}

const diskFull = new Problem({
  status: 507,
  code: "disk-full",
  message:
    "the disk of the data folder is full: free some space and ask again; what was accepted before goes on by itself then",
})

/** Undefined when it is neither the disk nor a machine that waits for it. */
export const storeProblem = (error: unknown): Problem | undefined => {
  if (isDiskFull(error)) return diskFull
  if (error instanceof MachineParked)
    return new Problem({
      status: 503,
      code: "stands-still",
      message: `${error.kind} ${error.id} stands still (${error.reason}): it is tried again every few seconds, so ask again later`,
    })
  return undefined
}
