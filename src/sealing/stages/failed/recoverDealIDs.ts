/**
 * RecoverDealIDs: deals whose id no longer fits are looked up by their publish message. All found: back to where the
 * sector was; one that cannot be found ends the sector.
 */
import { dealMismatch, isBadFiller } from "../../checks.ts"
import * as chain from "../../ports/Chain.ts"
import * as market from "../../ports/Market.ts"
import type { Asking } from "../../ports/Request.ts"
import type { ChainEpoch, Sector } from "../../Sector.ts"
import { chainTrouble, idle, type Idle, type Stage } from "../Stage.ts"

export const recoverDealIDs: Stage = function* (sector, context) {
  const head = yield* chain.head()
  if (!head.ok) return chainTrouble("getting chain head", head.error)
  const broken = yield* piecesToFix(sector, context.miner, head.value.epoch)
  if (!Array.isArray(broken)) return broken
  const updates: Record<string, number> = {}
  for (const index of broken) {
    const deal = sector.Pieces[index]!.DealInfo!
    if (deal.PublishCid === null) return { _tag: "SectorRemove" }
    const found = yield* market.publishedDeal(deal.PublishCid, deal.DealProposal)
    if (!found.ok) return { _tag: "SectorRemove" }
    updates[index] = found.value
  }
  return { _tag: "SectorUpdateDealIDs", Updates: updates }
}

/** The indexes of the pieces whose deal is not what the chain has under its id. */
function* piecesToFix(sector: Sector, miner: string, head: ChainEpoch): Asking<Array<number> | Idle> {
  const broken: Array<number> = []
  for (const [index, piece] of sector.Pieces.entries()) {
    if (piece.DealInfo === null) {
      if (isBadFiller(piece))
        return idle(
          "operator",
          `piece ${index} of sector ${sector.SectorNumber} has no deal and is not zeroes. It cannot be mended: remove the sector`,
        )
      continue
    }
    const proposal = yield* market.dealProposal(piece.DealInfo.DealID)
    if (!proposal.ok || dealMismatch(piece, proposal.value, miner) !== null) {
      broken.push(index)
      continue
    }
    if (head >= proposal.value.StartEpoch)
      return idle(
        "operator",
        `can't fix sector deals: piece ${index} (of ${sector.Pieces.length}) of sector ${sector.SectorNumber} refers expired deal ${piece.DealInfo.DealID} - should start at ${proposal.value.StartEpoch}, head ${head}. Remove the sector`,
      )
  }
  return broken
}
