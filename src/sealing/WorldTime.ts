/**
 * The time of the sealing world, as its group and its model are given it. In the daemon it is a scaled clock; under a
 * virtual one, and everywhere else, it is the clock of whoever builds the room.
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { GroupShelf, GroupStore, StateStore } from "../actors/StateStore.ts"
import { VirtualTime } from "../actors/time/VirtualTime.ts"

/** Runs real work (a commit) during which the world does not count as at rest, and virtual time does not jump. */
export type Hold = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

export class WorldTime extends Context.Tag("linkseal/sealing/WorldTime")<
  WorldTime,
  { readonly clock: Clock.Clock; readonly hold: Hold }
>() {
  /** The clock of the fiber that builds the layer. */
  static readonly layerCurrent = Layer.effect(
    WorldTime,
    Effect.gen(function* () {
      const clock = yield* Effect.clock
      const virtual = yield* Effect.serviceOption(VirtualTime)
      const hold: Hold = virtual._tag === "Some" ? (effect) => virtual.value.hold(effect) : (effect) => effect
      return { clock, hold }
    }),
  )
}

/** The store as the world's machines are given it: while one loads or saves, the world is not at rest. */
export const holdingStore = (
  store: Context.Tag.Service<typeof StateStore>,
  hold: Hold,
): Context.Tag.Service<typeof StateStore> => ({
  ...store,
  open: <S, E>(shelf: GroupShelf<S, E>): GroupStore<S, E> => {
    const inner = store.open(shelf)
    return {
      ...inner,
      load: (id, initial) => {
        const loading = inner.load(id, initial)
        return Effect.isEffect(loading) ? hold(loading) : loading
      },
      save: (save) => {
        const saving = inner.save(save)
        return saving === null ? null : hold(saving)
      },
      accept: (...accepting) => hold(inner.accept(...accepting)),
    }
  },
})
