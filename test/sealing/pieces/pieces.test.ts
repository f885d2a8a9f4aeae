import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import {
  alignmentGap,
  alignmentPieces,
  fillers,
  place,
  usedBytes,
} from "../../../src/sealing/pieces/padding.ts"
import {
  isSealProof,
  sealProofName,
  sealProofOf,
  sectorSize,
  sectorUnpadded,
} from "../../../src/sealing/pieces/sealProof.ts"
import {
  isPaddedPiece,
  isUnpaddedPiece,
  powersOfTwo,
  toPadded,
  toUnpadded,
} from "../../../src/sealing/pieces/sizes.ts"
import { zeroPieceCid } from "../../../src/sealing/pieces/zeroCommitment.ts"

const GiB = 2 ** 30
const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)

const pieceSize = FastCheck.integer({ min: 7, max: 36 }).map((power) => 2 ** power)
const sector = FastCheck.constantFrom(5, 6, 7, 8, 9).map(sectorSize)

describe("sizes", () => {
  it("a 32 GiB sector holds 34,091,302,912 bytes of data", () => {
    expect(toUnpadded(32 * GiB)).toBe(34_091_302_912)
    expect(toPadded(34_091_302_912)).toBe(32 * GiB)
    expect(sectorUnpadded(8)).toBe(34_091_302_912)
  })

  it("padded and unpadded are each other's inverse for pieces", () => {
    FastCheck.assert(
      FastCheck.property(pieceSize, (size) => {
        expect(toPadded(toUnpadded(size))).toBe(size)
        expect(isPaddedPiece(size)).toBe(true)
        expect(isUnpaddedPiece(toUnpadded(size))).toBe(true)
        expect(isUnpaddedPiece(toUnpadded(size) + 1)).toBe(false)
        expect(isPaddedPiece(size + 128)).toBe(size === 128)
      }),
    )
  })

  it.each([0, -128, 1, 64, 127, 129, 384, Number.NaN, Number.POSITIVE_INFINITY])(
    "%d is no padded size",
    (size) => expect(isPaddedPiece(size)).toBe(false),
  )

  it.each([0, -127, 1, 63.5, 254 + 127, Number.NaN])("%d is no unpadded size", (size) =>
    expect(isUnpaddedPiece(size)).toBe(false),
  )

  it("powers of two add up, rise, and are one per set bit", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.integer({ min: 0, max: 2 ** 31 - 1 }), (length) => {
        const powers = powersOfTwo(length)
        expect(sum(powers)).toBe(length)
        expect(powers.length).toBe(length.toString(2).replaceAll("0", "").length)
        expect([...powers].sort((a, b) => a - b)).toEqual(powers)
      }),
    )
    expect(powersOfTwo(64 * GiB)).toEqual([64 * GiB])
  })
})

describe("seal proofs", () => {
  it("name their size and family", () => {
    expect([0, 4, 5, 8, 9].map(sealProofName)).toEqual([
      "StackedDrg2KiBV1",
      "StackedDrg64GiBV1",
      "StackedDrg2KiBV1_1",
      "StackedDrg32GiBV1_1",
      "StackedDrg64GiBV1_1",
    ])
    expect([sectorSize(3), sectorSize(8), sectorSize(9)]).toEqual([32 * GiB, 32 * GiB, 64 * GiB])
    expect([sealProofOf(32 * GiB), sealProofOf(2 ** 11), sealProofOf(3)]).toEqual([8, 5, null])
    expect([isSealProof(9), isSealProof(10), isSealProof(-1), isSealProof(1.5)]).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(() => sectorSize(10)).toThrow("there is no seal proof 10; they are 0 to 9")
    expect(sealProofName(77)).toBe("proof 77")
  })
})

describe("where pieces go", () => {
  it("a gap is filled smallest first, and the piece is aligned", () => {
    expect(alignmentPieces(128, 1024)).toEqual([128, 256, 512])
    expect(place(128, 1024, 2048)).toEqual({ zeroes: [128, 256, 512], offset: 1024 })
    expect(place(1152, 1024, 2048)).toBeNull()
    FastCheck.assert(
      FastCheck.property(sector, FastCheck.array(pieceSize, { maxLength: 20 }), (size, pieces) => {
        let used = 0
        for (const piece of pieces) {
          const placed = place(used, piece, size)
          const gap = alignmentGap(used, piece)
          if (placed === null) {
            expect(used + gap + piece).toBeGreaterThan(size)
            continue
          }
          let offset = used
          for (const zero of placed.zeroes) {
            expect(isPaddedPiece(zero)).toBe(true)
            expect(offset % zero).toBe(0)
            offset += zero
          }
          expect(placed.offset).toBe(offset)
          expect(offset % piece).toBe(0)
          expect(gap).toBeLessThan(piece)
          used = offset + piece
          expect(used).toBeLessThanOrEqual(size)
        }
        const rest = fillers(used, size)!
        let offset = used
        for (const filler of rest) {
          expect(isPaddedPiece(filler)).toBe(true)
          expect(offset % filler).toBe(0)
          offset += filler
        }
        expect(offset).toBe(size)
      }),
    )
  })

  it("a sector without data gets one filler of its whole size, a full one none, too much data has none", () => {
    expect(fillers(0, 32 * GiB)).toEqual([32 * GiB])
    expect(fillers(32 * GiB, 32 * GiB)).toEqual([])
    expect(fillers(64 * GiB, 32 * GiB)).toBeNull()
    expect(usedBytes([])).toBe(0)
  })
})

describe("zeroes", () => {
  it("have the CID they have on Filecoin", () => {
    expect(zeroPieceCid(128)).toBe("baga6ea4seaqdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy")
    expect(zeroPieceCid(32 * GiB)).toBe("baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq")
  })

  it("no CID for a size that no piece has", () => expect(zeroPieceCid(1000)).toBe(""))
})
