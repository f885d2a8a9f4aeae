/**
 * The way of an event into a machine's mailbox: into memory, through the durable inbox, or with a verdict asked for.
 * Says yes at once when it can; waits only for a state that is being loaded or for room, and never for another machine.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import type { Note, Verdict } from "./Mailbox.ts"
import type { Members } from "./Members.ts"
import type { PlanFailure, TaggedEvent } from "./Planner.ts"
import {
  BadEvent,
  badId,
  ErrTerminated,
  MailboxFull,
  UnknownMachine,
  type MachineId,
  type Refusal,
} from "./Refusal.ts"
import type { StateMachine } from "./StateMachine.ts"
import type { StoreError } from "./StoreError.ts"

export class Entrance<S, E extends TaggedEvent> {
  private readonly members: Members<S, E>
  /** Ids whose machines are being begun; senders wait for it. */
  private readonly beginning = new Map<MachineId, Array<() => void>>()

  constructor(members: Members<S, E>) {
    this.members = members
  }

  send(id: MachineId, event: E): Effect.Effect<void, Refusal | StoreError> {
    return this.enter(id, event, null) ?? Effect.void
  }

  sendAndWait(id: MachineId, event: E): Effect.Effect<void, Refusal | PlanFailure | StoreError> {
    return Effect.async<void, Refusal | PlanFailure | StoreError>((resume) => {
      const reply = (verdict: Verdict) =>
        resume(
          verdict._tag === "Planned"
            ? Effect.void
            : Effect.fail(verdict._tag === "Refused" ? verdict.failure : verdict.refusal),
        )
      const entering = this.enter(id, event, { inbox: 0, timer: null, reply })
      if (entering === null) return
      const offered = Effect.catchAllCause(entering, (cause) =>
        Effect.sync(() => resume(Effect.failCause(cause))),
      )
      return Fiber.interrupt(Runtime.runFork(this.members.runtime, offered))
    })
  }

  sendDurable(
    id: MachineId,
    event: E,
    eventId: string | null,
  ): Effect.Effect<{ readonly duplicate: boolean }, Refusal | StoreError> {
    return Effect.suspend(() => {
      const bad = this.badEvent(id, event)
      if (bad !== null) return Effect.fail(bad)
      const waiting = this.waitFor(id)
      if (waiting !== null) return Effect.zipRight(waiting, this.sendDurable(id, event, eventId))
      // Once the row is written the event is accepted: from here on nothing may interrupt its way to the mailbox.
      return Effect.uninterruptible(this.through(this.members.loadOrCreate(id), event, eventId))
    })
  }

  /** Through the durable inbox into the mailbox, where a place is kept meanwhile. */
  private through(
    machine: StateMachine<S, E>,
    event: E,
    eventId: string | null,
  ): Effect.Effect<{ readonly duplicate: boolean }, Refusal | StoreError> {
    const { id } = machine
    const { store } = this.members
    machine.reserved++
    return Effect.matchCauseEffect(
      Effect.suspend(() => store.accept(id, event, eventId)),
      {
        onFailure: (cause) => {
          machine.reserved--
          machine.passRoom()
          return Effect.failCause(cause)
        },
        onSuccess: (accepted) => {
          machine.reserved--
          if (accepted._tag === "Accepted") return this.deliver(id, event, accepted.seq, eventId)
          machine.passRoom()
          return Effect.succeed({ duplicate: true })
        },
      },
    )
  }

  /** A durable event's last step. When its machine has ended meanwhile, the sender is told and the inbox forgets it. */
  private deliver(
    id: MachineId,
    event: E,
    seq: number,
    eventId: string | null,
  ): Effect.Effect<{ readonly duplicate: boolean }, Refusal | StoreError> {
    const { members } = this
    // The group stops: the row stays, and the next group plans it.
    if (members.stopping) return accepted
    const machine = members.loadOrCreate(id)
    const arrive = () => {
      // A row that is gone was seen by the machine before it ended: planned, or a dead letter.
      if (machine.phase === "ended" && !members.stopping)
        return Effect.flatMap(members.store.discard(id, [seq], eventId), (gone) =>
          gone === 0 ? accepted : Effect.fail(this.terminated(id)),
        )
      machine.push(event, { inbox: seq, timer: null, reply: null })
      return accepted
    }
    return machine.awaitsLoad
      ? Effect.zipRight(Effect.ignore(this.loaded(machine)), Effect.suspend(arrive))
      : arrive()
  }

  /** Puts the event into the mailbox and gives null, or gives what must be waited for, or the refusal. */
  private enter(
    id: MachineId,
    event: E,
    note: Note | null,
  ): Effect.Effect<void, Refusal | StoreError> | null {
    const bad = this.badEvent(id, event)
    if (bad !== null) return Effect.fail(bad)
    const machine = this.members.sms.get(id)
    if (machine !== undefined && machine.phase === "live" && !this.members.stopping && !machine.isFull) {
      machine.push(event, note)
      return null
    }
    return this.enterSlowly(id, event, note)
  }

  private enterSlowly(
    id: MachineId,
    event: E,
    note: Note | null,
  ): Effect.Effect<void, Refusal | StoreError> | null {
    const waiting = this.waitFor(id)
    if (waiting !== null)
      return Effect.zipRight(
        waiting,
        Effect.suspend(() => this.enterSlowly(id, event, note) ?? Effect.void),
      )
    this.members.loadOrCreate(id).push(event, note)
    return null
  }

  /** Null when an event can go into the mailbox now; else what to wait for before trying again, or the refusal. */
  private waitFor(id: MachineId): Effect.Effect<void, Refusal | StoreError> | null {
    const { members } = this
    if (members.stopping) return Effect.fail(this.terminated(id))
    const bad = badId(members.kind, id)
    if (bad !== null) return Effect.fail(bad)
    const begun = this.beginning.get(id)
    if (begun !== undefined)
      return Effect.async<void>((resume) => {
        begun.push(() => resume(Effect.void))
      })
    if (members.settings.strict && !members.sms.has(id)) return this.known(id)
    const machine = members.loadOrCreate(id)
    const refusal = machine.refusal()
    if (refusal !== null) return Effect.fail(refusal)
    if (machine.awaitsLoad) return this.loaded(machine)
    return machine.isFull ? this.room(machine) : null
  }

  /** Waits for the state of this very machine; one that turns out to have ended leaves memory at once. */
  loaded(machine: StateMachine<S, E>): Effect.Effect<void, Refusal> {
    return Effect.async<void, Refusal>((resume) =>
      machine.whenLoaded(() => {
        const refusal = machine.refusal()
        resume(refusal === null ? Effect.void : Effect.fail(refusal))
      }),
    )
  }

  private room(machine: StateMachine<S, E>): Effect.Effect<void, Refusal> {
    const { kind, settings } = this.members
    if (settings.whenFull === "fail")
      return Effect.fail(new MailboxFull({ kind, id: machine.id, capacity: settings.mailboxCapacity }))
    const waiting = Effect.async<void>((resume) => {
      const leave = machine.whenRoom(() => resume(Effect.void))
      return Effect.sync(leave)
    })
    return Effect.onInterrupt(waiting, () => Effect.sync(() => machine.passRoom()))
  }

  /** In a strict group: the machine is in the store, and is brought into memory; else the refusal. */
  private known(id: MachineId): Effect.Effect<void, UnknownMachine | StoreError> {
    const { members } = this
    return Effect.flatMap(members.store.has(id), (has) => {
      if (!has) return Effect.fail(new UnknownMachine({ kind: members.kind, id }))
      if (!members.stopping) members.loadOrCreate(id)
      return Effect.void
    })
  }

  /** Waits until what was sent before has been planned. */
  barrier(id: MachineId): Effect.Effect<void, Refusal | StoreError> {
    return Effect.suspend(() => {
      if (this.members.stopping) return Effect.fail(this.terminated(id))
      const machine = this.members.sms.get(id)
      if (machine === undefined) return Effect.void
      if (machine.awaitsLoad)
        return Effect.zipRight(
          this.loaded(machine),
          Effect.suspend(() => this.barrier(id)),
        )
      return Effect.async<void, Refusal>((resume) =>
        machine.barrier((refusal) => resume(refusal === null ? Effect.void : Effect.fail(refusal))),
      )
    })
  }

  /** Runs `begin` for an id while senders to it wait; null when it is being begun already. */
  begun<A, Err>(id: MachineId, begin: Effect.Effect<A, Err>): Effect.Effect<A, Err> | null {
    if (this.beginning.has(id)) return null
    const waiting: Array<() => void> = []
    this.beginning.set(id, waiting)
    return Effect.ensuring(
      begin,
      Effect.sync(() => {
        this.beginning.delete(id)
        for (const resume of waiting) resume()
      }),
    )
  }

  terminated(id: MachineId): ErrTerminated {
    return new ErrTerminated({ kind: this.members.kind, id })
  }

  private badEvent(id: MachineId, event: E): BadEvent | null {
    const { options, kind } = this.members
    const wrong = options.event.check(event)
    return wrong === null ? null : new BadEvent({ kind, id, message: wrong })
  }
}

const accepted = Effect.succeed({ duplicate: false })
