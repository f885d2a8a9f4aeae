/**
 * Deals into sectors: a piece is offered, matched to an open sector, and its sender is told where it was written. When
 * no sector has room, one new deal sector is made if the limits allow (Lotus's SectorAddPieceToAny and
 * tryCreateDealSector).
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { StoreError } from "../actors/StoreError.ts"
import { preferredProof, type Miner } from "./Miner.ts"
import type { NewDeal } from "./model/ModelMarket.ts"
import { beginSector, keepNumbers } from "./Pledge.ts"
import type { PieceAnswer } from "./ports/Input.ts"
import type { DealInfo, PaddedBytes, SectorNumber } from "./Sector.ts"

/** The piece was not taken, at the door or later. */
export class PieceNotAdded extends Data.TaggedError("PieceNotAdded")<{ readonly reason: string }> {
  override get message() {
    return `the piece was not added: ${this.reason}`
  }
}

/** Where a piece lies. */
export interface PieceAdded {
  readonly sector: SectorNumber
  /** In padded bytes. */
  readonly offset: PaddedBytes
}

const offer = (miner: Miner, deal: DealInfo, size: PaddedBytes) =>
  Effect.async<PieceAnswer>((resume) => {
    const { input, world } = miner.modelled
    const door = {
      proofType: preferredProof(miner),
      head: world.chain.head,
      startEpochBuffer: miner.config().StartEpochSealingBuffer,
    }
    const key = deal.DealProposal?.PieceCID ?? `deal ${deal.DealID}`
    const refused = input.add({ key, size, deal }, door, (answer) => resume(Effect.succeed(answer)))
    if (refused !== null) resume(Effect.succeed({ ok: false, reason: refused.message }))
  })

/**
 * Publishes a modelled deal and offers its piece to the miner; resolves when the piece is written. What was offered
 * stays offered when the caller goes away.
 */
export const addDeal = (miner: Miner, deal: NewDeal): Effect.Effect<PieceAdded, PieceNotAdded | StoreError> =>
  Effect.gen(function* () {
    yield* Deferred.await(miner.started)
    const { market } = miner.modelled.world
    const published = market.publish(deal)
    yield* miner.keeper.deal(market.get(published.DealID)!)
    const answer = yield* offer(miner, published, deal.size)
    if (answer.ok) return { sector: answer.sector, offset: answer.offset }
    market.drop(published.DealID)
    yield* miner.keeper.checkpoint
    return yield* new PieceNotAdded({ reason: answer.reason })
  })

/** Begins a sector for deals if the limits allow: takes its number at once, and gives what is left to do. */
export const createDealSector = (
  miner: Miner,
): { readonly sector: SectorNumber; readonly begin: Effect.Effect<void> } | null => {
  const { stats, numbers, config, modelled } = miner
  if (!stats.mayOpenDealSector(config())) return null
  const sector = numbers.take()
  stats.update(sector, "", config())
  const proofType = preferredProof(miner)
  const begin = Effect.gen(function* () {
    // What asked for the sector must have noted it before it can fail.
    yield* Effect.yieldNow()
    yield* keepNumbers(miner, [sector])
    yield* beginSector(miner, sector, proofType, { _tag: "SectorStart", ID: sector, SectorType: proofType })
  }).pipe(
    Effect.catchAll((error) => {
      modelled.input.notCreated(sector)
      return Effect.logError(`a sector for deals: ${error.message}`)
    }),
  )
  return { sector, begin }
}
