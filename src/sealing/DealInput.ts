/**
 * Deals into sectors: a piece is offered, matched to an open sector, and its sender is told where it was written. When
 * no sector has room, one new deal sector is made if the limits allow (Lotus's SectorAddPieceToAny and
 * tryCreateDealSector).
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { StoreError } from "../actors/StoreError.ts"
import { preferredProof, type Miner } from "./Miner.ts"
import type { NewDeal } from "./model/ModelMarket.ts"
import type { Offer } from "./Offers.ts"
import { beginSector, keepNumbers, type SectorNotCreated } from "./Pledge.ts"
import type { PieceAnswer } from "./ports/Input.ts"
import type { DealId, DealInfo, PaddedBytes, SectorNumber } from "./Sector.ts"

/** The piece was not taken, at the door or later. */
export class PieceNotAdded extends Data.TaggedError("PieceNotAdded")<{ readonly reason: string }> {
  override get message() {
    return `the piece was not added: ${this.reason}`
  }
}

/** Where a piece lies. */
export interface PieceAdded {
  readonly deal: DealId
  readonly sector: SectorNumber
  /** In padded bytes. */
  readonly offset: PaddedBytes
}

/** A piece that was let in at the door. */
export interface PieceOffered {
  readonly deal: DealId
  /** Resolves when it is written, fails when it is refused after all. */
  readonly added: Effect.Effect<PieceAdded, PieceNotAdded>
}

/** By this name the input table knows the piece of a deal: its proposal's CID. */
const keyOf = (deal: DealInfo): string => deal.DealProposal?.PieceCID ?? `deal ${deal.DealID}`

/** Offers the piece; `answer` is called once, at once when it is refused at the door. */
const offer = (miner: Miner, deal: DealInfo, size: PaddedBytes, answer: (answer: PieceAnswer) => void) => {
  const { input, world } = miner.modelled
  const door = {
    proofType: preferredProof(miner),
    head: world.chain.head,
    startEpochBuffer: miner.config().StartEpochSealingBuffer,
  }
  const refused = input.add({ key: keyOf(deal), size, deal }, door, answer)
  if (refused !== null) answer({ ok: false, reason: refused.message })
}

/** A deal whose piece was refused is taken back from the market. */
const takeBack = (miner: Miner, deal: DealId): Effect.Effect<void> =>
  Effect.suspend(() => {
    miner.modelled.world.market.drop(deal)
    return miner.keeper.checkpoint
  }).pipe(Effect.catchAll((error) => Effect.logError(`deal ${deal} is not taken back: ${error.message}`)))

/**
 * Publishes a modelled deal and offers its piece to the miner; fails when the piece is refused at the door. What was
 * offered stays offered when the caller goes away.
 */
export const offerDeal = (
  miner: Miner,
  deal: NewDeal,
): Effect.Effect<PieceOffered, PieceNotAdded | StoreError> =>
  Effect.gen(function* () {
    const { offers, modelled, keeper } = miner
    const published = modelled.world.market.publish(deal)
    const { DealID: id } = published
    yield* keeper.deal(modelled.world.market.get(id)!)
    const answered = yield* Deferred.make<PieceAdded, PieceNotAdded>()
    offers.begin(id, keyOf(published), deal, modelled.scheduler.now())
    offer(miner, published, deal.size, (answer) => {
      offers.settle(id, answer)
      const done = answer.ok
        ? Effect.succeed({ deal: id, sector: answer.sector, offset: answer.offset })
        : Effect.fail(new PieceNotAdded({ reason: answer.reason }))
      Deferred.unsafeDone(answered, done)
    })
    const answer = Effect.interruptible(Deferred.await(answered))
    const settled = Effect.tapError(answer, () => takeBack(miner, id))
    if (yield* Deferred.isDone(answered)) return yield* Effect.map(settled, (added) => inHand(added))
    // An answer may never come: then the wait for it ends with the miner.
    const fiber = yield* Effect.forkIn(settled, miner.scope)
    return { deal: id, added: Fiber.join(fiber) }
  }).pipe(Effect.uninterruptible, (offered) => Effect.zipRight(Deferred.await(miner.started), offered))

const inHand = (added: PieceAdded): PieceOffered => ({ deal: added.deal, added: Effect.succeed(added) })

/** Offers a deal as `offerDeal` does, and resolves when its piece is written. */
export const addDeal = (miner: Miner, deal: NewDeal): Effect.Effect<PieceAdded, PieceNotAdded | StoreError> =>
  Effect.flatMap(offerDeal(miner, deal), ({ added }) => added)

/** The offers, as they stand. */
export const listOffers = ({ offers, modelled: { input } }: Miner): ReadonlyArray<Offer> =>
  offers.list((key) => input.assignedTo(key))

/** Begins a sector for deals if the limits allow: takes its number at once, and gives what is left to do. */
export const createDealSector = (
  miner: Miner,
): { readonly sector: SectorNumber; readonly begin: Effect.Effect<void, SectorNotCreated> } | null => {
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
  }).pipe(Effect.tapError(() => Effect.sync(() => modelled.input.notCreated(sector))))
  return { sector, begin }
}
