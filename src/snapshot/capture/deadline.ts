/**
 * Deadlines that hold. `Effect.timeout` waits until what it times out has been interrupted, which inside a finalizer
 * or around a promise of Playwright may be never; these two let go of it instead.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"

/** Gives `None` when the effect has not ended after `millis`. Also works where interruption is off. */
export const atMost = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  millis: number,
): Effect.Effect<Option.Option<A>, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const first = yield* Deferred.make<Option.Option<A>, E>()
      const work = yield* Effect.forkDaemon(
        Effect.interruptible(effect).pipe(Effect.map(Option.some), Effect.intoDeferred(first)),
      )
      const clock = yield* Effect.forkDaemon(
        Effect.interruptible(Effect.sleep(millis)).pipe(
          Effect.zipRight(Deferred.succeed(first, Option.none())),
        ),
      )
      const letGo = Effect.zipRight(Fiber.interruptFork(work), Fiber.interruptFork(clock))
      return yield* restore(Deferred.await(first)).pipe(Effect.ensuring(letGo))
    }),
  )
