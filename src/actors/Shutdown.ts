/**
 * The end of a group, in an order whose point is that nothing accepted is silently gone: refuse, let steps end,
 * interrupt, report. It ends by its deadline whatever the machines do.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import type { StopReport } from "./GroupStatus.ts"
import type { Members } from "./Members.ts"
import type { TaggedEvent } from "./Planner.ts"
import type { MachineId } from "./Refusal.ts"
import type { StateMachine } from "./StateMachine.ts"

export interface StopLimits {
  /** How long running steps may go on before they are interrupted; the group's own when left out. */
  readonly drainMillis?: number
  /** When `stop` returns at the latest, counted from its call; 5 seconds after the drain when left out. */
  readonly deadlineMillis?: number
}

/** How long fibers that do not end although they are interrupted are waited for. */
const stubbornMillis = 5_000

export class Shutdown<S, E extends TaggedEvent> {
  private report: Deferred.Deferred<StopReport<E>> | null = null
  private readonly members: Members<S, E>
  private readonly closing: Deferred.Deferred<void>

  constructor(members: Members<S, E>, closing: Deferred.Deferred<void>) {
    this.members = members
    this.closing = closing
  }

  stop(limits: StopLimits): Effect.Effect<StopReport<E>> {
    return Effect.suspend(() => {
      if (this.report !== null) return Deferred.await(this.report)
      const report = Deferred.unsafeMake<StopReport<E>>(FiberId.none)
      this.report = report
      return Effect.uninterruptible(
        Effect.tap(this.run(limits), (found) =>
          Effect.zipRight(Deferred.succeed(this.closing, undefined), Deferred.succeed(report, found)),
        ),
      )
    })
  }

  private run(limits: StopLimits): Effect.Effect<StopReport<E>> {
    return Effect.gen(this, function* () {
      const { members } = this
      members.silence()
      const machines = [...members.sms.values()]
      for (const machine of machines) machine.close()
      const drainMillis = limits.drainMillis ?? members.settings.drainMillis
      const deadlineMillis = limits.deadlineMillis ?? drainMillis + stubbornMillis
      yield* endedWithin(machines, Math.min(drainMillis, deadlineMillis))
      for (const { fiber, hasFiber } of machines)
        if (hasFiber && fiber !== null) fiber.unsafeInterruptAsFork(fiber.id())
      yield* endedWithin(machines, Math.max(0, deadlineMillis - drainMillis))
      return this.take(machines)
    })
  }

  private take(machines: ReadonlyArray<StateMachine<S, E>>): StopReport<E> {
    const unfinished: Array<MachineId> = []
    const unplanned: Array<{ id: MachineId; event: E; durable: boolean }> = []
    for (const machine of machines) {
      if (machine.hasFiber) unfinished.push(machine.id)
      for (const { event, inbox, timer } of machine.drain()) {
        const durable = inbox !== 0 || (timer !== null && this.members.settings.durableTimers)
        unplanned.push({ id: machine.id, event, durable })
      }
    }
    this.members.sms.clear()
    return { unfinished, unplanned }
  }
}

/** Waits until all fibers have ended, at most so long, on the clock of the caller. */
const endedWithin = <S, E extends TaggedEvent>(
  machines: ReadonlyArray<StateMachine<S, E>>,
  millis: number,
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const alive = machines.flatMap(({ fiber, hasFiber }) => (hasFiber && fiber !== null ? [fiber] : []))
    if (alive.length === 0) return Effect.void
    const ended = Effect.interruptible(Effect.forEach(alive, Fiber.await, { discard: true }))
    return Effect.asVoid(Effect.timeoutOption(ended, Duration.millis(millis)))
  })
