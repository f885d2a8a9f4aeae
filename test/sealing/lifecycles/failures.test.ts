/** Each failure state entered and left, with its cooldown: a minute, two epochs, from the second of the failure. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { days, epochMillis, hours, startEpoch, withMiner, type MinerOptions } from "./miner.ts"

interface Drill {
  readonly name: string
  /** Set before the pledge: setting and value. */
  readonly world: readonly [string, string]
  readonly options?: MinerOptions
  /** The path from its first failure on, up to Proving. */
  readonly path: ReadonlyArray<string>
  /** How often each task ran. */
  readonly work: Readonly<Record<string, number>>
}

const drills: ReadonlyArray<Drill> = [
  {
    name: "PreCommit1 fails once",
    world: ["sealer-failure", "PC1 1"],
    path: [
      "362 SealPreCommit1Failed",
      "364 PreCommit1",
      "724 PreCommit2",
      "772 PreCommitting",
      "970 Proving",
    ],
    work: { PC1: 2, PC2: 1 },
  },
  {
    name: "PreCommit2 fails four times in a row: then PreCommit1 is done again",
    world: ["sealer-failure", "PC2 4"],
    path: [
      "410 SealPreCommit2Failed",
      "412 PreCommit2",
      "460 SealPreCommit2Failed",
      "462 PreCommit2",
      "510 SealPreCommit2Failed",
      "512 PreCommit2",
      "560 SealPreCommit2Failed",
      "562 PreCommit1",
      "922 PreCommit2",
      "970 PreCommitting",
      "1168 Proving",
    ],
    work: { PC1: 2, PC2: 5 },
  },
  {
    name: "PreCommit2 gives no CommD",
    world: ["sealer-failure", "PC2 1 invalid"],
    path: ["410 SealPreCommit1Failed", "412 PreCommit1", "772 PreCommit2", "1018 Proving"],
    work: { PC1: 2, PC2: 2 },
  },
  {
    name: "the proof cannot be computed once",
    world: ["sealer-failure", "C2 1"],
    path: ["600 ComputeProofFailed", "602 Committing", "635 SubmitCommit", "643 Proving"],
    work: { C2: 2, PC1: 1 },
  },
  {
    name: "the proof cannot be computed three times: back to PreCommit1, and the chain still has the pre-commit",
    world: ["sealer-failure", "C2 3"],
    path: [
      "600 ComputeProofFailed",
      "602 Committing",
      "635 ComputeProofFailed",
      "637 Committing",
      "670 ComputeProofFailed",
      "672 SealPreCommit1Failed",
      "674 PreCommit1",
      "1034 PreCommit2",
      "1082 WaitSeed",
      "1082 Committing",
      "1123 Proving",
    ],
    work: { PC1: 2, C2: 4 },
  },
  {
    name: "a proof does not hold: it is found before it is sent",
    world: ["sealer-failure", "C2 1 invalid"],
    path: ["600 CommitFailed", "602 Committing", "635 SubmitCommit", "643 Proving"],
    work: { C2: 2 },
  },
  {
    name: "two proofs in a row do not hold: back to PreCommit1",
    world: ["sealer-failure", "C2 2 invalid"],
    path: [
      "600 CommitFailed",
      "602 Committing",
      "635 CommitFailed",
      "637 SealPreCommit1Failed",
      "639 PreCommit1",
      "1088 Proving",
    ],
    work: { PC1: 2, C2: 3 },
  },
  {
    name: "finalizing fails",
    world: ["sealer-failure", "FIN 1"],
    path: ["608 FinalizeFailed", "610 FinalizeSector", "612 Proving"],
    work: { FIN: 2 },
  },
  {
    name: "early finalizing fails",
    world: ["sealer-failure", "FIN 1"],
    options: { config: { FinalizeEarly: true } },
    path: ["602 CommitFinalizeFailed", "604 CommitFinalize", "606 SubmitCommit", "614 Proving"],
    work: { FIN: 3 },
  },
  {
    name: "the pre-commit runs out of gas: it is sent again, without a pause",
    world: ["messages", "out-of-gas 1 PreCommitSector"],
    path: ["416 PreCommitting", "416 PreCommitWait", "422 WaitSeed", "614 Proving"],
    work: { PC1: 1 },
  },
  {
    name: "the pre-commit fails on the chain",
    world: ["messages", "exit-16 1 PreCommitSector"],
    path: ["416 PreCommitFailed", "418 PreCommitting", "418 PreCommitWait", "616 Proving"],
    work: { PC1: 1 },
  },
  {
    name: "the node refuses the pre-commit",
    world: ["messages", "refused 1 PreCommitSector"],
    path: ["410 PreCommitFailed", "412 PreCommitting", "610 Proving"],
    work: { PC1: 1 },
  },
  {
    name: "the proof's message runs out of gas",
    world: ["messages", "out-of-gas 1 ProveCommitSector"],
    path: ["606 SubmitCommit", "606 CommitWait", "614 Proving"],
    work: { C2: 1 },
  },
  {
    name: "a proof whose message failed is sent again",
    world: ["messages", "exit-16 1 ProveCommitSector"],
    path: ["606 CommitFailed", "608 Committing", "641 SubmitCommit", "641 CommitWait", "649 Proving"],
    work: { C2: 2 },
  },
  {
    name: "the node refuses the proof's message",
    world: ["messages", "refused 1 ProveCommitSector"],
    path: ["600 CommitFailed", "602 Committing", "643 Proving"],
    work: { C2: 2 },
  },
]

describe("a failure, and the way out of it", () => {
  for (const drill of drills)
    it(drill.name, async () => {
      const seen = await withMiner(drill.options ?? {}, (miner, sealing) =>
        Effect.gen(function* () {
          yield* sealing.setWorld(...drill.world)
          yield* sealing.pledgeSector
          yield* Effect.sleep(hours(12))
          return { path: miner.path(0), work: miner.work }
        }),
      )
      const from = seen.path.indexOf(drill.path[0]!)
      expect(seen.path).toContain(drill.path[0])
      expect(seen.path.slice(from).filter((step) => drill.path.includes(step))).toEqual(drill.path)
      expect(seen.path.at(-1)).toBe(drill.path.at(-1))
      for (const [task, count] of Object.entries(drill.work))
        expect([task, seen.work.filter((work) => work === `${task} 0`).length]).toEqual([task, count])
    })

  it("a ticket that expires while the message is stuck is drawn anew, and PreCommit1 with it", async () => {
    const { path, ticket } = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.setWorld("messages", "stuck 1 PreCommitSector")
        yield* sealing.pledgeSector
        yield* Effect.sleep(days(2))
        expect(sealing.waiting(0)).toMatchObject({ kind: "chain", until: null })
        yield* sealing.setWorld("release", "stuck")
        yield* Effect.sleep(days(2))
        return { path: miner.path(0), ticket: (yield* sealing.view(0)).record.TicketEpoch }
      }),
    )
    expect(path.slice(6)).toEqual([
      "5766 PreCommitFailed",
      "5766 SealPreCommit1Failed",
      "5768 PreCommit1",
      "5768 GetTicket",
      "5768 PreCommit1",
      "6128 PreCommit2",
      "6176 PreCommitting",
      "6176 PreCommitWait",
      "6182 WaitSeed",
      "6333 Committing",
      "6366 SubmitCommit",
      "6366 CommitWait",
      "6372 FinalizeSector",
      "6374 Proving",
    ])
    expect(ticket).toBe(startEpoch + 5768 - 900)
  })

  it("a revert that takes the seed's epoch gives another seed, and another proof", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(570 * epochMillis)
        const first = (yield* sealing.view(0)).record.SeedValue
        yield* sealing.setWorld("revert", "10")
        yield* Effect.sleep(hours(6))
        return { first, record: (yield* sealing.view(0)).record, work: miner.work }
      }),
    )
    expect(seen.record.State).toBe("Proving")
    expect(seen.record.SeedValue).not.toBe(seen.first)
    expect(seen.record.SeedEpoch).toBe(startEpoch + 561)
    expect(seen.work.filter((work) => work === "C2 0")).toHaveLength(2)
  })

  it("a revert that moves the pre-commit is told while the sector waits for a seed that will be refused", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(450 * epochMillis)
        const before = sealing.waiting(0)?.text
        yield* sealing.setWorld("revert", "60")
        const off = sealing.waiting(0)?.text
        yield* Effect.sleep(2 * epochMillis)
        const moved = sealing.waiting(0)?.text
        yield* Effect.sleep(days(1))
        return { before, off, moved, path: miner.states(0), record: (yield* sealing.view(0)).record }
      }),
    )
    expect(seen.before).toBe(
      `the seed is drawn at epoch ${startEpoch + 561} and used when that is 6 epochs deep`,
    )
    expect(seen.off).toContain("a revert took the pre-commit off the chain")
    expect(seen.moved).toBe(
      `a revert moved the pre-commit to epoch ${startEpoch + 451}: the seed of epoch ${startEpoch + 561} will be refused, and the right one is of epoch ${startEpoch + 601}`,
    )
    expect(seen.path.slice(-1)).toEqual(["Proving"])
    expect(seen.record.SeedEpoch).toBe(startEpoch + 601)
  })

  it("a chain that does not answer leaves the sector at rest with the reason; SectorRestart goes on", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(hours(1))
        yield* sealing.setWorld("chain", "down")
        yield* Effect.sleep(hours(10))
        const why = sealing.waiting(0)
        expect((yield* sealing.list(null))[0]).toMatchObject({ needsOperator: true })
        expect(yield* sealing.needsOperator).toBe(1)
        yield* sealing.setWorld("chain", "up")
        yield* sealing.send(0, { _tag: "SectorRestart" })
        yield* Effect.sleep(hours(1))
        expect([(yield* sealing.view(0)).record.State, yield* sealing.needsOperator]).toEqual(["WaitSeed", 0])
        yield* Effect.sleep(hours(2))
        expect([(yield* sealing.view(0)).record.State, yield* sealing.needsOperator]).toEqual(["Proving", 0])
        return { why, path: miner.path(0) }
      }),
    )
    expect(seen.why?.kind).toBe("chain")
    expect(seen.why?.text).toContain("SectorRestart")
    expect(seen.path.slice(4, 6)).toEqual(["410 PreCommitting", "1320 PreCommitWait"])
    expect(seen.path.at(-1)).toBe("1518 Proving")
  })

  it("an aggregate that the node refuses is sent again after the cooldown; one that fails is proven again", async () => {
    const dear = { chain: { baseFee: 1_000_000_000n } }
    const four: MinerOptions = {
      base: "lotus",
      config: { MaxPreCommitBatch: 4, MaxCommitBatch: 4 },
      world: dear,
    }
    const run = (fate: string) =>
      withMiner(four, (miner, sealing) =>
        Effect.gen(function* () {
          yield* sealing.setWorld("messages", `${fate} 1 ProveCommitAggregate`)
          yield* sealing.pledge(4)
          yield* Effect.sleep(hours(12))
          return [0, 1, 2, 3].map((sector) => miner.path(sector).slice(9))
        }),
      )
    for (const path of await run("refused"))
      expect(path).toEqual([
        "600 SubmitCommit",
        "600 SubmitCommitAggregate",
        "602 SubmitCommit",
        "602 SubmitCommitAggregate",
        "602 CommitAggregateWait",
        "608 FinalizeSector",
        "610 Proving",
      ])
    for (const path of await run("exit-16"))
      expect(path).toEqual([
        "600 SubmitCommit",
        "600 SubmitCommitAggregate",
        "600 CommitAggregateWait",
        "606 CommitFailed",
        "608 Committing",
        "641 SubmitCommit",
        "641 SubmitCommitAggregate",
        "641 CommitAggregateWait",
        "647 FinalizeSector",
        "649 Proving",
      ])
  })
})
