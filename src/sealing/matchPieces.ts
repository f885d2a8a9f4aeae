/**
 * Which waiting piece goes into which open sector (Lotus's input matching), and which pieces are refused at the door.
 * Pure: the input table calls it under its lock and carries out what it says. All lengths are padded bytes.
 */
import * as Data from "effect/Data"
import type { ChainEpoch, PaddedBytes, SectorNumber } from "./Sector.ts"
import { place } from "./pieces/padding.ts"
import { isPaddedPiece } from "./pieces/sizes.ts"
import { showSize } from "./units.ts"

/** A piece that waits for a sector. */
export interface WaitingPiece {
  /** Names the piece: its proposal's CID. */
  readonly key: string
  readonly size: PaddedBytes
}

/** A sector that takes pieces. */
export interface OpenSector {
  readonly number: SectorNumber
  readonly size: PaddedBytes
  /** What is written, assigned and lost to alignment. */
  readonly used: PaddedBytes
}

export interface Assignment {
  readonly key: string
  readonly sector: SectorNumber
  /** What the sector's `used` is with this piece. */
  readonly used: PaddedBytes
}

export interface Matching {
  /** In the order in which they are to be made. */
  readonly assignments: ReadonlyArray<Assignment>
  /** Pieces that found no sector; with any, one new deal sector is asked for. */
  readonly unassigned: ReadonlyArray<string>
}

interface Candidate {
  readonly piece: WaitingPiece
  readonly sector: SectorNumber
  /** What would be lost, before any of these pieces is assigned. */
  readonly padding: PaddedBytes
}

/** Less padding first, then smaller pieces, then older sectors; pieces that are alike in the order they came. */
const byFit = (a: Candidate, b: Candidate): number =>
  a.padding - b.padding || a.piece.size - b.piece.size || a.sector - b.sector

/** Matches waiting pieces, in the order they came, with open sectors. */
export const matchPieces = (
  waiting: ReadonlyArray<WaitingPiece>,
  open: ReadonlyArray<OpenSector>,
): Matching => {
  const candidates: Array<Candidate> = []
  for (const piece of waiting)
    for (const sector of open) {
      const free = sector.size - sector.used
      if (piece.size <= free) candidates.push({ piece, sector: sector.number, padding: free % piece.size })
    }
  candidates.sort(byFit)
  const used = new Map(open.map((sector) => [sector.number, sector.used]))
  const sizes = new Map(open.map((sector) => [sector.number, sector.size]))
  const assigned = new Set<string>()
  const assignments: Array<Assignment> = []
  for (const { piece, sector } of candidates) {
    if (assigned.has(piece.key)) continue
    const placed = place(used.get(sector)!, piece.size, sizes.get(sector)!)
    if (placed === null) continue
    const after = placed.offset + piece.size
    used.set(sector, after)
    assigned.add(piece.key)
    assignments.push({ key: piece.key, sector, used: after })
  }
  return {
    assignments,
    unassigned: waiting.filter((piece) => !assigned.has(piece.key)).map((piece) => piece.key),
  }
}

/** Why a piece is refused before it waits; the caller is told. */
export class PieceRefused extends Data.TaggedError("PieceRefused")<{
  readonly reason: "size" | "too-large" | "too-late" | "pending"
  readonly message: string
}> {}

export interface OfferedPiece extends WaitingPiece {
  readonly startEpoch: ChainEpoch
}

export interface Door {
  readonly sectorSize: PaddedBytes
  readonly head: ChainEpoch
  /** Epochs that must be left before the deal starts (StartEpochSealingBuffer). */
  readonly startEpochBuffer: number
  readonly isPending: (key: string) => boolean
}

/** Whether a piece may wait for a sector; null when it may, else why not. The first reason counts. */
export const refusal = (piece: OfferedPiece, door: Door): PieceRefused | null => {
  const refuse = (reason: PieceRefused["reason"], message: string) => new PieceRefused({ reason, message })
  if (!isPaddedPiece(piece.size))
    return refuse(
      "size",
      `a piece of ${showSize(piece.size)} cannot be: sizes are powers of two from 128 bytes on`,
    )
  if (piece.size > door.sectorSize)
    return refuse(
      "too-large",
      `a piece of ${showSize(piece.size)} does not fit a sector of ${showSize(door.sectorSize)}`,
    )
  if (door.head + door.startEpochBuffer > piece.startEpoch)
    return refuse(
      "too-late",
      `the deal starts at epoch ${piece.startEpoch}, and must not start before ${door.head + door.startEpochBuffer}: the head is ${door.head}, and sealing is given ${door.startEpochBuffer} epochs (StartEpochSealingBuffer)`,
    )
  if (door.isPending(piece.key)) return refuse("pending", `piece for deal ${piece.key} already pending`)
  return null
}
