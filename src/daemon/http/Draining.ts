/** Said once, when the daemon stops: whoever serves without end (an event stream) ends then. */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export class Draining extends Context.Tag("linkseal/daemon/Draining")<Draining, Deferred.Deferred<void>>() {
  static readonly layer = Layer.effect(Draining, Deferred.make<void>())
  /** Says it. */
  static readonly begin = Effect.flatMap(Draining, (draining) => Deferred.succeed(draining, undefined))
}
