/**
 * The modelled storage market: deals that were published, by id, and which message published them. Drills change them:
 * a deal can be dropped, moved to another id (as a reorg does), or given another start.
 */
import { sectorSize } from "../pieces/sealProof.ts"
import type { MarketVerbs } from "../ports/Market.ts"
import type { RequestOf } from "../ports/Request.ts"
import { done, failed, type Result } from "../ports/Result.ts"
import type { ChainEpoch, Cid, DealId, DealInfo, DealProposal } from "../Sector.ts"
import { dataCommitment, modelledPieceCid } from "./commitments.ts"
import { messageCid } from "./digest.ts"

export interface PublishedDeal {
  readonly id: DealId
  readonly publishCid: Cid
  readonly proposal: DealProposal
}

export interface NewDeal {
  /** Padded bytes. */
  readonly size: number
  readonly start: ChainEpoch
  readonly end: ChainEpoch
  readonly keepUnsealed?: boolean
  readonly verified?: boolean
}

const firstDealId = 1000

export class ModelMarket {
  private readonly deals = new Map<DealId, PublishedDeal>()
  private next = firstDealId
  readonly miner: string

  constructor(miner: string) {
    this.miner = miner
  }

  /** Publishes a deal; what it gives goes with the piece into a sector. */
  publish(deal: NewDeal): DealInfo {
    const id = this.next++
    const proposal: DealProposal = {
      PieceCID: modelledPieceCid(`deal ${id}`),
      PieceSize: deal.size,
      VerifiedDeal: deal.verified ?? false,
      Client: "f01100",
      Provider: this.miner,
      Label: `modelled deal ${id}`,
      StartEpoch: deal.start,
      EndEpoch: deal.end,
      StoragePricePerEpoch: "0",
      ProviderCollateral: "0",
      ClientCollateral: "0",
    }
    const publishCid = messageCid(`publish ${id}`)
    this.deals.set(id, { id, publishCid, proposal })
    return {
      PublishCid: publishCid,
      DealID: id,
      DealProposal: proposal,
      DealSchedule: { StartEpoch: deal.start, EndEpoch: deal.end },
      KeepUnsealed: deal.keepUnsealed ?? true,
    }
  }

  get count(): number {
    return this.deals.size
  }

  get(id: DealId): PublishedDeal | null {
    return this.deals.get(id) ?? null
  }

  /** Forgets a deal, as if it had never been published. False when there is none. */
  drop(id: DealId): boolean {
    return this.deals.delete(id)
  }

  /** Gives a deal the next free id, as a reorg of its publish message does. Null when there is none. */
  move(id: DealId): DealId | null {
    const deal = this.deals.get(id)
    if (deal === undefined) return null
    this.deals.delete(id)
    const moved = { ...deal, id: this.next++ }
    this.deals.set(moved.id, moved)
    return moved.id
  }

  /** Gives a deal another start epoch. False when there is none. */
  setStart(id: DealId, start: ChainEpoch): boolean {
    const deal = this.deals.get(id)
    if (deal === undefined) return false
    this.deals.set(id, { ...deal, proposal: { ...deal.proposal, StartEpoch: start } })
    return true
  }

  /** True while a sector with the deal can still be put onto the chain. */
  fits(id: DealId, epoch: ChainEpoch): boolean {
    const deal = this.deals.get(id)
    return deal !== undefined && epoch < deal.proposal.StartEpoch
  }

  answer(request: RequestOf<keyof MarketVerbs>): MarketVerbs[keyof MarketVerbs]["reply"] {
    switch (request._tag) {
      case "DealProposal": {
        const deal = this.deals.get(request.deal)
        return deal === undefined
          ? failed(
              "noDeal",
              `deal ${request.deal} not found - deal may not have completed sealing before deal proposal start epoch, or deal may have been slashed`,
            )
          : done(deal.proposal)
      }
      case "PublishedDeal":
        return this.published(request.publishCid)
      case "DataCommitment": {
        const pieces = []
        for (const id of request.deals) {
          const deal = this.deals.get(id)
          if (deal === undefined) return failed("api", `deal ${id} not found`)
          pieces.push({ Size: deal.proposal.PieceSize, PieceCID: deal.proposal.PieceCID })
        }
        return done(dataCommitment(pieces, sectorSize(request.proofType)))
      }
    }
  }

  private published(publishCid: Cid): Result<DealId, "noDeal"> {
    for (const deal of this.deals.values()) if (deal.publishCid === publishCid) return done(deal.id)
    return failed("noDeal", `publish message ${publishCid} made no deal that is still there`)
  }

  save(): unknown {
    return { next: this.next, deals: [...this.deals.values()] }
  }

  restore(saved: any): void {
    this.next = saved.next
    this.deals.clear()
    for (const deal of saved.deals as ReadonlyArray<PublishedDeal>) this.deals.set(deal.id, deal)
  }
}
