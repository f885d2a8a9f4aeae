import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { matchPieces, type OpenSector, refusal, type WaitingPiece } from "../../src/sealing/matchPieces.ts"
import { alignmentGap, place } from "../../src/sealing/pieces/padding.ts"

const open = (number: number, used = 0, size = 2048): OpenSector => ({ number, used, size })
const piece = (key: string, size: number): WaitingPiece => ({ key, size })

describe("matching pieces with sectors", () => {
  it("prefers less padding, then smaller pieces, then older sectors", () => {
    const { assignments, unassigned } = matchPieces(
      [piece("big", 1024), piece("small", 128)],
      [open(7), open(3), open(5, 128)],
    )
    expect(assignments).toEqual([
      { key: "small", sector: 3, used: 128 },
      { key: "big", sector: 3, used: 2048 },
    ])
    expect(unassigned).toEqual([])
    expect(matchPieces([piece("a", 1024)], [open(3, 128), open(9, 1024)]).assignments).toEqual([
      { key: "a", sector: 9, used: 2048 },
    ])
  })

  it("counts what alignment loses, and leaves what does not fit for a new sector", () => {
    expect(matchPieces([piece("a", 1024), piece("b", 1024)], [open(1, 128)])).toEqual({
      assignments: [{ key: "a", sector: 1, used: 2048 }],
      unassigned: ["b"],
    })
    expect(matchPieces([piece("a", 128)], [])).toEqual({ assignments: [], unassigned: ["a"] })
    expect(matchPieces([], [open(1)])).toEqual({ assignments: [], unassigned: [] })
  })

  it("pieces that are alike go in the order they came", () => {
    const { assignments } = matchPieces(
      [piece("z", 1024), piece("a", 1024), piece("m", 1024)],
      [open(1), open(2)],
    )
    expect(assignments.map((one) => `${one.key}${one.sector}`)).toEqual(["z1", "a1", "m2"])
  })

  it("matching-counts-real-gaps: each piece goes to one sector at most, none overflows, and none that still fits is left", () => {
    const size = FastCheck.integer({ min: 7, max: 11 }).map((power) => 2 ** power)
    const sectors = FastCheck.array(FastCheck.integer({ min: 0, max: 16 }), { maxLength: 6 }).map((uses) =>
      uses.map((use, index) => open(index, use * 128)),
    )
    const pieces = FastCheck.array(size, { maxLength: 12 }).map((sizes) =>
      sizes.map((one, index) => piece(`p${index}`, one)),
    )
    FastCheck.assert(
      FastCheck.property(pieces, sectors, (waiting, sectorsOpen) => {
        const { assignments, unassigned } = matchPieces(waiting, sectorsOpen)
        const used = new Map(sectorsOpen.map((sector) => [sector.number, sector.used]))
        for (const one of assignments) {
          const { size: bytes } = waiting.find((candidate) => candidate.key === one.key)!
          const before = used.get(one.sector)!
          expect(one.used).toBe(before + alignmentGap(before, bytes) + bytes)
          expect(one.used).toBeLessThanOrEqual(2048)
          used.set(one.sector, one.used)
        }
        expect([...assignments.map((one) => one.key), ...unassigned].sort()).toEqual(
          waiting.map((one) => one.key).sort(),
        )
        for (const key of unassigned) {
          const { size: bytes } = waiting.find((candidate) => candidate.key === key)!
          for (const sector of sectorsOpen)
            expect(place(used.get(sector.number)!, bytes, sector.size)).toBeNull()
        }
      }),
    )
  })
})

describe("the door", () => {
  const door = {
    sectorSize: 2048,
    head: 1000,
    startEpochBuffer: 480,
    isPending: (key: string) => key === "old",
  }
  const offered = { key: "new", size: 1024, startEpoch: 1480 }

  it("lets in what can be sealed in time, to the epoch", () => {
    expect(refusal(offered, door)).toBeNull()
    expect(refusal({ ...offered, startEpoch: 1479 }, door)?.reason).toBe("too-late")
  })

  it("refuses in Lotus's order", () => {
    expect(refusal({ key: "old", size: 1000, startEpoch: 0 }, door)?.reason).toBe("size")
    expect(refusal({ key: "old", size: 4096, startEpoch: 0 }, door)?.reason).toBe("too-large")
    expect(refusal({ key: "old", size: 1024, startEpoch: 0 }, door)?.reason).toBe("too-late")
    expect(refusal({ ...offered, key: "old" }, door)?.message).toBe("piece for deal old already pending")
  })
})
