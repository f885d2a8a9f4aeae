/** When a sector is to end, for its pre-commit: pure figures from the record, the settings and the head. */
import {
  epochMillis,
  epochsInDay,
  maxPreCommitRandomnessLookback,
  maxProveCommitDuration,
  maxSectorExpirationExtension,
  minSectorExpiration,
  preCommitChallengeDelay,
  wPoStProvingPeriod,
} from "../ports/policy.ts"
import type { ChainEpoch, Sector } from "../Sector.ts"

/** Kept back from a lifetime within the bounds, so that the last window proofs are made in time. */
const provingBuffer = 2 * wPoStProvingPeriod
const mostLifetime = 540 * epochsInDay
const leastLifetime = minSectorExpiration

/** Epochs that a sector without deals lives, from CommittedCapacitySectorLifetime in milliseconds (0: the most). */
export const capacityLifetime = (lifetimeMillis: number): number => {
  const epochs = Math.floor(lifetimeMillis / epochMillis) || mostLifetime
  if (epochs < leastLifetime) return leastLifetime
  if (epochs > mostLifetime) return mostLifetime
  return epochs - provingBuffer
}

/** The expiration epoch that the pre-commit asks for at the head. */
export const sectorExpiration = (sector: Sector, head: ChainEpoch, lifetimeMillis: number): ChainEpoch => {
  let end = 0
  for (const piece of sector.Pieces) {
    const dealEnd = piece.DealInfo?.DealSchedule.EndEpoch ?? 0
    if (dealEnd >= head && dealEnd > end) end = dealEnd
  }
  if (end === 0) end = head + capacityLifetime(lifetimeMillis)
  const leastFromHead = head + minSectorExpiration + wPoStProvingPeriod
  const leastFromTicket =
    sector.TicketEpoch +
    maxPreCommitRandomnessLookback +
    maxProveCommitDuration(sector.SectorType) +
    minSectorExpiration
  const most = head + preCommitChallengeDelay + maxSectorExpirationExtension
  return Math.min(Math.max(end, leastFromHead, leastFromTicket), most)
}
