/**
 * The guard against captures that reach where they should not: every byte of a capture, the browser's and our own,
 * goes through the session opened here. See `guard/GuardSession.ts` for what it lets through.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { AllowList } from "./guard/AllowList.ts"
import { GuardSession } from "./guard/GuardSession.ts"
import { Resolver } from "./guard/Resolver.ts"

export { parseAllowList, type AllowList } from "./guard/AllowList.ts"
export { GuardSession } from "./guard/GuardSession.ts"
export { Resolver } from "./guard/Resolver.ts"

export class Guard extends Context.Tag("linkseal/snapshot/Guard")<
  Guard,
  {
    /** A proxy of its own for one probe or capture, closed with the scope; `maxBytes` is its budget, both ways. */
    readonly open: (maxBytes: number) => Effect.Effect<GuardSession, never, Scope.Scope>
  }
>() {
  static readonly layerResolver = (allow: AllowList): Layer.Layer<Guard, never, Resolver> =>
    Layer.effect(
      Guard,
      Effect.gen(function* () {
        const resolver = yield* Resolver
        const runtime = yield* Effect.runtime()
        const resolve = (host: string) => Runtime.runPromise(runtime)(resolver.resolve(host))
        const make = (maxBytes: number) =>
          Effect.promise(async () => {
            const session = new GuardSession(allow, resolve, maxBytes)
            await session.listen()
            return session
          })
        return {
          open: (maxBytes) =>
            Effect.acquireRelease(make(maxBytes), (session) => Effect.sync(() => session.close())),
        }
      }),
    )

  static readonly layer = (allow: AllowList): Layer.Layer<Guard> =>
    Guard.layerResolver(allow).pipe(Layer.provide(Resolver.layer))
}
