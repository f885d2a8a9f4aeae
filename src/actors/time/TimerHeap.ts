/**
 * Timers in the order in which they are due: by time, then by the order in which they were set. A binary heap over
 * plain arrays; cancelling marks the entry, and it is dropped when it comes up.
 */
export interface Timer {
  /** When it is due, in milliseconds of its clock. */
  readonly at: number
  /** Breaks ties: the earlier set goes first, so that runs repeat exactly. */
  readonly sequence: number
  run: (() => void) | null
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence)

export class TimerHeap {
  private readonly heap: Array<Timer> = []
  private sequence = 0
  private cancelled = 0

  /** Timers that are set and not cancelled. */
  get size(): number {
    return this.heap.length - this.cancelled
  }

  set(at: number, run: () => void): Timer {
    const timer: Timer = { at, sequence: this.sequence++, run }
    const { heap } = this
    let index = heap.length
    heap.push(timer)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent]!
      if (!before(timer, above)) break
      heap[index] = above
      index = parent
    }
    heap[index] = timer
    return timer
  }

  cancel(timer: Timer): void {
    if (timer.run === null) return
    timer.run = null
    this.cancelled++
    if (this.cancelled > 64 && this.cancelled * 2 > this.heap.length) this.compact()
  }

  /** When the next timer is due, or null. */
  nextAt(): number | null {
    this.skipCancelled()
    return this.heap.length === 0 ? null : this.heap[0]!.at
  }

  /** Takes out the next timer that is due at `now` or earlier; the caller runs what it gives. */
  takeDue(now: number): (() => void) | null {
    this.skipCancelled()
    const first = this.heap[0]
    if (first === undefined || first.at > now) return null
    this.pop()
    const { run } = first
    first.run = null
    return run
  }

  private skipCancelled(): void {
    while (this.heap.length > 0 && this.heap[0]!.run === null) {
      this.pop()
      this.cancelled--
    }
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop()!
    if (heap.length > 0) this.sink(last, 0)
  }

  private sink(timer: Timer, start: number): void {
    const { heap } = this
    const half = heap.length >> 1
    let index = start
    while (index < half) {
      let child = 2 * index + 1
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      const below = heap[child]!
      if (!before(below, timer)) break
      heap[index] = below
      index = child
    }
    heap[index] = timer
  }

  private compact(): void {
    const kept = this.heap.filter((timer) => timer.run !== null)
    this.heap.length = 0
    for (const timer of kept) this.heap.push(timer)
    for (let index = (this.heap.length >> 1) - 1; index >= 0; index--) this.sink(this.heap[index]!, index)
    this.cancelled = 0
  }
}
