/** PreCommit1: checks the pieces and the age of the ticket, then has the sector labelled; hours on a CPU. */
import * as chain from "../ports/Chain.ts"
import { proveCommitExpired, ticketExpired } from "../ports/policy.ts"
import * as sealer from "../ports/Sealer.ts"
import { checkPieces, type PiecesError } from "../checks.ts"
import { chainTrouble, failure, idle, noPreCommit, refOf, type Outcome, type Stage } from "./Stage.ts"

const afterCheck = (broken: PiecesError): Outcome => {
  switch (broken._tag) {
    case "ApiError":
      return chainTrouble("checking the pieces", broken)
    case "InvalidDeals":
      return { _tag: "SectorInvalidDealIDs", Return: "PreCommit1" }
    case "ExpiredDeals":
      return failure("SectorDealsExpired", `expired dealIDs in sector: ${broken.message}`)
    case "InvalidPiece":
      return idle("operator", `${broken.message}. The sector cannot be sealed like this: remove it`)
  }
}

export const preCommit1: Stage = function* (sector, context) {
  const broken = yield* checkPieces(sector, context.miner)
  if (broken !== null) return afterCheck(broken)
  const head = yield* chain.head()
  if (!head.ok) return chainTrouble("reading the head", head.error)
  if (sector.TicketValue === "") return { _tag: "SectorOldTicket" }
  if (ticketExpired(sector.TicketEpoch, head.value.epoch)) {
    const preCommit = yield* chain.preCommitInfo(sector.SectorNumber)
    if (!preCommit.ok) return noPreCommit(preCommit.error)
    if (
      preCommit.value === null ||
      proveCommitExpired(preCommit.value.PreCommitEpoch, sector.SectorType, head.value.epoch)
    )
      return { _tag: "SectorOldTicket" }
  }
  const labelled = yield* sealer.preCommit1(
    refOf(sector),
    sector.TicketValue,
    sector.Pieces.map((piece) => piece.Piece),
  )
  return labelled.ok
    ? { _tag: "SectorPreCommit1", PreCommit1Out: labelled.value }
    : failure("SectorSealPreCommit1Failed", `seal pre commit(1) failed: ${labelled.error.message}`)
}
