/**
 * One live machine: a supervised fiber that drives a MachineCore. It waits for events, plans all that wait, saves,
 * runs the step, and plans what came meanwhile. Between those lines only the core decides; this file is about the
 * fiber and the machine's phases. A step runs as the body of the fiber's own loop, not as a fiber of its own: that is
 * most of the speed.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { StepContext } from "./GroupOptions.ts"
import { LiveMachine } from "./LiveMachine.ts"
import type { Planned } from "./MachineCore.ts"
import type { MachineHost } from "./MachineHost.ts"
import { acceptStored, answer, changeOf, forgetEnded, troubleOf } from "./mail.ts"
import type { Envelope } from "./Mailbox.ts"
import type { TaggedEvent } from "./Planner.ts"
import type { StoredMachine } from "./StateStore.ts"
import { contextOf, failureOf, guarded, type Step } from "./steps.ts"
import type { StoreError } from "./StoreError.ts"

/** Who starts a machine's fiber and lets the machine go: its group. */
export interface Supervisor<S, E extends TaggedEvent> extends MachineHost<S, E> {
  /** Runs the machine's fiber, watched over by the group. */
  readonly launch: (machine: StateMachine<S, E>) => void
  /** The machine has ended and leaves memory, after the store has forgotten these events, which nobody will plan. */
  readonly leave: (machine: StateMachine<S, E>, unplanned: ReadonlyArray<Envelope<E>>) => void
  /** The machine is parked because the store failed: brings it back when that is its group's policy. */
  readonly awaitStore: (machine: StateMachine<S, E>, comeBack: () => void) => void
  /** The store did what a machine waited for. */
  readonly storeBack: (machine: StateMachine<S, E>) => void
}

export class StateMachine<S, E extends TaggedEvent> extends LiveMachine<S, E, Supervisor<S, E>> {
  private resumeStep = false
  private turnEvents = 0
  /** What a save that is through led to: the step, or the pause before it is tried again. */
  private following: Effect.Effect<void> | null = null
  private loading: Effect.Effect<void, StoreError> | null = null
  private context: StepContext<E> | null = null

  /** Loads the state and starts the fiber. `revive` starts a machine that had ended. */
  start(revive: boolean): void {
    const loaded = this.host.store.load(this.id, this.host.options.initial)
    if (Effect.isEffect(loaded))
      this.loading = Effect.flatMap(loaded, (found) =>
        Effect.map(forgetEnded(this.host.store, this.id, found, revive), () => this.install(found, revive)),
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

  /** Goes on where it was parked: with the state that it holds, which is the stored one, and the same events. */
  private goOn(): void {
    this.reason = ""
    this.phase = "live"
    this.host.launch(this)
  }

  private install(found: StoredMachine<S, E> | null, revive: boolean): void {
    const { core } = this
    if (found !== null) {
      core.reopen(found.state)
      this.books.opened(found)
      this.resumeStep = found.stepPending && this.host.settings.resume
      if (found.inbox.length > 0) {
        this.readUpTo = found.inbox[found.inbox.length - 1]!.seq
        acceptStored(core.mailbox, found.inbox, this.everLoaded)
      }
    }
    core.busy = false
    this.everLoaded = true
    this.phase = "live"
    if (found?.ended === true && !revive)
      this.endWith("it has ended", this.loading === null ? 0 : found.inbox.length)
    this.loading = null
    if (this.awaitsStore) this.host.storeBack(this)
    this.waiters?.loaded()
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

  private waitForWork(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (this.core.ready || this.closing || this.phase !== "live") return resume(Effect.void)
      if (this.host.settings.idleTimeToPassivateMillis !== null) this.idleSince = this.now()
      this.wake = resume
      this.waiters?.rested()
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
        if (this.awaitsStore) this.host.storeBack(this)
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
    this.books.committed()
    if (this.awaitsStore) host.storeBack(this)
    answer(host, this.id, core.mailbox, next)
    core.saved(next)
    const trouble = troubleOf(next)
    if (trouble !== null) this.note("plan", trouble)
    if (host.observed()) host.changed(changeOf(host.options, this.id, next, at))
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
      this.books.committed()
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

  /** Nothing happened; the same events are planned again after a pause, or when the parked machine comes back. */
  private saveFailed(error: StoreError): Effect.Effect<void> {
    this.core.saveFailed()
    this.note("save", error.message)
    const { clock, settings } = this.host
    const pause = this.budget.take(settings.restarts, clock.unsafeCurrentTimeMillis())
    if (pause !== null) return clock.sleep(pause)
    this.park(error.message)
    this.host.awaitStore(this, () => this.goOn())
    return Effect.void
  }

  /** The end: the first `settled` of what waits are out of the inbox with the last save, the rest is taken out now. */
  private endWith(reason: string, settled: number): void {
    this.phase = "ended"
    this.refuseAll(() => this.terminated())
    const rest = this.core.close()
    for (const { event } of rest) this.host.deadLetter(this.id, event, reason)
    this.host.leave(this, rest.slice(settled))
  }

  private stepContext(): StepContext<E> {
    return (this.context ??= contextOf(this.host, this, this.books))
  }
}
