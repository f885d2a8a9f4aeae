/**
 * The modelled sealer: work takes its time on a worker and comes to a made-up result; no proof is computed. A call is
 * known by its task and parameters: asking again attaches to one that still runs, and a result that nobody was there to
 * take is kept until it is asked for.
 */
import { hash } from "node:crypto"
import { done, failed, type Result } from "../ports/Result.ts"
import type { SectorNumber } from "../Sector.ts"
import { bytesOf } from "./digest.ts"
import type { Cancel } from "./ModelChain.ts"
import { Files, type DeletedFiles } from "./files.ts"
import type { Scheduler, Timer } from "./Scheduler.ts"
import {
  callKey,
  durationOf,
  resultOf,
  taskOf,
  verifies,
  type Durations,
  type SealerRequest,
  type Task,
  type WorkRequest,
} from "./tasks.ts"
import { SlotPool, type Job, type Workers, type WorkerSlots } from "./Workers.ts"

export interface SealerOptions {
  readonly durations: Durations
  /** Empty: everything runs on the miner itself, without a limit. */
  readonly workers: ReadonlyArray<WorkerSlots>
  /** Milliseconds of one piece of work; `durations` when it is not given. */
  readonly duration?: (request: WorkRequest) => number
  /** Why a piece of work fails at its end; null when it does not. */
  readonly fails?: (request: WorkRequest) => string | null
  /** Gives jobs to workers; slots per task when it is not given. */
  readonly pool?: Workers
}

/** How ordered work fails: with an error, or with a result that does not hold (C2 an invalid proof, PC2 no CommD). */
export type FailureKind = "error" | "invalid"

/** A failure ordered for the next `count` jobs of a task, of one sector or of any. */
export interface OrderedFailure {
  readonly task: Task
  readonly sector: SectorNumber | null
  readonly kind: FailureKind
  count: number
}

type WorkResult = Result<unknown, "sealer">

interface Call {
  readonly job: Job
  readonly key: string
  readonly request: WorkRequest
  readonly waiters: Set<(result: any) => void>
  state: "queued" | "running" | "returned"
  worker: string | null
  since: number
  endsAt: number | null
  timer: Timer | null
  result: WorkResult | null
}

/** A job as `sealing jobs` lists it. */
export interface JobView {
  /** The first four bytes of the call's id, in hex. */
  readonly id: string
  readonly sector: SectorNumber
  readonly task: Task
  /** `running`, `assigned(n)` with n jobs ahead, `ret-wait` when nobody has taken the result yet. */
  readonly state: string
  /** How many jobs go before it; null when it does not wait. */
  readonly ahead: number | null
  readonly worker: string | null
  readonly hostname: string | null
  /** Milliseconds of the world's clock. */
  readonly since: number
  readonly until: number | null
}

interface Removal {
  readonly sector: SectorNumber
  readonly reply: (result: WorkResult) => void
}

export class ModelSealer {
  readonly workers: Workers
  readonly files = new Files()
  failures: Array<OrderedFailure> = []
  /** How long work takes, in milliseconds, unless the options say it for each piece. */
  durations: Durations
  private readonly calls = new Map<string, Call>()
  private readonly removals = new Set<Removal>()
  private number = 0
  private readonly options: SealerOptions
  private readonly scheduler: Scheduler

  constructor(options: SealerOptions, scheduler: Scheduler) {
    this.options = options
    this.scheduler = scheduler
    this.durations = options.durations
    this.workers = options.pool ?? new SlotPool(options.workers)
  }

  /** Answers a request: at once, or when the work is done. */
  ask(request: SealerRequest, reply: (reply: any) => void): Cancel | null {
    switch (request._tag) {
      case "NewSector":
        reply(done(null))
        return null
      case "ReleaseUnsealed": {
        const missing = this.files.missing(request)
        reply(missing === null ? done(null) : failed("sealer", missing))
        return null
      }
      case "VerifySeal":
        reply(done(verifies(request, request.proof)))
        return null
      case "AggregateProofs":
        reply(done(bytesOf(`aggregate ${request.proofs.join(" ")}`)))
        return null
      case "Remove":
        return this.remove(request.sector, reply)
      default:
        return this.work(request, reply)
    }
  }

  private work(request: WorkRequest, reply: (reply: any) => void): Cancel | null {
    const key = callKey(request)
    const known = this.calls.get(key)
    if (known !== undefined && known.result !== null) {
      this.calls.delete(key)
      reply(known.result)
      return null
    }
    const call = known ?? this.call(request, key)
    call.waiters.add(reply)
    if (known === undefined) this.workers.submit(call.job)
    return () => call.waiters.delete(reply)
  }

  private call(request: WorkRequest, key: string): Call {
    const number = ++this.number
    const call: Call = {
      job: {
        number,
        task: taskOf(request),
        sector: request.sector,
        priority: request.priority,
        start: (worker) => this.start(call, worker, this.duration(request)),
      },
      key,
      request,
      waiters: new Set(),
      state: "queued",
      worker: null,
      since: this.scheduler.now(),
      endsAt: null,
      timer: null,
      result: null,
    }
    this.calls.set(key, call)
    return call
  }

  /** What has no files to work on fails at once. */
  private duration(request: WorkRequest): number {
    if (this.files.missing(request) !== null) return 0
    return this.options.duration?.(request) ?? durationOf(request, this.durations)
  }

  private start(call: Call, worker: string, millis: number): void {
    call.state = "running"
    call.worker = worker
    call.since = this.scheduler.now()
    call.endsAt = call.since + Math.max(0, Math.round(millis))
    call.timer = this.scheduler.at(call.endsAt, () => this.finish(call, this.outcome(call)))
  }

  private outcome(call: Call): WorkResult {
    const { request } = call
    const reason = this.files.missing(request) ?? this.options.fails?.(request) ?? null
    if (reason !== null) return failed("sealer", reason)
    const ordered = this.takeFailure(call.job.task, request.sector)
    if (ordered === "error") return failed("sealer", `${call.job.task} failed (world setting)`)
    const result = resultOf(request)
    if (result.ok) this.files.made(request)
    return ordered === "invalid" && result.ok ? invalid(request, result.value) : result
  }

  private takeFailure(task: Task, sector: SectorNumber): FailureKind | null {
    const index = this.failures.findIndex(
      (failure) => failure.task === task && (failure.sector === null || failure.sector === sector),
    )
    if (index < 0) return null
    const ordered = this.failures[index]!
    ordered.count--
    if (ordered.count <= 0) this.failures.splice(index, 1)
    return ordered.kind
  }

  private finish(call: Call, result: WorkResult): void {
    if (call.timer !== null) this.scheduler.cancel(call.timer)
    call.timer = null
    call.endsAt = null
    const { waiters } = call
    if (waiters.size > 0) this.calls.delete(call.key)
    else {
      call.state = "returned"
      call.result = result
    }
    this.workers.release(call.job)
    for (const waiter of waiters) waiter(result)
    this.retryRemovals(call.job.sector)
  }

  /** Deletes a sector's files once no running work holds them; work that has not begun is given up. */
  private remove(sector: SectorNumber, reply: (result: WorkResult) => void): Cancel | null {
    const removal = { sector, reply }
    this.removals.add(removal)
    this.retryRemovals(sector)
    return () => this.removals.delete(removal)
  }

  private retryRemovals(sector: SectorNumber): void {
    if (this.removals.size === 0) return
    const calls = [...this.calls.values()].filter((call) => call.job.sector === sector)
    if (calls.some((call) => call.state === "running")) return
    const due = [...this.removals].filter((removal) => removal.sector === sector)
    if (due.length === 0) return
    for (const call of calls) {
      this.calls.delete(call.key)
      this.workers.release(call.job)
    }
    this.files.delete(sector)
    for (const removal of due) {
      this.removals.delete(removal)
      removal.reply(done(null))
    }
  }

  /** A worker dies: what ran on it fails as Lotus reports it (code 101). False when there is none of that name. */
  crash(worker: string): boolean {
    if (!this.workers.list().some((view) => view.name === worker)) return false
    const lost = [...this.calls.values()].filter((call) => call.state === "running" && call.worker === worker)
    for (const call of lost)
      this.finish(call, failed("sealer", `task error: 101 worker ${worker} restarted (world setting)`))
    return true
  }

  /** What runs, waits and is not taken yet: in that order, oldest first. */
  jobs(): ReadonlyArray<JobView> {
    const rank = { running: 0, queued: 1, returned: 2 }
    return [...this.calls.values()]
      .sort((a, b) => rank[a.state] - rank[b.state] || a.since - b.since || a.job.number - b.job.number)
      .map((call) => this.view(call))
  }

  /** The job that does a piece of work now, if there is one. */
  jobOf(request: WorkRequest): JobView | null {
    const call = this.calls.get(callKey(request))
    return call === undefined ? null : this.view(call)
  }

  private view(call: Call): JobView {
    return {
      id: hash("sha256", `call ${call.job.number}`, "hex").slice(0, 8),
      sector: call.job.sector,
      task: call.job.task,
      state:
        call.state === "queued"
          ? `assigned(${this.workers.ahead(call.job) ?? 0})`
          : call.state === "returned"
            ? "ret-wait"
            : "running",
      ahead: call.state === "queued" ? (this.workers.ahead(call.job) ?? 0) : null,
      worker: call.worker === null ? null : hash("sha256", `worker ${call.worker}`, "hex").slice(0, 8),
      hostname: call.worker,
      since: call.since,
      until: call.endsAt,
    }
  }

  save(): SealerSnapshot {
    const now = this.scheduler.now()
    const deleted = this.files.save()
    return {
      ...(deleted.length === 0 ? {} : { deleted }),
      durations: this.durations,
      number: this.number,
      failures: this.failures.map((failure) => ({ ...failure })),
      down: this.workers
        .list()
        .filter((worker) => !worker.up)
        .map((worker) => worker.name),
      calls: [...this.calls.values()].map((call) => ({
        number: call.job.number,
        request: call.request,
        state: call.state,
        worker: call.worker,
        ranMillis: now - call.since,
        leftMillis: call.endsAt === null ? null : call.endsAt - now,
        result: call.result,
      })),
    }
  }

  /** Puts the calls of a saved world back: what ran goes on with the time it had left. */
  restore(saved: SealerSnapshot): void {
    this.files.restore(saved.deleted ?? [])
    for (const failure of saved.failures) this.failures.push({ ...failure })
    this.durations = saved.durations
    const now = this.scheduler.now()
    for (const worker of saved.down) this.workers.setUp(worker, false)
    const waiting: Array<Call> = []
    for (const one of saved.calls) {
      this.number = one.number - 1
      const call = this.call(one.request, callKey(one.request))
      call.since = now - one.ranMillis
      call.result = one.result
      if (one.state === "returned") call.state = "returned"
      else if (one.state === "queued" || !this.resume(call, one.worker!, one.leftMillis!)) waiting.push(call)
    }
    this.number = saved.number
    for (const call of waiting) this.workers.submit(call.job)
  }

  /** Goes on with what ran; false when its worker is not there any more. */
  private resume(call: Call, worker: string, left: number): boolean {
    if (!this.workers.adopt(call.job, worker)) return false
    const { since } = call
    this.start(call, worker, left)
    call.since = since
    return true
  }
}

const invalid = (request: WorkRequest, value: any): WorkResult => {
  switch (request._tag) {
    case "PreCommit2":
      return done({ ...value, Unsealed: null })
    case "Commit2":
      return done(bytesOf(`invalid ${request.commit1Out}`))
    case "AddPiece":
      return done({ ...value, PieceCID: `${value.PieceCID}-other` })
    default:
      return failed("sealer", `${request._tag} gave a result that does not hold (world setting)`)
  }
}

export interface SealerSnapshot {
  /** Left out while nothing was deleted. */
  readonly deleted?: DeletedFiles
  readonly durations: Durations
  readonly number: number
  readonly failures: ReadonlyArray<OrderedFailure>
  readonly down: ReadonlyArray<string>
  readonly calls: ReadonlyArray<{
    readonly number: number
    readonly request: WorkRequest
    readonly state: Call["state"]
    readonly worker: string | null
    readonly ranMillis: number
    readonly leftMillis: number | null
    readonly result: WorkResult | null
  }>
}
