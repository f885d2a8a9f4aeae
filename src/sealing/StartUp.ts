/**
 * The start of the miner behind its barrier: every stored sector is counted, its number is used up, and then each is
 * sent SectorRestart, which runs its stage again. Pledge and the other verbs wait until that is done.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { MachineId } from "../actors/Refusal.ts"
import type { StoreError } from "../actors/StoreError.ts"
import type { Miner } from "./Miner.ts"

/** How many sectors are read at once. */
const pageSectors = 500
/** How many are woken at once. */
const wokenAtOnce = 64

const countStored = ({ group, stats, numbers, config }: Miner) =>
  Effect.gen(function* () {
    const ids: Array<MachineId> = []
    let after: MachineId | null = null
    do {
      const page: Effect.Effect.Success<ReturnType<typeof group.list>> = yield* group.list(after, pageSectors)
      for (const { id, state } of page.machines) {
        ids.push(id)
        numbers.used(Number(id))
        stats.update(Number(id), state.State, config())
      }
      after = page.next
    } while (after !== null)
    return ids
  })

/** Restarts all stored sectors and lifts the barrier. A sector that cannot be woken is logged and does not hold up the others. */
export const startUp = (miner: Miner): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const ids = yield* countStored(miner)
    yield* Effect.forEach(
      ids,
      (id) =>
        Effect.catchAll(miner.group.send(id, { _tag: "SectorRestart" }), (error) =>
          Effect.logError(`sector ${id} cannot be restarted: ${error.message}`),
        ),
      { concurrency: wokenAtOnce, discard: true },
    )
    yield* Deferred.succeed(miner.started, undefined)
    miner.modelled.input.matchSoon()
  })
