/**
 * Sizes of pieces. Data is stretched by two bits in every 254 before it is sealed: 127 bytes become 128. A piece's
 * padded size is a power of two, 128 bytes at least; its unpadded size is 127/128 of that.
 */
import type { PaddedBytes } from "../Sector.ts"

/** A length of data before padding. */
export type UnpaddedBytes = number

/** The smallest piece, padded. */
const smallestPiece: PaddedBytes = 128

const isPowerOfTwo = (value: number): boolean => Number.isSafeInteger(Math.log2(value)) && value >= 1

/** True for the padded sizes a piece may have. */
export const isPaddedPiece = (bytes: number): boolean => bytes >= smallestPiece && isPowerOfTwo(bytes)

/** True for the unpadded sizes a piece may have. */
export const isUnpaddedPiece = (bytes: number): boolean =>
  Number.isSafeInteger(bytes) && isPaddedPiece(toPadded(bytes))

/** The padded length of data; exact for multiples of 127. */
export const toPadded = (bytes: UnpaddedBytes): PaddedBytes => bytes + Math.floor(bytes / 127)

/** The data that fits into a padded length; exact for multiples of 128. */
export const toUnpadded = (bytes: PaddedBytes): UnpaddedBytes => bytes - Math.floor(bytes / 128)

/** The powers of two that make up a length, smallest first: one per set bit. */
export const powersOfTwo = (length: number): ReadonlyArray<number> => {
  const powers: Array<number> = []
  for (let rest = length, power = 1; rest > 0; rest = Math.floor(rest / 2), power *= 2)
    if (rest % 2 === 1) powers.push(power)
  return powers
}
