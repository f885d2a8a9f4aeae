/**
 * The machines of a group that are in memory: made when events come for them, watched over while they live, let go
 * when they have been idle long enough. A fiber that ends without being told to is started anew after a pause, and its
 * machine parked when that happens too often; the others do not notice.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import { rowsOf } from "./Bookkeeping.ts"
import type { Change, GroupOptions, GroupSettings } from "./GroupOptions.ts"
import type { DeadLetter, MachineFailure } from "./GroupStatus.ts"
import { Hub } from "./Hub.ts"
import type { Trouble } from "./MachineHost.ts"
import type { Envelope } from "./Mailbox.ts"
import type { TaggedEvent } from "./Planner.ts"
import type { MachineId, Refusal } from "./Refusal.ts"
import { StateMachine, type Supervisor } from "./StateMachine.ts"
import type { GroupStore, StoredMachine } from "./StateStore.ts"
import type { StoreError } from "./StoreError.ts"
import { Alarm, MachineTimers, type SpentTimer } from "./Timers.ts"

export interface MemberParts<S, E extends TaggedEvent> {
  readonly options: GroupOptions<S, E, unknown>
  readonly settings: GroupSettings
  readonly store: GroupStore<S, E>
  readonly clock: Clock.Clock
  readonly runtime: Runtime.Runtime<unknown>
  readonly ready: Effect.Effect<void> | null
  /** The group's own `send`. */
  readonly resend: (id: MachineId, event: E) => Effect.Effect<void, Refusal | StoreError>
}

export class Members<S, E extends TaggedEvent> implements Supervisor<S, E> {
  /** The machines in memory. */
  readonly sms = new Map<MachineId, StateMachine<S, E>>()
  readonly options: GroupOptions<S, E, unknown>
  readonly settings: GroupSettings
  readonly store: GroupStore<S, E>
  readonly clock: Clock.Clock
  readonly ready: Effect.Effect<void> | null
  readonly resend: (id: MachineId, event: E) => Effect.Effect<void, Refusal | StoreError>
  readonly timers: MachineTimers<E>
  readonly changes = new Hub<Change<S, E>>()
  readonly letters = new Hub<DeadLetter<E>>()
  readonly failures = new Hub<MachineFailure>()
  readonly runtime: Runtime.Runtime<unknown>
  /** No machine is made any more, and none is started again. */
  stopping = false
  private sweeping = false
  /** Machines that the store has failed, until it does something for them. */
  private readonly awaitingStore = new Set<StateMachine<S, E>>()
  /** Who waits until a machine that has ended has left memory. */
  private readonly leaving = new Map<StateMachine<S, E>, Array<() => void>>()
  private readonly alarm: Alarm

  constructor(parts: MemberParts<S, E>) {
    this.options = parts.options
    this.settings = parts.settings
    this.store = parts.store
    this.clock = parts.clock
    this.ready = parts.ready
    this.runtime = parts.runtime
    this.resend = parts.resend
    this.alarm = new Alarm(parts.clock, parts.runtime as Runtime.Runtime<never>)
    this.timers = new MachineTimers<E>(this.alarm, (id, timer, event) =>
      this.guarded(id, "a timer", () => this.postTimer(id, timer, event)),
    )
  }

  get kind(): string {
    return this.options.kind
  }

  now(): number {
    return this.clock.unsafeCurrentTimeMillis()
  }

  load(id: MachineId): Effect.Effect<StoredMachine<S, E> | null, StoreError> {
    const loaded = this.store.load(id, this.options.initial)
    return Effect.isEffect(loaded) ? loaded : Effect.succeed(loaded)
  }

  loadOrCreate(id: MachineId): StateMachine<S, E> {
    return this.sms.get(id) ?? this.create(id, false)
  }

  /** As `loadOrCreate`; null when the room's own code throws for this machine, which harms no other. */
  woken(id: MachineId): StateMachine<S, E> | null {
    let machine: StateMachine<S, E> | null = null
    this.guarded(id, "waking", () => {
      machine = this.loadOrCreate(id)
    })
    return machine
  }

  create(id: MachineId, revive: boolean): StateMachine<S, E> {
    const machine = new StateMachine<S, E>(this, id)
    this.sms.set(id, machine)
    machine.start(revive)
    this.armSweep()
    return machine
  }

  /** Stops timers and supervision; the machines go on until they are closed. */
  silence(): void {
    this.stopping = true
    this.alarm.stop()
  }

  observed(): boolean {
    return this.options.observe !== undefined || this.changes.hasReaders
  }

  changed(change: Change<S, E>): void {
    const { observe } = this.options
    if (observe !== undefined) this.guarded(change.id, "observe", () => observe(change))
    this.changes.offer(change)
  }

  /** The room's own code, called between machines: what it throws is told, and harms none of them. */
  private guarded(id: MachineId, what: string, run: () => void): void {
    try {
      run()
    } catch (defect) {
      const message = `${what} of ${this.kind} ${id} threw: ${String(defect)}`
      this.failed(id, "defect", message)
      this.log(Effect.logError(message))
    }
  }

  deadLetter(id: MachineId, event: E, reason: string): void {
    const { deadLetter } = this.options
    if (deadLetter === "log") {
      const message = `${this.kind} ${id} did not take ${event._tag}: ${reason}`
      this.log(Effect.logWarning(message))
    } else if (deadLetter !== undefined)
      this.guarded(id, "deadLetter", () => void deadLetter(id, event, reason))
    if (this.letters.hasReaders) this.letters.offer({ kind: this.kind, id, event, reason })
  }

  failed(id: MachineId, what: Trouble, message: string): void {
    this.failures.offer({ kind: this.kind, id, what, message })
  }

  leave(machine: StateMachine<S, E>, unplanned: ReadonlyArray<Envelope<E>>): void {
    const gone = () => {
      if (this.sms.get(machine.id) === machine) this.sms.delete(machine.id)
      const waiting = this.leaving.get(machine) ?? []
      this.leaving.delete(machine)
      for (const resume of waiting) resume()
    }
    const seqs = rowsOf(unplanned)
    const fired = unplanned.flatMap(({ timer }) => (timer === null ? [] : [timer]))
    if (seqs.length === 0 && fired.length === 0) return gone()
    const discarding = seqs.length === 0 ? Effect.void : this.store.discard(machine.id, seqs, null)
    const forgetting = Effect.zipRight(discarding, this.forgetTimers(machine.id, fired))
    Runtime.runFork(this.runtime, Effect.ensuring(this.noting(machine, forgetting), Effect.sync(gone)))
  }

  /** Waits until a machine that has ended is out of memory. */
  gone(machine: StateMachine<S, E>): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (this.sms.get(machine.id) !== machine) return resume(Effect.void)
      const waiting = this.leaving.get(machine) ?? []
      this.leaving.set(machine, waiting)
      waiting.push(() => resume(Effect.void))
    })
  }

  /** Takes timers that have fired, and whose events nobody plans, out of the store; not those that were set anew. */
  private forgetTimers(id: MachineId, fired: ReadonlyArray<SpentTimer>): Effect.Effect<void, StoreError> {
    const spent = fired.filter((timer) => !this.timers.isSetAgain(id, timer))
    return spent.length === 0 || !this.settings.durableTimers ? Effect.void : this.store.setTimers(id, spent)
  }

  private noting(machine: StateMachine<S, E>, writing: Effect.Effect<void, StoreError>): Effect.Effect<void> {
    return Effect.catchAll(writing, (error) => Effect.sync(() => machine.note("save", error.message)))
  }

  launch(machine: StateMachine<S, E>): void {
    const fiber = Runtime.runFork(this.runtime, machine.run(), { immediate: false })
    machine.fiber = fiber
    fiber.addObserver((exit) => {
      if (Exit.isFailure(exit)) this.died(machine, exit)
    })
  }

  private died(machine: StateMachine<S, E>, exit: Exit.Failure<void, never>): void {
    if (this.stopping || machine.phase === "ended" || machine.phase === "evicted") return
    const message = exit.cause.toString().split("\n")[0] ?? "died"
    const what = machine.phase === "loading" ? "load" : "defect"
    machine.phase = "restarting"
    machine.busySince = null
    machine.note(what, message)
    const pause = machine.budget.take(this.settings.restarts, this.now())
    if (pause === null) {
      machine.park(message)
      if (what === "load") this.awaitStore(machine, () => machine.again())
      return
    }
    this.alarm.set(this.now() + Duration.toMillis(pause), () => {
      if (machine.phase === "restarting") machine.again()
    })
  }

  awaitStore(machine: StateMachine<S, E>, comeBack: () => void): void {
    const { storeReturnMillis } = this.settings.restarts
    if (storeReturnMillis === null || this.stopping) return
    if (this.awaitingStore.size === 0)
      this.log(
        Effect.logWarning(
          `${this.kind} ${machine.id} stands still, for the store failed: ${machine.reason}. It is tried again every ${storeReturnMillis} ms, and so are others that this happens to`,
        ),
      )
    machine.awaitsStore = true
    this.awaitingStore.add(machine)
    const { parkings } = machine
    this.alarm.set(this.now() + storeReturnMillis, () => {
      if (machine.phase === "parked" && machine.parkings === parkings) comeBack()
    })
  }

  storeBack(machine: StateMachine<S, E>): void {
    machine.awaitsStore = false
    this.awaitingStore.delete(machine)
    if (this.awaitingStore.size === 0)
      this.log(Effect.logInfo(`the store works again: every ${this.kind} goes on`))
  }

  private log(line: Effect.Effect<void>): void {
    Runtime.runFork(this.runtime, line)
  }

  private postTimer(id: MachineId, timer: SpentTimer, event: E): void {
    if (this.stopping) return
    const machine = this.loadOrCreate(id)
    if (machine.phase === "ended") {
      this.deadLetter(id, event, "it has ended")
      Runtime.runFork(this.runtime, this.noting(machine, this.forgetTimers(id, [timer])))
      return
    }
    machine.push(event, { inbox: 0, timer, reply: null })
  }

  /** Lets idle machines go: one timer for the whole group, set only while there are machines. */
  private armSweep(): void {
    const idle = this.settings.idleTimeToPassivateMillis
    if (idle === null || this.sweeping || this.stopping) return
    this.sweeping = true
    this.alarm.set(this.now() + idle, () => {
      this.sweeping = false
      this.sweep(this.now() - idle)
      if (this.sms.size > 0) this.armSweep()
    })
  }

  private sweep(idleBefore: number): void {
    for (const machine of this.sms.values()) if (machine.idleSince <= idleBefore) this.release(machine)
  }

  /** Lets the machine leave memory if it is idle. */
  release(machine: StateMachine<S, E>): void {
    if (!machine.evictable) return
    this.sms.delete(machine.id)
    machine.evict()
  }
}
