/** Events about deals that expired or changed their ids. */
import * as Schema from "effect/Schema"
import { PlanFailed } from "../../actors/Planner.ts"
import { DealId, type Piece, type Sector } from "../Sector.ts"
import { errorKind, eventKind, field, stateField } from "./eventKind.ts"

/** The index of a piece, as JSON has keys. */
const PieceIndex = Schema.String.pipe(Schema.pattern(/^\d+$/))

export const SectorDealsExpired = errorKind("SectorDealsExpired", "A deal's start epoch has passed.")

export const SectorTicketExpired = errorKind(
  "SectorTicketExpired",
  "The ticket has expired for good. Declared by Lotus, sent by nothing.",
)

export const SectorInvalidDealIDs = eventKind(
  "SectorInvalidDealIDs",
  { Return: stateField },
  "Deal ids do not match the chain; says where to return to once they do.",
  (sector, event) => ({ ...sector, Return: event.Return }),
)

export const SectorUpdateDealIDs = eventKind(
  "SectorUpdateDealIDs",
  { Updates: field(Schema.Record({ key: PieceIndex, value: DealId }), {}) },
  "The new deal ids, by the index of the piece.",
  (sector, event) => updateDealIds(sector, event.Updates),
)

const updateDealIds = (sector: Sector, updates: Readonly<Record<string, number>>): Sector | PlanFailed => {
  const pieces: Array<Piece> = [...sector.Pieces]
  for (const [key, DealID] of Object.entries(updates)) {
    const index = Number(key)
    const piece = pieces[index]
    if (piece === undefined || !piece.DealInfo)
      return new PlanFailed({
        state: sector.State,
        event: "SectorUpdateDealIDs",
        message: `sector ${sector.SectorNumber} has no deal in piece ${key}, so its deal id cannot be updated`,
      })
    pieces[index] = { ...piece, DealInfo: { ...piece.DealInfo, DealID } }
  }
  return { ...sector, Pieces: pieces }
}
