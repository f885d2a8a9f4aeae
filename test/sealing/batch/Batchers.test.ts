import { describe, expect, it } from "vitest"
import { Batchers } from "../../../src/sealing/batch/Batchers.ts"
import { defaultConfig, type SealingConfig } from "../../../src/sealing/Config.ts"
import type { BatchResult } from "../../../src/sealing/ports/Batchers.ts"
import type { Request, RequestTag } from "../../../src/sealing/ports/Request.ts"
import { done, failed } from "../../../src/sealing/ports/Result.ts"
import { parseFil } from "../../../src/sealing/units.ts"
import { clock, info, start } from "../model/world.ts"

const hour = 3_600_000
const headAtStart = 10_000

/** Batchers on a bare clock, with a chain that answers from a table. */
const make = (
  over: Partial<SealingConfig> = {},
  table: Partial<Record<RequestTag, (request: any) => unknown>> = {},
) => {
  const loop = clock()
  const sent: Array<any> = []
  let config = { ...defaultConfig("lotus"), ...over }
  const answers: Partial<Record<RequestTag, (request: any) => unknown>> = {
    Settings: () => config,
    ChainHead: () => done({ epoch: headAtStart + Math.floor((loop.now() - start) / 30_000), tipset: "" }),
    BaseFee: () => done(parseFil("1 nFIL")),
    NetworkVersion: () => done(14),
    SelectAddress: () => done("f01"),
    SendMessage: (request) => {
      sent.push({ at: (loop.now() - start) / hour, ...request })
      return done(`message ${sent.length}`)
    },
    PreCommitInfo: () => done({ Info: info(1), PreCommitDeposit: 100n, PreCommitEpoch: 1 }),
    InitialPledge: () => done(150n),
    AggregateProofs: () => done("aggregate"),
    SectorLocation: (request) => done({ deadline: request.sector % 48, partition: 0 }),
    ProvingDeadline: () => done(24),
    LiveSectors: () => done(Array.from({ length: 30_000 }, (_, index) => index)),
    AvailableBalance: () => done(0n),
    ...table,
  }
  const batchers = new Batchers({
    scheduler: loop,
    config: () => config,
    ask: (request: Request, reply) => {
      const answer = answers[request._tag]
      if (answer === undefined) throw new Error(`no answer to ${request._tag}`)
      reply(answer(request))
      return null
    },
  })
  const results = new Map<number, BatchResult & { readonly at: number }>()
  const keep = (sector: number) => (reply: any) =>
    results.set(sector, {
      ...(reply.ok ? reply.value : { failed: reply.error }),
      at: (loop.now() - start) / hour,
    })
  const far = 1_000_000
  return {
    loop,
    batchers,
    sent,
    results,
    configure: (changes: Partial<SealingConfig>) => (config = { ...config, ...changes }),
    preCommit: (sector: number, cutoff = far) =>
      batchers.ask(
        { _tag: "QueuePreCommit", sector, info: info(sector), deposit: 10n, cutoff },
        keep(sector),
      ),
    commit: (sector: number, cutoff = far) =>
      batchers.ask({ _tag: "QueueCommit", sector, proofType: 8, proof: "p", cutoff }, keep(sector)),
    terminate: (sector: number) =>
      batchers.ask({ _tag: "QueueTermination", sector }, (reply: any) =>
        results.set(sector, { ...reply, at: (loop.now() - start) / hour }),
      ),
    run: (hours: number) => loop.run(start + hours * hour),
  }
}

const sectorsOf = (message: any): ReadonlyArray<number> =>
  message.params.sectors.map((entry: any) => entry.sector ?? entry.info.SectorNumber)

describe("when a pre-commit batch goes", () => {
  it("24 hours after its first sector, with all that came, also at that very instant: 25 of one an hour", () => {
    const made = make()
    // each arrival is caused by the one before, so the 25th is scheduled after the timer it ties with
    const arrive = (n: number) => {
      made.preCommit(n)
      if (n < 30) made.loop.at(start + (n + 1) * hour, () => arrive(n + 1))
    }
    made.loop.at(start + hour, () => arrive(1))
    made.run(30)
    expect(made.sent.map((message) => [message.at, sectorsOf(message).length])).toEqual([[25, 25]])
    const waits = [...made.results].map(([sector, result]) => result.at - sector)
    expect(waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toBe(12)
  })

  it("at once when it is full, and what is over the cap stays for the next", () => {
    const made = make({ MaxPreCommitBatch: 3 })
    made.preCommit(1)
    made.preCommit(2)
    expect(made.sent).toEqual([])
    made.preCommit(3)
    made.preCommit(4)
    expect(made.sent.map(sectorsOf)).toEqual([[1, 2, 3]])
    expect(made.batchers.view("precommit")).toEqual({ pending: [4], max: 3, timerAt: start + 24 * hour })
  })

  it("before the first cutoff by the slack, whatever the wait", () => {
    const made = make()
    made.preCommit(1, headAtStart + 10 * 120)
    made.preCommit(2, headAtStart + 8 * 120)
    made.run(100)
    expect(made.sent.map((message) => [message.at, sectorsOf(message)])).toEqual([[5, [1, 2]]])
  })

  it("at once when the cutoff has passed already", () => {
    const made = make()
    made.preCommit(1, headAtStart - 5)
    made.run(0.001)
    expect(made.sent.map((message) => message.at)).toEqual([0])
  })

  it("by hand, with what is there, and says what went out", () => {
    const made = make()
    let flushed: ReadonlyArray<BatchResult> = []
    made.preCommit(1)
    made.batchers.flush("precommit", (results) => (flushed = results))
    expect(flushed).toMatchObject([{ sectors: [1], message: "message 1", error: "" }])
    made.batchers.flush("precommit", (results) => (flushed = results))
    expect(flushed).toEqual([])
    expect(made.results.get(1)).toMatchObject({ message: "message 1" })
  })

  it("again a minute later when the chain did not answer, and nobody was told a thing", () => {
    let up = false
    const made = make({}, { BaseFee: () => (up ? done(parseFil("1 nFIL")) : failed("api", "away")) })
    made.preCommit(1)
    made.run(24.01)
    expect(made.results.size).toBe(0)
    up = true
    made.run(25)
    expect(made.sent[0].at).toBeCloseTo(24 + 1 / 60, 9)
  })

  it("with the wait of the process's start, as in Lotus; its size is read each time", () => {
    const made = make()
    made.configure({ PreCommitBatchWait: hour, MaxPreCommitBatch: 2 })
    made.preCommit(1)
    made.run(2)
    expect(made.sent).toEqual([])
    made.preCommit(2)
    expect(made.sent).toHaveLength(1)
  })
})

describe("what a pre-commit batch sends", () => {
  it("deposits and the network's fee with a tenth on top; fees at most 0.02 FIL a sector", () => {
    const made = make({ MaxPreCommitBatch: 2 })
    made.preCommit(1)
    made.preCommit(2)
    // 5 nFIL x 16,433,324 x 2 / 20 x 110 / 100
    const fee = (5_000_000_000n * 16_433_324n * 2n) / 20n
    expect(made.sent[0]).toMatchObject({
      value: 20n + (fee * 110n) / 100n,
      maxFee: parseFil("0.04 FIL"),
      params: { method: "PreCommitSectorBatch" },
    })
  })

  it.each([
    ["0.319 nFIL", 14, 2],
    ["0.32 nFIL", 14, 1],
    ["0.1 nFIL", 13, 1],
  ])("at a base fee of %s and network version %d: %d messages", (fee, version, messages) => {
    const made = make(
      { MaxPreCommitBatch: 2 },
      { BaseFee: () => done(parseFil(fee)), NetworkVersion: () => done(version) },
    )
    made.preCommit(1)
    made.preCommit(2)
    expect(made.sent).toHaveLength(messages)
    expect(made.results.size).toBe(2)
  })

  it("a threshold of 0 never sends one by one", () => {
    const made = make({ MaxPreCommitBatch: 2, BatchPreCommitAboveBaseFee: 0n }, { BaseFee: () => done(0n) })
    made.preCommit(1)
    made.preCommit(2)
    expect(made.sent).toHaveLength(1)
  })

  it("an error is for every sector of the message; one by one each has its own", () => {
    const refuse = { SendMessage: () => failed("push", "no") }
    const batch = make({ MaxPreCommitBatch: 2 }, refuse)
    batch.preCommit(1)
    batch.preCommit(2)
    expect([...batch.results.values()].map((result) => result.error)).toEqual(
      Array(2).fill("sending message failed: no"),
    )
    let count = 0
    const single = make(
      { MaxPreCommitBatch: 2 },
      {
        BaseFee: () => done(0n),
        SendMessage: () => (++count === 1 ? failed("push", "no") : done("m")),
      },
    )
    single.preCommit(1)
    single.preCommit(2)
    expect([...single.results.values()].map((result) => result.error)).toEqual([
      "pushing message to mpool: no",
      "",
    ])
  })

  it("takes collateral out of the balance, once for all of them", () => {
    const made = make(
      { MaxPreCommitBatch: 3, CollateralFromMinerBalance: true },
      { BaseFee: () => done(0n), AvailableBalance: () => done(15n) },
    )
    for (const sector of [1, 2, 3]) made.preCommit(sector)
    expect(made.sent.map((message) => message.value)).toEqual([0n, 5n, 10n])
  })
})

describe("the commit batcher", () => {
  it("sends fewer than four one by one, four as one aggregate, sorted by number", () => {
    const few = make({ MaxCommitBatch: 3, MinCommitBatch: 1 })
    for (const sector of [3, 1, 2]) few.commit(sector)
    expect(few.sent.map((message) => message.params.method)).toEqual(Array(3).fill("ProveCommitSector"))
    const four = make({ MaxCommitBatch: 4 })
    for (const sector of [4, 1, 3, 2]) four.commit(sector)
    expect(four.sent.map((message) => [message.params.method, sectorsOf(message)])).toEqual([
      ["ProveCommitAggregate", [1, 2, 3, 4]],
    ])
    // 4 x (150 - 100) and 5 nFIL x 49,299,973 x 4 / 20 x 110 / 100
    expect(four.sent[0].value).toBe(200n + (5_000_000_000n * 49_299_973n * 4n * 110n) / 20n / 100n)
    expect(four.sent[0].maxFee).toBe(parseFil("0.12 FIL"))
  })

  it("leaves out a sector whose pre-commit is not found, and tells it so", () => {
    const made = make(
      { MaxCommitBatch: 4 },
      {
        PreCommitInfo: (request) =>
          done(request.sector === 2 ? null : { Info: info(1), PreCommitDeposit: 100n, PreCommitEpoch: 1 }),
      },
    )
    for (const sector of [1, 2, 3, 4]) made.commit(sector)
    expect(sectorsOf(made.sent[0])).toEqual([1, 3, 4])
    expect(made.results.get(2)!.failedSectors.get(2)).toContain("not found")
    expect(made.results.size).toBe(4)
  })

  it("tells them even when none of them is found", () => {
    const made = make({ MaxCommitBatch: 4 }, { PreCommitInfo: () => done(null) })
    for (const sector of [1, 2, 3, 4]) made.commit(sector)
    expect(made.sent).toEqual([])
    expect([...made.results.values()].map((result) => result.failedSectors.size)).toEqual([4, 4, 4, 4])
  })

  it("has an hour of slack before the cutoff", () => {
    const made = make()
    made.commit(1, headAtStart + 5 * 120)
    made.run(10)
    expect(made.sent.map((message) => message.at)).toEqual([4])
  })
})

describe("the termination batcher", () => {
  it("sends every five minutes what is not near the deadline that is being proven", () => {
    const made = make()
    // proving deadline 24: 23, 24 and 25 are left alone
    for (const sector of [22, 23, 24, 25, 26]) made.terminate(sector)
    made.run(0.5)
    expect(
      made.sent.map((message) => [message.at * 60, message.params.declarations.map((d: any) => d.deadline)]),
    ).toEqual([[5, [22, 26]]])
    expect([...made.results.keys()]).toEqual([22, 26])
    expect(made.sent[0]).toMatchObject({ value: 0n, maxFee: parseFil("0.5 FIL") })
  })

  it("sends at once at TerminateBatchMax, and by hand; waits for TerminateBatchMin", () => {
    const made = make({ TerminateBatchMax: 3, TerminateBatchMin: 2 })
    made.terminate(1)
    made.run(1)
    expect(made.sent).toEqual([])
    made.batchers.flush("terminate", () => {})
    expect(made.sent).toHaveLength(1)
    for (const sector of [2, 3, 4]) made.terminate(sector)
    expect(made.sent).toHaveLength(2)
  })

  it("tells a sector that is not live any more that it needs no message", () => {
    const made = make({}, { SectorLocation: () => done(null) })
    made.terminate(5)
    expect(made.results.get(5)).toMatchObject({ ok: true, value: null })
    const gone = make({}, { LiveSectors: () => done([]) })
    gone.terminate(5)
    gone.run(1)
    expect(gone.results.get(5)).toMatchObject({ ok: true, value: null })
    expect(gone.sent).toEqual([])
  })

  it("names at most 25,000 sectors in a message", () => {
    const made = make({ TerminateBatchMax: 30_000 })
    for (let sector = 0; sector < 28_000; sector++)
      if (![23, 24, 25].includes(sector % 48)) made.terminate(sector)
    made.batchers.flush("terminate", () => {})
    const named = made.sent.map((message) =>
      message.params.declarations.reduce((sum: number, one: any) => sum + one.sectors.length, 0),
    )
    expect(named).toEqual([25_000])
    expect(made.batchers.view("terminate").pending).toHaveLength(26_251 - 25_000)
  })
})

it("a sector that gives up waiting is not told", () => {
  const made = make()
  const cancel = made.preCommit(1)
  cancel!()
  made.batchers.flush("precommit", () => {})
  expect(made.results.size).toBe(0)
})
