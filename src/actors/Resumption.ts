/**
 * Brings back what a start finds unfinished (a step that was cut off, durable events that wait), a bounded number of
 * machines at a time, so that a store full of unfinished work does not fill the memory. With no more than fit at once, they
 * all go on before `make` returns; of more, each that has come to rest makes room for the next and leaves memory, and one
 * that works for long holds up the others only for a while.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Members } from "./Members.ts"
import type { TaggedEvent } from "./Planner.ts"
import type { MachineId } from "./Refusal.ts"
import type { StateMachine } from "./StateMachine.ts"
import type { StoreError } from "./StoreError.ts"

/** A machine that has not come to rest after so long no longer keeps the next ones waiting. */
const patienceMillis = 10_000

/** The pause before the store is asked again that could not say what is unfinished. */
const pauseMillis = 1_000

export class Resumption<S, E extends TaggedEvent> {
  private readonly members: Members<S, E>

  constructor(members: Members<S, E>) {
    this.members = members
  }

  private get atOnce(): number {
    return this.members.settings.resumeAtOnce
  }

  /** Resumes the first of them now and the others behind, until the scope closes. */
  start(): Effect.Effect<void, StoreError, Scope.Scope> {
    return Effect.flatMap(this.page(null), (first) => {
      const machines = this.wake(first)
      if (first.length < this.atOnce) return Effect.void
      return Effect.asVoid(Effect.forkScoped(this.rest(machines, first[first.length - 1]!)))
    })
  }

  private page(after: MachineId | null): Effect.Effect<ReadonlyArray<MachineId>, StoreError> {
    return this.members.store.unfinished(after, this.atOnce)
  }

  private wake(ids: ReadonlyArray<MachineId>): ReadonlyArray<StateMachine<S, E>> {
    return ids.flatMap((id) => this.members.woken(id) ?? [])
  }

  /** Page after page, each when the one before has come to rest. */
  private rest(first: ReadonlyArray<StateMachine<S, E>>, last: MachineId): Effect.Effect<void> {
    const { members } = this
    return Effect.gen(this, function* () {
      let [machines, after] = [first, last]
      for (;;) {
        yield* this.rested(machines)
        if (members.stopping) return
        const ids = yield* Effect.retry(this.page(after), Schedule.spaced(Duration.millis(pauseMillis)))
        const end = ids[ids.length - 1]
        if (members.stopping || end === undefined) return
        machines = this.wake(ids)
        after = end
      }
    }).pipe(Effect.orDie, Effect.withClock(members.clock))
  }

  /** Each leaves memory when it has come to rest, also later than anybody waits for it. */
  private rested(machines: ReadonlyArray<StateMachine<S, E>>): Effect.Effect<void> {
    const all = Effect.async<void>((resume) => {
      let working = machines.length
      if (working === 0) resume(Effect.void)
      for (const machine of machines)
        machine.whenResting(() => {
          this.members.release(machine)
          if (--working === 0) resume(Effect.void)
        })
    })
    return Effect.asVoid(Effect.timeoutOption(all, Duration.millis(patienceMillis)))
  }
}
