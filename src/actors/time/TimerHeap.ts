/**
 * Timers in the order in which they are due: by time, then by the order in which they were set. A heap of four children
 * per node over flat arrays of numbers, so that comparing two timers reads no object; cancelling marks the entry, and it
 * is dropped when it comes up.
 */
export interface Timer {
  /** When it is due, in milliseconds of its clock. */
  readonly at: number
  /** False once it was taken or cancelled. */
  isSet: boolean
}

/** Timers of any shape; whoever takes one knows what it is for. */
export class TimerQueue<T extends Timer> {
  private readonly times: Array<number> = []
  /** Breaks ties: the earlier set goes first, so that runs repeat exactly. */
  private readonly sequences: Array<number> = []
  private readonly timers: Array<T> = []
  private sequence = 0
  private cancelled = 0

  /** Timers that are set and not cancelled. */
  get size(): number {
    return this.timers.length - this.cancelled
  }

  add(timer: T): T {
    const { times, sequences, timers } = this
    const { at } = timer
    const sequence = this.sequence++
    let index = timers.length
    times.push(at)
    sequences.push(sequence)
    timers.push(timer)
    // Its sequence is the largest, so only an earlier time goes up.
    while (index > 0) {
      const parent = (index - 1) >> 2
      const above = times[parent]!
      if (above <= at) break
      times[index] = above
      sequences[index] = sequences[parent]!
      timers[index] = timers[parent]!
      index = parent
    }
    times[index] = at
    sequences[index] = sequence
    timers[index] = timer
    return timer
  }

  cancel(timer: Timer): void {
    if (!timer.isSet) return
    timer.isSet = false
    this.cancelled++
    if (this.cancelled > 64 && this.cancelled * 2 > this.timers.length) this.compact()
  }

  /** When the next timer is due, or null. */
  nextAt(): number | null {
    if (this.cancelled > 0) this.skipCancelled()
    return this.times.length === 0 ? null : this.times[0]!
  }

  /** Takes out the next timer that is due at `now` or earlier. */
  take(now: number): T | null {
    if (this.cancelled > 0) this.skipCancelled()
    if (this.times.length === 0 || this.times[0]! > now) return null
    const first = this.timers[0]!
    this.pop()
    first.isSet = false
    return first
  }

  private skipCancelled(): void {
    while (this.timers.length > 0 && !this.timers[0]!.isSet) {
      this.pop()
      this.cancelled--
    }
  }

  private pop(): void {
    const at = this.times.pop()!
    const sequence = this.sequences.pop()!
    const timer = this.timers.pop()!
    if (this.timers.length > 0) this.sink(at, sequence, timer, 0)
  }

  private sink(at: number, sequence: number, timer: T, start: number): void {
    const { times, sequences, timers } = this
    const count = times.length
    let index = start
    for (;;) {
      const first = 4 * index + 1
      if (first >= count) break
      let child = first
      let childAt = times[first]!
      const end = first + 4 < count ? first + 4 : count
      for (let other = first + 1; other < end; other++) {
        const otherAt = times[other]!
        if (otherAt < childAt || (otherAt === childAt && sequences[other]! < sequences[child]!)) {
          child = other
          childAt = otherAt
        }
      }
      if (at < childAt || (at === childAt && sequence < sequences[child]!)) break
      times[index] = childAt
      sequences[index] = sequences[child]!
      timers[index] = timers[child]!
      index = child
    }
    times[index] = at
    sequences[index] = sequence
    timers[index] = timer
  }

  private compact(): void {
    const { times, sequences, timers } = this
    let kept = 0
    for (let index = 0; index < timers.length; index++) {
      if (!timers[index]!.isSet) continue
      times[kept] = times[index]!
      sequences[kept] = sequences[index]!
      timers[kept++] = timers[index]!
    }
    times.length = kept
    sequences.length = kept
    timers.length = kept
    this.cancelled = 0
    for (let index = (kept - 2) >> 2; index >= 0; index--)
      this.sink(times[index]!, sequences[index]!, timers[index]!, index)
  }
}

interface Call extends Timer {
  readonly run: () => void
}

/** Timers that call back. */
export class TimerHeap extends TimerQueue<Call> {
  set(at: number, run: () => void): Timer {
    return this.add({ at, isSet: true, run })
  }

  /** Takes out the next timer that is due at `now` or earlier; the caller runs what it gives. */
  takeDue(now: number): (() => void) | null {
    return this.take(now)?.run ?? null
  }
}
