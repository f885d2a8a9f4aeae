/** Events of a sector that starts, takes pieces and is packed. */
import * as Schema from "effect/Schema"
import { Piece, PieceInfo, SealProof, SectorNumber, type Sector } from "../Sector.ts"
import { errorKind, eventKind, field } from "./eventKind.ts"

const start = { ID: field(SectorNumber, 0, true), SectorType: field(SealProof, 0, true) }

const begin = (sector: Sector, event: { readonly ID: number; readonly SectorType: number }): Sector => ({
  ...sector,
  SectorNumber: event.ID,
  SectorType: event.SectorType,
})

export const SectorStart = eventKind("SectorStart", start, "A sector for deals begins.", begin)

export const SectorStartCC = eventKind(
  "SectorStartCC",
  start,
  "A committed-capacity sector begins (a pledge).",
  begin,
)

export const SectorAddPiece = eventKind(
  "SectorAddPiece",
  {},
  "A piece has been assigned to the sector; the first one starts the deal timer.",
  (sector, _event, now) => (sector.CreationTime === 0 ? { ...sector, CreationTime: now() } : sector),
)

export const SectorPieceAdded = eventKind(
  "SectorPieceAdded",
  { NewPieces: field(Schema.Array(Piece), []) },
  "The assigned pieces, and the zero pieces that align them, are written.",
  (sector, event) => ({ ...sector, Pieces: [...sector.Pieces, ...event.NewPieces] }),
)

export const SectorAddPieceFailed = errorKind("SectorAddPieceFailed", "Writing a piece failed.")

export const SectorRetryWaitDeals = eventKind("SectorRetryWaitDeals", {}, "Back to waiting for deals.")

export const SectorStartPacking = eventKind(
  "SectorStartPacking",
  {},
  "No more deals: pack the sector. A timer may send it late; then it is ignored.",
)

export const SectorPacked = eventKind(
  "SectorPacked",
  { FillerPieces: field(Schema.Array(PieceInfo), []) },
  "The rest of the sector is filled with zero pieces.",
  (sector, event) => ({
    ...sector,
    Pieces: [...sector.Pieces, ...event.FillerPieces.map((filler) => ({ Piece: filler, DealInfo: null }))],
  }),
)
