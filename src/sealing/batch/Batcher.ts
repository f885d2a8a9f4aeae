/**
 * The loop that the batchers share: sectors queue, a wake may lead to sending, each sector is told what its message
 * came to. Wakes that come while a batch is on its way are taken together when it is done.
 */
import type { Ask, Cancel } from "../ports/ask.ts"
import type { BatchResult } from "../ports/Batchers.ts"
import type { Request } from "../ports/Request.ts"
import type { Scheduler, Timer } from "../model/Scheduler.ts"
import { runLoop } from "../stages/runLoop.ts"
import type { SectorNumber } from "../Sector.ts"
import { dueAt, nextTimer, type BatchTimes, type Wake, type Waiting } from "./plan.ts"

/** A queued sector with what its batcher needs of it. */
export interface Queued<I> extends Waiting {
  readonly input: I
}

/** What waits, for the one who sends. */
export interface Queue<I> {
  readonly total: number
  /** Oldest first. */
  readonly list: () => ReadonlyArray<Queued<I>>
}

/** What sending gives: a result per message; sectors in none of them stay queued. Null: this wake sends nothing. */
export type Sending<I> = (
  queue: Queue<I>,
  wake: Wake,
) => Generator<Request, ReadonlyArray<BatchResult> | null, any>

export interface BatcherOptions<I> {
  readonly scheduler: Scheduler
  readonly ask: Ask
  readonly times: () => BatchTimes
  /** How long after a wake that had to send and could not the next one comes, in milliseconds. */
  readonly retryMillis: () => number
  readonly send: Sending<I>
}

interface Entry<I> {
  readonly queued: Queued<I>
  readonly replies: Set<(result: BatchResult) => void>
}

/** The wake that counts when several came together. */
const strength: Readonly<Record<Wake, number>> = { notify: 0, timer: 1, force: 2 }

export class Batcher<I> {
  private readonly entries = new Map<SectorNumber, Entry<I>>()
  private timer: Timer | null = null
  private sending = false
  private next: Wake | null = null
  private forced: Array<(results: ReadonlyArray<BatchResult>) => void> = []
  private readonly options: BatcherOptions<I>
  private readonly queue: Queue<I>

  constructor(options: BatcherOptions<I>) {
    const { entries } = this
    this.options = options
    this.queue = {
      get total() {
        return entries.size
      },
      list: () => [...entries.values()].map((entry) => entry.queued),
    }
  }

  /** Queues a sector; `reply` is called with the result of its message. Queued again it takes the new input. */
  add(sector: SectorNumber, input: I, cutoffAt: number, reply: (result: BatchResult) => void): Cancel {
    const known = this.entries.get(sector)
    const replies = known?.replies ?? new Set()
    replies.add(reply)
    const queuedAt = known?.queued.queuedAt ?? this.options.scheduler.now()
    const queued = { sector, queuedAt, cutoffAt, input }
    this.entries.set(sector, { queued, replies })
    this.arm(dueAt(queued, this.options.times()))
    this.wake("notify")
    return () => {
      replies.delete(reply)
    }
  }

  /** The sectors that wait, in the order in which they were queued. */
  pending(): ReadonlyArray<SectorNumber> {
    return [...this.entries.keys()]
  }

  /** When a batch is sent at the latest; null when nothing waits. */
  get timerAt(): number | null {
    return this.timer?.at ?? null
  }

  /** Sends what is there now; calls back with what was sent. */
  flush(sent: (results: ReadonlyArray<BatchResult>) => void): void {
    this.forced.push(sent)
    this.wake("force")
  }

  private wake(wake: Wake): void {
    if (this.next === null || strength[wake] > strength[this.next]) this.next = wake
    if (!this.sending) this.turn()
  }

  private turn(): void {
    const wake = this.next!
    this.next = null
    this.sending = true
    const forced = wake === "force" ? this.forced.splice(0) : []
    runLoop(this.options.send(this.queue, wake), this.options.ask, (results) => {
      this.sending = false
      for (const result of results ?? []) this.answer(result)
      for (const sent of forced) sent(results ?? [])
      this.settle(wake, results !== null)
    })
  }

  private settle(wake: Wake, sent: boolean): void {
    if (this.next !== null) return this.turn()
    if (wake === "notify" && !sent) return
    const { scheduler, times, retryMillis } = this.options
    if (this.timer !== null) scheduler.cancel(this.timer)
    this.timer = null
    const waiting = [...this.entries.values()].map((entry) => entry.queued)
    const at = nextTimer(waiting, times(), scheduler.now() + (sent ? 0 : retryMillis()))
    if (at !== null) this.arm(at)
  }

  private answer(result: BatchResult): void {
    for (const sector of result.sectors) {
      const entry = this.entries.get(sector)
      if (entry === undefined) continue
      this.entries.delete(sector)
      for (const reply of entry.replies) reply(result)
    }
  }

  /** Makes sure that the timer fires at `due` or before. */
  private arm(due: number): void {
    const { scheduler } = this.options
    const at = Math.max(scheduler.now(), due)
    if (this.timer !== null) {
      if (this.timer.at <= at) return
      scheduler.cancel(this.timer)
    }
    // A sector that is queued at the very instant of the timer still goes along: arrivals come first.
    this.timer = scheduler.at(at, () => {
      this.timer = scheduler.at(at, () => {
        this.timer = null
        this.wake("timer")
      })
    })
  }
}
