import { describe, expect, it } from "vitest"
import type { PieceAnswer } from "../../../src/sealing/ports/Input.ts"
import { setWorld } from "../../../src/sealing/model/settings.ts"
import { make, type Made } from "./loop.ts"

const GiB = 2 ** 30
const hour = 3600

/** A pipeline that makes deal sectors as pieces come: numbers from 1 on. */
const dealing = (over = {}): { made: Made; add: (size: number, days?: number) => Added } => {
  let next = 0
  const made: Made = make(over, {}, "single", {
    createSector: () => {
      next++
      made.loop.send(next, { _tag: "SectorStart", ID: next, SectorType: 8 })
      return next
    },
  })
  const add = (size: number, days = 20): Added => {
    const { world, input } = made.loop
    const head = world.chain.head
    const deal = world.market.publish({ size, start: head + days * 2880, end: head + 600_000 })
    const added: Added = { id: deal.DealID, answer: null, refused: null }
    added.refused =
      input.add(
        { key: `deal ${deal.DealID}`, size, deal },
        { proofType: 8, head, startEpochBuffer: 480 },
        (answer) => {
          added.answer = answer
        },
      )?.reason ?? null
    return added
  }
  return { made, add }
}

interface Added {
  readonly id: number
  answer: PieceAnswer | null
  refused: string | null
}

describe("a deal sector", () => {
  it("waits for deals, is packed when the wait ends, and is proven with its pieces in their places", () => {
    const { made, add } = dealing()
    const first = add(4 * GiB)
    made.runFor(hour)
    const second = add(8 * GiB)
    made.loop.run()
    expect([first.answer, second.answer]).toEqual([
      { ok: true, sector: 1, offset: 0 },
      { ok: true, sector: 1, offset: 8 * GiB },
    ])
    const at = new Map(made.path())
    expect(at.get("Packing")).toBe(6 * hour)
    expect(made.loop.get(1)!.Pieces.map((piece) => piece.Piece.Size / GiB)).toEqual([4, 4, 8, 16])
    expect(made.loop.get(1)).toMatchObject({ State: "Proving", CreationTime: Date.UTC(2026, 0, 1) / 1000 })
    expect(made.loop.world.chain.sectorOf(1)?.DealIDs).toEqual([first.id, second.id])
    expect(made.failures).toEqual([])
  })

  it("is packed at once when it is full", () => {
    const { made, add } = dealing()
    add(16 * GiB)
    add(16 * GiB)
    made.loop.run()
    expect(new Map(made.path()).get("Packing")).toBeLessThan(hour)
    expect(made.loop.get(1)!.Pieces).toHaveLength(2)
    expect(made.state()).toBe("Proving")
  })

  it("is packed when the operator seals it; a timer that fires later does no harm", () => {
    const { made, add } = dealing()
    add(4 * GiB)
    made.runFor(hour)
    expect(made.loop.why(1)).toMatchObject({ kind: "timer", until: { millis: Date.UTC(2026, 0, 1, 6) } })
    made.loop.send(1, { _tag: "SectorStartPacking" })
    made.loop.run()
    expect(new Map(made.path()).get("Packing")).toBe(hour)
    expect(made.state()).toBe("Proving")
    expect(made.failures).toEqual([])
  })

  it("refuses what comes too late, does not fit or waits already; what does not fit one sector opens another", () => {
    const { made, add } = dealing()
    expect(add(4 * GiB, 0.1).refused).toBe("too-late")
    expect(add(64 * GiB).refused).toBe("too-large")
    add(32 * GiB)
    add(32 * GiB)
    made.loop.run()
    expect([1, 2].map((sector) => made.state(sector))).toEqual(["Proving", "Proving"])
  })

  it("that expires while it seals is removed", () => {
    const { made, add } = dealing()
    const piece = add(32 * GiB)
    made.runFor(hour)
    setWorld(made.loop.world, "deal", `${piece.id} start ${made.loop.world.chain.head + 60}`)
    made.loop.run()
    expect(
      made
        .path()
        .map(([state]) => state)
        .slice(-3),
    ).toEqual(["DealsExpired", "Removing", "Removed"])
  })

  it("whose deal gets another id is mended and goes on", () => {
    const { made, add } = dealing()
    const piece = add(32 * GiB)
    made.runFor(hour)
    setWorld(made.loop.world, "deal", `${piece.id} move`)
    made.loop.run()
    const states = made.path().map(([state]) => state)
    expect(states).toContain("RecoverDealIDs")
    expect(made.loop.get(1)).toMatchObject({ State: "Proving", Return: "" })
    expect(made.loop.world.chain.sectorOf(1)?.DealIDs).toEqual([piece.id + 1])
  })

  it("whose deal is gone is removed", () => {
    const { made, add } = dealing()
    const piece = add(32 * GiB)
    made.runFor(hour)
    setWorld(made.loop.world, "deal", `${piece.id} drop`)
    made.loop.run()
    expect(made.state()).toBe("Removed")
  })

  it("whose piece cannot be written answers its sender, and waits for the next", () => {
    const { made, add } = dealing()
    setWorld(made.loop.world, "sealer-failure", "AP 1")
    const first = add(32 * GiB)
    made.runFor(hour)
    expect(first.answer).toMatchObject({ ok: false, reason: expect.stringContaining("AP failed") })
    expect(made.state()).toBe("WaitDeals")
    const second = add(32 * GiB)
    made.loop.run()
    expect(second.answer).toMatchObject({ ok: true, sector: 1 })
    expect(made.state()).toBe("Proving")
  })

  it("that is removed while it waits takes no more pieces, and the next one can be made", () => {
    const { made, add } = dealing()
    add(4 * GiB)
    made.runFor(hour)
    made.loop.send(1, { _tag: "SectorRemove" })
    made.runFor(1)
    const next = add(4 * GiB)
    made.loop.run()
    expect(made.state(1)).toBe("Removed")
    expect(next.answer).toMatchObject({ ok: true, sector: 2 })
    expect(made.failures).toEqual([])
  })

  it("replaces a sector that is marked for upgrade", () => {
    const { made, add } = dealing()
    made.pledge(100)
    made.loop.run()
    made.loop.input.markForUpgrade(100)
    add(32 * GiB)
    made.loop.run()
    expect(made.loop.get(1)!.PreCommitInfo).toMatchObject({ ReplaceCapacity: true, ReplaceSectorNumber: 100 })
    expect(made.loop.get(1)!.PreCommitDeposit).toBe("150000000000000000")
    expect(made.loop.input.isMarked(100)).toBe(false)
  })
})
