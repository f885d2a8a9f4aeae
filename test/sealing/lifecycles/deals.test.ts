/** Sectors with deals: waiting, filling, packing, and what becomes of them when a deal does not hold. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, it } from "vitest"
import { days, GiB, hours, minutes, startEpoch, withMiner } from "./miner.ts"

/** A deal that starts so many epochs from now, and lasts 200 days. */
const deal = (size: number, startsIn = 10 * 2880) => ({
  size,
  start: startEpoch + startsIn,
  end: startEpoch + startsIn + 200 * 2880,
})

describe("a piece that was offered", () => {
  it("and not answered leaves nobody waiting when the miner has stopped", async () => {
    const waiting = Effect.map(Fiber.roots, (fibers) => Array.from(fibers).length)
    const before = Effect.runSync(waiting)
    await withMiner({}, (_, sealing) => sealing.offerPiece(deal(8 * GiB)))
    expect(Effect.runSync(waiting)).toBe(before)
  })
})

describe("a sector with deals", () => {
  it("waits, is filled, is packed the moment it is full, and is proven with its deals", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        const first = yield* Effect.fork(sealing.addPiece(deal(8 * GiB)))
        yield* Effect.sleep(minutes(10))
        const waiting = sealing.waiting(0)
        const second = yield* sealing.addPiece(deal(16 * GiB))
        yield* Effect.sleep(days(1))
        const { record } = yield* sealing.view(0)
        return {
          first: yield* Fiber.join(first),
          waiting,
          second,
          path: miner.path(0),
          pieces: record.Pieces.map(({ Piece, DealInfo }) => [Piece.Size / GiB, DealInfo?.DealID ?? null]),
          onChain: sealing.world.chain.sectorOf(0)?.DealIDs,
        }
      }),
    )
    expect(seen.first).toEqual({ deal: 1000, sector: 0, offset: 0 })
    expect(seen.second).toEqual({ deal: 1001, sector: 0, offset: 16 * GiB })
    expect(seen.waiting).toMatchObject({ kind: "timer", until: Date.UTC(2024, 0, 1, 6) })
    expect(seen.path).toEqual([
      "0 WaitDeals",
      "0 AddPiece",
      "0.5 WaitDeals", // a quarter of the sector is a quarter of a minute
      "20 AddPiece",
      "21.5 WaitDeals",
      "21.5 Packing",
      "21.5 GetTicket", // nothing to fill
      "21.5 PreCommit1",
      "381.5 PreCommit2",
      "429.5 PreCommitting",
      "429.5 PreCommitWait",
      "435 WaitSeed",
      "586 Committing",
      "619 SubmitCommit",
      "619 CommitWait",
      "625 FinalizeSector",
      "627 Proving",
    ])
    expect(seen.pieces).toEqual([
      [8, 1000],
      [8, null],
      [16, 1001],
    ])
    expect(seen.onChain).toEqual([1000, 1001])
  })

  it("is packed when the wait for deals is over, six hours after its first piece", async () => {
    const path = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.addPiece(deal(8 * GiB))
        yield* Effect.sleep(hours(7))
        return miner.path(0)
      }),
    )
    expect(path.slice(0, 5)).toEqual([
      "0 WaitDeals",
      "0 AddPiece",
      "0.5 WaitDeals",
      "720 Packing",
      "721.5 GetTicket", // the 24 GiB that are left
    ])
  })

  it("is packed at once by hand, and waits again for the rest of its time after a restart", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.addPiece(deal(8 * GiB))
        yield* Effect.sleep(hours(1))
        yield* miner.end
        const again = yield* miner.begin
        yield* Effect.sleep(minutes(1))
        const waiting = again.waiting(0)
        yield* again.seal(0)
        yield* Effect.sleep(minutes(5))
        return { waiting, path: miner.path(0) }
      }),
    )
    expect(seen.waiting).toMatchObject({ kind: "timer", until: Date.UTC(2024, 0, 1, 6) })
    expect(seen.path.at(-2)).toMatch(/GetTicket$/)
  })

  it("is packed by hand also while a piece is being written: as soon as it is", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.offerPiece(deal(16 * GiB))
        yield* Effect.sleep(1)
        const during = (yield* sealing.view(0)).record.State
        yield* sealing.seal(0)
        yield* Effect.sleep(hours(1))
        const late = yield* Effect.flip(sealing.seal(0))
        return {
          during,
          path: miner.path(0),
          late: late.message,
          nobody: yield* Effect.flip(sealing.seal(7)),
        }
      }),
    )
    expect(seen.during).toBe("AddPiece")
    expect(seen.path.slice(0, 5)).toEqual([
      "0 WaitDeals",
      "0 AddPiece",
      "1 WaitDeals",
      "1 Packing",
      "2 GetTicket",
    ])
    expect(seen.late).toBe("sector 0 is PreCommit1: only one that waits for deals can be packed by hand")
    expect(seen.nobody._tag).toBe("NoSector")
  })

  it("is made one at a time, and not beyond MaxWaitDealsSectors", async () => {
    const seen = await withMiner({ config: { MaxWaitDealsSectors: 1 } }, (_, sealing) =>
      Effect.gen(function* () {
        const pieces = [deal(32 * GiB), deal(16 * GiB), deal(16 * GiB), deal(32 * GiB)]
        const offered = yield* Effect.forEach(pieces, (piece) => Effect.fork(sealing.addPiece(piece)))
        yield* Effect.sleep(hours(1))
        return yield* Effect.forEach(offered, Fiber.join)
      }),
    )
    expect(seen.map(({ sector }) => sector).toSorted()).toHaveLength(4)
    expect(new Set(seen.map(({ sector }) => sector)).size).toBe(3)
  })

  it("refuses a piece that starts too soon, or is no piece, and takes the offer back", async () => {
    const seen = await withMiner({}, (_, sealing) =>
      Effect.gen(function* () {
        const soon = yield* Effect.flip(sealing.addPiece(deal(8 * GiB, 479)))
        const odd = yield* Effect.flip(sealing.addPiece(deal(3 * GiB)))
        const big = yield* Effect.flip(sealing.addPiece(deal(64 * GiB)))
        return { errors: [soon, odd, big].map((error) => error._tag), states: yield* sealing.states }
      }),
    )
    expect(seen).toEqual({ errors: ["PieceNotAdded", "PieceNotAdded", "PieceNotAdded"], states: {} })
  })

  it("lets a piece in without waiting, and tells later what became of it", async () => {
    const seen = await withMiner({ config: { MaxWaitDealsSectors: 1 } }, (_, sealing) =>
      Effect.gen(function* () {
        const first = yield* sealing.offerPiece(deal(32 * GiB))
        yield* sealing.offerPiece(deal(32 * GiB))
        const tooSoon = yield* Effect.flip(sealing.offerPiece(deal(8 * GiB, 479)))
        const atOnce = yield* sealing.offers
        yield* Effect.sleep(1)
        const soon = yield* sealing.offers
        yield* sealing.setWorld("sealer-failure", "AP 1 sector 1")
        yield* Effect.sleep(hours(1))
        return { first, tooSoon, atOnce, soon, later: yield* sealing.offers, added: yield* first.added }
      }),
    )
    const brief = (offers: typeof seen.later) =>
      offers.map(({ deal: id, state, sector, offset }) => [id, state, sector, offset])
    expect(seen.tooSoon._tag).toBe("PieceNotAdded")
    expect(brief(seen.atOnce)).toEqual([
      [1002, "refused", null, null],
      [1001, "waiting", null, null],
      [1000, "waiting", null, null],
    ])
    expect(brief(seen.soon).at(-1)).toEqual([1000, "assigned", 0, null])
    expect(brief(seen.later)).toEqual([
      [1002, "refused", null, null],
      [1001, "refused", null, null],
      [1000, "written", 0, 0],
    ])
    expect(seen.later[1]!.reason).toContain("AP failed")
    expect(seen.added).toEqual({ deal: 1000, sector: 0, offset: 0 })
  })

  it("tells the sender when the piece cannot be written, and goes back to waiting", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.setWorld("sealer-failure", "AP 1")
        const error = yield* Effect.flip(sealing.addPiece(deal(8 * GiB)))
        return { error: error.message, path: miner.path(0) }
      }),
    )
    expect(seen.error).toContain("AP failed")
    expect(seen.path).toEqual(["0 WaitDeals", "0 AddPiece", "0.5 AddPieceFailed", "0.5 WaitDeals"])
  })
})

describe("a deal that does not hold", () => {
  it("has started before the sector is sealed: the sector is removed", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.addPiece(deal(8 * GiB, 500))
        yield* Effect.sleep(days(1))
        return { path: miner.path(0), log: yield* sealing.log(0) }
      }),
    )
    expect(seen.path.slice(-4)).toEqual([
      "721.5 PreCommit1",
      "721.5 DealsExpired",
      "721.5 Removing",
      "721.5 Removed",
    ])
    expect(seen.log.find(({ Kind }) => Kind.endsWith("DealsExpired"))?.Trace).toContain("expired deal 1000")
  })

  it("got another id in a reorg: it is found by its publish message, and the sector goes on where it was", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.addPiece(deal(8 * GiB))
        yield* sealing.seal(0)
        yield* Effect.sleep(hours(1))
        yield* sealing.setWorld("deal", "1000 move")
        yield* Effect.sleep(hours(6))
        const { record } = yield* sealing.view(0)
        return { path: miner.path(0), ids: record.Pieces.map(({ DealInfo }) => DealInfo?.DealID ?? null) }
      }),
    )
    expect(seen.path.slice(7)).toEqual([
      "410 PreCommitting",
      "410 RecoverDealIDs",
      "410 PreCommitting",
      "410 PreCommitWait",
      "416 WaitSeed",
      "567 Committing",
      "600 SubmitCommit",
      "600 CommitWait",
      "606 FinalizeSector",
      "608 Proving",
    ])
    expect(seen.ids).toEqual([1001, null, null])
  })

  it("is gone for good: the sector is removed", async () => {
    const path = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.addPiece(deal(8 * GiB))
        yield* sealing.seal(0)
        yield* Effect.sleep(hours(1))
        yield* sealing.setWorld("deal", "1000 drop")
        yield* Effect.sleep(hours(6))
        return miner.path(0)
      }),
    )
    expect(path.slice(7)).toEqual(["410 PreCommitting", "410 RecoverDealIDs", "410 Removing", "410 Removed"])
  })

  it("is kept over a restart, with the chain it stands on", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.addPiece(deal(32 * GiB))
        yield* Effect.sleep(hours(1))
        yield* miner.end
        const again = yield* miner.begin
        yield* Effect.sleep(hours(10))
        return { path: miner.path(0), ids: again.world.chain.sectorOf(0)?.DealIDs }
      }),
    )
    expect(seen.path.at(-1)).toMatch(/Proving$/)
    expect(seen.ids).toEqual([1000])
  })
})
