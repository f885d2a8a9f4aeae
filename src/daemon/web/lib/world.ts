/**
 * What every page shows about the daemon: counts by state, the capture queue, the sealing clock. Fetched once, then
 * carried by the event stream.
 */
import { apiAsOf, locked } from "./api.ts"
import { changesAfter, onMessage } from "./events.ts"
import { Store } from "./Store.ts"
import type { Change, ClockDocument, Counts, Queue, StatusDocument } from "./types.ts"

export const linkCounts = new Store<Counts | null>(null)
export const sectorCounts = new Store<Counts | null>(null)
/** Sectors that rest until somebody moves them. */
export const needySectors = new Store(0)
/** What is wrong in the settings file while the daemon goes on with what it read before; null when nothing is. */
export const settingsProblem = new Store<string | null>(null)
export const queue = new Store<Queue | null>(null)
export const about = new Store<{ readonly version: string; readonly startedAt: number } | null>(null)

/** The clock with the moment it was read, so that it can tick between two messages. */
export interface ReadClock extends ClockDocument {
  readonly readAt: number
}
export const clock = new Store<ReadClock | null>(null)
export const setClock = (document: ClockDocument) => clock.set({ ...document, readAt: Date.now() })

/** The sealing world's time in milliseconds at a moment of ours. */
export const sealingNow = (read: ReadClock, at: number): number =>
  Date.parse(read.now) + (read.mode === "paused" ? 0 : Math.max(0, at - read.readAt) * read.scale)

export const epochMillis = 30_000
export const epochAt = (read: ReadClock, at: number): number =>
  read.epoch + Math.floor((sealingNow(read, at) - Date.parse(read.now)) / epochMillis)

const moved = (counts: Counts | null, from: string, to: string): Counts | null => {
  if (counts === null || from === to) return counts
  const next: Record<string, number> = { ...counts }
  if ((next[from] ?? 0) > 0) next[from] = (next[from] ?? 0) - 1
  next[to] = (next[to] ?? 0) + 1
  return next
}

/** A record that is being made comes from a state that is never counted. */
const unborn = new Set(["", "new", "UndefinedSectorState"])

const counted = (counts: Counts | null, change: Change) =>
  moved(counts, unborn.has(change.from) ? "" : change.from, change.to)

/** What the counts are as of: a change that is in them already is not counted again. */
const countedTo: Record<Change["kind"], number> = { link: 0, sector: 0 }
const storeOf = (kind: Change["kind"]) => (kind === "link" ? linkCounts : sectorCounts)

/** Takes counts as of a place in the journal, with what was heard since. */
export const setCounts = (kind: Change["kind"], counts: Counts, seq: number) => {
  const since = changesAfter(seq).filter((change) => change.kind === kind)
  countedTo[kind] = since.at(-1)?.seq ?? (Number.isFinite(seq) ? seq : 0)
  storeOf(kind).set(since.reduce<Counts>((sum, change) => counted(sum, change) ?? sum, counts))
}

/** Asks for the status; without an answer all stays as it was. */
export const loadStatus = async (): Promise<void> => {
  try {
    const { document: status, seq } = await apiAsOf<StatusDocument>("GET", "/status")
    setCounts("link", status.links, seq)
    setCounts("sector", status.sectors, seq)
    needySectors.set(status.sectorsNeedingOperator ?? 0)
    settingsProblem.set(status.config?.error ?? null)
    queue.set(status.queue)
    setClock(status.clock)
    about.set({ version: status.version, startedAt: Date.now() - status.uptimeMillis })
    locked.set(false)
  } catch {
    // A refusal has set `locked`; without an answer the stream reconnects and this is asked again.
  }
}

/** Nothing on the stream tells of the settings file: it is asked after so often, in milliseconds, while the page is seen. */
const againMillis = 30_000

export const startWorld = () => {
  void loadStatus()
  setInterval(() => {
    if (document.visibilityState === "visible") void loadStatus()
  }, againMillis)
  onMessage("reset", () => void loadStatus())
  onMessage("queue", queue.set)
  onMessage("clock", setClock)
  onMessage("change", (change) => {
    if (change.seq <= countedTo[change.kind]) return
    countedTo[change.kind] = change.seq
    storeOf(change.kind).update((counts) => counted(counts, change))
  })
}

export const sum = (counts: Counts | null, states: ReadonlyArray<string>): number =>
  states.reduce((total, state) => total + (counts?.[state] ?? 0), 0)
