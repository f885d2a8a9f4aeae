/**
 * Whose turn it is: links wait here as `queued`, by host, and are started when a slot is free and their host has had
 * its pause. The queue holds nothing that the catalogue does not: it is made anew from it at start.
 */
import * as Schema from "effect/Schema"
import { availableParallelism, totalmem } from "node:os"
import type { QueueStatus } from "./Link.ts"

const positive = (value: number) =>
  Schema.optionalWith(Schema.Int.pipe(Schema.between(1, 86_400_000)), { default: () => value })

export const QueueSettings = Schema.Struct({
  /** Captures at once; null: by the machine's cores and memory. */
  slots: Schema.optionalWith(Schema.NullOr(Schema.Int.pipe(Schema.between(1, 64))), { default: () => null }),
  /** Captures of one host at once. */
  perHostSlots: positive(2),
  /** The pause between two starts at one host, milliseconds. */
  perHostGapMillis: positive(500),
})
export type QueueSettings = typeof QueueSettings.Type

/** Each capture needs about a core and a gigabyte; measured with a page of 115,000 px. */
const bytesPerSlot = 2 ** 30 * 1.5

export const slotsFor = (
  settings: QueueSettings,
  cores = availableParallelism(),
  memory = totalmem(),
): number => settings.slots ?? Math.max(1, Math.min(cores, Math.floor(memory / 2 / bytesPerSlot), 8))

/** The durations of this many captures give the estimate. */
const rememberedCaptures = 20

interface Waiting {
  readonly id: string
  readonly host: string
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "")

/** Plain state: who waits, who is captured, when a host may be asked again. Times are milliseconds of one clock. */
export class CaptureQueue {
  /** Hosts in the order of their turns, each with its links in the order in which they came. */
  private readonly hosts = new Map<string, Array<Waiting>>()
  private readonly hostOfWaiting = new Map<string, string>()
  private readonly active = new Map<string, { readonly host: string; readonly since: number }>()
  private readonly nextAt = new Map<string, number>()
  private durations: Array<number> = []
  private readonly settings: QueueSettings
  readonly slots: number
  paused = false

  constructor(settings: QueueSettings, slots = slotsFor(settings)) {
    this.settings = settings
    this.slots = slots
  }

  /** The link waits for its turn; again is once. */
  waits(id: string, url: string): void {
    this.active.delete(id)
    if (this.hostOfWaiting.has(id)) return
    const host = hostOf(url)
    this.hostOfWaiting.set(id, host)
    const line = this.hosts.get(host)
    if (line === undefined) this.hosts.set(host, [{ id, host }])
    else line.push({ id, host })
  }

  /** The link is being captured (also when a restart resumed it and no turn was given). */
  started(id: string, url: string, now: number): void {
    this.leaves(id)
    if (!this.active.has(id)) this.active.set(id, { host: hostOf(url), since: now })
  }

  /** The link neither waits nor is captured; with the time, its capture counts for the estimate. */
  ended(id: string, now: number | null): void {
    this.leaves(id)
    const capture = this.active.get(id)
    if (capture === undefined) return
    this.active.delete(id)
    if (now === null) return
    this.durations.push(now - capture.since)
    if (this.durations.length > rememberedCaptures) this.durations.shift()
  }

  /** Takes the next link whose turn it is; null when none may start now. */
  take(now: number): string | null {
    if (this.paused || this.active.size >= this.slots) return null
    for (const [host, line] of this.hosts) {
      if ((this.nextAt.get(host) ?? 0) > now || this.activeAt(host) >= this.settings.perHostSlots) continue
      const { id } = line.shift()!
      this.hosts.delete(host)
      if (line.length > 0) this.hosts.set(host, line)
      this.hostOfWaiting.delete(id)
      this.active.set(id, { host, since: now })
      this.nextAt.set(host, now + this.settings.perHostGapMillis)
      if (this.nextAt.size > 1_000) this.forgetHosts(now)
      return id
    }
    return null
  }

  /** When a waiting link may start although nothing else happens; null when only an event can change that. */
  wakeAt(now: number): number | null {
    if (this.paused || this.active.size >= this.slots) return null
    let earliest: number | null = null
    for (const host of this.hosts.keys()) {
      if (this.activeAt(host) >= this.settings.perHostSlots) continue
      const at = Math.max(now, this.nextAt.get(host) ?? 0)
      if (earliest === null || at < earliest) earliest = at
    }
    return earliest
  }

  status(): QueueStatus {
    const waiting = this.hostOfWaiting.size
    return { paused: this.paused, waiting, capturing: this.active.size, etaMillis: this.eta(waiting) }
  }

  private eta(waiting: number): number | null {
    const left = waiting + this.active.size
    if (left === 0) return 0
    if (this.paused || this.durations.length === 0) return null
    const mean = this.durations.reduce((sum, millis) => sum + millis, 0) / this.durations.length
    return Math.round((mean * left) / this.slots)
  }

  private leaves(id: string): void {
    const host = this.hostOfWaiting.get(id)
    const line = host === undefined ? undefined : this.hosts.get(host)
    if (host === undefined || line === undefined) return
    this.hostOfWaiting.delete(id)
    const index = line.findIndex((waiting) => waiting.id === id)
    if (index !== -1) line.splice(index, 1)
    if (line.length === 0) this.hosts.delete(host)
  }

  private activeAt(host: string): number {
    let count = 0
    for (const capture of this.active.values()) if (capture.host === host) count++
    return count
  }

  private forgetHosts(now: number): void {
    for (const [host, at] of this.nextAt) if (at <= now) this.nextAt.delete(host)
  }
}
