/**
 * The storage market, as the pipeline asks about deals: the proposal behind an id, the id behind a publish message,
 * and the data commitment that the chain expects of a sector with those deals.
 */
import type { Cid, DealId, DealProposal, SealProof } from "../Sector.ts"
import { ask, type Verb } from "./Request.ts"
import type { Result } from "./Result.ts"

export interface MarketVerbs {
  /** The code `noDeal` when the chain knows no deal of that id. */
  readonly DealProposal: Verb<{ readonly deal: DealId }, Result<DealProposal, "api" | "noDeal">>
  /** The id that a publish message gave to a proposal, as the chain has it now. */
  readonly PublishedDeal: Verb<
    { readonly publishCid: Cid; readonly proposal: DealProposal | null },
    Result<DealId, "api" | "noDeal">
  >
  /** CommD as the chain computes it from the deals, padded to the sector. */
  readonly DataCommitment: Verb<
    { readonly proofType: SealProof; readonly deals: ReadonlyArray<DealId> },
    Result<Cid, "api">
  >
}

export const dealProposal = (deal: DealId) => ask({ _tag: "DealProposal", deal })

export const publishedDeal = (publishCid: Cid, proposal: DealProposal | null) =>
  ask({ _tag: "PublishedDeal", publishCid, proposal })

export const dataCommitment = (proofType: SealProof, deals: ReadonlyArray<DealId>) =>
  ask({ _tag: "DataCommitment", proofType, deals })
