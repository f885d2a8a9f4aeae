/**
 * Whose turn it is: links wait here as `queued`, by host, and are started when a slot is free and their host has had
 * its pause. The queue holds nothing that the catalogue does not: it is made anew from it at start.
 */
import * as Schema from "effect/Schema"
import { availableParallelism, totalmem } from "node:os"
import { Line, type Place } from "./Line.ts"
import type { QueueStatus } from "./Link.ts"
import { parseUrl } from "./parseUrl.ts"

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

const slotsFor = (settings: QueueSettings, cores = availableParallelism(), memory = totalmem()): number =>
  settings.slots ?? Math.max(1, Math.min(cores, Math.floor(memory / 2 / bytesPerSlot), 8))

/** The durations of this many captures give the estimate. */
const rememberedCaptures = 20

const hostOf = (url: string): string => parseUrl(url)?.host ?? ""

interface Host {
  readonly name: string
  /** Ids of its links, in the order in which they came. */
  readonly line: Line<string>
  /** Its captures under way. */
  active: number
  /** When it may be asked again. */
  nextAt: number
  /** Its place among the hosts whose turn it may be. */
  turn: Place<Host> | null
}

/**
 * Plain state: who waits, who is captured, when a host may be asked again. Times are milliseconds of one clock. What a
 * step costs depends on the hosts that have their pause, never on how many links or hosts wait.
 */
export class CaptureQueue {
  private readonly hosts = new Map<string, Host>()
  /** Hosts with waiting links that may be asked, in the order of their turns. */
  private readonly turns = new Line<Host>()
  /** Hosts with waiting links that have their pause, or as many captures as they may. */
  private readonly resting = new Set<Host>()
  private readonly waiting = new Map<string, { readonly host: Host; readonly place: Place<string> }>()
  private readonly active = new Map<string, { readonly host: Host; readonly since: number }>()
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
    this.deactivate(id)
    if (this.waiting.has(id)) return
    const host = this.hostNamed(hostOf(url))
    this.waiting.set(id, { host, place: host.line.push(id) })
    if (host.turn === null) this.resting.add(host)
  }

  /** The link is being captured (also when a restart resumed it and no turn was given). */
  started(id: string, url: string, now: number): void {
    this.leaves(id)
    if (!this.active.has(id)) this.activate(id, this.hostNamed(hostOf(url)), now)
  }

  /** The link neither waits nor is captured; with the time, its capture counts for the estimate. */
  ended(id: string, now: number | null): void {
    this.leaves(id)
    const since = this.deactivate(id)
    if (since === null || now === null) return
    this.durations.push(now - since)
    if (this.durations.length > rememberedCaptures) this.durations.shift()
  }

  /** The link was taken and could not be started: it goes to the end of its host's line, and the host waits till then. */
  putBack(id: string, notBefore: number): void {
    const capture = this.active.get(id)
    if (capture === undefined) return
    const { host } = capture
    this.deactivate(id)
    this.waiting.set(id, { host, place: host.line.push(id) })
    host.nextAt = Math.max(host.nextAt, notBefore)
  }

  /** Takes the next link whose turn it is; null when none may start now. */
  take(now: number): string | null {
    if (this.paused || this.active.size >= this.slots) return null
    this.callRested(now)
    const host = this.turns.first
    const id = host?.line.first ?? null
    if (host === null || id === null) return null
    this.leaves(id)
    host.nextAt = now + this.settings.perHostGapMillis
    this.activate(id, host, now)
    return id
  }

  /** When a waiting link may start although nothing else happens; null when only an event can change that. */
  wakeAt(now: number): number | null {
    if (this.paused || this.active.size >= this.slots) return null
    this.callRested(now)
    if (this.turns.length > 0) return now
    let earliest: number | null = null
    for (const { active, nextAt } of this.resting) {
      if (active >= this.settings.perHostSlots) continue
      if (earliest === null || nextAt < earliest) earliest = nextAt
    }
    return earliest
  }

  status(): QueueStatus {
    const waiting = this.waiting.size
    return { paused: this.paused, waiting, capturing: this.active.size, etaMillis: this.eta(waiting) }
  }

  private eta(waiting: number): number | null {
    const left = waiting + this.active.size
    if (left === 0) return 0
    if (this.paused || this.durations.length === 0) return null
    const mean = this.durations.reduce((sum, millis) => sum + millis, 0) / this.durations.length
    return Math.round((mean * left) / this.slots)
  }

  private hostNamed(name: string): Host {
    const known = this.hosts.get(name)
    if (known !== undefined) return known
    const host: Host = { name, line: new Line(), active: 0, nextAt: 0, turn: null }
    this.hosts.set(name, host)
    return host
  }

  /** Hosts that have rested get a turn, behind those that wait for theirs. */
  private callRested(now: number): void {
    for (const host of this.resting) {
      if (host.nextAt > now || host.active >= this.settings.perHostSlots) continue
      this.resting.delete(host)
      if (host.line.length > 0) host.turn = this.turns.push(host)
      else if (host.active === 0) this.hosts.delete(host.name)
    }
  }

  private activate(id: string, host: Host, since: number): void {
    this.active.set(id, { host, since })
    host.active++
    if (host.turn !== null) this.turns.leave(host.turn)
    host.turn = null
    this.resting.add(host)
  }

  /** Gives since when the link was captured; null when it was not. */
  private deactivate(id: string): number | null {
    const capture = this.active.get(id)
    if (capture === undefined) return null
    this.active.delete(id)
    capture.host.active--
    // A host that has its turn already must not get a second one.
    if (capture.host.turn === null) this.resting.add(capture.host)
    return capture.since
  }

  private leaves(id: string): void {
    const found = this.waiting.get(id)
    if (found === undefined) return
    this.waiting.delete(id)
    const { host, place } = found
    host.line.leave(place)
    if (host.line.length > 0 || host.turn === null) return
    this.turns.leave(host.turn)
    host.turn = null
    this.resting.add(host)
  }
}
