/**
 * One live machine: a supervised fiber that drives a MachineCore. It waits for events, plans all that wait, saves,
 * runs the step, and plans what came meanwhile. Between those lines only the core decides; this file is about the
 * fiber and the machine's phases. A step runs as the body of the fiber's own loop, not as a fiber of its own: that is
 * most of the speed.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Readable from "effect/Readable"
import { Bookkeeping, rowsOf } from "./Bookkeeping.ts"
import type { Change, StepContext } from "./GroupOptions.ts"
import { MachineCore, type Planned } from "./MachineCore.ts"
import type { MachineHost, Phase, Trouble } from "./MachineHost.ts"
import type { Envelope, Verdict } from "./Mailbox.ts"
import type { TaggedEvent } from "./Planner.ts"
import { ErrTerminated, MachineParked, type MachineId, type Refusal } from "./Refusal.ts"
import { RestartBudget } from "./RestartPolicy.ts"
import type { StoredMachine } from "./StateStore.ts"
import { contextOf, failureOf, guarded, type Step } from "./steps.ts"
import type { StoreError } from "./StoreError.ts"
import { Waiters } from "./Waiters.ts"

/** The last trouble that a machine had. */
export interface LastFailure {
  readonly what: Trouble
  readonly message: string
  readonly at: number
}

const taken: Verdict = { _tag: "Planned" }

export class StateMachine<S, E extends TaggedEvent> {
  readonly id: MachineId
  readonly core: MachineCore<S, E>
  phase: Phase = "loading"
  /** Why it is parked, empty when it is not. */
  reason = ""
  restarts = 0
  lastFailure: LastFailure | null = null
  fiber: Fiber.RuntimeFiber<void, never> | null = null
  /** The running step, in groups whose steps can be interrupted. */
  stepFiber: Fiber.RuntimeFiber<unknown, unknown> | null = null
  /** Since when a step has been running, milliseconds on the group's clock; null when none is. */
  busySince: number | null = null
  /** Since when nothing has waited. */
  idleSince = 0
  /** Durable events on their way: each has a place in the mailbox, and the machine stays in memory for them. */
  reserved = 0
  private closing = false
  private saving = false
  private resumeStep = false
  private turnEvents = 0
  /** What a save that is through led to: the step, or the pause before it is tried again. */
  private following: Effect.Effect<void> | null = null
  /** Inbox rows up to this one came with the load: what is delivered after its commit may be among them. */
  private readUpTo = 0
  private everLoaded = false
  private wake: ((effect: Effect.Effect<void>) => void) | null = null
  private loading: Effect.Effect<void, StoreError> | null = null
  private context: StepContext<E> | null = null
  private waiters: Waiters | null = null
  private spent: RestartBudget | null = null
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

  get budget(): RestartBudget {
    return (this.spent ??= new RestartBudget())
  }

  get isStored(): boolean {
    return this.everLoaded && this.books.stored
  }

  get isFull(): boolean {
    return this.core.mailbox.length + this.reserved >= this.host.settings.mailboxCapacity
  }

  get hasFiber(): boolean {
    return this.fiber !== null && this.fiber.unsafePoll() === null
  }

  /** Nothing to do, nothing under way: it may leave memory. */
  get evictable(): boolean {
    const idle = this.wake !== null && !this.core.busy && this.core.mailbox.length === 0
    return this.phase === "live" && idle && this.reserved === 0
  }

  /** Loads the state and starts the fiber. `revive` starts a machine that had ended. */
  start(revive: boolean): void {
    const loaded = this.host.store.load(this.id, this.host.options.initial)
    if (Effect.isEffect(loaded))
      this.loading = Effect.flatMap(loaded, (found) =>
        Effect.map(this.forgotten(found, revive), () => this.install(found, revive)),
      )
    else this.install(loaded, revive)
    if (this.phase !== "ended") this.host.launch(this)
  }

  /** Starts the fiber again from the stored state; what waits in the mailbox stays. */
  again(): void {
    this.restarts++
    this.reason = ""
    this.phase = "loading"
    this.saving = false
    this.following = null
    this.turnEvents = 0
    this.core.busy = true
    const loaded = this.host.store.load(this.id, this.host.options.initial)
    const found = Effect.isEffect(loaded) ? loaded : Effect.succeed(loaded)
    this.loading = Effect.map(found, (stored) => this.install(stored, true))
    this.host.launch(this)
  }

  /** What waits for a machine that has ended leaves the inbox before anybody hears of it. */
  private forgotten(found: StoredMachine<S, E> | null, revive: boolean): Effect.Effect<void, StoreError> {
    if (found === null || !found.ended || revive || found.inbox.length === 0) return Effect.void
    return this.host.store.discard(
      this.id,
      found.inbox.map(({ seq }) => seq),
    )
  }

  private install(found: StoredMachine<S, E> | null, revive: boolean): void {
    const { core } = this
    if (found !== null) {
      core.reopen(found.state)
      this.books.opened(found)
      this.resumeStep = found.stepPending && this.host.settings.resume
      if (found.inbox.length > 0) this.acceptStored(found.inbox)
    }
    core.busy = false
    this.everLoaded = true
    this.phase = "live"
    if (found?.ended === true && !revive)
      this.endWith("it has ended", this.loading === null ? 0 : found.inbox.length)
    this.loading = null
    this.waiters?.loaded()
  }

  /** Rows that the mailbox does not hold yet: before all else at the first load, behind it when loaded again. */
  private acceptStored(inbox: StoredMachine<S, E>["inbox"]): void {
    const { mailbox } = this.core
    const early = mailbox.takeAll()
    const known = new Set(early.map((envelope) => envelope.inbox))
    const rows = inbox.filter(({ seq }) => !known.has(seq))
    this.readUpTo = inbox[inbox.length - 1]!.seq
    if (this.everLoaded) for (const envelope of early) mailbox.push(envelope)
    for (const { event, seq } of rows) mailbox.push({ event, inbox: seq, timer: null, reply: null })
    if (!this.everLoaded) for (const envelope of early) mailbox.push(envelope)
  }

  /** The fiber's whole life: load, then turn after turn until the machine is closed. */
  run(): Effect.Effect<void> {
    const turns = this.turns()
    const ready = this.host.ready === null ? turns : Effect.zipRight(this.host.ready, turns)
    return this.loading === null ? ready : Effect.zipRight(Effect.orDie(this.loading), ready)
  }

  private turns(): Effect.Effect<void> {
    const loop = Effect.whileLoop({
      while: () => this.phase === "live",
      body: () => this.turn(),
      step: () => undefined,
    })
    // Whatever fails in the loop is the step that it ran, or a defect.
    return Effect.catchAllCause(loop, (cause) =>
      this.busySince === null
        ? Effect.failCause(cause as Cause.Cause<never>)
        : Effect.zipRight(
            Effect.suspend(() => this.stepFailed(cause)),
            Effect.suspend(() => this.turns()),
          ),
    )
  }

  /** Null when the machine takes events, else why not. */
  refusal(): Refusal | null {
    if (this.phase === "ended" || this.closing) return this.terminated()
    if (this.phase === "parked") return this.parked()
    return null
  }

  private terminated(): Refusal {
    return new ErrTerminated({ kind: this.host.options.kind, id: this.id })
  }

  private parked(): Refusal {
    return new MachineParked({ kind: this.host.options.kind, id: this.id, reason: this.reason })
  }

  /** Puts the event into the mailbox. The caller has checked that it is taken and that there is room. */
  push(envelope: Envelope<E>): void {
    if (envelope.inbox !== 0 && envelope.inbox <= this.readUpTo) return
    this.core.accept(envelope)
    if (this.wake !== null && this.core.ready) this.stir()
  }

  /** Calls back when there is room in the mailbox again, or when the machine takes no more events. */
  whenRoom(resume: () => void): () => void {
    return this.waiting().forRoom(resume)
  }

  /** Somebody who was called for room did not take it: the next one may. */
  passRoom(): void {
    this.waiters?.released(this.freePlaces())
  }

  /** Calls back when the state is loaded, or cannot be. */
  whenLoaded(resume: () => void): void {
    if (this.phase === "loading") this.waiting().forLoad(resume)
    else resume()
  }

  /** Calls back when all that was accepted before has been planned. */
  barrier(done: (refusal: Refusal | null) => void): void {
    const { mailbox } = this.core
    if (mailbox.length === 0) return done(null)
    const refusal = this.refusal()
    if (refusal !== null) return done(refusal)
    this.waiting().barrier(this.core.taken + mailbox.length, done)
  }

  private waiting(): Waiters {
    return (this.waiters ??= new Waiters())
  }

  private freePlaces(): number {
    return this.host.settings.mailboxCapacity - this.core.mailbox.length - this.reserved
  }

  evict(): void {
    this.phase = "evicted"
    this.stir()
  }

  /** No more plans. An idle machine's fiber ends now, a busy one's after its step. */
  close(): void {
    this.closing = true
    if (!this.saving) this.refuseAll(() => this.terminated())
    this.stir()
  }

  /** Takes what was accepted and never planned, answering those who wait. */
  drain(): ReadonlyArray<Envelope<E>> {
    this.phase = "ended"
    this.refuseAll(() => this.terminated())
    return this.core.close()
  }

  /** Refuses events until `again`; those who wait for a verdict are told. */
  park(reason: string): void {
    this.phase = "parked"
    this.reason = reason
    this.busySince = null
    this.core.busy = false
    this.refuseAll(() => this.parked())
  }

  /** Tells all who wait that nothing more is planned; what waits in the mailbox stays. */
  private refuseAll(refusal: () => Refusal): void {
    const { mailbox } = this.core
    for (let index = 0; index < mailbox.length; index++) {
      const { reply } = mailbox.envelope(index)
      if (reply !== null) reply({ _tag: "Lost", refusal: refusal() })
    }
    this.waiters?.refuse(refusal)
  }

  /** Remembers a failure and tells the group. */
  note(what: Trouble, message: string): void {
    this.lastFailure = { what, message, at: this.now() }
    this.host.failed(this, what, message)
  }

  private now(): number {
    return this.host.clock.unsafeCurrentTimeMillis()
  }

  private stir(): void {
    const { wake } = this
    if (wake === null) return
    this.wake = null
    wake(Effect.void)
  }

  private waitForWork(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (this.core.ready || this.closing || this.phase !== "live") return resume(Effect.void)
      this.idleSince = this.now()
      this.wake = resume
    })
  }

  /** Plans until it must wait: for a save, a step, new events, or the turn of the others. */
  private turn(): Effect.Effect<void> {
    const { host, core, following } = this
    if (following !== null) {
      this.following = null
      return following
    }
    if (this.busySince !== null) this.stepEnded()
    while (this.phase === "live") {
      if (this.closing) {
        this.phase = "ended"
        break
      }
      if (this.resumeStep) {
        this.resumeStep = false
        const step = host.options.step(core.state, this.stepContext())
        if (step !== null) return this.stepping(step, this.now())
      }
      if (this.turnEvents >= host.settings.eventsPerTurn) {
        this.turnEvents = 0
        return Effect.yieldNow()
      }
      const next = core.next()
      if (next === null) {
        const settling = this.settle()
        if (settling === null) this.turnEvents = 0
        return settling ?? this.waitForWork()
      }
      this.turnEvents += next.takes > 1 ? next.takes : 1
      const at = this.now()
      const step = next.step && !next.ended ? host.options.step(next.state, this.stepContext()) : null
      const saving = this.books.save(next, step !== null, at)
      if (saving !== null) return this.afterSave(saving, () => this.saved(next, step, at))
      const running = this.saved(next, step, at)
      if (running !== null) return running
    }
    return Effect.void
  }

  /** Waits for a save, which nothing may interrupt half-way; the next turn begins with what follows from it. */
  private afterSave(
    saving: Effect.Effect<void, StoreError>,
    saved: () => Effect.Effect<void> | null,
  ): Effect.Effect<void> {
    this.saving = true
    const known = Effect.matchEffect(saving, {
      onSuccess: () => {
        this.saving = false
        this.following = saved()
        if (this.closing) this.refuseAll(() => this.terminated())
        return Effect.void
      },
      onFailure: (error) => {
        this.saving = false
        this.following = this.saveFailed(error)
        return Effect.void
      },
    })
    return Effect.uninterruptible(known)
  }

  /** After the commit: the state is the machine's, those who wait are told, and the step begins. */
  private saved(next: Planned<S, E>, step: Step | null, at: number): Effect.Effect<void> | null {
    const { host, core } = this
    for (const change of this.books.committed()) host.timers.apply(this.id, change)
    this.answer(next)
    core.saved(next)
    this.report(next)
    if (host.observed()) host.changed(this.change(next, at))
    if (next.ended) {
      this.endWith("it has ended", next.waiting - next.takes)
      return null
    }
    if (this.waiters !== null) {
      this.waiters.taken(core.taken)
      this.waiters.released(this.freePlaces())
    }
    if (step !== null) return this.stepping(step, at)
    core.stageDone()
    return null
  }

  private report(next: Planned<S, E>): void {
    if (next.failure !== null) return this.note("plan", next.failure.message)
    if (next.processed > next.waiting)
      this.note("plan", `the planner took ${next.processed} of ${next.waiting} events; it counts as all`)
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
    const { mailbox } = this.core
    for (const { event, failure } of next.rejected) this.host.deadLetter(this.id, event, failure.message)
    for (let index = 0; index < next.takes; index++) {
      const { reply, event } = mailbox.envelope(index)
      if (next.failure !== null) this.host.deadLetter(this.id, event, next.failure.message)
      if (reply === null) continue
      const failure = next.failure ?? next.rejected.find((rejected) => rejected.index === index)?.failure
      reply(failure === undefined ? taken : { _tag: "Refused", failure })
    }
  }

  private stepping(step: Step, at: number): Effect.Effect<void> {
    this.core.busy = true
    if (Exit.isExit(step) && Exit.isSuccess(step)) {
      this.stepEnded()
      return Effect.void
    }
    this.busySince = at
    // The runtime of this fiber carries what the steps need; a failure is met by the loop.
    return guarded(step, this.host.settings, this) as Effect.Effect<void>
  }

  private stepEnded(): void {
    this.busySince = null
    this.core.stageDone()
  }

  private stepFailed(cause: Cause.Cause<unknown>): Effect.Effect<void> {
    const message = failureOf(cause)
    if (message === null) return Effect.failCause(cause as Cause.Cause<never>)
    const { onStepFailure } = this.host.settings.restarts
    this.stepEnded()
    this.note("step", message)
    if (onStepFailure._tag === "Park") this.park(`its step failed: ${message}`)
    return onStepFailure._tag === "Stop" ? this.stopFor(`its step failed: ${message}`) : Effect.void
  }

  /** Ends the machine, and the store knows it. */
  private stopFor(reason: string): Effect.Effect<void> {
    const waiting = this.core.mailbox.length
    const saving = this.books.ending(this.core.state, this.now())
    const ended = () => {
      for (const change of this.books.committed()) this.host.timers.apply(this.id, change)
      this.endWith(reason, waiting)
      return null
    }
    return saving === null ? (ended() ?? Effect.void) : this.afterSave(saving, ended)
  }

  /** A step that ended without an event: the store must no longer call it unfinished. */
  private settle(): Effect.Effect<void> | null {
    if (!this.books.stepPending || this.core.busy) return null
    const saving = this.books.settle(this.core.state, this.now())
    const settled = () => {
      this.books.committed()
      return null
    }
    return saving === null ? settled() : this.afterSave(saving, settled)
  }

  /** Nothing happened; the same events are planned again after a pause, or the machine is parked. */
  private saveFailed(error: StoreError): Effect.Effect<void> {
    this.core.saveFailed()
    this.note("save", error.message)
    const { clock, settings } = this.host
    const pause = this.budget.take(settings.restarts, clock.unsafeCurrentTimeMillis())
    if (pause !== null) return clock.sleep(pause)
    this.park(error.message)
    return Effect.void
  }

  /** The end: the first `settled` of what waits are out of the inbox with the last save, the rest is taken out now. */
  private endWith(reason: string, settled: number): void {
    this.phase = "ended"
    this.refuseAll(() => this.terminated())
    const rest = this.core.close()
    for (const { event } of rest) this.host.deadLetter(this.id, event, reason)
    this.host.leave(this, rowsOf(rest.slice(settled)))
  }

  private stepContext(): StepContext<E> {
    return (this.context ??= contextOf(this.host, this, this.books))
  }
}
