/**
 * The start of the miner behind its barrier: every stored sector is counted, its number is used up, and then each that
 * is on its way is sent SectorRestart, which runs its stage again. Pledge and the other verbs wait until that is done.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { MachineId } from "../actors/Refusal.ts"
import type { StoreError } from "../actors/StoreError.ts"
import type { Miner } from "./Miner.ts"
import { sealed } from "./stages/proving.ts"

interface Stored {
  readonly id: MachineId
  /** As in the record. */
  readonly state: string
}

/** How many sectors are read at once. */
const pageSectors = 500
/** How many are woken at once. */
const wokenAtOnce = 64

const countStored = ({ group, stats, numbers, config }: Miner) =>
  Effect.gen(function* () {
    const found: Array<Stored> = []
    let after: MachineId | null = null
    do {
      const page: Effect.Effect.Success<ReturnType<typeof group.list>> = yield* group.list(after, pageSectors)
      for (const { id, state } of page.machines) {
        found.push({ id, state: state.State })
        numbers.used(Number(id))
        stats.update(Number(id), state.State, config())
      }
      after = page.next
    } while (after !== null)
    return found
  })

/**
 * Sectors that are done have no work to run again. Sent SectorRestart, as Lotus sends it, thousands of them would each
 * make an entry in the journal and a save at every start.
 */
const done: ReadonlyArray<string> = ["Proving", "Removed"]

/** Leaves a sector that is done alone; false when an event waits for it that was accepted before the process ended. */
const leave = ({ group, waits }: Miner, { id, state }: Stored) =>
  Effect.map(group.status(id), (status) => {
    if (status === null || status.pendingEvents.length > 0) return false
    if (state === "Proving") waits.rests(Number(id), sealed.why)
    return true
  })

const wake = (miner: Miner, stored: Stored) =>
  Effect.gen(function* () {
    if (done.includes(stored.state) && (yield* leave(miner, stored))) return
    yield* miner.group.send(stored.id, { _tag: "SectorRestart" })
  }).pipe(
    Effect.catchAll((error) => Effect.logError(`sector ${stored.id} cannot be restarted: ${error.message}`)),
  )

/** Restarts the stored sectors and lifts the barrier. One that cannot be woken is logged and does not hold up the others. */
export const startUp = (miner: Miner): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const stored = yield* countStored(miner)
    yield* Effect.forEach(stored, (one) => wake(miner, one), { concurrency: wokenAtOnce, discard: true })
    yield* Deferred.succeed(miner.started, undefined)
    miner.modelled.input.matchSoon()
  })
