import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { defaultConfig, sealingConfig, SealingConfig, sealingConfigKeys } from "../../src/sealing/Config.ts"
import {
  parseDuration,
  parseFil,
  parseRate,
  parseSize,
  showDuration,
  showFil,
  showSize,
} from "../../src/sealing/units.ts"

const day = 86_400_000

describe("the settings", () => {
  it("are Lotus's defaults in lotus", () => {
    expect(defaultConfig("lotus")).toMatchObject({
      MaxWaitDealsSectors: 2,
      MaxSealingSectors: 0,
      MaxSealingSectorsForDeals: 0,
      WaitDealsDelay: day / 4,
      StartEpochSealingBuffer: 480,
      AlwaysKeepUnsealedCopy: true,
      FinalizeEarly: false,
      CommittedCapacitySectorLifetime: 540 * day,
      BatchPreCommits: true,
      MaxPreCommitBatch: 256,
      PreCommitBatchWait: day,
      PreCommitBatchSlack: day / 8,
      BatchPreCommitAboveBaseFee: 320_000_000n,
      AggregateCommits: true,
      MinCommitBatch: 4,
      MaxCommitBatch: 819,
      CommitBatchWait: day,
      CommitBatchSlack: day / 24,
      AggregateAboveBaseFee: 320_000_000n,
      TerminateBatchMin: 1,
      TerminateBatchMax: 100,
      TerminateBatchWait: 300_000,
      MaxPreCommitGasFee: 25_000_000_000_000_000n,
      AutoPledge: false,
      AutoPledgeInterval: 60_000,
    })
  })

  it("send single messages in single, and nothing else differs", () => {
    expect(defaultConfig("single")).toEqual({
      ...defaultConfig("lotus"),
      BatchPreCommits: false,
      AggregateCommits: false,
    })
  })

  it("take overrides key by key, and are written as they were read", () => {
    const read = Either.getOrThrow(
      sealingConfig("single", { MaxPreCommitBatch: 16, WaitDealsDelay: "90 min" }),
    )
    expect(read).toMatchObject({ MaxPreCommitBatch: 16, WaitDealsDelay: 5_400_000, BatchPreCommits: false })
    const written = Schema.encodeSync(SealingConfig)(read)
    expect(written).toMatchObject({ WaitDealsDelay: "90 min", BatchPreCommitAboveBaseFee: "0.32 nFIL" })
    expect(Object.keys(written)).toEqual([...sealingConfigKeys])
    expect(Either.getOrThrow(sealingConfig("lotus", written))).toEqual(read)
  })

  it.each([
    [{ MaxPrecommitBatch: 16 }, "MaxPrecommitBatch"],
    [{ WaitDealsDelay: "soon" }, '"soon" is not a duration'],
    [{ MaxCommitBatch: 0 }, "MaxCommitBatch"],
    ["lotus", "Expected"],
  ])("refuse %j and say why", (overrides, message) => {
    const read = sealingConfig("lotus", overrides)
    expect(Either.isLeft(read) && String(read.left)).toContain(message)
  })
})

describe("amounts", () => {
  it.each([
    ["3 h", 10_800_000],
    ["90s", 90_000],
    ["1.5 min", 90_000],
    ["2 days", 2 * day],
    ["1 hour", 3_600_000],
    ["250 ms", 250],
  ])("%s is a duration", (text, millis) => expect(parseDuration(text)).toBe(millis))

  it.each(["3", "h", "3 hh", "3 mss", "-1 h", "3 constructor", ""])("%j is no duration", (text) =>
    expect(() => parseDuration(text)).toThrow("a duration"),
  )

  it.each([
    ["0.32 nFIL", 320_000_000n],
    ["1", 10n ** 18n],
    ["25 attoFIL", 25n],
    ["0.000000000000000001 FIL", 1n],
    ["1.50 FIL", 15n * 10n ** 17n],
  ])("%s is money", (text, atto) => {
    expect(parseFil(text)).toBe(atto)
    expect(parseFil(showFil(atto))).toBe(atto)
  })

  it.each(["0.5 attoFIL", "FIL", "1 BTC", "-1 FIL"])("%j is no money", (text) =>
    expect(() => parseFil(text)).toThrow("amount of money"),
  )

  it("shows a duration so that it reads back as the same", () => {
    expect([100_600, 10_996_800, 330, 90_000].map(showDuration)).toEqual([
      "100.6 s",
      "183.28 min",
      "330 ms",
      "90 s",
    ])
    for (let millis = 1; millis < 10 ** 10; millis = Math.ceil(millis * 1.37) + 7)
      expect(parseDuration(showDuration(millis))).toBe(millis)
  })

  it("sizes and rates", () => {
    expect([parseSize("32GiB"), parseSize("1.5 KiB"), parseSize("15TB")]).toEqual([2 ** 35, 1536, 15e12])
    expect([showSize(2 ** 35), showSize(1000), showDuration(0), showDuration(5_400_000)]).toEqual([
      "32GiB",
      "1000B",
      "0 s",
      "90 min",
    ])
    expect(parseRate("0.8 per hour") * 3_600_000).toBeCloseTo(0.8, 12)
    expect(() => parseRate("0.8 an hour")).toThrow("rate")
    expect(() => parseSize("32 gib")).toThrow("size")
  })
})
