/**
 * The modelled mempool and what came of its messages. A message is pushed at a moment and included at an epoch that is
 * known when it is pushed, unless it is stuck; its fate (an exit code, a refusal, a delay) can be set beforehand.
 */
import type { MessageParams } from "../ports/Chain.ts"
import type { ChainEpoch, Cid, SectorNumber } from "../Sector.ts"

export type Method = MessageParams["method"]

/** What is to happen to the next messages. */
export type Fate =
  | { readonly kind: "exit"; readonly code: number }
  /** The node does not take it. */
  | { readonly kind: "refused" }
  /** It stays in the mempool until messages are released. */
  | { readonly kind: "stuck" }
  | { readonly kind: "delay"; readonly epochs: number }

/** A fate for the next `count` messages, of one method or of any. */
export interface Ordered {
  readonly fate: Fate
  readonly method: Method | null
  count: number
}

export interface Message {
  readonly cid: Cid
  readonly nonce: number
  readonly method: Method
  /** Dropped when the message is final: nothing will be undone any more. */
  params: MessageParams | null
  readonly value: bigint
  readonly maxFee: bigint
  readonly pushedAt: number
  /** The epoch it is, or will be, included at; null while it is stuck. */
  inclusion: ChainEpoch | null
  executed: boolean
  exitCode: number
  /** The exit code it is to have; null: what execution gives. */
  readonly forcedExit: number | null
  /** The sectors on which it had an effect; what a revert undoes. */
  applied: ReadonlyArray<SectorNumber>
  /** What it cost in gas and network fees. */
  fee: bigint
}

const before = (a: Message, b: Message): boolean =>
  a.inclusion! < b.inclusion! || (a.inclusion === b.inclusion && a.nonce < b.nonce)

export class Messages {
  readonly byCid = new Map<Cid, Message>()
  /** Not executed yet, by inclusion and then nonce. */
  private pending: Array<Message> = []
  /** Executed and not final, oldest first. */
  private recent: Array<Message> = []
  readonly stuck = new Set<Message>()
  fates: Array<Ordered> = []

  add(message: Message): void {
    this.byCid.set(message.cid, message)
    if (message.inclusion === null) this.stuck.add(message)
    else this.schedule(message)
  }

  private schedule(message: Message): void {
    const { pending } = this
    let index = pending.length
    while (index > 0 && before(message, pending[index - 1]!)) index--
    if (index === pending.length) pending.push(message)
    else pending.splice(index, 0, message)
  }

  /** Takes out the next message that is included at `head` or before. */
  takeDue(head: ChainEpoch): Message | null {
    const first = this.pending[0]
    if (first === undefined || first.inclusion! > head) return null
    this.pending.shift()
    this.recent.push(first)
    return first
  }

  /** The next fate for a message of the method; takes it. */
  takeFate(method: Method): Fate | null {
    const index = this.fates.findIndex((fate) => fate.method === null || fate.method === method)
    if (index < 0) return null
    const ordered = this.fates[index]!
    ordered.count--
    if (ordered.count <= 0) this.fates.splice(index, 1)
    return ordered.fate
  }

  /** Executed messages that were included at `from` or later, newest first; they go back to the mempool by `requeue`. */
  takeRecent(from: ChainEpoch): Array<Message> {
    const first = this.recent.findIndex((message) => message.inclusion! >= from)
    return first < 0 ? [] : this.recent.splice(first).reverse()
  }

  requeue(message: Message, inclusion: ChainEpoch): void {
    message.inclusion = inclusion
    message.executed = false
    this.schedule(message)
  }

  /** Stuck messages go on at the epoch. */
  release(inclusion: ChainEpoch): number {
    const released = [...this.stuck]
    this.stuck.clear()
    for (const message of released) this.requeue(message, inclusion)
    return released.length
  }

  /** Messages at or below the epoch are final: their parameters are let go. Gives how many. */
  finalize(epoch: ChainEpoch): number {
    let count = 0
    while (count < this.recent.length && this.recent[count]!.inclusion! <= epoch)
      this.recent[count++]!.params = null
    if (count > 0) this.recent.splice(0, count)
    return count
  }

  get waiting(): number {
    return this.pending.length + this.stuck.size
  }

  all(): ReadonlyArray<Message> {
    return [...this.byCid.values()]
  }

  /** Puts messages of a saved world back; `recentFrom`: what was included later is not final. */
  restore(messages: ReadonlyArray<Message>): void {
    for (const message of messages) {
      this.byCid.set(message.cid, message)
      if (message.executed) {
        if (message.params !== null) this.recent.push(message)
      } else if (message.inclusion === null) this.stuck.add(message)
      else this.schedule(message)
    }
    this.recent.sort((a, b) => a.inclusion! - b.inclusion! || a.nonce - b.nonce)
  }
}
