/** What a sector says of its wait is true: when nothing else happens, it leaves its state at the time it named. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { SealingApi } from "../../../src/sealing/Sealing.ts"
import { days, epochMillis, GiB, minutes, start, startEpoch, withMiner, type MinerOptions } from "./miner.ts"

interface Said {
  readonly state: string
  readonly kind: string
  readonly text: string
  readonly until: number | null
}

/** Looks at sector 0 ten seconds after each whole minute; gives what each state said first and when it was left. */
const watched = (
  options: MinerOptions,
  begin: (sealing: SealingApi) => Effect.Effect<unknown, unknown>,
  length: number,
) =>
  withMiner(options, (miner, sealing) =>
    Effect.gen(function* () {
      yield* begin(sealing)
      yield* Effect.sleep(10_000)
      const said: Array<Said> = []
      for (let minute = 0; minute < length / 60_000; minute++) {
        const { State: state } = (yield* sealing.view(0)).record
        const waiting = sealing.waiting(0)
        if (waiting !== null && said.at(-1)?.state !== state) said.push({ state, ...waiting })
        yield* Effect.sleep(minutes(1))
      }
      const leftAt = (state: string) => {
        const step = miner.steps.findLast(({ from, to }) => from === state && to !== state)
        return step === undefined ? null : start + step.epoch * epochMillis
      }
      return said.map((one) => ({ ...one, left: leftAt(one.state) }))
    }),
  )

const pledge = (sealing: SealingApi) => sealing.pledgeSector
const dear = { chain: { baseFee: 1_000_000_000n } }

describe("what a sector says of its wait", () => {
  it.each<[string, MinerOptions, ReadonlyArray<string>]>([
    [
      "single messages",
      {},
      ["PreCommit1", "PreCommit2", "PreCommitWait", "WaitSeed", "Committing", "CommitWait"],
    ],
    [
      "batches",
      { base: "lotus", world: dear },
      ["SubmitPreCommitBatch", "PreCommitBatchWait", "WaitSeed", "SubmitCommitAggregate"],
    ],
  ])("is true with %s", async (_, options, states) => {
    const said = await watched(options, pledge, days(2.5))
    expect(said.map(({ state }) => state)).toEqual(expect.arrayContaining([...states]))
    for (const { state, until, left } of said.filter((one) => one.left !== null))
      // The two steps of a proof are told one after the other.
      if (state !== "Committing") expect([state, until]).toEqual([state, left])
  })

  it("is true of a sector that waits for deals", async () => {
    const said = await watched(
      {},
      (sealing) => sealing.addPiece({ size: 8 * GiB, start: startEpoch + 28_800, end: startEpoch + 600_000 }),
      days(0.5),
    )
    const { state, until, left } = said[0]!
    expect([state, until]).toEqual(["WaitDeals", left])
  })

  it("names the batch, how full it is, and the moment it goes, not the last moment of the message", async () => {
    const said = await watched({ base: "lotus", world: dear }, pledge, days(2))
    const queued = said.find(({ state }) => state === "SubmitPreCommitBatch")!
    expect(queued).toMatchObject({
      kind: "batch",
      text: "queued for a pre-commit batch (1 of 256); it goes when it is full, when its time has come, or by hand",
    })
  })

  it("says who goes before it, and that the workers are down", async () => {
    const said = await withMiner(
      { world: { sealer: { workers: [{ name: "w", tasks: { PC1: 1 } }] } } },
      (_, sealing) =>
        Effect.gen(function* () {
          yield* sealing.pledge(3)
          yield* Effect.sleep(minutes(10))
          const busy = [0, 1, 2].map((sector) => sealing.waiting(sector)?.text)
          yield* sealing.setWorld("worker", "w down")
          return [...busy, sealing.waiting(1)?.text]
        }),
    )
    expect(said).toEqual([
      "PreCommit1 is under way (PC1) on w, simulated",
      "PC1 waits for a free worker, it is the next",
      "PC1 waits for a free worker, 1 before it",
      "PC1 waits for a free worker, it is the next; every worker that does it is down",
    ])
  })

  it("of a proven sector says when the chain has it no more", async () => {
    const said = await withMiner({}, (_, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledge(2)
        yield* Effect.sleep(days(1))
        const whole = sealing.waiting(0)?.text
        yield* sealing.pledgeSector
        yield* sealing.forceState(2, "Proving")
        yield* Effect.sleep(days(560))
        return [whole, sealing.waiting(0)?.text, sealing.waiting(2)?.text]
      }),
    )
    expect(said).toEqual([
      "sealed and active; it waits for nothing. SectorTerminate ends it",
      expect.stringMatching(/^it ended on the chain at epoch \d+\. SectorRemove deletes its files$/),
      expect.stringContaining("the chain does not have it"),
    ])
  })

  it("of a message that nobody knows says how long it is looked for", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(days(1))
        yield* sealing.forceState(0, "Faulty")
        yield* sealing.send(0, { _tag: "SectorFaultReported", reportMsg: "bafynobody" })
        yield* Effect.sleep(1)
        const said = sealing.waiting(0)
        yield* Effect.sleep((said?.until ?? 0) - start - days(1) - 2)
        const before = sealing.waiting(0)?.text
        yield* Effect.sleep(2)
        return { before, after: sealing.waiting(0)?.text, states: miner.states(0).at(-1) }
      }),
    )
    expect(seen.before).toContain("is not known to the chain")
    expect(seen.after).toContain("failed to wait for fault declaration")
  })
})
