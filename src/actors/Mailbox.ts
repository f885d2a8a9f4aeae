/**
 * The waiting events of one machine: an array with a head index. Taking from the front moves the head; the array is
 * compacted when more than half of it is spent, so consuming one event at a time stays linear and spent events are
 * not kept alive.
 */
import type { Pending, PlanFailure } from "./Planner.ts"
import type { Refusal } from "./Refusal.ts"
import type { SpentTimer } from "./Timers.ts"

/** What became of one event: taken (and saved), refused by the planner, or its machine stopped before it. */
export type Verdict =
  | { readonly _tag: "Planned" }
  | { readonly _tag: "Refused"; readonly failure: PlanFailure }
  | { readonly _tag: "Lost"; readonly refusal: Refusal }

/** What has to happen when an event is consumed, beside the plan. */
export interface Note {
  /** Its row in the durable inbox, 0 when it lives in memory only. */
  readonly inbox: number
  /** The timer that posted it, if one did. */
  readonly timer: SpentTimer | null
  /** Told the verdict on this very event, after the write. */
  readonly reply: ((verdict: Verdict) => void) | null
}

/** Of an event that came from memory and whose sender waits for no verdict: of most. */
const plain: Note = { inbox: 0, timer: null, reply: null }

/** An event that waits, with its note. */
export interface Envelope<E> extends Note {
  readonly event: E
}

/** How an event with a note of its own waits; a plain one is its own envelope, and costs nothing. */
class Noted<E> implements Envelope<E> {
  readonly event: E
  readonly inbox: number
  readonly timer: SpentTimer | null
  readonly reply: ((verdict: Verdict) => void) | null

  constructor(event: E, { inbox, timer, reply }: Note) {
    this.event = event
    this.inbox = inbox
    this.timer = timer
    this.reply = reply
  }
}

const compactAfter = 64

export class Mailbox<E> implements Pending<E> {
  /** The first event that waits; most mailboxes never hold more, and then touch no array. */
  private first: E | Noted<E> | null = null
  private rest: Array<E | Noted<E>> | null = null
  private head = 0
  length = 0

  private item(index: number): E | Noted<E> {
    return index === 0 ? this.first! : this.rest![this.head + index - 1]!
  }

  at(index: number): E {
    const item = this.item(index)
    return item instanceof Noted ? item.event : item
  }

  /** What has to happen when that event is consumed. */
  note(index: number): Note {
    const item = this.item(index)
    return item instanceof Noted ? item : plain
  }

  push(event: E, note: Note | null = null): void {
    const item = note === null ? event : new Noted(event, note)
    if (this.length++ === 0) this.first = item
    else (this.rest ??= []).push(item)
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
    const all = Array.from({ length: this.length }, (_, index) => ({
      event: this.at(index),
      ...this.note(index),
    }))
    this.drop(all.length)
    return all
  }
}
