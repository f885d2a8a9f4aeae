/**
 * AddPiece: writes the pieces that were assigned to the sector, each behind the zeroes that align it, and answers their
 * senders once all are written: a sender is never told of a place that the record then does not hold.
 */
import { sectorSize } from "../pieces/sealProof.ts"
import { place, usedBytes } from "../pieces/padding.ts"
import { zeroPieceCid } from "../pieces/zeroCommitment.ts"
import * as input from "../ports/Input.ts"
import { dealLimit } from "../ports/policy.ts"
import type { Asking } from "../ports/Request.ts"
import { failed, type Result } from "../ports/Result.ts"
import * as sealer from "../ports/Sealer.ts"
import { dealIds, dealSectorPriority, type Piece, type PieceInfo, type Sector } from "../Sector.ts"
import { failure, refOf, type Stage } from "./Stage.ts"

/** What has been written so far in this round, and who is to be told what. */
interface Round {
  readonly sector: Sector
  readonly limit: number
  readonly capacity: number
  readonly sizes: Array<number>
  used: number
  readonly written: Array<Piece>
  readonly answers: Map<string, input.PieceAnswer>
}

export const addPiece: Stage = function* (sector) {
  const assigned = yield* input.takeAssigned(sector.SectorNumber)
  if (assigned === null) return { _tag: "SectorPieceAdded", NewPieces: [] }
  const round = start(sector)
  for (const [index, piece] of assigned.entries()) {
    const outcome = yield* write(round, index, piece)
    if (!outcome.ok) {
      yield* refuseAll(assigned, outcome.error.message)
      return failure("SectorAddPieceFailed", outcome.error.message)
    }
  }
  for (const [key, answer] of round.answers) yield* input.answerPiece(key, answer)
  return { _tag: "SectorPieceAdded", NewPieces: round.written }
}

const start = (sector: Sector): Round => {
  const capacity = sectorSize(sector.SectorType)
  return {
    sector,
    limit: dealLimit(capacity),
    capacity,
    sizes: sector.Pieces.map((piece) => piece.Piece.Size),
    used: usedBytes(sector.Pieces),
    written: [],
    answers: new Map(),
  }
}

function* refuseAll(pieces: ReadonlyArray<input.AssignedPiece>, reason: string): Asking<void> {
  for (const piece of pieces) yield* input.answerPiece(piece.key, { ok: false, reason })
}

/** Writes one piece. A piece that has no place is refused and skipped; a write that fails ends the round. */
function* write(round: Round, index: number, piece: input.AssignedPiece): Asking<Result<null, "sealer">> {
  const { sector } = round
  const refuse = (reason: string) => round.answers.set(piece.key, { ok: false, reason })
  const done: Result<null, "sealer"> = { ok: true, value: null }
  if (dealIds(sector).length + index + 1 > round.limit) {
    refuse(`too many deals assigned to sector ${sector.SectorNumber}, dropping deal`)
    return done
  }
  const placement = place(round.used, piece.size, round.capacity)
  if (placement === null) {
    refuse(`piece ${piece.key} assigned to sector ${sector.SectorNumber} with not enough space`)
    return done
  }
  for (const zeroes of placement.zeroes) {
    const padding = yield* append(round, zeroes, null, zeroPieceCid(zeroes))
    if (!padding.ok) return failed("sealer", `writing padding piece: ${padding.error.message}`)
    round.written.push({ Piece: padding.value, DealInfo: null })
  }
  const expected = piece.deal.DealProposal?.PieceCID ?? null
  const data = yield* append(round, piece.size, expected ?? piece.key, expected)
  if (!data.ok) return failed("sealer", `writing piece: ${data.error.message}`)
  round.written.push({ Piece: data.value, DealInfo: piece.deal })
  round.answers.set(piece.key, { ok: true, sector: sector.SectorNumber, offset: placement.offset })
  return done
}

function* append(
  round: Round,
  size: number,
  data: string | null,
  expected: string | null,
): Asking<Result<PieceInfo, "sealer">> {
  const ref = { ...refOf(round.sector), priority: dealSectorPriority }
  const added = yield* sealer.addPiece(ref, [...round.sizes], size, data)
  if (!added.ok) return added
  if (expected !== null && added.value.PieceCID !== expected)
    return failed("sealer", `got unexpected piece CID: expected ${expected}, got ${added.value.PieceCID}`)
  round.sizes.push(size)
  round.used += size
  return added
}
