/**
 * The modelled chain: an epoch every 30 seconds and nothing real behind it. A message is included at the next epoch
 * boundary (and `inclusionEpochs` - 1 more), waits end with their confidence, and a revert moves inclusions and changes
 * the randomness of the epochs it took. Inclusions are worked off when somebody looks, so a quiet chain costs nothing.
 */
import type { ChainVerbs, MessageLookup, PreCommitOnChain } from "../ports/Chain.ts"
import { chainFinality, wPoStChallengeWindow, wPoStProvingPeriod } from "../ports/policy.ts"
import type { RequestNamed, RequestOf } from "../ports/Request.ts"
import { done, failed, type Result } from "../ports/Result.ts"
import { sectorSize } from "../pieces/sealProof.ts"
import type { Bytes, ChainEpoch, Cid, SectorNumber } from "../Sector.ts"
import { bytesOf, messageCid } from "./digest.ts"
import { epochs, type Epochs } from "./Epochs.ts"
import { HeightCallbacks, type Fire } from "./HeightCallbacks.ts"
import { Ledger, type Pots } from "./Ledger.ts"
import { Messages, type Message } from "./Messages.ts"
import { MessageWaits } from "./MessageWaits.ts"
import { MinerState, type ProvenSector } from "./MinerState.ts"
import type { Scheduler } from "./Scheduler.ts"

export interface ChainOptions {
  /** When epoch 0 began, in milliseconds of the world's clock. */
  readonly genesis: number
  /** 1: the next epoch boundary. */
  readonly inclusionEpochs: number
  readonly networkVersion: number
  readonly baseFee: bigint
  readonly seed: string
  readonly pots: Pots
  /** Per 32 GiB sector, in attoFIL; other sizes in proportion (our assumption). */
  readonly preCommitDeposit: bigint
  readonly initialPledge: bigint
  /** How long a lookup takes to fail while the chain is down, in milliseconds. */
  readonly apiTimeoutMillis: number
}

export type ChainRequest = RequestOf<keyof ChainVerbs>
type ChainReply = ChainVerbs[keyof ChainVerbs]["reply"]

/** Stops waiting for a reply; what was asked goes on. */
export type Cancel = () => void

/** How many draws of randomness are kept; a bound, not a setting. */
const mostDrawn = 4096
/** Messages stay known for so long after they were included (30 days is the longest a proof may take). */
const messageRetentionEpochs = 60 * 2880
/** Gas of one sector's part in a message (specs-actors v6 has these figures for aggregates; our assumption for singles). */
const gasPerSector: Record<Message["method"], bigint> = {
  PreCommitSector: 16_433_324n,
  PreCommitSectorBatch: 16_433_324n,
  ProveCommitSector: 49_299_973n,
  ProveCommitAggregate: 49_299_973n,
  TerminateSectors: 16_433_324n,
}

export class ModelChain {
  readonly epochs: Epochs
  readonly messages = new Messages()
  readonly ledger: Ledger
  readonly miner: MinerState
  readonly heights: HeightCallbacks
  inclusionEpochs: number
  networkVersion: number
  baseFee: bigint
  /** Lookups fail while it is true. */
  down = false
  private nonce = 0
  private readonly forks: Array<ChainEpoch> = []
  readonly waits: MessageWaits
  /** What has been drawn lately; many sectors ask for the same epochs. */
  private readonly drawn = new Map<string, Bytes>()
  private readonly options: ChainOptions
  private readonly scheduler: Scheduler

  constructor(
    options: ChainOptions,
    scheduler: Scheduler,
    dealFits: (deal: number, epoch: ChainEpoch) => boolean,
    fire: Fire,
  ) {
    this.options = options
    this.scheduler = scheduler
    this.epochs = epochs(options.genesis)
    this.ledger = new Ledger(options.pots)
    this.miner = new MinerState(this.ledger, (proof) => this.scaled(options.initialPledge, proof), dealFits)
    this.heights = new HeightCallbacks(scheduler, this.epochs, fire)
    this.waits = new MessageWaits({
      scheduler,
      epochs: this.epochs,
      find: (cid) => {
        this.settle()
        return this.messages.byCid.get(cid) ?? null
      },
      lookup: (message) => this.lookupOf(message),
    })
    this.inclusionEpochs = options.inclusionEpochs
    this.networkVersion = options.networkVersion
    this.baseFee = options.baseFee
  }

  /** How often the chain has been reverted. */
  get reverts(): number {
    return this.forks.length
  }

  get head(): ChainEpoch {
    return this.epochs.at(this.scheduler.now())
  }

  /** Answers a request: at once, or when the time has come. */
  ask(request: ChainRequest, reply: (reply: any) => void): Cancel | null {
    if (this.down) return this.timeout(request, reply)
    this.settle()
    switch (request._tag) {
      case "WaitMessage":
        return this.waits.wait(request.cid, request.confidence, reply)
      case "UntilEpoch":
        return this.until(request.epoch, () => reply(done(null)))
      case "OnEpoch":
        this.heights.register(request)
        reply(done(null))
        return null
      default:
        reply(this.lookup(request))
        return null
    }
  }

  private timeout(request: ChainRequest, reply: (reply: any) => void): Cancel {
    const code = request._tag === "SendMessage" ? "push" : "api"
    const at = this.scheduler.now() + this.options.apiTimeoutMillis
    const timer = this.scheduler.at(at, () =>
      reply(failed(code, "the chain does not answer (world setting)")),
    )
    return () => this.scheduler.cancel(timer)
  }

  private lookup(
    request: Exclude<ChainRequest, { readonly _tag: "WaitMessage" | "UntilEpoch" | "OnEpoch" }>,
  ): ChainReply {
    const { head } = this
    switch (request._tag) {
      case "ChainHead":
        return done({ epoch: head, tipset: this.tipset(head) })
      case "SearchMessage":
        return done(this.search(request.cid))
      case "PreCommitInfo": {
        const found = this.miner.preCommit(request.sector, head)
        if (found !== null) return done(found)
        return this.miner.allocated.has(request.sector)
          ? failed(
              "allocated",
              `sector ${request.sector} is allocated, but PreCommit info wasn't found on chain`,
            )
          : done(null)
      }
      case "SectorInfo":
        return done(this.miner.sectors.get(request.sector) ?? null)
      case "SectorAllocated":
        return done(this.miner.allocated.has(request.sector))
      case "NetworkVersion":
        return done(this.networkVersion)
      case "TicketRandomness":
        return done(this.randomness("ticket", request.epoch))
      case "BeaconRandomness":
        return request.epoch > head
          ? failed("api", `randomness of epoch ${request.epoch} is not there yet; the head is at ${head}`)
          : done(this.randomness("beacon", request.epoch))
      case "BaseFee":
        return done(this.baseFee)
      case "PreCommitDeposit":
        return done(this.scaled(this.options.preCommitDeposit, request.info.SealProof))
      case "InitialPledge":
        return done(this.scaled(this.options.initialPledge, request.info.SealProof))
      case "AvailableBalance":
        return done(this.ledger.pots.available)
      case "SelectAddress":
        return this.ledger.covers("wallet", request.needed)
          ? done(`f0100${["precommit", "commit", "terminate"].indexOf(request.use) + 1}`)
          : failed("address", `no address has ${request.needed} attoFIL for it`)
      case "SendMessage":
        return this.push(request)
      case "SectorLocation":
        return done(
          this.miner.isLive(request.sector, head) ? this.miner.sectors.get(request.sector)!.location : null,
        )
      case "LiveSectors":
        return done(this.miner.liveAt(request, head))
      case "ProvingDeadline":
        return done(Math.floor((head % wPoStProvingPeriod) / wPoStChallengeWindow))
    }
  }

  /** A revert: the last `depth` epochs become others, their messages land again from the next epoch on. */
  revert(depth: number): number {
    this.settle()
    const { head } = this
    const from = head - depth + 1
    this.forks.push(from)
    this.drawn.clear()
    const undone = this.messages.takeRecent(from)
    for (const message of undone) {
      if (message.exitCode === 0) this.miner.undo(message.params!, message.applied)
      this.ledger.move("burnt", "wallet", message.fee)
      if (message.exitCode === 0) this.ledger.move("available", "wallet", message.value)
      this.messages.requeue(message, head + this.inclusionEpochs)
    }
    this.waits.lookAgain()
    this.heights.reverted(from)
    return undone.length
  }

  /** Messages that are stuck go on. */
  release(): number {
    this.settle()
    const count = this.messages.release(this.head + this.inclusionEpochs)
    this.waits.lookAgain()
    return count
  }

  /** Works off what has been included up to the head. */
  settle(): void {
    const { head } = this
    for (let due = this.messages.takeDue(head); due !== null; due = this.messages.takeDue(head))
      this.execute(due)
    this.messages.finalize(head - chainFinality)
  }

  /** When a message has the confidence, as far as the chain can tell now. */
  expected(cid: Cid, confidence: number): ChainEpoch | null {
    const inclusion = this.messages.byCid.get(cid)?.inclusion ?? null
    return inclusion === null ? null : inclusion + confidence
  }

  private execute(message: Message): void {
    const epoch = message.inclusion!
    message.executed = true
    const sectors = BigInt(countSectors(message))
    message.fee = gasPerSector[message.method] * sectors * this.baseFee
    if (message.fee > message.maxFee) message.fee = message.maxFee
    this.ledger.move("wallet", "burnt", message.fee)
    if (message.forcedExit !== null && message.forcedExit !== 0) {
      message.exitCode = message.forcedExit
      message.applied = []
      return
    }
    this.ledger.move("wallet", "available", message.value)
    const result = this.miner.execute(message.params!, epoch)
    if (result.exitCode !== 0) this.ledger.move("available", "wallet", message.value)
    message.exitCode = result.exitCode
    message.applied = result.applied
    this.forget(epoch - messageRetentionEpochs)
  }

  /** Lets go of messages that nobody can ask for any more; the oldest stand first. */
  private forget(below: ChainEpoch): void {
    for (const [cid, message] of this.messages.byCid) {
      if (!message.executed || message.inclusion! >= below) break
      this.messages.byCid.delete(cid)
    }
  }

  private push(request: RequestNamed<"SendMessage">): Result<Cid, "push"> {
    const { params } = request
    const fate = this.messages.takeFate(params.method)
    if (fate?.kind === "refused") return failed("push", "the node refused the message (world setting)")
    const nonce = this.nonce++
    const included = this.head + this.inclusionEpochs + (fate?.kind === "delay" ? fate.epochs : 0)
    const cid = messageCid(`${this.options.seed} message ${nonce}`)
    this.messages.add({
      cid,
      nonce,
      method: params.method,
      params,
      value: request.value,
      maxFee: request.maxFee,
      pushedAt: this.scheduler.now(),
      inclusion: fate?.kind === "stuck" ? null : included,
      executed: false,
      exitCode: 0,
      forcedExit: fate?.kind === "exit" ? fate.code : null,
      applied: [],
      fee: 0n,
    })
    return done(cid)
  }

  private search(cid: Cid): MessageLookup | null {
    const message = this.messages.byCid.get(cid)
    return message === undefined || !message.executed ? null : this.lookupOf(message)
  }

  private lookupOf(message: Message): MessageLookup {
    const epoch = message.inclusion!
    return { cid: message.cid, exitCode: message.exitCode, epoch, tipset: this.tipset(epoch) }
  }

  private until(epoch: ChainEpoch, reached: () => void): Cancel | null {
    if (this.head >= epoch) {
      reached()
      return null
    }
    const timer = this.scheduler.at(this.epochs.startOf(epoch), reached)
    return () => this.scheduler.cancel(timer)
  }

  private randomness(kind: string, epoch: ChainEpoch): Bytes {
    const key = `${kind} ${epoch}`
    const known = this.drawn.get(key)
    if (known !== undefined) return known
    if (this.drawn.size >= mostDrawn) this.drawn.clear()
    const bytes = bytesOf(`${this.options.seed} ${kind} ${epoch} fork ${this.forkOf(epoch)}`)
    this.drawn.set(key, bytes)
    return bytes
  }

  private tipset(epoch: ChainEpoch): Bytes {
    return this.randomness("tipset", epoch)
  }

  private forkOf(epoch: ChainEpoch): number {
    let count = 0
    for (const from of this.forks) if (epoch >= from) count++
    return count
  }

  private scaled(per32GiB: bigint, proofType: number): bigint {
    return (per32GiB * BigInt(sectorSize(proofType))) / 2n ** 35n
  }

  /** Sectors of the miner on the chain, for a look from outside. */
  sectorOf(sector: SectorNumber) {
    this.settle()
    return this.miner.sectors.get(sector) ?? null
  }

  save(): ChainSnapshot {
    this.settle()
    return {
      genesis: this.options.genesis,
      nonce: this.nonce,
      baseFee: this.baseFee.toString(),
      networkVersion: this.networkVersion,
      inclusionEpochs: this.inclusionEpochs,
      down: this.down,
      forks: [...this.forks],
      fates: this.messages.fates.map((fate) => ({ ...fate })),
      messages: this.messages.all(),
      pots: this.ledger.pots,
      allocated: [...this.miner.allocated],
      preCommits: [...this.miner.preCommits],
      sectors: [...this.miner.sectors],
    }
  }

  restore(saved: ChainSnapshot): void {
    this.nonce = saved.nonce
    this.baseFee = BigInt(saved.baseFee)
    this.networkVersion = saved.networkVersion
    this.inclusionEpochs = saved.inclusionEpochs
    this.down = saved.down
    this.forks.push(...saved.forks)
    this.messages.fates = saved.fates.map((fate) => ({ ...fate }))
    this.messages.restore(saved.messages)
    Object.assign(this.ledger.pots, saved.pots)
    for (const number of saved.allocated) this.miner.allocated.add(number)
    for (const [number, preCommit] of saved.preCommits) this.miner.preCommits.set(number, preCommit)
    for (const [number, sector] of saved.sectors) this.miner.sectors.set(number, sector)
  }
}

const countSectors = (message: Message): number => {
  const { params } = message
  if (params === null) return 0
  return params.method === "TerminateSectors"
    ? params.declarations.reduce((sum, declaration) => sum + declaration.sectors.length, 0)
    : params.sectors.length
}

/** The chain's state as data; big integers are written by the world's codec. */
export interface ChainSnapshot {
  readonly genesis: number
  readonly nonce: number
  readonly baseFee: string
  readonly networkVersion: number
  readonly inclusionEpochs: number
  readonly down: boolean
  readonly forks: ReadonlyArray<ChainEpoch>
  readonly fates: ReadonlyArray<Messages["fates"][number]>
  readonly messages: ReadonlyArray<Message>
  readonly pots: Pots
  readonly allocated: ReadonlyArray<SectorNumber>
  readonly preCommits: ReadonlyArray<readonly [SectorNumber, PreCommitOnChain]>
  readonly sectors: ReadonlyArray<readonly [SectorNumber, ProvenSector]>
}
