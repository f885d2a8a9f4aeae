/** Packing: input is closed and what is left of the sector is filled with zero pieces; a sector without deals starts here. */
import { fillers, usedBytes } from "../pieces/padding.ts"
import { zeroPieceCid } from "../pieces/zeroCommitment.ts"
import { sectorSize } from "../pieces/sealProof.ts"
import * as input from "../ports/Input.ts"
import * as sealer from "../ports/Sealer.ts"
import type { PieceInfo } from "../Sector.ts"
import { idle, refOf, type Stage } from "./Stage.ts"

export const packing: Stage = function* (sector) {
  const number = sector.SectorNumber
  yield* input.rejectAssigned(number, `sector ${number} entered packing state early`)
  const sizes = sector.Pieces.map((piece) => piece.Piece.Size)
  const allocated = usedBytes(sector.Pieces)
  const size = sectorSize(sector.SectorType)
  const rest = fillers(allocated, size)
  if (rest === null)
    return idle(
      "operator",
      `too much data in the sector: ${allocated} of ${size} bytes. Remove the sector; it cannot be packed`,
    )
  const written: Array<PieceInfo> = []
  for (const filler of rest) {
    const piece = yield* sealer.addPiece(refOf(sector), sizes, filler, null)
    const problem = !piece.ok
      ? piece.error.message
      : piece.value.PieceCID === zeroPieceCid(filler)
        ? null
        : `got unexpected padding piece CID ${piece.value.PieceCID}`
    if (problem !== null || !piece.ok)
      return idle(
        "operator",
        `filling the sector up failed: ${problem}. SectorRestart tries again, SectorRemove gives the sector up`,
      )
    sizes.push(filler)
    written.push(piece.value)
  }
  return { _tag: "SectorPacked", FillerPieces: written }
}
