/**
 * Registered seal proofs: which sector size a proof number means. 0 to 4 are the V1 family, 5 to 9 the same sizes as
 * V1_1 (from network version 7 on).
 */
import type { SealProof } from "../Sector.ts"
import type { UnpaddedBytes } from "./sizes.ts"
import { toUnpadded } from "./sizes.ts"

interface Known {
  readonly bytes: number
  readonly name: string
}

const sizes: ReadonlyArray<Known> = [
  { bytes: 2 ** 11, name: "2KiB" },
  { bytes: 2 ** 23, name: "8MiB" },
  { bytes: 2 ** 29, name: "512MiB" },
  { bytes: 2 ** 35, name: "32GiB" },
  { bytes: 2 ** 36, name: "64GiB" },
]

/** Proofs of the V1_1 family are the V1 number and this. */
const v11 = sizes.length

/** True for the ten proofs there are. */
export const isSealProof = (proof: number): boolean =>
  Number.isInteger(proof) && proof >= 0 && proof < 2 * sizes.length

const sizeOf = (proof: SealProof): Known => {
  const known = sizes[proof >= v11 ? proof - v11 : proof]
  if (known === undefined)
    throw new RangeError(`there is no seal proof ${proof}; they are 0 to ${2 * v11 - 1}`)
  return known
}

/** The bytes of a sector of that proof. Throws for a number that is no proof. */
export const sectorSize = (proof: SealProof): number => sizeOf(proof).bytes

/** The bytes of data that fit into a sector of that proof. */
export const sectorUnpadded = (proof: SealProof): UnpaddedBytes => toUnpadded(sectorSize(proof))

/** The name of a proof, as Lotus prints it: `StackedDrg32GiBV1_1`. */
export const sealProofName = (proof: SealProof): string =>
  isSealProof(proof) ? `StackedDrg${sizeOf(proof).name}V1${proof >= v11 ? "_1" : ""}` : `proof ${proof}`

/** The V1_1 proof of a sector size in bytes; null when no proof has it. */
export const sealProofOf = (bytes: number): SealProof | null => {
  const index = sizes.findIndex((size) => size.bytes === bytes)
  return index < 0 ? null : index + v11
}
