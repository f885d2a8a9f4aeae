/**
 * Those who wait for a machine: for room in its mailbox, for its state to be loaded, for its rest, or for all
 * that was sent before to be planned (a barrier). Each is called back once, whatever becomes of the machine.
 */
import type { Refusal } from "./Refusal.ts"

interface Barrier {
  readonly target: number
  readonly done: (refusal: Refusal | null) => void
}

export class Waiters {
  private room: Array<() => void> = []
  private load: Array<() => void> = []
  private rest: Array<() => void> = []
  private barriers: Array<Barrier> = []

  /** Calls back when there is room; gives the way to wait no longer. */
  forRoom(resume: () => void): () => void {
    this.room.push(resume)
    return () => {
      this.room = this.room.filter((other) => other !== resume)
    }
  }

  forRest(resume: () => void): void {
    this.rest.push(resume)
  }

  /** The machine has nothing to do. */
  rested(): void {
    if (this.rest.length === 0) return
    const waiting = this.rest
    this.rest = []
    for (const resume of waiting) resume()
  }

  forLoad(resume: () => void): void {
    this.load.push(resume)
  }

  /** Calls back when the machine has taken `target` events in all. */
  barrier(target: number, done: (refusal: Refusal | null) => void): void {
    this.barriers.push({ target, done })
  }

  loaded(): void {
    const waiting = this.load
    this.load = []
    for (const resume of waiting) resume()
  }

  /** The mailbox has room for `free` more: as many who waited may try again. */
  released(free: number): void {
    if (this.room.length === 0 || free <= 0) return
    for (const resume of this.room.splice(0, free)) resume()
  }

  /** The machine has taken `taken` events in all. */
  taken(taken: number): void {
    if (this.barriers.length === 0) return
    const passed = this.barriers.filter(({ target }) => taken >= target)
    this.barriers = this.barriers.filter(({ target }) => taken < target)
    for (const { done } of passed) done(null)
  }

  /** The machine takes no more events: nobody waits on. */
  refuse(refusal: () => Refusal): void {
    const { barriers, room } = this
    this.barriers = []
    this.room = []
    for (const { done } of barriers) done(refusal())
    for (const resume of room) resume()
    this.loaded()
    this.rested()
  }
}
