/**
 * The log of a sector, as Lotus keeps it: one entry per event, with the event as Go would print it in JSON. It lies
 * beside the record; a machine's group writes entries in the save of the plan that consumed the event.
 */
import type { LogRange, MachineLog } from "../actors/GroupOptions.ts"
import type { PlanFailure } from "../actors/Planner.ts"
import type { SectorEvent } from "./events/SectorEvent.ts"
import type { UnixSeconds } from "./Sector.ts"

export interface LogEntry {
  readonly Timestamp: UnixSeconds
  /** The text of the error, for events that carry one. */
  readonly Trace: string
  readonly Message: string
  readonly Kind: string
}

/** A message longer than this is cut; bytes of UTF-8. */
const longestMessageBytes = 8000
/** A log longer than this many entries is trimmed before more is appended. */
const longestLogEntries = 8000
/** What trimming drops: the middle, so that the beginning and the latest stay. */
const trimmed: LogRange = { from: 2000, to: 6000 }

const seconds = (atMillis: number): UnixSeconds => Math.floor(atMillis / 1000)

/** Cuts at a character's start, so that what is left is text. */
const cut = (message: string): string => {
  const bytes = Buffer.from(message)
  if (bytes.length <= longestMessageBytes) return message
  let end = longestMessageBytes
  while ((bytes[end]! & 0xc0) === 0x80) end--
  return `${bytes.toString("utf8", 0, end)}... truncated`
}

/** The payload as Go prints it: fields with a small first letter (errors among them) are not exported. */
const exported = (event: SectorEvent): object =>
  Object.fromEntries(Object.entries(event).filter(([name]) => /^[A-Z]/.test(name)))

/** The entry for an event that was consumed; null for SectorRestart, which is never logged. */
export const entryFor = (event: SectorEvent, atMillis: number): LogEntry | null =>
  event._tag === "SectorRestart"
    ? null
    : {
        Timestamp: seconds(atMillis),
        Trace: "error" in event ? event.error : "",
        Message: cut(JSON.stringify({ User: exported(event) })),
        Kind: `event;sealing.${event._tag}`,
      }

/** The entry for a batch that was refused. */
export const errorEntry = (failure: PlanFailure, atMillis: number): LogEntry => ({
  Timestamp: seconds(atMillis),
  Trace: "",
  Message: cut(`state machine error: ${failure.message}`),
  Kind: `error;${failure._tag}`,
})

/** Which entries to drop from a log of this length before more is appended; null for none. */
export const trim = (length: number): LogRange | null => (length > longestLogEntries ? trimmed : null)

/** The entry that says that entries were dropped. */
const trimmedEntry = (range: LogRange, atMillis: number): LogEntry => ({
  Timestamp: seconds(atMillis),
  Trace: "",
  Message: `truncating log (above ${longestLogEntries} entries): entries ${range.from} to ${range.to - 1} are dropped`,
  Kind: "truncate",
})

/** The log of a group of sectors. */
export const sectorLog: MachineLog<SectorEvent> = {
  entry: (event, at) => {
    const entry = entryFor(event, at)
    return entry === null ? null : JSON.stringify(entry)
  },
  failure: (failure, at) => JSON.stringify(errorEntry(failure, at)),
  drop: trim,
  dropped: (range, at) => JSON.stringify(trimmedEntry(range, at)),
}

/** How many events a log shows: Lotus counts entries of events, without restarts, which leave none. */
export const eventCount = (log: ReadonlyArray<LogEntry>): number =>
  log.filter((entry) => entry.Kind.startsWith("event")).length
