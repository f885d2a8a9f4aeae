/** Running a program in a room of its own, and the words that its tests share. */
import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ContentStore } from "../../../src/snapshot/archive/ContentStore.ts"
import type { ManifestStore } from "../../../src/snapshot/archive/ManifestStore.ts"
import { Links } from "../../../src/snapshot/Links.ts"
import { roomLayer, type WorldOptions } from "./world.ts"

/** Starts the room in a scope of its own and runs a program in it; the room is stopped afterwards. */
export const inRoom = <A, E>(
  options: WorldOptions,
  program: Effect.Effect<A, E, Links | SqlClient | Scope.Scope | ContentStore | ManifestStore>,
) => Effect.scoped(Effect.provide(program, roomLayer(options)))

/** Looks again every few milliseconds until what it sees is as wanted. */
export const until = <A, E, R>(look: Effect.Effect<A, E, R>, wanted: (seen: A) => boolean) =>
  Effect.gen(function* () {
    for (;;) {
      const seen = yield* look
      if (wanted(seen)) return seen
      yield* Effect.sleep("5 millis")
    }
  })

export const page = (path: string) => `http://pages.example${path}`

export const addOne = (path: string, tags: ReadonlyArray<string> = []) =>
  Effect.flatMap(Links, (links) =>
    Effect.map(links.add({ urls: [page(path)], tags }), (added) => added.links[0]!),
  )
