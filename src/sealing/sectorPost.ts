/**
 * Who takes the events that do not come from a stage: callbacks of the chain, matching of pieces, deal timers. Each is
 * sent in the background. What comes too late, while the process stops, is nothing to tell.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { createDealSector } from "./DealInput.ts"
import type { SectorEvent } from "./events/SectorEvent.ts"
import type { Miner } from "./Miner.ts"
import type { Post } from "./model/layers.ts"
import type { SectorNumber } from "./Sector.ts"

/** Sends to a sector; only while it is in one of the states `onlyIn`, when that is given. */
const deliver = (
  { group }: Miner,
  sector: SectorNumber,
  event: SectorEvent,
  onlyIn: ReadonlyArray<string> | null,
) =>
  Effect.gen(function* () {
    const record = onlyIn === null ? null : yield* group.get(sector)
    if (record !== null && onlyIn?.includes(record.State) === false) return
    yield* group.send(sector, event)
  })

export const postOf = (
  miner: Miner,
  fork: (effect: Effect.Effect<void>) => void,
  isClosing: () => boolean,
): Post => {
  const inBackground = (effect: Effect.Effect<void, { readonly message: string }>, what: string) =>
    fork(
      Effect.catchAll(effect, (error) =>
        isClosing() ? Effect.void : Effect.logWarning(`${what}: ${error.message}`),
      ),
    )
  return {
    send: (sector, event, onlyIn) =>
      inBackground(deliver(miner, sector, event, onlyIn), `${event._tag} for sector ${sector}`),
    rest: (sector, why) => miner.waits.rests(sector, why),
    createSector: () => {
      if (isClosing() || !Effect.runSync(Deferred.isDone(miner.started))) return null
      const made = createDealSector(miner)
      if (made === null) return null
      inBackground(made.begin, "a sector for deals")
      return made.sector
    },
  }
}
