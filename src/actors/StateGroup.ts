/**
 * All machines that share a planner: all links, all sectors. The group is the face that everybody else calls: senders
 * come in through `Entrance`, the machines in memory live in `Members`, and `Shutdown` ends them in order. No lock of
 * the group is ever held over I/O: a slow store holds up only the machine that waits for it.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { Entrance } from "./Entrance.ts"
import { settingsOf, type Change, type GroupOptions } from "./GroupOptions.ts"
import {
  liveStatus,
  storedStatus,
  type DeadLetter,
  type MachineFailure,
  type MachineStatus,
  type StopReport,
} from "./GroupStatus.ts"
import { Members, type MemberParts } from "./Members.ts"
import type { PlanFailure, TaggedEvent } from "./Planner.ts"
import {
  AlreadyExists,
  AlreadyTracking,
  badId,
  BadState,
  UnknownMachine,
  type BadId,
  type ErrTerminated,
  type MachineId,
  type Refusal,
} from "./Refusal.ts"
import { Resumption } from "./Resumption.ts"
import { Shutdown, type StopLimits } from "./Shutdown.ts"
import type { StateMachine } from "./StateMachine.ts"
import { StateStore, type LogRow, type Page, type Save } from "./StateStore.ts"
import type { StoreError } from "./StoreError.ts"
import { onSharedQueue } from "./time/TurnScheduler.ts"
import { after, armTimers, at, cancel, type TimerChange } from "./Timers.ts"

export { defaultSettings } from "./GroupOptions.ts"
export type { DeadLetter, MachineFailure, MachineStatus, StopReport } from "./GroupStatus.ts"

export class StateGroup<S, E extends TaggedEvent> {
  readonly kind: string
  private readonly members: Members<S, E>
  private readonly entrance: Entrance<S, E>
  private readonly shutdown: Shutdown<S, E>

  private constructor(parts: Omit<MemberParts<S, E>, "resend">, closing: Deferred.Deferred<void>) {
    this.kind = parts.options.kind
    this.members = new Members<S, E>({ ...parts, resend: (id, event) => this.send(id, event) })
    this.entrance = new Entrance(this.members)
    this.shutdown = new Shutdown(this.members, closing)
  }

  /**
   * Makes the group over its part of the store. With `resume`, machines with unfinished steps or waiting durable
   * events go on by themselves, a bounded number at a time; durable timers are armed. The group stops when the scope closes.
   */
  static make<S, E extends TaggedEvent, R = never>(
    options: GroupOptions<S, E, R>,
  ): Effect.Effect<StateGroup<S, E>, StoreError, StateStore | Scope.Scope | Exclude<R, Scope.Scope>> {
    return Effect.gen(function* () {
      const settings = settingsOf(options)
      const clock = options.clock ?? (yield* Effect.clock)
      const store = (yield* StateStore).open<S, E>({
        kind: options.kind,
        state: options.state,
        event: options.event,
        project: options.project ?? null,
        durableTimers: settings.durableTimers,
      })
      const runtime = yield* onSharedQueue(Effect.withClock(Effect.runtime<unknown>(), clock)).pipe(
        (effect) => effect as Effect.Effect<Runtime.Runtime<unknown>>,
      )
      const closing = yield* Deferred.make<void>()
      const ready =
        options.init === undefined
          ? null
          : yield* Effect.cached(
              Effect.provide(options.init(Deferred.await(closing)), runtime) as Effect.Effect<void>,
            )
      const group = new StateGroup<S, E>(
        {
          options: options as unknown as GroupOptions<S, E, unknown>,
          settings,
          store,
          clock,
          runtime: Runtime.disableRuntimeFlag(runtime, RuntimeFlags.RuntimeMetrics),
          ready,
        },
        closing,
      )
      yield* Effect.addFinalizer(() => group.stop())
      yield* group.wakeUp()
      return group
    }) as Effect.Effect<StateGroup<S, E>, StoreError, StateStore | Scope.Scope | Exclude<R, Scope.Scope>>
  }

  /** Arms the timers that the store holds and resumes what it says is unfinished. */
  private wakeUp(): Effect.Effect<void, StoreError, Scope.Scope> {
    return Effect.gen(this, function* () {
      const { members } = this
      if (members.settings.durableTimers)
        for (const timer of yield* members.store.timers)
          members.timers.apply(timer.id, at(timer.name, timer.at, timer.event))
      if (members.settings.resume) yield* new Resumption(members).start()
    })
  }

  /**
   * Puts the event into the machine's mailbox, making the machine when there is none. Resolves when the event waits
   * in memory: it is lost when the process dies before its plan is saved. Use `sendDurable` for what somebody was told
   * is accepted. With a full mailbox it waits, or fails, as the group is set.
   */
  send(id: MachineId, event: E): Effect.Effect<void, Refusal | StoreError> {
    return Effect.suspend(() => this.entrance.send(id, event))
  }

  /**
   * Writes the event into the machine's durable inbox; resolves after that commit. It will be planned, also across a
   * crash. A re-send with the same `eventId` is accepted without a second effect (`duplicate`) for at least
   * `eventIdMillis`, seven days if the store is not set otherwise; an id whose event was refused may be sent again.
   */
  sendDurable(
    id: MachineId,
    event: E,
    eventId: string | null = null,
  ): Effect.Effect<{ readonly duplicate: boolean }, Refusal | StoreError> {
    return this.entrance.sendDurable(id, event, eventId)
  }

  /**
   * Sends and waits for the verdict on this very event, given after the write: succeeds when a plan took it, fails
   * with the planner's failure, or with the refusal when the machine stops, ends or parks before.
   */
  sendAndWait(id: MachineId, event: E): Effect.Effect<void, Refusal | PlanFailure | StoreError> {
    return this.entrance.sendAndWait(id, event)
  }

  /** Stores a machine with this state. Nothing is planned and no step runs until an event comes. */
  begin(
    id: MachineId,
    state: S,
  ): Effect.Effect<void, AlreadyTracking | AlreadyExists | BadState | BadId | ErrTerminated | StoreError> {
    type Refused = AlreadyTracking | AlreadyExists | BadState | BadId | ErrTerminated | StoreError
    return Effect.suspend((): Effect.Effect<void, Refused> => {
      const { members, kind, entrance } = this
      if (members.stopping) return Effect.fail(entrance.terminated(id))
      const bad = badId(kind, id)
      if (bad !== null) return Effect.fail(bad)
      const wrong = members.options.state.check(state)
      if (wrong !== null)
        return Effect.fail(new BadState({ kind, id, message: `incorrect type for ${kind} ${id}: ${wrong}` }))
      const tracking = () => Effect.fail(new AlreadyTracking({ kind, id }))
      if (members.sms.has(id)) return tracking()
      const beginning = Effect.gen(this, function* () {
        if (yield* members.store.has(id)) return yield* new AlreadyExists({ kind, id })
        const saving = members.store.save(first(id, state, members.now()))
        if (saving !== null) yield* saving
        if (members.stopping) return
        members.loadOrCreate(id)
      })
      return entrance.begun(id, beginning) ?? tracking()
    })
  }

  /** The committed state; null when nothing is stored under the id. */
  get(id: MachineId): Effect.Effect<S | null, StoreError> {
    return Effect.suspend(() => {
      const machine = this.members.sms.get(id)
      if (machine?.isStored === true) return Effect.succeed(machine.core.state)
      return Effect.map(this.members.load(id), (found) => found?.state ?? null)
    })
  }

  /** Waits until what was sent to the machine before has been planned, then reads. */
  getAfter(id: MachineId): Effect.Effect<S | null, Refusal | StoreError> {
    return Effect.zipRight(this.entrance.barrier(id), this.get(id))
  }

  has(id: MachineId): Effect.Effect<boolean, StoreError> {
    return this.members.store.has(id)
  }

  /** Stored machines in the order of their ids, a page at a time; `from` is where the page before ended. */
  list(from: MachineId | null = null, limit = 100): Effect.Effect<Page<S>, StoreError> {
    return this.members.store.list(from, limit)
  }

  /** Log entries of a machine from a position (0 is the oldest kept). */
  log(id: MachineId, from = 0, limit = 1_000): Effect.Effect<ReadonlyArray<LogRow>, StoreError> {
    return this.members.store.log(id, from, limit)
  }

  /** How the machine is; null when nothing is known under the id. */
  status(id: MachineId): Effect.Effect<MachineStatus<S> | null, StoreError> {
    return Effect.suspend(() => {
      const { members } = this
      const live = members.sms.get(id)
      if (live?.isStored === true) return Effect.succeed(liveStatus(members, live, live.core.state))
      return Effect.map(members.load(id), (found) => {
        const machine = members.sms.get(id)
        if (machine !== undefined)
          return liveStatus(
            members,
            machine,
            found === null || machine.isStored ? machine.core.state : found.state,
          )
        return found === null ? null : storedStatus(members, id, found)
      })
    })
  }

  /** The live machine, for reading `busy` and `stageDone`; undefined when it is not in memory. */
  machine(id: MachineId): StateMachine<S, E> | undefined {
    return this.members.sms.get(id)
  }

  /** How many machines are in memory. */
  get warm(): number {
    return this.members.sms.size
  }

  /** Ids of the machines in memory whose step runs or whose events wait. */
  working(): ReadonlyArray<MachineId> {
    return [...this.members.sms.values()]
      .filter((machine) => machine.core.busy || machine.core.mailbox.length > 0)
      .map((machine) => machine.id)
  }

  /**
   * Interrupts the running step; its end is planned as any other. False when no step runs. Only in groups with
   * `interruptibleSteps`; resolves when the step's finalizers have run.
   */
  interruptStep(id: MachineId): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      const fiber = this.members.sms.get(id)?.stepFiber ?? null
      return fiber === null ? Effect.succeed(false) : Effect.as(Fiber.interrupt(fiber), true)
    })
  }

  /** Sets or cancels timers of a machine from outside; in a durable group, resolves after the commit. */
  timers(
    id: MachineId,
    ...changes: ReadonlyArray<TimerChange<E>>
  ): Effect.Effect<void, StoreError | ErrTerminated | BadId> {
    return Effect.suspend((): Effect.Effect<void, StoreError | ErrTerminated | BadId> => {
      if (this.members.stopping) return Effect.fail(this.entrance.terminated(id))
      const bad = badId(this.kind, id)
      return bad === null ? armTimers(this.members, id, changes) : Effect.fail(bad)
    })
  }

  /** Sends the event when `millis` have passed on the group's clock. Setting a name that is set replaces it. */
  after(
    id: MachineId,
    name: string,
    millis: number,
    event: E,
  ): Effect.Effect<void, StoreError | ErrTerminated | BadId> {
    return Effect.suspend(() => this.timers(id, after(name, millis, event, this.members.now())))
  }

  /** Sends the event at a time of the group's clock, milliseconds since 1970; at once when that has passed. */
  at(
    id: MachineId,
    name: string,
    time: number,
    event: E,
  ): Effect.Effect<void, StoreError | ErrTerminated | BadId> {
    return this.timers(id, at(name, time, event))
  }

  /** Takes a timer back; nothing happens when it is not set, or when its event waits already. */
  cancel(id: MachineId, name: string): Effect.Effect<void, StoreError | ErrTerminated | BadId> {
    return this.timers(id, cancel(name))
  }

  /** Brings back a machine that is parked or has ended, from its stored state, with what waits for it. */
  restart(id: MachineId): Effect.Effect<void, ErrTerminated | UnknownMachine | StoreError> {
    type Refused = ErrTerminated | UnknownMachine | StoreError
    return Effect.gen(this, function* (): Effect.fn.Return<void, Refused> {
      const { members, kind } = this
      if (members.stopping) return yield* this.entrance.terminated(id)
      const machine = members.sms.get(id)
      if (machine?.phase === "parked") {
        machine.budget.reset()
        return machine.again()
      }
      if (machine?.phase === "ended" || machine?.awaitsLoad === true) {
        // What it is will be known when it is loaded, or out of memory.
        yield* machine.awaitsLoad ? Effect.ignore(this.entrance.loaded(machine)) : members.gone(machine)
        return yield* this.restart(id)
      }
      if (machine !== undefined) return
      const found = yield* members.load(id)
      if (found === null) return yield* new UnknownMachine({ kind, id })
      if (found.ended) {
        const saving = members.store.save({ ...first(id, found.state, members.now()), changed: false })
        if (saving !== null) yield* saving
      }
      if (!members.stopping && !members.sms.has(id)) members.create(id, true)
    })
  }

  /** Saved plans from now on, in order; a slow reader holds up nobody. */
  get changes(): Stream.Stream<Change<S, E>> {
    return this.members.changes.stream
  }

  get deadLetters(): Stream.Stream<DeadLetter<E>> {
    return this.members.letters.stream
  }

  get failures(): Stream.Stream<MachineFailure> {
    return this.members.failures.stream
  }

  /**
   * Stops all machines: nothing is accepted or planned any more, steps may end by themselves for `drainMillis` (of
   * the caller's clock) and are then interrupted. What was accepted and not planned is in the report; what of it the store
   * keeps for the next group (the inbox, the events of durable timers) is marked `durable`. Stopping again, also at the same time, gives the same report.
   */
  stop(limits: StopLimits = {}): Effect.Effect<StopReport<E>> {
    return this.shutdown.stop(limits)
  }
}

/** The save of a machine that is begun, or marked as not ended. */
const first = <S, E>(id: MachineId, state: S, now: number): Save<S, E> => ({
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
  logTail: 0,
  lastLogAt: null,
  logDrop: null,
  journal: [],
  events: [],
  at: now,
})
