/**
 * Those who wait for a machine: for room in its mailbox, for its state to be loaded, or for all that was sent before
 * to be planned (a barrier). Each is called back once, whatever becomes of the machine.
 */
import type { Refusal } from "./Refusal.ts"

interface Barrier {
  readonly target: number
  readonly done: (refusal: Refusal | null) => void
}

export class Waiters {
  private acceptedCount = 0
  private takenCount = 0
  private room: Array<() => void> | null = null
  private load: Array<() => void> | null = null
  private barriers: Array<Barrier> | null = null

  accepted(): void {
    this.acceptedCount++
  }

  /** The mailbox was filled from the store: `waiting` events are accepted and not planned. */
  sync(waiting: number): void {
    this.acceptedCount = this.takenCount + waiting
  }

  forRoom(resume: () => void): void {
    ;(this.room ??= []).push(resume)
  }

  forLoad(resume: () => void): void {
    ;(this.load ??= []).push(resume)
  }

  barrier(done: (refusal: Refusal | null) => void): void {
    if (this.takenCount >= this.acceptedCount) done(null)
    else (this.barriers ??= []).push({ target: this.acceptedCount, done })
  }

  loaded(): void {
    const waiting = this.load
    this.load = null
    if (waiting !== null) for (const resume of waiting) resume()
  }

  /** `count` events were planned, and the mailbox has room for `free` more. */
  taken(count: number, free: number): void {
    this.takenCount += count
    if (this.room !== null && free > 0) {
      const released = this.room.splice(0, free)
      if (this.room.length === 0) this.room = null
      for (const resume of released) resume()
    }
    if (this.barriers === null) return
    const { takenCount } = this
    const passed = this.barriers.filter(({ target }) => takenCount >= target)
    const left = this.barriers.filter(({ target }) => takenCount < target)
    this.barriers = left.length === 0 ? null : left
    for (const { done } of passed) done(null)
  }

  /** The machine takes no more events: nobody waits on. */
  refuse(refusal: Refusal): void {
    const { barriers, room } = this
    this.barriers = null
    this.room = null
    if (barriers !== null) for (const { done } of barriers) done(refusal)
    if (room !== null) for (const resume of room) resume()
    this.loaded()
  }
}
