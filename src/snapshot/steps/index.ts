/**
 * What a link does in each state: probe, capture, store, remove. A step ends in exactly one event; whatever goes wrong
 * in it becomes `CaptureFailed` with a reason a user can act on, and only an interruption (a cancel, the daemon's
 * stop) ends it without one.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { StepContext } from "../../actors/GroupOptions.ts"
import type { LinkEvent, LinkRecord } from "../LinkRecord.ts"
import { captureStep, probeStep } from "./capture.ts"
import { removeStep } from "./remove.ts"
import { failureOf } from "./retry.ts"
import type { StepServices, StepWorld } from "./StepWorld.ts"
import { storeStep } from "./store.ts"

interface Trouble {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  readonly notBefore?: number
}

/** What is left of a failure that nobody foresaw. */
const unforeseen = (cause: Cause.Cause<unknown>): Trouble => ({
  code: "internal-error",
  message: `Linkseal could not finish this capture: ${Cause.pretty(cause).split("\n")[0]}; it is tried again later.`,
  retryable: true,
})

const troubleOf = (cause: Cause.Cause<unknown>): Trouble => {
  const failure = Cause.failureOption(cause)
  if (failure._tag === "None") return unforeseen(cause)
  const error = failure.value as Partial<Trouble> & { readonly _tag?: string }
  if (error._tag === "CaptureFailure") return error as Trouble
  if (error._tag === "SinkError" || error._tag === "ArchiveError")
    return { code: "archive-error", message: String(error.message), retryable: true }
  return unforeseen(cause)
}

/** The step of a link's state; null when it only waits or rests. */
export const linkStep =
  (world: StepWorld) =>
  (link: LinkRecord, context: StepContext<LinkEvent>): Effect.Effect<void, unknown, StepServices> | null => {
    const work = workOf(world, link)
    if (work === null) return null
    return Effect.catchAllCause(work, (cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.interrupt
        : Effect.gen(function* () {
            const now = yield* Clock.currentTimeMillis
            const draw = yield* Random.next
            const failure = failureOf(troubleOf(cause), link.attempts, now, draw, world.retry)
            yield* Effect.logWarning(`capture of ${link.url} failed: ${failure.code}`)
            return { _tag: "CaptureFailed" as const, failure }
          }),
    ).pipe(Effect.flatMap(context.send))
  }

const workOf = (
  world: StepWorld,
  link: LinkRecord,
): Effect.Effect<LinkEvent, unknown, StepServices> | null => {
  switch (link.state) {
    case "probing":
      return probeStep(world, link)
    case "capturing":
      return captureStep(world, link)
    case "storing":
      return storeStep(world, link)
    case "removing":
      return removeStep(world, link)
    default:
      return null
  }
}
