/**
 * A live machine as others meet it: may it be sent to, who waits for it, has it anything to do. What it does by itself, its
 * fiber, is in `StateMachine`.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Readable from "effect/Readable"
import { Bookkeeping } from "./Bookkeeping.ts"
import { refuseWaiting } from "./mail.ts"
import { MachineCore } from "./MachineCore.ts"
import type { LastFailure, MachineHost, Phase, Trouble } from "./MachineHost.ts"
import type { Envelope, Note } from "./Mailbox.ts"
import type { TaggedEvent } from "./Planner.ts"
import { ErrTerminated, MachineParked, type MachineId, type Refusal } from "./Refusal.ts"
import { RestartBudget } from "./RestartPolicy.ts"
import { Waiters } from "./Waiters.ts"

export class LiveMachine<S, E extends TaggedEvent, H extends MachineHost<S, E> = MachineHost<S, E>> {
  readonly id: MachineId
  readonly core: MachineCore<S, E>
  phase: Phase = "loading"
  /** Why it is parked, empty when it is not. */
  reason = ""
  restarts = 0
  /** The store failed it, and has done nothing for it since. */
  awaitsStore = false
  /** How often it was parked: who brings it back later brings back from that time only. */
  parkings = 0
  lastFailure: LastFailure | null = null
  fiber: Fiber.RuntimeFiber<void, never> | null = null
  /** The running step, in groups whose steps can be interrupted. */
  stepFiber: Fiber.RuntimeFiber<unknown, unknown> | null = null
  /** Since when a step has been running, milliseconds on the group's clock; null when none is. */
  busySince: number | null = null
  /** Since when nothing has waited; kept in groups that let idle machines go. */
  idleSince = 0
  /** Durable events on their way: each has a place in the mailbox, and the machine stays in memory for them. */
  reserved = 0
  protected closing = false
  protected saving = false
  /** Inbox rows up to this one came with the load: what is delivered after its commit may be among them. */
  protected readUpTo = 0
  protected everLoaded = false
  protected wake: ((effect: Effect.Effect<void>) => void) | null = null
  protected waiters: Waiters | null = null
  private spent: RestartBudget | null = null
  protected readonly books: Bookkeeping<S, E>
  protected readonly host: H

  constructor(host: H, id: MachineId) {
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

  /** Its state is not known yet, nor what waits in its inbox: whatever is sent must come behind that. */
  get awaitsLoad(): boolean {
    return this.phase === "loading" || (this.phase === "restarting" && !this.everLoaded)
  }

  get hasFiber(): boolean {
    return this.fiber !== null && this.fiber.unsafePoll() === null
  }

  /** Nothing to do, nothing under way: it may leave memory. */
  get evictable(): boolean {
    const idle = this.wake !== null && !this.core.busy && this.core.mailbox.length === 0
    return this.phase === "live" && idle && this.reserved === 0
  }

  /** Null when the machine takes events, else why not. */
  refusal(): Refusal | null {
    if (this.phase === "ended" || this.closing) return this.terminated()
    if (this.phase === "parked") return this.parked()
    return null
  }

  protected terminated(): Refusal {
    return new ErrTerminated({ kind: this.host.options.kind, id: this.id })
  }

  protected parked(): Refusal {
    return new MachineParked({ kind: this.host.options.kind, id: this.id, reason: this.reason })
  }

  /** Puts the event into the mailbox. The caller has checked that it is taken and that there is room. */
  push(event: E, note: Note | null = null): void {
    if (note !== null && note.inbox !== 0 && note.inbox <= this.readUpTo) return
    this.core.accept(event, note)
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
    if (this.awaitsLoad) this.waiting().forLoad(resume)
    else resume()
  }

  /** Calls back when the machine has nothing to do, or takes no more part. */
  whenResting(resume: () => void): void {
    if (this.evictable || this.phase === "parked" || this.phase === "ended" || this.phase === "evicted")
      resume()
    else this.waiting().forRest(resume)
  }

  /** Calls back when all that was accepted before has been planned. */
  barrier(done: (refusal: Refusal | null) => void): void {
    const { mailbox } = this.core
    if (mailbox.length === 0) return done(null)
    const refusal = this.refusal()
    if (refusal !== null) return done(refusal)
    this.waiting().barrier(this.core.taken + mailbox.length, done)
  }

  protected waiting(): Waiters {
    return (this.waiters ??= new Waiters())
  }

  protected freePlaces(): number {
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
    this.parkings++
    this.reason = reason
    this.busySince = null
    this.core.busy = false
    this.refuseAll(() => this.parked())
  }

  /** Tells all who wait that nothing more is planned; what waits in the mailbox stays. */
  protected refuseAll(refusal: () => Refusal): void {
    refuseWaiting(this.core.mailbox, refusal)
    this.waiters?.refuse(refusal)
  }

  /** Remembers a failure and tells the group. */
  note(what: Trouble, message: string): void {
    this.lastFailure = { what, message, at: this.now() }
    this.host.failed(this.id, what, message)
  }

  protected now(): number {
    return this.host.clock.unsafeCurrentTimeMillis()
  }

  protected stir(): void {
    const { wake } = this
    if (wake === null) return
    this.wake = null
    wake(Effect.void)
  }
}
