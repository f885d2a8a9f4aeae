/** The miner's three batchers behind their port. What is queued lives in memory only. */
import type { SealingConfig } from "../Config.ts"
import type { Scheduler } from "../model/Scheduler.ts"
import { askTyped, type Ask, type AskOf, type Cancel } from "../ports/ask.ts"
import type { BatchKind, BatchResult, BatchVerbs, CommitInput, PreCommitInput } from "../ports/Batchers.ts"
import type { SectorLocation } from "../ports/Chain.ts"
import { epochMillis } from "../ports/policy.ts"
import type { Request, RequestNamed } from "../ports/Request.ts"
import { done, failed } from "../ports/Result.ts"
import type { ChainEpoch, SectorNumber } from "../Sector.ts"
import type { Why } from "../stages/Stage.ts"
import { Batcher } from "./Batcher.ts"
import { sendCommits } from "./commits.ts"
import { sendPreCommits } from "./preCommits.ts"
import { sendTerminations } from "./terminations.ts"

export interface BatchersOptions {
  readonly scheduler: Scheduler
  /** Answers what the batchers ask: chain, sealer (to aggregate) and settings. */
  readonly ask: Ask
  /** The settings as they are now. */
  readonly config: () => SealingConfig
}

/** After a failure to reach the chain a batcher tries again so much later. */
const retryMillis = 60_000

/** How a batcher stands: who waits, and when a message goes at the latest. */
export interface BatchView {
  readonly pending: ReadonlyArray<SectorNumber>
  readonly max: number
  /** Milliseconds of the world's clock; null when nothing waits. */
  readonly timerAt: number | null
}

const batchNames: Readonly<Record<BatchKind, string>> = {
  precommit: "a pre-commit batch",
  commit: "an aggregate of proofs",
  terminate: "a batch of terminations",
}

const kindOf = ({ _tag }: Request): BatchKind | null => {
  if (_tag === "QueuePreCommit") return "precommit"
  if (_tag === "QueueCommit") return "commit"
  return _tag === "QueueTermination" ? "terminate" : null
}

export class Batchers {
  private readonly preCommits: Batcher<PreCommitInput>
  private readonly commits: Batcher<CommitInput>
  private readonly terminations: Batcher<SectorLocation>
  private readonly options: BatchersOptions

  constructor(options: BatchersOptions) {
    const { scheduler, ask } = options
    const atStart = options.config()
    this.options = options
    this.preCommits = new Batcher({
      scheduler,
      ask,
      times: () => ({ waitMillis: atStart.PreCommitBatchWait, slackMillis: atStart.PreCommitBatchSlack }),
      retryMillis: () => retryMillis,
      send: sendPreCommits,
    })
    this.commits = new Batcher({
      scheduler,
      ask,
      times: () => ({ waitMillis: atStart.CommitBatchWait, slackMillis: atStart.CommitBatchSlack }),
      retryMillis: () => retryMillis,
      send: sendCommits,
    })
    this.terminations = new Batcher({
      scheduler,
      ask,
      times: () => ({ waitMillis: options.config().TerminateBatchWait, slackMillis: 0 }),
      retryMillis: () => Math.max(1000, options.config().TerminateBatchWait),
      send: sendTerminations,
    })
  }

  readonly ask: AskOf<BatchVerbs> = (request, reply) => {
    switch (request._tag) {
      case "QueuePreCommit":
        return this.queue(request, request.cutoff, this.preCommits, reply)
      case "QueueCommit":
        return this.queue(request, request.cutoff, this.commits, reply)
      case "QueueTermination":
        return this.queueTermination(request.sector, reply)
    }
  }

  /** Sends what waits, now; calls back with what was sent. */
  flush(kind: BatchKind, sent: (results: ReadonlyArray<BatchResult>) => void): void {
    this.batcher(kind).flush(sent)
  }

  view(kind: BatchKind): BatchView {
    const config = this.options.config()
    const max = {
      precommit: config.MaxPreCommitBatch,
      commit: config.MaxCommitBatch,
      terminate: config.TerminateBatchMax,
    }
    const batcher = this.batcher(kind)
    return { pending: batcher.pending(), max: max[kind], timerAt: batcher.timerAt }
  }

  /** Why a queued sector waits, and when its batch goes at the latest; null for what is no request to a batcher. */
  explain(request: Request): Why | null {
    const kind = kindOf(request)
    if (kind === null) return null
    const { pending, max, timerAt } = this.view(kind)
    return {
      kind: "batch",
      text: `queued for ${batchNames[kind]} (${pending.length} of ${max}); it goes when it is full, when its time has come, or by hand`,
      ...(timerAt === null ? {} : { until: { millis: timerAt } }),
    }
  }

  private batcher(kind: BatchKind): Batcher<any> {
    if (kind === "precommit") return this.preCommits
    return kind === "commit" ? this.commits : this.terminations
  }

  private queue<I extends { readonly sector: SectorNumber }>(
    input: I,
    cutoff: ChainEpoch,
    batcher: Batcher<I>,
    reply: (reply: any) => void,
  ): Cancel | null {
    let cancelled = false
    let leave: Cancel | null = null
    const { ask, scheduler } = this.options
    const asking = askTyped(ask, { _tag: "ChainHead" } as RequestNamed<"ChainHead">, (head) => {
      if (cancelled) return
      if (!head.ok) {
        reply(failed("queue", `getting chain head: ${head.error.message}`))
        return
      }
      const cutoffAt = scheduler.now() + Math.max(0, cutoff - head.value.epoch) * epochMillis
      leave = batcher.add(input.sector, input, cutoffAt, (result) => reply(done(result)))
    })
    return () => {
      cancelled = true
      asking?.()
      leave?.()
    }
  }

  private queueTermination(sector: SectorNumber, reply: (reply: any) => void): Cancel | null {
    let leave: Cancel | null = null
    let cancelled = false
    const request: RequestNamed<"SectorLocation"> = { _tag: "SectorLocation", sector }
    const asking = askTyped(this.options.ask, request, (location) => {
      if (cancelled) return
      if (!location.ok) reply(failed("queue", `getting sector location: ${location.error.message}`))
      else if (location.value === null) reply(done(null))
      else
        leave = this.terminations.add(sector, location.value, Number.POSITIVE_INFINITY, (result) =>
          reply(done(result.message)),
        )
    })
    return () => {
      cancelled = true
      asking?.()
      leave?.()
    }
  }
}
