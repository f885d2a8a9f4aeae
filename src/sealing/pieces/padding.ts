/**
 * Where pieces go in a sector. A piece starts at a multiple of its size; the gap before it, and the rest of a sector
 * that is packed, are filled with zero pieces, one per set bit of the length, smallest first.
 */
import type { PaddedBytes, Piece } from "../Sector.ts"
import { powersOfTwo } from "./sizes.ts"

/** The padded bytes that pieces take. */
export const usedBytes = (pieces: ReadonlyArray<Piece>): PaddedBytes =>
  pieces.reduce((sum, piece) => sum + piece.Piece.Size, 0)

/** The gap before a piece of `size` that follows `offset` padded bytes. */
export const alignmentGap = (offset: PaddedBytes, size: PaddedBytes): PaddedBytes =>
  (size - (offset % size)) % size

/** The zero pieces that fill such a gap; padded sizes, in the order in which they are written. */
export const alignmentPieces = (offset: PaddedBytes, size: PaddedBytes): ReadonlyArray<PaddedBytes> =>
  powersOfTwo(alignmentGap(offset, size))

/** Where a piece would be written in a sector, and what is written before it. */
export interface Placement {
  readonly zeroes: ReadonlyArray<PaddedBytes>
  readonly offset: PaddedBytes
}

/** Places a piece behind `used` padded bytes; null when it does not fit the sector. */
export const place = (used: PaddedBytes, size: PaddedBytes, sectorSize: PaddedBytes): Placement | null => {
  const offset = used + alignmentGap(used, size)
  return offset + size > sectorSize ? null : { zeroes: alignmentPieces(used, size), offset }
}

/**
 * The zero pieces that fill what is left of a sector when it is packed: padded sizes, smallest first. A sector without
 * data gets one of its whole size. Null when there is more data than the sector has room for.
 */
export const fillers = (used: PaddedBytes, sectorSize: PaddedBytes): ReadonlyArray<PaddedBytes> | null =>
  used > sectorSize ? null : powersOfTwo(sectorSize - used)
