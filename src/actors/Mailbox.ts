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
  /** The first event that waits; most mailboxes never hold more, and then touch no array. */
  private first: Envelope<E> | null = null
  private rest: Array<Envelope<E>> | null = null
  private head = 0
  length = 0

  at(index: number): E {
    return index === 0 ? this.first!.event : this.rest![this.head + index - 1]!.event
  }

  envelope(index: number): Envelope<E> {
    return index === 0 ? this.first! : this.rest![this.head + index - 1]!
  }

  push(envelope: Envelope<E>): void {
    if (this.length++ === 0) this.first = envelope
    else (this.rest ??= []).push(envelope)
  }

  /** Takes the first `count` away. */
  drop(count: number): void {
    if (count <= 0) return
    const { rest } = this
    if (count >= this.length) {
      this.length = 0
      this.first = null
      this.head = 0
      if (rest !== null && rest.length > 0) this.rest = rest.length > compactAfter ? null : []
      return
    }
    this.length -= count
    this.head += count
    this.first = rest![this.head - 1]!
    if (this.head > compactAfter && this.head * 2 > rest!.length) {
      rest!.splice(0, this.head)
      this.head = 0
    }
  }

  /** Everything that waits, leaving the mailbox empty. */
  takeAll(): Array<Envelope<E>> {
    const all = Array.from({ length: this.length }, (_, index) => this.envelope(index))
    this.drop(all.length)
    return all
  }
}
