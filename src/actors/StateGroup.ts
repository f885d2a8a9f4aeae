/**
 * All machines that share a planner: all links, all sectors. The group makes machines when events come for them
 * (`loadOrCreate`), keeps the live ones in `sms`, watches over their fibers, lets idle ones go, and stops them in
 * order. No lock of the group is ever held over I/O: a slow store holds up only the machine that waits for it.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { Change, GroupOptions, GroupSettings } from "./GroupOptions.ts"
import { Hub } from "./Hub.ts"
import type { Envelope, Verdict } from "./Mailbox.ts"
import type { PlanFailure, TaggedEvent } from "./Planner.ts"
import {
  AlreadyExists,
  AlreadyTracking,
  BadEvent,
  BadState,
  ErrTerminated,
  MailboxFull,
  UnknownMachine,
  type MachineId,
  type Refusal,
} from "./Refusal.ts"
import { defaults as restartDefaults } from "./RestartPolicy.ts"
import { StateMachine, type MachineHost, type Phase } from "./StateMachine.ts"
import { StateStore, type GroupStore, type LogRow, type Page } from "./StateStore.ts"
import { StoreError } from "./StoreError.ts"
import { Alarm, MachineTimers, type TimerChange } from "./Timers.ts"

export const defaultSettings: GroupSettings = {
  strict: false,
  resume: false,
  durableTimers: true,
  journal: true,
  mailboxCapacity: 10_000,
  whenFull: "suspend",
  eventsPerTurn: 256,
  idleTimeToPassivateMillis: null,
  interruptibleSteps: false,
  drainMillis: 0,
  restarts: restartDefaults,
}

/** How one machine is. */
export interface MachineStatus<S> {
  readonly id: MachineId
  /** `stored`: not in memory, asleep in the store. */
  readonly phase: Phase | "stored"
  readonly state: S
  readonly stateName: string
  readonly pending: number
  readonly pendingEvents: ReadonlyArray<string>
  readonly busySince: number | null
  readonly restarts: number
  readonly stagesDone: number
  /** Why it is parked, empty when it is not. */
  readonly reason: string
  readonly timers: ReadonlyArray<{ readonly name: string; readonly at: number }>
}

/** An event that was accepted and could not be planned, and why. */
export interface DeadLetter<E> {
  readonly kind: string
  readonly id: MachineId
  readonly event: E
  readonly reason: string
}

/** Trouble that a machine had; the machine's policy has dealt with it already. */
export interface MachineFailure {
  readonly kind: string
  readonly id: MachineId
  readonly what: "plan" | "step" | "save" | "load" | "defect"
  readonly message: string
}

/** What `stop` found: machines that did not finish in time, and events in memory that were never planned. */
export interface StopReport<E> {
  readonly unfinished: ReadonlyArray<MachineId>
  readonly unplanned: ReadonlyArray<{ readonly id: MachineId; readonly event: E; readonly durable: boolean }>
}

/** How long `stop` waits for fibers that do not end although they are interrupted. */
const stopDeadlineMillis = 5_000

export class StateGroup<S, E extends TaggedEvent> {
  readonly kind: string
  /** The machines in memory. */
  private readonly sms = new Map<MachineId, StateMachine<S, E>>()
  private readonly options: GroupOptions<S, E, unknown>
  private readonly settings: GroupSettings
  private readonly store: GroupStore<S, E>
  private readonly clock: Clock.Clock
  private readonly runtime: Runtime.Runtime<unknown>
  private readonly alarm: Alarm
  private readonly host: MachineHost<S, E>
  private readonly changeHub = new Hub<Change<S, E>>()
  private readonly letterHub = new Hub<DeadLetter<E>>()
  private readonly failureHub = new Hub<MachineFailure>()
  private readonly closing: Deferred.Deferred<void>
  private sweeping = false
  private stopping: Deferred.Deferred<StopReport<E>> | null = null

  private constructor(
    options: GroupOptions<S, E, unknown>,
    parts: {
      readonly store: GroupStore<S, E>
      readonly clock: Clock.Clock
      readonly runtime: Runtime.Runtime<unknown>
      readonly closing: Deferred.Deferred<void>
      readonly init: Effect.Effect<void> | null
    },
  ) {
    this.kind = options.kind
    this.options = options
    this.settings = { ...defaultSettings, ...options.settings }
    this.store = parts.store
    this.clock = parts.clock
    this.runtime = parts.runtime
    this.closing = parts.closing
    this.alarm = new Alarm(parts.clock, parts.runtime as Runtime.Runtime<never>)
    this.host = {
      options,
      settings: this.settings,
      store: parts.store,
      clock: parts.clock,
      timers: new MachineTimers<E>(this.alarm, (id, name, event) => this.postTimer(id, name, event)),
      ready: parts.init,
      fork: (machine) => this.fork(machine),
      changed: (make) => {
        const { observe } = options
        if (observe === undefined && !this.changeHub.hasReaders) return
        const change = make()
        observe?.(change)
        this.changeHub.offer(change)
      },
      deadLetter: (id, event, reason) => this.deadLetter(id, event, reason),
      failed: (id, what, message) => this.publishFailure(id, what, message),
      gone: (machine) => {
        if (this.sms.get(machine.id) === machine) this.sms.delete(machine.id)
      },
    }
  }

  /**
   * Makes the group over its part of the store. With `resume`, machines with unfinished steps or waiting durable
   * events start at once; durable timers are armed. The group stops when the scope closes.
   */
  static make<S, E extends TaggedEvent, R = never>(
    options: GroupOptions<S, E, R>,
  ): Effect.Effect<StateGroup<S, E>, StoreError, StateStore | Scope.Scope | Exclude<R, Scope.Scope>> {
    return Effect.gen(function* () {
      const settings = { ...defaultSettings, ...options.settings }
      const clock = options.clock ?? (yield* Effect.clock)
      const store = (yield* StateStore).open<S, E>({
        kind: options.kind,
        state: options.state,
        event: options.event,
        project: options.project ?? null,
        durableTimers: settings.durableTimers,
      })
      const runtime = yield* Effect.withClock(Effect.runtime<unknown>(), clock).pipe(
        (effect) => effect as Effect.Effect<Runtime.Runtime<unknown>>,
      )
      const closing = yield* Deferred.make<void>()
      const init =
        options.init === undefined
          ? null
          : yield* Effect.cached(
              Effect.provide(options.init(Deferred.await(closing)), runtime) as Effect.Effect<void>,
            )
      const group = new StateGroup<S, E>(options as unknown as GroupOptions<S, E, unknown>, {
        store,
        clock,
        runtime: Runtime.disableRuntimeFlag(runtime, RuntimeFlags.RuntimeMetrics),
        closing,
        init,
      })
      yield* Effect.addFinalizer(() => group.stop())
      yield* group.begin_()
      return group
    }) as Effect.Effect<StateGroup<S, E>, StoreError, StateStore | Scope.Scope | Exclude<R, Scope.Scope>>
  }

  /** Arms what the store holds and resumes what it says is unfinished. */
  private begin_(): Effect.Effect<void, StoreError> {
    return Effect.gen(this, function* () {
      if (this.settings.durableTimers) {
        for (const timer of yield* this.store.timers)
          this.host.timers.apply(timer.id, {
            _tag: "Set",
            name: timer.name,
            at: timer.at,
            event: timer.event,
          })
      }
      if (this.settings.resume) for (const id of yield* this.store.unfinished) this.loadOrCreate(id)
    })
  }

  /**
   * Puts the event into the machine's mailbox, making the machine when there is none. Resolves when the event waits
   * in memory: it is lost when the process dies before its plan is saved. Use `sendDurable` for what somebody was told
   * is accepted. With a full mailbox it waits, or fails, as the group is set.
   */
  send(id: MachineId, event: E): Effect.Effect<void, Refusal | StoreError> {
    return Effect.suspend(() => {
      const bad = this.badEvent(id, event)
      if (bad !== null) return Effect.fail(bad)
      if (this.settings.strict && !this.sms.has(id))
        return Effect.zipRight(this.known(id), this.offer(id, event, null))
      return this.offer(id, event, null)
    })
  }

  /**
   * Writes the event into the machine's durable inbox; resolves after that commit. It will be planned, also across a
   * crash. A re-send with the same `eventId` is accepted without a second effect (`duplicate`).
   */
  sendDurable(
    id: MachineId,
    event: E,
    eventId: string | null = null,
  ): Effect.Effect<{ readonly duplicate: boolean }, Refusal | StoreError> {
    return Effect.gen(this, function* () {
      const bad = this.badEvent(id, event)
      if (bad !== null) return yield* bad
      if (this.settings.strict && !this.sms.has(id)) yield* this.known(id)
      yield* this.loaded(id)
      yield* this.room(id)
      // Once the row is written the event is accepted: from here on nothing may interrupt its way to the mailbox.
      return yield* Effect.uninterruptible(
        Effect.map(this.store.accept(id, event, eventId, this.now()), (accepted) => {
          if (accepted._tag === "Duplicate") return { duplicate: true }
          this.deliver(id, { event, inbox: accepted.seq, timer: null, reply: null })
          return { duplicate: false }
        }),
      )
    })
  }

  /**
   * Sends and waits for the verdict on this very event, given after the write: succeeds when a plan took it, fails
   * with the planner's failure, or with the refusal when the machine stops, ends or parks before.
   */
  sendAndWait(id: MachineId, event: E): Effect.Effect<void, Refusal | PlanFailure | StoreError> {
    const wait = Effect.async<void, Refusal | PlanFailure | StoreError>((resume) => {
      const reply = (verdict: Verdict) =>
        resume(
          verdict._tag === "Planned"
            ? Effect.void
            : Effect.fail(verdict._tag === "Refused" ? verdict.failure : verdict.refusal),
        )
      const bad = this.badEvent(id, event)
      if (bad !== null) return resume(Effect.fail(bad))
      const offered = Effect.matchEffect(this.offer(id, event, reply), {
        onSuccess: () => Effect.void,
        onFailure: (error) => Effect.sync(() => resume(Effect.fail(error))),
      })
      const fiber = Runtime.runFork(this.runtime, offered)
      return Fiber.interrupt(fiber)
    })
    return Effect.suspend(() =>
      this.settings.strict && !this.sms.has(id) ? Effect.zipRight(this.known(id), wait) : wait,
    )
  }

  /** Stores a machine with this state. Nothing is planned and no step runs until an event comes. */
  begin(
    id: MachineId,
    state: S,
  ): Effect.Effect<void, AlreadyTracking | AlreadyExists | BadState | ErrTerminated | StoreError> {
    return Effect.gen(this, function* () {
      if (this.stopping !== null) return yield* new ErrTerminated({ kind: this.kind, id })
      const wrong = this.options.state.check(state)
      if (wrong !== null)
        return yield* new BadState({
          kind: this.kind,
          id,
          message: `incorrect type for ${this.kind} ${id}: ${wrong}`,
        })
      if (this.sms.has(id)) return yield* new AlreadyTracking({ kind: this.kind, id })
      if (yield* this.store.has(id)) return yield* new AlreadyExists({ kind: this.kind, id })
      if (this.sms.has(id)) return yield* new AlreadyTracking({ kind: this.kind, id })
      const saving = this.store.save({
        id,
        before: state,
        state,
        changed: true,
        ended: false,
        stepPending: false,
        consumed: [],
        timers: [],
        log: [],
        logLength: 0,
        lastLogAt: null,
        logDrop: null,
        journal: [],
        events: [],
        at: this.now(),
      })
      if (saving !== null) yield* saving
      this.loadOrCreate(id)
    })
  }

  /** The committed state; null when nothing is stored under the id. */
  get(id: MachineId): Effect.Effect<S | null, StoreError> {
    return Effect.suspend(() => {
      const machine = this.sms.get(id)
      if (machine !== undefined && machine.isStored) return Effect.succeed(machine.core.state)
      return Effect.map(this.load(id), (found) => (found === null ? null : found.state))
    })
  }

  /** Waits until what was sent to the machine before has been planned, then reads. */
  getAfter(id: MachineId): Effect.Effect<S | null, Refusal | StoreError> {
    const barrier = Effect.async<void, Refusal>((resume) => {
      const machine = this.sms.get(id)
      if (machine === undefined) return resume(Effect.void)
      machine.barrier((refusal) => resume(refusal === null ? Effect.void : Effect.fail(refusal)))
    })
    return Effect.zipRight(barrier, this.get(id))
  }

  has(id: MachineId): Effect.Effect<boolean, StoreError> {
    return this.store.has(id)
  }

  /** Stored machines in the order of their ids, a page at a time. */
  list(after: MachineId | null = null, limit = 100): Effect.Effect<Page<S>, StoreError> {
    return this.store.list(after, limit)
  }

  /** Log entries of a machine from a position (0 is the oldest kept). */
  log(id: MachineId, from = 0, limit = 1_000): Effect.Effect<ReadonlyArray<LogRow>, StoreError> {
    return this.store.log(id, from, limit)
  }

  status(id: MachineId): Effect.Effect<MachineStatus<S> | null, StoreError> {
    return Effect.gen(this, function* () {
      const machine = this.sms.get(id)
      const timers = this.host.timers.of(id)
      if (machine !== undefined) {
        const { core } = machine
        const pending: Array<string> = []
        for (let index = 0; index < Math.min(core.mailbox.length, 100); index++)
          pending.push(core.mailbox.at(index)._tag)
        return {
          id,
          phase: machine.phase,
          state: core.state,
          stateName: this.options.stateName(core.state),
          pending: core.mailbox.length,
          pendingEvents: pending,
          busySince: machine.busySince,
          restarts: machine.restarts,
          stagesDone: core.stagesDone,
          reason: machine.reason,
          timers,
        }
      }
      const found = yield* this.load(id)
      if (found === null) return null
      return {
        id,
        phase: found.ended ? "ended" : "stored",
        state: found.state,
        stateName: this.options.stateName(found.state),
        pending: found.inbox.length,
        pendingEvents: found.inbox.map((row) => row.event._tag),
        busySince: null,
        restarts: 0,
        stagesDone: 0,
        reason: "",
        timers,
      }
    })
  }

  /** The live machine, for reading `busy` and `stageDone`; undefined when it is not in memory. */
  machine(id: MachineId): StateMachine<S, E> | undefined {
    return this.sms.get(id)
  }

  /** How many machines are in memory. */
  get warm(): number {
    return this.sms.size
  }

  /** Ids of the machines in memory whose step runs or whose events wait. */
  working(): ReadonlyArray<MachineId> {
    return [...this.sms.values()]
      .filter((machine) => machine.core.busy || machine.core.mailbox.length > 0)
      .map((machine) => machine.id)
  }

  /**
   * Interrupts the running step; its end is planned as any other. False when no step runs. Only in groups with
   * `interruptibleSteps`; resolves when the step's finalizers have run.
   */
  interruptStep(id: MachineId): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      const fiber = this.sms.get(id)?.stepFiber ?? null
      return fiber === null ? Effect.succeed(false) : Effect.as(Fiber.interrupt(fiber), true)
    })
  }

  /** Sets or cancels timers of a machine from outside; in a durable group, resolves after the commit. */
  timers(
    id: MachineId,
    ...changes: ReadonlyArray<TimerChange<E>>
  ): Effect.Effect<void, StoreError | ErrTerminated> {
    return Effect.gen(this, function* () {
      if (this.stopping !== null) return yield* new ErrTerminated({ kind: this.kind, id })
      if (this.settings.durableTimers) yield* this.store.setTimers(id, changes)
      for (const change of changes) this.host.timers.apply(id, change)
    })
  }

  /** Brings back a machine that is parked or has ended, from its stored state, with what waits for it. */
  restart(id: MachineId): Effect.Effect<void, ErrTerminated | UnknownMachine | StoreError> {
    return Effect.gen(this, function* () {
      if (this.stopping !== null) return yield* new ErrTerminated({ kind: this.kind, id })
      const machine = this.sms.get(id)
      if (machine?.phase === "parked") {
        machine.budget.reset()
        return machine.again()
      }
      if (machine !== undefined) return
      if (!(yield* this.store.has(id))) return yield* new UnknownMachine({ kind: this.kind, id })
      if (!this.sms.has(id)) this.create(id, true)
    })
  }

  /** Saved plans from now on, in order; a slow reader holds up nobody. */
  get changes(): Stream.Stream<Change<S, E>> {
    return this.changeHub.stream
  }

  get deadLetters(): Stream.Stream<DeadLetter<E>> {
    return this.letterHub.stream
  }

  get failures(): Stream.Stream<MachineFailure> {
    return this.failureHub.stream
  }

  /**
   * Stops all machines: nothing is accepted or planned any more, steps may end by themselves for `drainMillis` (of
   * the caller's clock) and are then interrupted. What was accepted and not planned is in the report; durable events
   * among it stay in the inbox. Stopping again, also at the same time, gives the same report.
   */
  stop(
    limits: { readonly drainMillis?: number; readonly deadlineMillis?: number } = {},
  ): Effect.Effect<StopReport<E>> {
    return Effect.gen(this, function* () {
      if (this.stopping !== null) return yield* Deferred.await(this.stopping)
      const done = Deferred.unsafeMake<StopReport<E>>(FiberId.none)
      this.stopping = done
      this.alarm.stop()
      const machines = [...this.sms.values()]
      for (const machine of machines) machine.close()
      const ended = Effect.forEach(machines, (machine) =>
        machine.fiber === null ? Effect.void : Fiber.await(machine.fiber),
      )
      const drainMillis = limits.drainMillis ?? this.settings.drainMillis
      const deadlineMillis = limits.deadlineMillis ?? drainMillis + stopDeadlineMillis
      yield* Effect.timeoutOption(Effect.interruptible(ended), Duration.millis(drainMillis))
      for (const { fiber } of machines) if (fiber !== null) fiber.unsafeInterruptAsFork(fiber.id())
      yield* Effect.timeoutOption(
        Effect.disconnect(ended),
        Duration.millis(Math.max(0, deadlineMillis - drainMillis)),
      )
      const report = this.report(machines)
      yield* Deferred.succeed(this.closing, undefined)
      yield* Deferred.succeed(done, report)
      return report
    }).pipe(Effect.uninterruptible)
  }

  private report(machines: ReadonlyArray<StateMachine<S, E>>): StopReport<E> {
    const unfinished: Array<MachineId> = []
    const unplanned: Array<{ id: MachineId; event: E; durable: boolean }> = []
    for (const machine of machines) {
      if (machine.fiber !== null && machine.fiber.unsafePoll() === null) unfinished.push(machine.id)
      for (const { event, inbox } of machine.drain())
        unplanned.push({ id: machine.id, event, durable: inbox !== 0 })
    }
    this.sms.clear()
    return { unfinished, unplanned }
  }

  private now(): number {
    return this.clock.unsafeCurrentTimeMillis()
  }

  private badEvent(id: MachineId, event: E): BadEvent | null {
    const wrong = this.options.event.check(event)
    return wrong === null ? null : new BadEvent({ kind: this.kind, id, message: wrong })
  }

  private load(id: MachineId) {
    const loaded = this.store.load(id, this.options.initial)
    return Effect.isEffect(loaded) ? loaded : Effect.succeed(loaded)
  }

  private known(id: MachineId): Effect.Effect<void, UnknownMachine | StoreError> {
    return Effect.flatMap(this.store.has(id), (has) =>
      has ? Effect.void : Effect.fail(new UnknownMachine({ kind: this.kind, id })),
    )
  }

  private loadOrCreate(id: MachineId): StateMachine<S, E> {
    return this.sms.get(id) ?? this.create(id, false)
  }

  private create(id: MachineId, revive: boolean): StateMachine<S, E> {
    const machine = new StateMachine(this.host, id)
    this.sms.set(id, machine)
    machine.start(revive)
    this.armSweep()
    return machine
  }

  /** Offers at once when it can; an Effect that fails or waits only when it must. */
  private offer(
    id: MachineId,
    event: E,
    reply: ((verdict: Verdict) => void) | null,
  ): Effect.Effect<void, Refusal | StoreError> {
    if (this.stopping !== null) return Effect.fail(new ErrTerminated({ kind: this.kind, id }))
    const machine = this.loadOrCreate(id)
    const refusal = machine.refusal()
    if (refusal !== null) return Effect.fail(refusal)
    if (machine.phase === "loading")
      return Effect.zipRight(
        this.loaded(id),
        Effect.suspend(() => this.offer(id, event, reply)),
      )
    if (machine.isFull)
      return Effect.zipRight(
        this.room(id),
        Effect.suspend(() => this.offer(id, event, reply)),
      )
    machine.push({ event, inbox: 0, timer: null, reply })
    return Effect.void
  }

  /** Waits until the machine is in memory with its state, or says why it takes no events. */
  private loaded(id: MachineId): Effect.Effect<void, Refusal | StoreError> {
    return Effect.suspend(() => {
      if (this.stopping !== null) return Effect.fail(new ErrTerminated({ kind: this.kind, id }))
      const machine = this.loadOrCreate(id)
      const refusal = machine.refusal()
      if (refusal !== null) return Effect.fail(refusal)
      if (machine.phase !== "loading") return Effect.void
      return Effect.zipRight(
        Effect.async<void>((resume) => machine.whenLoaded(() => resume(Effect.void))),
        Effect.suspend(() => {
          const after = machine.refusal()
          return after === null ? Effect.void : Effect.fail(after)
        }),
      )
    })
  }

  /** Waits until the mailbox has room, or fails, as the group is set. */
  private room(id: MachineId): Effect.Effect<void, Refusal> {
    return Effect.suspend(() => {
      const machine = this.sms.get(id)
      if (machine === undefined || !machine.isFull) return Effect.void
      if (this.settings.whenFull === "fail")
        return Effect.fail(new MailboxFull({ kind: this.kind, id, capacity: this.settings.mailboxCapacity }))
      return Effect.async<void>((resume) => machine.whenRoom(() => resume(Effect.void)))
    })
  }

  /** A durable event's last step: into the mailbox, or to the dead letters when its machine has ended meanwhile. */
  private deliver(id: MachineId, envelope: Envelope<E>): void {
    if (this.stopping !== null) return
    const machine = this.loadOrCreate(id)
    if (machine.phase === "ended") return this.deadLetter(id, envelope.event, "it has ended")
    machine.push(envelope)
  }

  private postTimer(id: MachineId, name: string, event: E): void {
    if (this.stopping !== null) return
    const machine = this.loadOrCreate(id)
    if (machine.phase === "ended") return this.deadLetter(id, event, "it has ended")
    machine.push({ event, inbox: 0, timer: name, reply: null })
  }

  private fork(machine: StateMachine<S, E>): Fiber.RuntimeFiber<void, never> {
    const fiber = Runtime.runFork(this.runtime, machine.run, { immediate: false })
    fiber.addObserver((exit) => this.fiberEnded(machine, exit))
    return fiber
  }

  /** The supervisor: a fiber that ended without being told to is started anew, or its machine parked. */
  private fiberEnded(machine: StateMachine<S, E>, exit: Exit.Exit<void, never>): void {
    if (Exit.isSuccess(exit) || this.stopping !== null) return
    const message = exit.cause.toString().split("\n")[0] ?? "died"
    machine.phase = "restarting"
    machine.busySince = null
    this.publishFailure(machine.id, "defect", message)
    const pause = machine.budget.take(this.settings.restarts, this.now())
    if (pause === null) return machine.park(message)
    this.alarm.set(this.now() + Duration.toMillis(pause), () => {
      if (machine.phase === "restarting") machine.again()
    })
  }

  private deadLetter(id: MachineId, event: E, reason: string): void {
    this.letterHub.offer({ kind: this.kind, id, event, reason })
  }

  private publishFailure(id: MachineId, what: MachineFailure["what"], message: string): void {
    this.failureHub.offer({ kind: this.kind, id, what, message })
  }

  /** Lets idle machines go: one timer for the whole group, set only while there are machines. */
  private armSweep(): void {
    const idle = this.settings.idleTimeToPassivateMillis
    if (idle === null || this.sweeping) return
    this.sweeping = true
    this.alarm.set(this.now() + idle, () => {
      this.sweeping = false
      const before = this.now() - idle
      for (const machine of this.sms.values()) {
        if (!machine.evictable || machine.idleSince > before) continue
        this.sms.delete(machine.id)
        machine.evict()
      }
      if (this.sms.size > 0) this.armSweep()
    })
  }
}
