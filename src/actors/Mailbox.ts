/**
 * The waiting events of one machine: an array with a head index. Taking from the front moves the head; the array is
 * compacted when more than half of it is spent, so consuming one event at a time stays linear and spent events are
 * not kept alive.
 */
import type { Pending, PlanFailure } from "./Planner.ts"
import type { Refusal } from "./Refusal.ts"

/** What became of one event: taken (and saved), refused by the planner, or its machine stopped before it. */
export type Verdict =
  | { readonly _tag: "Planned" }
  | { readonly _tag: "Refused"; readonly failure: PlanFailure }
  | { readonly _tag: "Lost"; readonly refusal: Refusal }

/** An event on its way, with what has to happen when it is consumed. */
export interface Envelope<E> {
  readonly event: E
  /** Its row in the durable inbox, 0 when it lives in memory only. */
  readonly inbox: number
  /** The name of the durable timer that posted it, if one did. */
  readonly timer: string | null
  /** Told the verdict on this very event, after the write. */
  readonly reply: ((verdict: Verdict) => void) | null
}

const compactAfter = 64

export class Mailbox<E> implements Pending<E> {
  private items: Array<Envelope<E>> = []
  private head = 0

  get length(): number {
    return this.items.length - this.head
  }

  at(index: number): E {
    return this.items[this.head + index]!.event
  }

  envelope(index: number): Envelope<E> {
    return this.items[this.head + index]!
  }

  push(envelope: Envelope<E>): void {
    this.items.push(envelope)
  }

  /** Takes the first `count` away. */
  drop(count: number): void {
    this.head += count
    if (this.head >= this.items.length) {
      this.items = this.items.length > compactAfter ? [] : this.items
      this.items.length = 0
      this.head = 0
    } else if (this.head > compactAfter && this.head * 2 > this.items.length) {
      this.items.splice(0, this.head)
      this.head = 0
    }
  }

  /** Everything that waits, leaving the mailbox empty. */
  takeAll(): Array<Envelope<E>> {
    const all = this.items.slice(this.head)
    this.drop(all.length)
    return all
  }
}
