/**
 * Who is to be called back when the head is deep enough beyond an epoch: at most one callback per sector and name. It
 * fires again when a revert takes its epoch away, and is forgotten when the epoch is final.
 */
import { chainFinality } from "../ports/policy.ts"
import type { RequestNamed } from "../ports/Request.ts"
import type { ChainEpoch, SectorNumber } from "../Sector.ts"
import type { Epochs } from "./Epochs.ts"
import type { Scheduler, Timer } from "./Scheduler.ts"

export type Registration = RequestNamed<"OnEpoch">

/** Runs the callback for its sector. */
export type Fire = (registration: Registration) => void

interface Entry {
  readonly registration: Registration
  fired: boolean
  timer: Timer | null
}

export class HeightCallbacks {
  private readonly entries = new Map<string, Entry>()
  private readonly scheduler: Scheduler
  private readonly epochs: Epochs
  private readonly fire: Fire

  constructor(scheduler: Scheduler, epochs: Epochs, fire: Fire) {
    this.scheduler = scheduler
    this.epochs = epochs
    this.fire = fire
  }

  /** Registers, in place of what the sector had registered under the same name. */
  register(registration: Registration): void {
    const key = `${registration.sector} ${registration.callback}`
    const old = this.entries.get(key)
    if (old?.timer) this.scheduler.cancel(old.timer)
    const entry: Entry = { registration, fired: false, timer: null }
    this.entries.delete(key)
    this.entries.set(key, entry)
    this.forget(this.epochs.at(this.scheduler.now()) - chainFinality)
    this.arm(entry)
  }

  /** Lets go of what has fired and is final; the oldest registrations stand first. */
  private forget(below: ChainEpoch): void {
    for (const [key, entry] of this.entries) {
      if (!entry.fired || entry.registration.epoch >= below) break
      this.entries.delete(key)
    }
  }

  /** The epoch beyond which a sector is still to be called back; null when it is not. */
  pending(sector: SectorNumber, callback: string): ChainEpoch | null {
    const entry = this.entries.get(`${sector} ${callback}`)
    return entry === undefined || entry.fired ? null : entry.registration.epoch
  }

  /** The chain has other epochs from `from` on: what fired for one of them fires again. */
  reverted(from: ChainEpoch): void {
    for (const entry of this.entries.values())
      if (entry.fired && entry.registration.epoch >= from) {
        entry.fired = false
        this.arm(entry)
      }
  }

  private arm(entry: Entry): void {
    const due = dueEpoch(entry.registration)
    entry.timer = this.scheduler.at(this.epochs.startOf(due), () => {
      entry.fired = true
      entry.timer = null
      this.fire(entry.registration)
    })
  }
}

const dueEpoch = (registration: Registration): ChainEpoch => registration.epoch + registration.confidence
