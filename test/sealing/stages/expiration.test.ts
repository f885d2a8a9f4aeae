import { describe, expect, it } from "vitest"
import { aggregateNetworkFee, dealLimit, maxProveCommitDuration } from "../../../src/sealing/ports/policy.ts"
import { capacityLifetime, sectorExpiration } from "../../../src/sealing/stages/expiration.ts"
import { zeroSector, type Sector } from "../../../src/sealing/Sector.ts"
import { deal } from "./feed.ts"

const day = 2880
const dayMillis = 86_400_000
const head = 1_000_000
const sector = (ends: ReadonlyArray<number>, ticket = head - 900): Sector => ({
  ...zeroSector,
  SectorType: 8,
  TicketEpoch: ticket,
  Pieces: ends.map((EndEpoch) => ({
    Piece: { Size: 128, PieceCID: "p" },
    DealInfo: deal({ DealSchedule: { StartEpoch: 0, EndEpoch } }),
  })),
})

describe("the lifetime of a sector without deals", () => {
  it.each([
    [540, 540 * day - 5760],
    [0, 540 * day - 5760],
    [541, 540 * day],
    [200, 200 * day - 5760],
    [180, 180 * day - 5760],
    [179, 180 * day],
  ])("%d days of the settings are %d epochs", (days, epochs) => {
    expect(capacityLifetime(days * dayMillis)).toBe(epochs)
  })
})

describe("the expiration of a pre-commit", () => {
  const end = (ends: ReadonlyArray<number>, lifetime = 540, ticket?: number) =>
    sectorExpiration(sector(ends, ticket), head, lifetime * dayMillis) - head

  it("is the lifetime without deals, the last end of those that still run with them", () => {
    expect(end([])).toBe(540 * day - 5760)
    expect(end([head + 300 * day, head + 250 * day, head - 5])).toBe(300 * day)
    expect(end([head - 5])).toBe(540 * day - 5760)
    // A deal that ends at this very epoch still counts; what is left is the least from the ticket on.
    expect(end([head])).toBe(-900 + 3780 + 30 * day + 150 + 180 * day)
  })

  it("is 180 days and a proving period from the head at least", () => {
    expect(end([head + day], 540, head - 100_000)).toBe(180 * day + 2880)
  })

  it("leaves 180 days after the last moment the proof may land", () => {
    expect(end([head + day])).toBe(-900 + 3780 + 30 * day + 150 + 180 * day)
  })

  it("is 540 days after the seed at most", () => {
    expect(end([head + 2000 * day])).toBe(540 * day + 150)
  })
})

describe("the network's figures", () => {
  it("fees of aggregates, limits of deals, the time for a proof", () => {
    expect(aggregateNetworkFee("prove", 4, 1n)).toBe((5_000_000_000n * 49_299_973n * 4n) / 20n)
    expect(aggregateNetworkFee("preCommit", 10, 6_000_000_000n)).toBe(
      (6_000_000_000n * 16_433_324n * 10n) / 20n,
    )
    expect([dealLimit(2 ** 35), dealLimit(2 ** 36)]).toEqual([256, 512])
    expect([maxProveCommitDuration(3), maxProveCommitDuration(8)]).toEqual([3030, 86_550])
  })
})
