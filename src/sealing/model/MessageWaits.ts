/**
 * Who waits for which message to be deep enough. A wait has one timer, at the epoch that is expected now; when
 * inclusions change (a revert, a release) every wait looks anew.
 */
import type { Cancel } from "../ports/ask.ts"
import type { MessageLookup } from "../ports/Chain.ts"
import { done, failed, type Result } from "../ports/Result.ts"
import type { ChainEpoch, Cid } from "../Sector.ts"
import type { Epochs } from "./Epochs.ts"
import type { Message } from "./Messages.ts"
import type { Scheduler, Timer } from "./Scheduler.ts"

interface Sources {
  readonly scheduler: Scheduler
  readonly epochs: Epochs
  /** The message, with inclusions worked off up to the head; null when the chain does not know it. */
  readonly find: (cid: Cid) => Message | null
  readonly lookup: (message: Message) => MessageLookup
}

interface Wait {
  readonly cid: Cid
  readonly confidence: number
  readonly reply: (reply: Result<MessageLookup>) => void
  readonly since: ChainEpoch
  timer: Timer | null
}

/** How long a wait looks for a message that the chain does not know. */
const unknownMessageEpochs = 900

export class MessageWaits {
  private readonly waits = new Set<Wait>()
  private readonly sources: Sources

  constructor(sources: Sources) {
    this.sources = sources
  }

  wait(cid: Cid, confidence: number, reply: Wait["reply"]): Cancel {
    const wait: Wait = { cid, confidence, reply, since: this.head, timer: null }
    this.waits.add(wait)
    this.look(wait)
    return () => {
      this.waits.delete(wait)
      this.disarm(wait)
    }
  }

  /** When the last of those who wait for a message that nobody knows gives up; null when nobody waits for it. */
  givesUpAt(cid: Cid): ChainEpoch | null {
    const since = [...this.waits].filter((wait) => wait.cid === cid).map((wait) => wait.since)
    return since.length === 0 ? null : Math.max(...since) + unknownMessageEpochs
  }

  /** Inclusions have changed: every wait looks anew. */
  lookAgain(): void {
    const waits = Array.from(this.waits)
    for (const wait of waits) this.look(wait)
  }

  private get head(): ChainEpoch {
    return this.sources.epochs.at(this.sources.scheduler.now())
  }

  private disarm(wait: Wait): void {
    if (wait.timer !== null) this.sources.scheduler.cancel(wait.timer)
    wait.timer = null
  }

  private look(wait: Wait): void {
    this.disarm(wait)
    const message = this.sources.find(wait.cid)
    if (message !== null && message.inclusion === null) return
    const due = message === null ? wait.since + unknownMessageEpochs : message.inclusion! + wait.confidence
    if (this.head < due) {
      wait.timer = this.sources.scheduler.at(this.sources.epochs.startOf(due), () => this.look(wait))
      return
    }
    this.waits.delete(wait)
    wait.reply(
      message === null
        ? failed(
            "api",
            `message ${wait.cid} was not found on the chain within ${unknownMessageEpochs} epochs`,
          )
        : done(this.sources.lookup(message)),
    )
  }
}
