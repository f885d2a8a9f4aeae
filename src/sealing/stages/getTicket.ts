/**
 * GetTicket: draws the seal randomness 900 epochs below the head, or takes the ticket of a pre-commit that is on the
 * chain already. A number that is used up without a live pre-commit ends the sector.
 */
import * as chain from "../ports/Chain.ts"
import { proveCommitExpired, sealRandomnessLookback } from "../ports/policy.ts"
import type { Asking } from "../ports/Request.ts"
import type { ChainEpoch, Sector } from "../Sector.ts"
import { failure, type Outcome, type Stage } from "./Stage.ts"

export const getTicket: Stage = function* (sector) {
  const drawn = yield* ticketEpoch(sector)
  if (typeof drawn !== "number") return drawn
  const ticket = yield* chain.ticketRandomness(drawn)
  if (!ticket.ok) return failed(ticket.error.message)
  return { _tag: "SectorTicket", TicketValue: ticket.value, TicketEpoch: drawn }
}

const failed = (message: string): Outcome =>
  failure("SectorSealPreCommit1Failed", `getting ticket failed: ${message}`)

/** The number is used up: the message is waited for if there is one, else the sector has no future. */
const usedUp = (sector: Sector): Outcome =>
  sector.CommitMessage === null
    ? { _tag: "SectorRemove" }
    : failure(
        "SectorCommitFailed",
        `sector ${sector.SectorNumber} is committed but got into the GetTicket state`,
      )

function* ticketEpoch(sector: Sector): Asking<ChainEpoch | Outcome> {
  const head = yield* chain.head()
  if (!head.ok) return failed(head.error.message)
  const { epoch } = head.value
  const preCommit = yield* chain.preCommitInfo(sector.SectorNumber)
  if (!preCommit.ok)
    return preCommit.error.code === "allocated" ? usedUp(sector) : failed(preCommit.error.message)
  if (preCommit.value !== null) {
    const { Info, PreCommitEpoch } = preCommit.value
    return proveCommitExpired(PreCommitEpoch, sector.SectorType, epoch) ? usedUp(sector) : Info.SealRandEpoch
  }
  const allocated = yield* chain.sectorAllocated(sector.SectorNumber)
  if (!allocated.ok) return failed(allocated.error.message)
  return allocated.value ? usedUp(sector) : epoch - sealRandomnessLookback
}
