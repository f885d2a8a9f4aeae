/**
 * One live machine: a supervised fiber that drives a MachineCore. It waits for events, plans all that wait, saves,
 * runs the step, and plans what came meanwhile. Between those lines only the core decides; this file is about the
 * fiber, its failures and its end.
 */
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Readable from "effect/Readable"
import { Bookkeeping, type BookkeepingHost } from "./Bookkeeping.ts"
import type { Change, StepContext } from "./GroupOptions.ts"
import { MachineCore, type Planned } from "./MachineCore.ts"
import type { Envelope, Verdict } from "./Mailbox.ts"
import type { TaggedEvent } from "./Planner.ts"
import { ErrTerminated, MachineParked, type MachineId, type Refusal } from "./Refusal.ts"
import { RestartBudget } from "./RestartPolicy.ts"
import type { StoredMachine } from "./StateStore.ts"
import type { StoreError } from "./StoreError.ts"
import type { MachineTimers } from "./Timers.ts"
import { Waiters } from "./Waiters.ts"

/** `restarting`: it died and its supervisor will start it again; `evicted`: it left memory, the store has it. */
export type Phase = "loading" | "live" | "restarting" | "parked" | "ended" | "evicted"

/** What a machine needs of its group. */
export interface MachineHost<S, E extends TaggedEvent> extends BookkeepingHost<S, E> {
  readonly clock: Clock.Clock
  readonly timers: MachineTimers<E>
  /** The group's `init`, to be run through before anything is planned; null when there is none. */
  readonly ready: Effect.Effect<void> | null
  readonly fork: (machine: StateMachine<S, E>) => Fiber.RuntimeFiber<void, never>
  /** Makes the change only when somebody observes. */
  readonly changed: (make: () => Change<S, E>) => void
  readonly deadLetter: (id: MachineId, event: E, reason: string) => void
  readonly failed: (
    id: MachineId,
    what: "plan" | "step" | "save" | "load" | "defect",
    message: string,
  ) => void
  /** The machine has ended and leaves memory. */
  readonly gone: (machine: StateMachine<S, E>) => void
}

type Step = Effect.Effect<unknown, unknown, unknown>

const takenVerdict: Verdict = { _tag: "Planned" }

export class StateMachine<S, E extends TaggedEvent> {
  readonly id: MachineId
  readonly core: MachineCore<S, E>
  readonly budget = new RestartBudget()
  phase: Phase = "loading"
  /** Why it is parked, empty when it is not. */
  reason = ""
  restarts = 0
  fiber: Fiber.RuntimeFiber<void, never> | null = null
  /** The running step, in groups whose steps can be interrupted. */
  stepFiber: Fiber.RuntimeFiber<unknown, unknown> | null = null
  /** Since when a step has been running, milliseconds on the group's clock; null when none is. */
  busySince: number | null = null
  /** Since when nothing has waited. */
  idleSince = 0
  private closing = false
  private resumeStep = false
  private wake: (() => void) | null = null
  private loading: Effect.Effect<void, StoreError> | null = null
  private context: StepContext<E> | null = null
  private readonly waiters = new Waiters()
  private readonly books: Bookkeeping<S, E>
  private readonly host: MachineHost<S, E>

  constructor(host: MachineHost<S, E>, id: MachineId) {
    this.host = host
    this.id = id
    this.core = new MachineCore(host.options.planner, host.options.initial(id))
    this.core.busy = true
    this.books = new Bookkeeping(host, id, this.core.mailbox)
  }

  /** True while a step or a save is under way. */
  get busy(): Readable.Readable<boolean> {
    return Readable.make(Effect.sync(() => this.phase === "live" && this.core.busy))
  }

  /** How many stages have been completed; grows by one each time `busy` is cleared after a plan. */
  get stageDone(): Readable.Readable<number> {
    return Readable.make(Effect.sync(() => this.core.stagesDone))
  }

  get isStored(): boolean {
    return this.phase !== "loading" && this.books.stored
  }

  get isFull(): boolean {
    return this.core.mailbox.length >= this.host.settings.mailboxCapacity
  }

  /** Nothing to do, nothing under way: it may leave memory. */
  get evictable(): boolean {
    return this.phase === "live" && this.wake !== null && !this.core.busy && this.core.mailbox.length === 0
  }

  /** Loads the state and starts the fiber. `revive` starts a machine that had ended. */
  start(revive: boolean): void {
    const loaded = this.host.store.load(this.id, this.host.options.initial)
    if (Effect.isEffect(loaded)) this.loading = Effect.map(loaded, (found) => this.install(found, revive))
    else this.install(loaded, revive)
    if (this.phase !== "ended") this.fiber = this.host.fork(this)
  }

  /** Starts the fiber again from the stored state; what waits in the mailbox stays. */
  again(): void {
    this.restarts++
    this.reason = ""
    this.phase = "loading"
    this.core.busy = true
    const loaded = this.host.store.load(this.id, this.host.options.initial)
    const found = Effect.isEffect(loaded) ? loaded : Effect.succeed(loaded)
    // The waiting durable events are in the mailbox already.
    this.loading = Effect.map(found, (stored) =>
      this.install(stored === null ? null : { ...stored, inbox: [] }, true),
    )
    this.fiber = this.host.fork(this)
  }

  private install(found: StoredMachine<S, E> | null, revive: boolean): void {
    const { core } = this
    this.loading = null
    if (found !== null) {
      const early = core.mailbox.takeAll()
      core.state = found.state
      core.ended = false
      this.books.opened(found)
      this.resumeStep = found.stepPending && this.host.settings.resume
      const read = new Set<number>()
      for (const { event, seq } of found.inbox) {
        read.add(seq)
        core.accept({ event, inbox: seq, timer: null, reply: null })
      }
      for (const envelope of early) if (!read.has(envelope.inbox)) core.accept(envelope)
      this.waiters.sync(core.mailbox.length)
      if (read.size > 0) this.inboxRead = read
    }
    core.busy = false
    this.phase = "live"
    if (found?.ended === true && !revive) this.end("it has ended")
    this.waiters.loaded()
  }

  /** Inbox rows that came with the load: an event delivered after its commit may be among them. */
  private inboxRead: Set<number> | null = null

  /** The fiber's whole life: load, then turn after turn until the machine is closed. */
  readonly run: Effect.Effect<void> = Effect.suspend(() => {
    const turns = Effect.whileLoop({
      while: () => this.phase === "live",
      body: () => this.turn(),
      step: () => undefined,
    })
    const prepared = [this.host.ready, this.loading === null ? null : Effect.orDie(this.loading)]
    return prepared.reduceRight<Effect.Effect<void>>(
      (after, before) => (before === null ? after : Effect.zipRight(before, after)),
      turns,
    )
  })

  /** Null when the machine takes events, else why not. */
  refusal(): Refusal | null {
    const { kind } = this.host.options
    if (this.phase === "ended" || this.closing) return new ErrTerminated({ kind, id: this.id })
    if (this.phase === "parked") return new MachineParked({ kind, id: this.id, reason: this.reason })
    return null
  }

  /** Puts the event into the mailbox. The caller has checked that it is taken and that there is room. */
  push(envelope: Envelope<E>): void {
    if (envelope.inbox !== 0 && this.inboxRead?.delete(envelope.inbox) === true) return
    this.waiters.accepted()
    this.core.accept(envelope)
    if (this.wake !== null && this.core.ready) this.stir()
  }

  /** Calls back when there is room in the mailbox again, or when the machine takes no more events. */
  whenRoom(resume: () => void): void {
    this.waiters.forRoom(resume)
  }

  /** Calls back when the state is loaded, or cannot be. */
  whenLoaded(resume: () => void): void {
    if (this.phase === "loading") this.waiters.forLoad(resume)
    else resume()
  }

  /** Calls back when all that was accepted before has been planned. */
  barrier(done: (refusal: Refusal | null) => void): void {
    this.waiters.barrier(done)
  }

  evict(): void {
    this.phase = "evicted"
    this.stir()
  }

  /** No more plans. An idle machine's fiber ends now, a busy one's after its step. */
  close(): void {
    this.closing = true
    this.stir()
  }

  /** Takes what was accepted and never planned, answering those who wait. */
  drain(): ReadonlyArray<Envelope<E>> {
    const rest = this.core.close()
    this.phase = "ended"
    this.lose(new ErrTerminated({ kind: this.host.options.kind, id: this.id }), rest)
    return rest
  }

  /** Refuses events until `again`; those who wait for a verdict are told. */
  park(reason: string): void {
    this.phase = "parked"
    this.reason = reason
    this.busySince = null
    this.core.busy = false
    const refusal = new MachineParked({ kind: this.host.options.kind, id: this.id, reason })
    for (let index = 0; index < this.core.mailbox.length; index++)
      this.core.mailbox.envelope(index).reply?.({ _tag: "Lost", refusal })
    this.waiters.refuse(refusal)
  }

  private stir(): void {
    const { wake } = this
    if (wake === null) return
    this.wake = null
    wake()
  }

  private waitForWork(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (this.core.ready || this.closing || this.phase !== "live") return resume(Effect.void)
      this.idleSince = this.host.clock.unsafeCurrentTimeMillis()
      this.wake = () => resume(Effect.void)
    })
  }

  /** Plans until it must wait: for a save, a step, new events, or the turn of the others. */
  private turn(): Effect.Effect<void> {
    let budget = this.host.settings.eventsPerTurn
    while (budget > 0 && this.phase === "live") {
      if (this.closing) {
        this.phase = "ended"
        return Effect.void
      }
      if (this.resumeStep) {
        this.resumeStep = false
        const step = this.host.options.step(this.core.state, this.stepContext())
        if (step !== null) return this.runStep(step)
      }
      const next = this.core.next()
      if (next === null) return this.settle() ?? this.waitForWork()
      budget -= Math.max(1, next.takes)
      const step = next.step && !next.ended ? this.host.options.step(next.state, this.stepContext()) : null
      const now = this.host.clock.unsafeCurrentTimeMillis()
      const saving = this.books.save(next, step !== null, now)
      if (saving !== null) return this.afterSave(saving, () => this.saved(next, step, now))
      const running = this.saved(next, step, now)
      if (running !== null) return running
    }
    return this.phase === "live" ? Effect.yieldNow() : Effect.void
  }

  /** Waits for a save, which nothing may interrupt half-way, and then goes on with what follows from it. */
  private afterSave(
    saving: Effect.Effect<void, StoreError>,
    saved: () => Effect.Effect<void> | null,
  ): Effect.Effect<void> {
    const known = Effect.match(saving, { onSuccess: saved, onFailure: (error) => this.saveFailed(error) })
    return Effect.flatMap(Effect.uninterruptible(known), (then) => then ?? Effect.void)
  }

  /** After the commit: the state is the machine's, those who wait are told, and the step begins. */
  private saved(next: Planned<S, E>, step: Step | null, at: number): Effect.Effect<void> | null {
    const { host } = this
    for (const change of this.books.committed()) host.timers.apply(this.id, change)
    this.answer(next)
    this.core.saved(next)
    if (next.failure !== null) host.failed(this.id, "plan", next.failure.message)
    host.changed(() => this.change(next, at))
    if (next.ended) {
      this.end("it has ended")
      return null
    }
    this.waiters.taken(next.takes, this.host.settings.mailboxCapacity - this.core.mailbox.length)
    if (step !== null) return this.runStep(step)
    this.core.stageDone()
    return null
  }

  private change(next: Planned<S, E>, at: number): Change<S, E> {
    const { kind, stateName } = this.host.options
    return {
      kind,
      id: this.id,
      at,
      before: next.before,
      after: next.state,
      from: stateName(next.before),
      to: stateName(next.state),
      events: next.applied,
      failure: next.failure,
    }
  }

  private answer(next: Planned<S, E>): void {
    for (const { event, failure } of next.rejected) this.host.deadLetter(this.id, event, failure.message)
    for (let index = 0; index < next.takes; index++) {
      const { reply } = this.core.mailbox.envelope(index)
      if (reply === null) continue
      const failure = next.failure ?? next.rejected.find((rejected) => rejected.index === index)?.failure
      reply(failure === undefined ? takenVerdict : { _tag: "Refused", failure })
    }
  }

  private runStep(step: Step): Effect.Effect<void> {
    this.core.busy = true
    if (Exit.isExit(step) && Exit.isSuccess(step)) {
      this.stepEnded()
      return Effect.void
    }
    this.busySince = this.host.clock.unsafeCurrentTimeMillis()
    const { onStepFailure } = this.host.settings.restarts
    const tried = onStepFailure._tag === "Retry" ? Effect.retry(step, onStepFailure.schedule) : step
    const running = this.host.settings.interruptibleSteps ? this.forked(tried) : tried
    // The runtime of this fiber carries what the steps need.
    return Effect.matchCauseEffect(running as Effect.Effect<unknown, unknown>, {
      onSuccess: () => {
        this.stepEnded()
        return Effect.void
      },
      onFailure: (cause) => this.stepFailed(cause),
    })
  }

  private forked(step: Step): Step {
    return Effect.flatMap(Effect.fork(step), (fiber) => {
      this.stepFiber = fiber
      return Effect.flatMap(Fiber.await(fiber), (exit) => {
        this.stepFiber = null
        return Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause) ? Effect.void : exit
      })
    })
  }

  private stepEnded(): void {
    this.busySince = null
    this.core.stageDone()
  }

  private stepFailed(cause: Cause.Cause<unknown>): Effect.Effect<void> {
    const failure = Cause.failureOption(cause)
    if (Option.isNone(failure)) return Effect.failCause(cause as Cause.Cause<never>)
    const message = describe(failure.value)
    const { onStepFailure } = this.host.settings.restarts
    this.host.failed(this.id, "step", message)
    this.stepEnded()
    if (onStepFailure._tag === "Park") this.park(`its step failed: ${message}`)
    if (onStepFailure._tag === "Stop") this.end(`its step failed: ${message}`)
    return Effect.void
  }

  /** A step that ended without an event: the store must no longer call it unfinished. */
  private settle(): Effect.Effect<void> | null {
    if (!this.books.stepPending || this.core.busy) return null
    const saving = this.books.settle(this.core.state, this.host.clock.unsafeCurrentTimeMillis())
    const settled = () => {
      this.books.committed()
      return null
    }
    return saving === null ? settled() : this.afterSave(saving, settled)
  }

  /** Nothing happened; the same events are planned again after a pause, or the machine is parked. */
  private saveFailed(error: StoreError): Effect.Effect<void> {
    this.core.saveFailed()
    this.host.failed(this.id, "save", error.message)
    const { clock, settings } = this.host
    const pause = this.budget.take(settings.restarts, clock.unsafeCurrentTimeMillis())
    if (pause !== null) return clock.sleep(pause)
    this.park(error.message)
    return Effect.void
  }

  private end(reason: string): void {
    const rest = this.core.close()
    this.phase = "ended"
    for (const { event } of rest) this.host.deadLetter(this.id, event, reason)
    this.lose(new ErrTerminated({ kind: this.host.options.kind, id: this.id }), rest)
    this.host.gone(this)
  }

  private lose(refusal: Refusal, rest: ReadonlyArray<Envelope<E>>): void {
    for (const { reply } of rest) reply?.({ _tag: "Lost", refusal })
    this.waiters.refuse(refusal)
  }

  private stepContext(): StepContext<E> {
    if (this.context !== null) return this.context
    const { host, id, books } = this
    const send = (event: E) =>
      Effect.suspend(() => {
        const refusal = this.core.ended || this.closing || this.phase !== "live"
        if (refusal) return Effect.fail(new ErrTerminated({ kind: host.options.kind, id }))
        this.push({ event, inbox: 0, timer: null, reply: null })
        return Effect.void
      })
    return (this.context = {
      id,
      get lastLogAt() {
        return books.lastLogAt
      },
      send,
      timers: (...changes) =>
        Effect.map(host.settings.durableTimers ? host.store.setTimers(id, changes) : Effect.void, () => {
          for (const change of changes) host.timers.apply(id, change)
        }),
    })
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? error.message : typeof error === "string" ? error : JSON.stringify(error)
