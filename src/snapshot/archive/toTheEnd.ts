/**
 * Work on files as an Effect whose interruption waits until the work has really stopped. `Effect.tryPromise` lets a
 * promise run on unseen, and what it still writes would stay behind.
 */
import * as Effect from "effect/Effect"

/** Interruption aborts the signal and resolves when the promise has settled. */
export const toTheEnd = <A, E>(options: {
  readonly try: (signal: AbortSignal) => Promise<A>
  readonly catch: (cause: unknown) => E
}): Effect.Effect<A, E> =>
  Effect.async<A, E>((resume) => {
    const controller = new AbortController()
    const ended = options.try(controller.signal).then(
      (value) => resume(Effect.succeed(value)),
      (cause: unknown) => resume(Effect.fail(options.catch(cause))),
    )
    return Effect.promise(() => {
      controller.abort()
      return ended
    })
  })
