/**
 * Turns a host name into all its addresses. A service of its own so that a test can play a name server that lies.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Data from "effect/Data"
import { lookup } from "node:dns/promises"

export class UnknownHost extends Data.TaggedError("UnknownHost")<{ readonly host: string }> {}

export class Resolver extends Context.Tag("linkseal/snapshot/Resolver")<
  Resolver,
  {
    /** All addresses, in the order of the system. Never empty. */
    readonly resolve: (host: string) => Effect.Effect<ReadonlyArray<string>, UnknownHost>
  }
>() {
  /** The operating system's resolver, `/etc/hosts` included. */
  static readonly layer = Layer.succeed(Resolver, {
    resolve: (host) =>
      Effect.tryPromise({
        try: () => lookup(host, { all: true, verbatim: true }),
        catch: () => new UnknownHost({ host }),
      }).pipe(
        Effect.map((found) => found.map(({ address }) => address)),
        Effect.filterOrFail(
          (addresses) => addresses.length > 0,
          () => new UnknownHost({ host }),
        ),
      ),
  })

  /** A fixed table; a function is asked anew each time, so that it can change its answer. */
  static readonly layerTable = (
    table: Readonly<Record<string, ReadonlyArray<string> | (() => ReadonlyArray<string>)>>,
  ) =>
    Layer.succeed(Resolver, {
      resolve: (host) =>
        Effect.suspend(() => {
          const entry = table[host]
          const addresses = typeof entry === "function" ? entry() : (entry ?? [])
          return addresses.length === 0 ? Effect.fail(new UnknownHost({ host })) : Effect.succeed(addresses)
        }),
    })
}
