import { describe, expect, it } from "vitest"
import { runTwice } from "../../../src/actors/time/runTwice.ts"
import { setWorld } from "../../../src/sealing/model/settings.ts"
import { make } from "./loop.ts"

const hours = (h: number, min = 0, s = 0) => h * 3600 + min * 60 + s

describe("a committed-capacity sector with single messages", () => {
  // AP 1:30, PC1 3 h, PC2 24 min, C1 1 s, C2 16 min, FIN 1 min. The start is an epoch's beginning.
  const expected = [
    ["Packing", 0],
    ["GetTicket", hours(0, 1, 30)],
    ["PreCommit1", hours(0, 1, 30)],
    ["PreCommit2", hours(3, 1, 30)],
    ["PreCommitting", hours(3, 25, 30)],
    ["PreCommitWait", hours(3, 25, 30)],
    // pushed at an epoch's beginning: included in the next (3:26:00), five epochs of confidence
    ["WaitSeed", hours(3, 28, 30)],
    // 150 epochs after the inclusion and six of confidence: 151 epochs in this state
    ["Committing", hours(3, 26, 0) + 156 * 30],
    ["SubmitCommit", hours(5, 0, 1)],
    ["CommitWait", hours(5, 0, 1)],
    // pushed one second into an epoch: included at 5:00:30
    ["FinalizeSector", hours(5, 3, 0)],
    ["Proving", hours(5, 4, 0)],
  ]

  it("has every stage at its second: 5 h 04 min, as the closed form says", () => {
    const made = make()
    made.pledge(1)
    made.loop.run()
    expect(made.path()).toEqual(expected)
    expect(made.failures).toEqual([])
    expect(made.loop.why(1)?.kind).toBe("operator")
  })

  it("holds the money together: deposit, pledge and fees come out of the wallet, nothing is lost", () => {
    const made = make()
    const { ledger } = made.loop.world.chain
    const before = ledger.total
    made.pledge(1)
    made.loop.run(made.loop.driver.now() + hours(4) * 1000)
    made.loop.world.chain.settle()
    expect(ledger.pots.deposits).toBe(100_000_000_000_000_000n)
    made.loop.run()
    expect(ledger.total).toBe(before)
    expect(ledger.pots).toMatchObject({ deposits: 0n, pledge: 150_000_000_000_000_000n })
  })

  it("says at each hour why it waits and until when", () => {
    const made = make()
    made.pledge(1)
    const seen: Array<readonly [string, string | undefined, unknown]> = []
    for (let hour = 0; hour < 5; hour++) {
      made.runFor(3600)
      const why = made.loop.why(1)
      seen.push([made.state()!, why?.kind, why?.until])
    }
    const head = made.loop.world.chain.epochs.at(Date.UTC(2026, 0, 1))
    expect(seen).toEqual([
      ["PreCommit1", "worker", { millis: Date.UTC(2026, 0, 1, 3, 1, 30) }],
      ["PreCommit1", "worker", { millis: Date.UTC(2026, 0, 1, 3, 1, 30) }],
      ["PreCommit1", "worker", { millis: Date.UTC(2026, 0, 1, 3, 1, 30) }],
      ["WaitSeed", "chain", { epoch: head + 412 + 156 }],
      ["Committing", "worker", { millis: Date.UTC(2026, 0, 1, 5, 0, 1) }],
    ])
  })
})

describe("with batches", () => {
  it("a lone sector goes by the earlier of the slack before its ticket's end and 24 hours", () => {
    const made = make({}, {}, "lotus")
    made.pledge(1)
    made.loop.run()
    const at = new Map(made.path())
    // the ticket is of 900 epochs below 0:01:30; 3,780 epochs later less 3 h
    expect(at.get("PreCommitBatchWait")).toBe(hours(0, 1, 30) + (3780 - 900) * 30 - hours(3))
    expect(at.get("CommitAggregateWait")! - at.get("SubmitCommitAggregate")!).toBe(hours(24))
    expect(made.state()).toBe("Proving")
  })

  it("a full batch goes at once, in one message for all", () => {
    const made = make(
      { MaxPreCommitBatch: 4, MaxCommitBatch: 4, BatchPreCommitAboveBaseFee: 0n, AggregateAboveBaseFee: 0n },
      {},
      "lotus",
    )
    made.pledge(1, 2, 3, 4)
    made.loop.run()
    expect([1, 2, 3, 4].map((sector) => made.state(sector))).toEqual(Array(4).fill("Proving"))
    expect(new Map(made.path(4)).get("Proving")).toBe(hours(5, 4, 0))
    expect(made.loop.world.chain.messages.all().map((message) => message.method)).toEqual([
      "PreCommitSectorBatch",
      "ProveCommitAggregate",
    ])
  })

  it("below the base fee of the settings each goes alone", () => {
    const made = make({ MaxPreCommitBatch: 4, MaxCommitBatch: 4 }, {}, "lotus")
    made.pledge(1, 2, 3, 4)
    made.loop.run()
    const methods = made.loop.world.chain.messages.all().map((message) => message.method)
    expect(methods.filter((method) => method === "PreCommitSector")).toHaveLength(4)
    expect(methods.filter((method) => method === "ProveCommitSector")).toHaveLength(4)
  })

  it("an aggregate that the node refuses is sent again after the cooldown, and comes through", () => {
    const made = make(
      { MaxPreCommitBatch: 4, MaxCommitBatch: 4, BatchPreCommitAboveBaseFee: 0n, AggregateAboveBaseFee: 0n },
      {},
      "lotus",
    )
    setWorld(made.loop.world, "messages", "refused 1 ProveCommitAggregate")
    made.pledge(1, 2, 3, 4)
    made.loop.run()
    const waits = made.steps.filter((step) => step.sector === 1 && step.to === "SubmitCommitAggregate")
    expect(waits.map((step) => step.at)).toEqual([hours(5, 0, 1), hours(5, 1, 1)])
    expect([1, 2, 3, 4].map((sector) => made.state(sector))).toEqual(Array(4).fill("Proving"))
  })

  it("is finalized early when the settings say so", () => {
    const made = make({ FinalizeEarly: true })
    made.pledge(1)
    made.loop.run()
    expect(made.path().map(([state]) => state)).toContain("CommitFinalize")
    expect(made.state()).toBe("Proving")
  })
})

describe("failures and the way out of them", () => {
  it("PreCommit2 four times, a minute after each, then PreCommit1 again", () => {
    const made = make()
    setWorld(made.loop.world, "sealer-failure", "PC2 4")
    made.pledge(1)
    made.loop.run()
    const again = made.steps.filter((step) => step.event === "SectorRetrySealPreCommit2")
    const failed = made.steps.filter((step) => step.to === "SealPreCommit2Failed")
    expect(failed.map((step) => step.at)).toEqual(
      [0, 1, 2, 3].map((n) => hours(3, 25, 30) + n * (24 * 60 + 60)),
    )
    expect(again).toHaveLength(3)
    expect(made.steps.filter((step) => step.event === "SectorRetrySealPreCommit1")).toHaveLength(1)
    expect(made.loop.get(1)).toMatchObject({ State: "Proving", PreCommit2Fails: 0 })
  })

  it("a proof that does not hold is found before it is sent, and computed again", () => {
    const made = make()
    setWorld(made.loop.world, "sealer-failure", "C2 1 invalid")
    made.pledge(1)
    made.loop.run()
    expect(made.steps.filter((step) => step.to === "CommitFailed")).toHaveLength(1)
    expect(made.loop.get(1)).toMatchObject({ State: "Proving", InvalidProofs: 1 })
  })

  it("a ticket that expired while it waited is drawn anew", () => {
    const made = make(
      {},
      { sealer: { durations: { AP: 0, PC1: hours(25) * 1000, PC2: 1000, C1: 1, C2: 1000, FIN: 1 } } },
    )
    made.pledge(1)
    made.runFor(hours(24))
    setWorld(made.loop.world, "duration", "PC1 1 h")
    made.loop.run()
    expect(made.steps.filter((step) => step.to === "GetTicket")).toHaveLength(2)
    expect(made.steps.filter((step) => step.event === "SectorOldTicket")).toHaveLength(1)
    expect(made.state()).toBe("Proving")
  })

  it("messages out of gas are sent again", () => {
    const made = make()
    setWorld(made.loop.world, "messages", "out-of-gas 1 PreCommitSector")
    setWorld(made.loop.world, "messages", "insufficient-funds 1 ProveCommitSector")
    made.pledge(1)
    made.loop.run()
    expect(made.steps.filter((step) => step.event === "SectorRetryPreCommit")).toHaveLength(1)
    expect(made.steps.filter((step) => step.event === "SectorRetrySubmitCommit")).toHaveLength(1)
    expect(made.state()).toBe("Proving")
  })

  it("a revert of the seed's epoch while it commits gives it another seed and another proof", () => {
    const made = make()
    made.pledge(1)
    made.runFor(hours(4, 45))
    expect(made.state()).toBe("Committing")
    const first = made.loop.get(1)!.SeedValue
    setWorld(made.loop.world, "revert", "20")
    made.loop.run()
    expect(made.steps.filter((step) => step.event === "SectorSeedReady")).toHaveLength(2)
    expect(made.loop.get(1)!.SeedValue).not.toBe(first)
    expect(made.state()).toBe("Proving")
    expect(made.failures).toEqual([])
  })

  it("a revert of the pre-commit while its message is waited for moves everything behind it", () => {
    const made = make()
    made.pledge(1)
    made.runFor(hours(3, 27))
    expect(made.state()).toBe("PreCommitWait")
    setWorld(made.loop.world, "revert", "10")
    made.loop.run()
    // included anew at 3:27:30
    expect(new Map(made.path()).get("WaitSeed")).toBe(hours(3, 30, 0))
    expect(made.state()).toBe("Proving")
  })

  it("a chain that is away stops it with a reason, and SectorRestart goes on", () => {
    const made = make()
    made.pledge(1)
    made.runFor(hours(3))
    setWorld(made.loop.world, "chain", "down")
    made.runFor(hours(1))
    expect(made.loop.why(1)).toMatchObject({ kind: "chain" })
    expect(made.state()).toBe("PreCommitting")
    setWorld(made.loop.world, "chain", "up")
    made.loop.send(1, { _tag: "SectorRestart" })
    made.loop.run()
    expect(made.state()).toBe("Proving")
  })

  it("a worker that crashes loses what ran on it, which is done again", () => {
    const made = make({}, { sealer: { workers: [{ name: "seal-1", tasks: { PC1: 1 } }] } })
    made.pledge(1)
    made.runFor(hours(1))
    setWorld(made.loop.world, "worker", "seal-1 crash")
    made.loop.run()
    expect(made.steps.find((step) => step.to === "SealPreCommit1Failed")?.at).toBe(hours(1))
    expect(made.steps.filter((step) => step.to === "PreCommit1").map((step) => step.at)).toEqual([
      90,
      hours(1, 1),
    ])
    expect(made.state()).toBe("Proving")
  })

  it("removing during PreCommit1 takes effect when that ends, and the late result does no harm", () => {
    const made = make()
    made.pledge(1)
    made.runFor(hours(1))
    made.loop.send(1, { _tag: "SectorRemove" })
    made.loop.run()
    expect(made.path().slice(-2)).toEqual([
      ["Removing", hours(3, 1, 30)],
      ["Removed", hours(3, 1, 30)],
    ])
    expect(made.failures).toEqual([])
  })
})

describe("termination", () => {
  const proving = () => {
    const made = make()
    made.pledge(1)
    made.loop.run()
    made.loop.send(1, { _tag: "SectorTerminate" })
    return made
  }

  it("goes by batch, message and finality, to the very epoch", () => {
    const made = proving()
    const from = hours(5, 4, 0)
    made.loop.run()
    const at = new Map(made.path())
    // five minutes of batch wait, the next epoch, five of confidence; then 900 epochs after the inclusion
    expect(at.get("TerminateWait")).toBe(from + 300)
    expect(at.get("TerminateFinality")).toBe(from + 300 + 30 + 150)
    expect(at.get("Removing")).toBe(from + 300 + 30 + 900 * 30)
    expect(made.state()).toBe("Removed")
  })

  it("is refused while the sector is pre-committed and not proven; the operator removes it", () => {
    const made = make()
    made.pledge(1)
    made.runFor(hours(4))
    made.loop.send(1, { _tag: "SectorTerminate" })
    made.runFor(hours(2))
    expect(made.state()).toBe("TerminateFailed")
    expect(made.loop.why(1)?.kind).toBe("operator")
    made.loop.send(1, { _tag: "SectorRemove" })
    made.loop.run()
    expect(made.state()).toBe("Removed")
  })
})

describe("many sectors", () => {
  it("1,000 run twice leave the same trace", async () => {
    const lines = await runTwice((trace) => {
      const made = make({}, { sealer: { workers: [{ name: "seal", tasks: { PC1: 400, PC2: 40, C2: 40 } }] } })
      made.pledge(...Array.from({ length: 1000 }, (_, index) => index + 1))
      made.loop.run()
      for (const step of made.steps) trace(`${step.sector} ${step.event} ${step.to} ${step.at}`)
    })
    expect(lines).toHaveLength(12_000)
  })
})
