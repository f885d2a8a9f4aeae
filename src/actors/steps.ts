/**
 * What surrounds a step: its context, the policy for its failure, and the fiber of its own that it gets in groups
 * whose steps can be interrupted one by one.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { GroupSettings, StepContext } from "./GroupOptions.ts"
import type { LiveMachine } from "./LiveMachine.ts"
import type { MachineHost } from "./MachineHost.ts"
import type { TaggedEvent } from "./Planner.ts"
import { armTimers } from "./Timers.ts"

export type Step = Effect.Effect<unknown, unknown, unknown>

/** The step as its group wants it run. */
export const guarded = (
  step: Step,
  settings: GroupSettings,
  machine: { stepFiber: Fiber.RuntimeFiber<unknown, unknown> | null },
): Step => {
  const { onStepFailure } = settings.restarts
  const tried = onStepFailure._tag === "Retry" ? Effect.retry(step, onStepFailure.schedule) : step
  return settings.interruptibleSteps ? inOwnFiber(tried, machine) : tried
}

const inOwnFiber = (step: Step, machine: { stepFiber: Fiber.RuntimeFiber<unknown, unknown> | null }): Step =>
  Effect.flatMap(Effect.fork(step), (fiber) => {
    machine.stepFiber = fiber
    return Effect.flatMap(Fiber.await(fiber), (exit) => {
      machine.stepFiber = null
      return Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause) ? Effect.void : exit
    })
  })

/** What a step failed with; null when it threw or was interrupted, which is no failure it declared. */
export const failureOf = (cause: Cause.Cause<unknown>): string | null => {
  const failure = Cause.failureOption(cause)
  return Option.isNone(failure) ? null : describe(failure.value)
}

const describe = (error: unknown): string => {
  if (error instanceof Error) return error.message
  if (typeof error === "string") return error
  return JSON.stringify(error) ?? String(error)
}

export const contextOf = <S, E extends TaggedEvent>(
  host: MachineHost<S, E>,
  machine: LiveMachine<S, E>,
  books: { readonly lastLogAt: number | null },
): StepContext<E> => ({
  id: machine.id,
  get lastLogAt() {
    return books.lastLogAt
  },
  send: (event) =>
    Effect.suspend(() => {
      if (machine.phase === "evicted") return host.resend(machine.id, event)
      const refusal = machine.refusal()
      if (refusal !== null) return Effect.fail(refusal)
      machine.push(event)
      return Effect.void
    }),
  timers: (...changes) => armTimers(host, machine.id, changes),
})
