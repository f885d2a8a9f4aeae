/**
 * The checks before a sector's messages are sent (Lotus's checks.go), in Lotus's order: the first failure wins, and its
 * tag says what the stage does next. A check asks the chain and the market through the ports, as a stage does, and
 * comes to an error or to null.
 */
import * as Data from "effect/Data"
import { isPaddedPiece } from "./pieces/sizes.ts"
import { zeroPieceCid } from "./pieces/zeroCommitment.ts"
import * as chain from "./ports/Chain.ts"
import * as market from "./ports/Market.ts"
import { maxPreCommitRandomnessLookback, preCommitChallengeDelay } from "./ports/policy.ts"
import type { Asking } from "./ports/Request.ts"
import * as sealer from "./ports/Sealer.ts"
import {
  type Bytes,
  type ChainEpoch,
  dealIds,
  type DealInfo,
  type DealProposal,
  type Piece,
  type Sector,
} from "./Sector.ts"

interface Because {
  /** What was found, in one sentence. */
  readonly message: string
}

/** The chain could not be asked: nothing is known, the sector rests. */
export class ApiError extends Data.TaggedError("ApiError")<Because> {}
/** A filler that is no zeroes. */
export class InvalidPiece extends Data.TaggedError("InvalidPiece")<Because> {}
/** A deal that is not on the chain as the sector has it. */
export class InvalidDeals extends Data.TaggedError("InvalidDeals")<Because> {}
/** A deal whose start epoch has come. */
export class ExpiredDeals extends Data.TaggedError("ExpiredDeals")<Because> {}
/** The sector's CommD is not that of its deals. */
export class BadCommD extends Data.TaggedError("BadCommD")<Because> {}
/** The ticket is too old for a pre-commit. */
export class ExpiredTicket extends Data.TaggedError("ExpiredTicket")<Because> {}
/** The pre-commit on the chain was made with another ticket. */
export class BadTicket extends Data.TaggedError("BadTicket")<Because> {}
/** The pre-commit is on the chain already. */
export class PrecommitOnChain extends Data.TaggedError("PrecommitOnChain")<Because> {}
/** The number was used once and no pre-commit is on the chain. */
export class SectorNumberAllocated extends Data.TaggedError("SectorNumberAllocated")<Because> {}
/** No pre-commit is on the chain. */
export class NoPrecommit extends Data.TaggedError("NoPrecommit")<Because> {}
/** The seed is not the one of the pre-commit. */
export class BadSeed extends Data.TaggedError("BadSeed")<Because> {}
/** The proof does not hold. */
export class InvalidProof extends Data.TaggedError("InvalidProof")<Because> {}
/** The pre-commit is gone, and a commit message was sent: it may have landed. */
export class CommitWaitFailed extends Data.TaggedError("CommitWaitFailed")<Because> {}
/** A failure that Lotus has no name for; the sector rests. */
export class Unclassified extends Data.TaggedError("Unclassified")<Because> {}

export type PiecesError = ApiError | InvalidPiece | InvalidDeals | ExpiredDeals
export type PreCommitError =
  PiecesError | BadCommD | ExpiredTicket | BadTicket | PrecommitOnChain | SectorNumberAllocated
export type CommitError = PiecesError | NoPrecommit | BadSeed | InvalidProof | CommitWaitFailed | Unclassified

/** True when a piece without a deal is not made of zeroes. */
export const isBadFiller = (piece: Piece): boolean =>
  piece.DealInfo === null &&
  !(isPaddedPiece(piece.Piece.Size) && piece.Piece.PieceCID === zeroPieceCid(piece.Piece.Size))

/** How a deal's piece in the sector differs from its proposal on the chain; null when it does not. */
export const dealMismatch = (piece: Piece, proposal: DealProposal, miner: string): string | null => {
  if (proposal.Provider !== miner) return `wrong provider: ${proposal.Provider} != ${miner}`
  if (proposal.PieceCID !== piece.Piece.PieceCID)
    return `wrong PieceCID: ${piece.Piece.PieceCID} != ${proposal.PieceCID}`
  if (proposal.PieceSize !== piece.Piece.Size)
    return `different size: ${piece.Piece.Size} != ${proposal.PieceSize}`
  return null
}

const dealProblem = (
  piece: Piece,
  deal: DealInfo,
  proposal: DealProposal,
  of: { readonly at: string; readonly miner: string; readonly head: ChainEpoch },
): InvalidDeals | ExpiredDeals | null => {
  const mismatch = dealMismatch(piece, proposal, of.miner)
  if (mismatch !== null)
    return new InvalidDeals({ message: `${of.at} refers deal ${deal.DealID} with ${mismatch}` })
  if (of.head < proposal.StartEpoch) return null
  return new ExpiredDeals({
    message: `${of.at} refers expired deal ${deal.DealID} - should start at ${proposal.StartEpoch}, head ${of.head}`,
  })
}

/** Lotus's checkPieces: fillers are zeroes, deals are on the chain as they are in the sector and have not started. */
export function* checkPieces(sector: Sector, miner: string): Asking<PiecesError | null> {
  const head = yield* chain.head()
  if (!head.ok) return new ApiError({ message: `getting chain head: ${head.error.message}` })
  for (const [index, piece] of sector.Pieces.entries()) {
    const at = `piece ${index} (of ${sector.Pieces.length}) of sector ${sector.SectorNumber}`
    const deal = piece.DealInfo
    if (deal === null) {
      if (!isBadFiller(piece)) continue
      return new InvalidPiece({ message: `${at} had non-zero PieceCID ${piece.Piece.PieceCID}` })
    }
    const proposal = yield* market.dealProposal(deal.DealID)
    if (!proposal.ok)
      return new InvalidDeals({ message: `getting deal ${deal.DealID} for ${at}: ${proposal.error.message}` })
    const problem = dealProblem(piece, deal, proposal.value, { at, miner, head: head.value.epoch })
    if (problem !== null) return problem
  }
  return null
}

/** Lotus's checkPrecommit, at the height of `head`: pieces, CommD, what the chain has already, the ticket's age. */
export function* checkPrecommit(
  sector: Sector,
  miner: string,
  head: ChainEpoch,
): Asking<PreCommitError | null> {
  const pieces = yield* checkPieces(sector, miner)
  if (pieces !== null) return pieces
  const commD = yield* market.dataCommitment(sector.SectorType, dealIds(sector))
  if (!commD.ok)
    return new ApiError({ message: `calling StateComputeDataCommitment: ${commD.error.message}` })
  if (sector.CommD === null || sector.CommD !== commD.value)
    return new BadCommD({ message: `on chain CommD differs from sector: ${commD.value} != ${sector.CommD}` })
  const found = yield* chain.preCommitInfo(sector.SectorNumber)
  if (!found.ok)
    return found.error.code === "allocated"
      ? new SectorNumberAllocated({ message: found.error.message })
      : new ApiError({ message: `getting precommit info: ${found.error.message}` })
  if (found.value === null) return ticketProblem(sector, head)
  const { SealRandEpoch } = found.value.Info
  return SealRandEpoch === sector.TicketEpoch
    ? new PrecommitOnChain({ message: "precommit already on chain" })
    : new BadTicket({ message: `bad ticket epoch: ${SealRandEpoch} != ${sector.TicketEpoch}` })
}

const ticketProblem = (sector: Sector, head: ChainEpoch): ExpiredTicket | null =>
  sector.TicketEpoch < head - maxPreCommitRandomnessLookback
    ? new ExpiredTicket({
        message: `ticket expired: seal height: ${sector.TicketEpoch + maxPreCommitRandomnessLookback}, head: ${head}`,
      })
    : null

/** Lotus's checkCommit: the pre-commit is there, the seed is its seed, the proof holds, the pieces are right. */
export function* checkCommit(sector: Sector, proof: Bytes, miner: string): Asking<CommitError | null> {
  if (sector.SeedEpoch === 0) return new BadSeed({ message: "seed epoch was not set" })
  const found = yield* chain.preCommitInfo(sector.SectorNumber)
  if (!found.ok) {
    const message = `getting precommit info: ${found.error.message}`
    return found.error.code === "allocated" && sector.CommitMessage !== null
      ? new CommitWaitFailed({ message })
      : new Unclassified({ message })
  }
  if (found.value === null) return new NoPrecommit({ message: "precommit info not found on-chain" })
  const seed = yield* checkSeed(sector, found.value.PreCommitEpoch)
  if (seed !== null) return seed
  const invalid = yield* checkProof(sector, proof, found.value)
  return invalid ?? (yield* checkPieces(sector, miner))
}

function* checkSeed(sector: Sector, preCommitEpoch: ChainEpoch): Asking<BadSeed | ApiError | null> {
  const due = preCommitEpoch + preCommitChallengeDelay
  if (due !== sector.SeedEpoch)
    return new BadSeed({ message: `seed epoch doesn't match on chain info: ${due} != ${sector.SeedEpoch}` })
  const beacon = yield* chain.beaconRandomness(sector.SeedEpoch)
  if (!beacon.ok)
    return new ApiError({
      message: `failed to get randomness for computing seal proof: ${beacon.error.message}`,
    })
  return beacon.value === sector.SeedValue ? null : new BadSeed({ message: "seed has changed" })
}

/** The proof is held against the CommR of the chain: that is what the network will do. */
function* checkProof(
  sector: Sector,
  proof: Bytes,
  onChain: chain.PreCommitOnChain,
): Asking<InvalidProof | null> {
  if (sector.CommD === null)
    return new InvalidProof({ message: "there is no CommD to verify the proof with" })
  const valid = yield* sealer.verifySeal(
    {
      sector: sector.SectorNumber,
      proofType: onChain.Info.SealProof,
      ticket: sector.TicketValue,
      seed: sector.SeedValue,
      commR: onChain.Info.SealedCID,
      commD: sector.CommD,
    },
    proof,
  )
  if (!valid.ok) return new InvalidProof({ message: `verify seal: ${valid.error.message}` })
  return valid.value ? null : new InvalidProof({ message: "invalid proof (compute error?)" })
}
