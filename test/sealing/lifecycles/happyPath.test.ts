/** One sector from pledge to Proving, each state entered at its epoch. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { days, hours, minutes, startEpoch, withMiner, type MinerOptions } from "./miner.ts"

const pledged = (options: MinerOptions, millis: number) =>
  withMiner(options, (miner, sealing) =>
    Effect.gen(function* () {
      yield* sealing.pledgeSector
      yield* Effect.sleep(millis)
      const { record } = yield* sealing.view(0)
      return { path: miner.path(0), record, work: miner.work, log: yield* sealing.log(0) }
    }),
  )

describe("a committed-capacity sector, single messages", () => {
  it("enters each state at its epoch", async () => {
    const { path, record, work } = await pledged({}, hours(8))
    expect(path).toEqual([
      "0 Packing",
      "2 GetTicket", // the filler is written in a minute
      "2 PreCommit1",
      "362 PreCommit2", // 3 h
      "410 PreCommitting", // 24 min
      "410 PreCommitWait",
      "416 WaitSeed", // on the chain at the next epoch, believed 5 later
      "567 Committing", // 150 epochs after the pre-commit, and 6 deep
      "600 SubmitCommit", // C1 and C2: 16 min 30 s
      "600 CommitWait",
      "606 FinalizeSector",
      "608 Proving", // a minute
    ])
    expect(record.TicketEpoch).toBe(startEpoch + 2 - 900)
    expect(record.SeedEpoch).toBe(startEpoch + 411 + 150)
    expect(work).toEqual(["AP 0", "PC1 0", "PC2 0", "C1 0", "C2 0", "FIN 0"])
  })

  it("starts between two epochs as it does on one: the chain's waits end on boundaries", async () => {
    const path = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* Effect.sleep(10_000)
        yield* sealing.pledgeSector
        yield* Effect.sleep(hours(8))
        return miner.path(0)
      }),
    )
    const third = 1 / 3
    expect(path[6]).toBe("416 WaitSeed")
    expect(path[7]).toBe("567 Committing")
    expect(path.at(-1)).toBe("608 Proving")
    expect(Number(path[3]!.split(" ")[0])).toBeCloseTo(362 + third, 6)
  })

  it("logs each event once, as Lotus does", async () => {
    const { log } = await pledged({}, hours(8))
    expect(log.map(({ Kind }) => Kind.replace("event;sealing.", ""))).toEqual([
      "SectorStartCC",
      "SectorPacked",
      "SectorTicket",
      "SectorPreCommit1",
      "SectorPreCommit2",
      "SectorPreCommitted",
      "SectorPreCommitLanded",
      "SectorSeedReady",
      "SectorCommitted",
      "SectorCommitSubmitted",
      "SectorProving",
      "SectorFinalized",
    ])
  })

  it("is finalized before its proof is sent when FinalizeEarly is on", async () => {
    const { path } = await pledged({ config: { FinalizeEarly: true } }, hours(8))
    expect(path.slice(-5)).toEqual([
      "600 CommitFinalize",
      "602 SubmitCommit",
      "602 CommitWait",
      "608 FinalizeSector", // once more, as in Lotus
      "610 Proving",
    ])
  })
})

describe("a committed-capacity sector, Lotus's own batching", () => {
  /** Above the base fee under which single messages are sent. */
  const dear = { chain: { baseFee: 1_000_000_000n } }

  it("waits for company until the timers end: a day for the pre-commit, a day for the proof", async () => {
    const { path } = await pledged({ base: "lotus", world: dear }, days(3))
    expect(path).toEqual([
      "0 Packing",
      "2 GetTicket",
      "2 PreCommit1",
      "362 PreCommit2",
      "410 PreCommitting",
      "410 SubmitPreCommitBatch",
      // The ticket ends at 2 - 900 + 3780 = 2882; 3 h (360 epochs) before that the batch goes, which is before 24 h are over.
      "2522 PreCommitBatchWait",
      "2528 WaitSeed",
      "2679 Committing",
      "2712 SubmitCommit",
      "2712 SubmitCommitAggregate",
      "5592 CommitAggregateWait", // 24 h
      "5598 FinalizeSector",
      "5600 Proving",
    ])
  })

  it("goes as soon as the batch is full", async () => {
    const steps = await withMiner(
      { base: "lotus", config: { MaxPreCommitBatch: 4, MaxCommitBatch: 4 }, world: dear },
      (miner, sealing) =>
        Effect.gen(function* () {
          for (let count = 0; count < 4; count++) {
            yield* sealing.pledgeSector
            yield* Effect.sleep(minutes(10))
          }
          yield* Effect.sleep(hours(10))
          return [0, 1, 2, 3].map((sector) => miner.path(sector))
        }),
    )
    // The last is 60 epochs behind the first; all go with it, in one message.
    for (const path of steps) {
      expect(path).toContain("470 PreCommitBatchWait")
      expect(path).toContain("476 WaitSeed")
      expect(path).toContain("627 Committing")
      expect(path).toContain("660 CommitAggregateWait")
      expect(path.at(-1)).toBe("668 Proving")
    }
  })
})
