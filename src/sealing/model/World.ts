/**
 * The modelled world: one chain, one sealer, one market on one clock. Everything it gives is simulated. It can be
 * steered for drills (`set`), saved and restored as JSON; while nothing runs it, it stands still.
 */
import type { Ask, AskOf } from "../ports/ask.ts"
import type { ChainVerbs } from "../ports/Chain.ts"
import type { MarketVerbs } from "../ports/Market.ts"
import type { SealerVerbs } from "../ports/Sealer.ts"
import type { Request } from "../ports/Request.ts"
import type { Cid } from "../Sector.ts"
import { describe } from "../stages/describe.ts"
import type { Outcome, Why } from "../stages/Stage.ts"
import { runLoop } from "../stages/runLoop.ts"
import { seedReady } from "../stages/waitSeed.ts"
import { parseFil } from "../units.ts"
import { mainnetGenesis } from "./Epochs.ts"
import type { Registration } from "./HeightCallbacks.ts"
import { ModelChain, type ChainOptions, type ChainSnapshot } from "./ModelChain.ts"
import { ModelMarket } from "./ModelMarket.ts"
import { ModelSealer, type JobView, type SealerOptions, type SealerSnapshot } from "./ModelSealer.ts"
import type { Scheduler } from "./Scheduler.ts"
import { publishedDurations, type Task } from "./tasks.ts"
import type { WorkerView } from "./Workers.ts"

export interface WorldOptions {
  /** The miner's address. */
  readonly miner?: string
  readonly chain?: Partial<ChainOptions>
  readonly sealer?: Partial<SealerOptions>
}

const modelMiner = "f01000"

/** A world that begins before the mainnet's genesis (time 0 in a simulation) begins at this epoch. */
const firstEpoch = 100_000
const epochMillis = 30_000

/** Sends what a callback of the chain came to; the driver knows which state the sector is in. */
export type Deliver = (registration: Registration, outcome: Outcome) => void

const chainDefaults = (now: number): ChainOptions => ({
  genesis: now >= mainnetGenesis ? mainnetGenesis : now - firstEpoch * epochMillis,
  inclusionEpochs: 1,
  networkVersion: 14,
  baseFee: parseFil("0.1 nFIL"),
  seed: "linkseal",
  pots: {
    wallet: parseFil("1000000 FIL"),
    available: parseFil("1000 FIL"),
    deposits: 0n,
    pledge: 0n,
    burnt: 0n,
  },
  preCommitDeposit: parseFil("0.1 FIL"),
  initialPledge: parseFil("0.15 FIL"),
  apiTimeoutMillis: 30_000,
})

export class World {
  readonly miner: string
  readonly scheduler: Scheduler
  readonly chain: ModelChain
  readonly sealer: ModelSealer
  readonly market: ModelMarket
  private deliver: Deliver = () => {}

  constructor(scheduler: Scheduler, options: WorldOptions = {}) {
    this.scheduler = scheduler
    this.miner = options.miner ?? modelMiner
    this.market = new ModelMarket(this.miner)
    this.sealer = new ModelSealer(
      { durations: publishedDurations, workers: [], ...options.sealer },
      scheduler,
    )
    this.chain = new ModelChain(
      { ...chainDefaults(scheduler.now()), ...options.chain },
      scheduler,
      (deal, epoch) => this.market.fits(deal, epoch),
      (registration) => this.fire(registration),
    )
  }

  /** Says who sends what the chain's callbacks come to. */
  onDelivery(deliver: Deliver): void {
    this.deliver = deliver
  }

  readonly askChain: AskOf<ChainVerbs> = (request, reply) => this.chain.ask(request, reply)
  readonly askSealer: AskOf<SealerVerbs> = (request, reply) => this.sealer.ask(request, reply)
  readonly askMarket: AskOf<MarketVerbs> = (request, reply) => {
    reply(this.market.answer(request))
    return null
  }

  private fire(registration: Registration): void {
    runLoop(seedReady(registration.epoch), this.askChain as Ask, (outcome) =>
      this.deliver(registration, outcome),
    )
  }

  /** Why a request is not answered yet, with what only the world knows; null when it knows nothing of it. */
  explain(request: Request): Why | null {
    switch (request._tag) {
      case "AddPiece":
      case "PreCommit1":
      case "PreCommit2":
      case "Commit1":
      case "Commit2":
      case "Finalize":
        return explainJob(describe(request), this.sealer.jobOf(request), this.sealer.workers.list())
      case "WaitMessage":
        return this.explainMessage(request.cid, request.confidence)
      default:
        return null
    }
  }

  private explainMessage(cid: Cid, confidence: number): Why {
    // What is due at this epoch is on the chain, whether or not somebody has looked since.
    this.chain.settle()
    const due = this.chain.expected(cid, confidence)
    const message = this.chain.messages.byCid.get(cid)
    if (message === undefined) {
      const epoch = this.chain.waits.givesUpAt(cid)
      const text = `message ${cid} is not known to the chain; it is looked for as long as finality takes`
      return epoch === null ? { kind: "chain", text } : { kind: "chain", text, until: { epoch } }
    }
    if (due === null) return { kind: "chain", text: `message ${cid} is stuck in the mempool` }
    return {
      kind: "chain",
      text: `message ${cid} (${message.method}) ${message.executed ? "is" : "will be"} on the chain at epoch ${message.inclusion}, and must be ${confidence} epochs deep`,
      until: { epoch: due },
    }
  }

  /** Everything that is to outlive the process, as JSON. */
  snapshot(): string {
    const saved: WorldSnapshot = {
      version: 1,
      simulated: true,
      chain: this.chain.save(),
      sealer: this.sealer.save(),
      market: this.market.save(),
    }
    return JSON.stringify(saved, (_key, value: unknown) =>
      typeof value === "bigint" ? { $bigint: value.toString() } : value,
    )
  }
}

/** Everything of a world that is to outlive the process, as JSON. */
export const snapshotWorld = (world: World): string => world.snapshot()

/**
 * The world as it was saved, on a scheduler that stands where it stood then: what ran goes on with the time it had
 * left. Throws when the JSON is not a saved world.
 */
export const restoreWorld = (scheduler: Scheduler, json: string, options: WorldOptions = {}): World => {
  const saved = JSON.parse(json, (_key, value: unknown) =>
    typeof value === "object" && value !== null && "$bigint" in value ? BigInt(String(value.$bigint)) : value,
  ) as WorldSnapshot
  if (saved.version !== 1 || saved.simulated !== true)
    throw new Error("this is not the saved state of a modelled world of version 1")
  const world = new World(scheduler, {
    ...options,
    chain: { ...options.chain, genesis: saved.chain.genesis },
  })
  world.chain.restore(saved.chain)
  world.market.restore(saved.market)
  world.sealer.restore(saved.sealer)
  return world
}

/** True when nobody who does the task is up; what no worker has slots for runs on the miner, the last of the list. */
const nobodyIsUp = (task: Task, workers: ReadonlyArray<WorkerView>): boolean => {
  const able = workers.filter(({ tasks }) => (tasks[task]?.slots ?? 0) > 0)
  return (able.length === 0 ? workers.slice(-1) : able).every(({ up }) => !up)
}

const explainJob = (why: Why, job: JobView | null, workers: ReadonlyArray<WorkerView>): Why => {
  if (job === null) return why
  if (job.ahead !== null) {
    const turn = job.ahead === 0 ? "it is the next" : `${job.ahead} before it`
    const down = nobodyIsUp(job.task, workers) ? "; every worker that does it is down" : ""
    return { kind: "worker", text: `${job.task} waits for a free worker, ${turn}${down}` }
  }
  if (job.until === null) return why
  return {
    kind: "worker",
    text: `${why.text} on ${job.hostname}, simulated`,
    until: { millis: job.until },
  }
}

interface WorldSnapshot {
  readonly version: 1
  readonly simulated: true
  readonly chain: ChainSnapshot
  readonly sealer: SealerSnapshot
  readonly market: unknown
}
