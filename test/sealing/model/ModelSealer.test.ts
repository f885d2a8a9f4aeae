import { describe, expect, it } from "vitest"
import type { RequestNamed } from "../../../src/sealing/ports/Request.ts"
import { zeroPieceCid } from "../../../src/sealing/pieces/zeroCommitment.ts"
import { dataCommitment } from "../../../src/sealing/model/commitments.ts"
import { makeWorld } from "./world.ts"

const GiB32 = 2 ** 35
const pc1 = (sector: number, priority = 0, ticket = "t"): RequestNamed<"PreCommit1"> => ({
  _tag: "PreCommit1",
  sector,
  proofType: 8,
  priority,
  ticket,
  pieces: [{ Size: GiB32, PieceCID: zeroPieceCid(GiB32) }],
})
const durations = { AP: 90_000, PC1: 100_000, PC2: 50_000, C1: 1000, C2: 20_000, FIN: 5000 }
const pool = (slots: number) => ({
  sealer: { durations, workers: [{ name: "w1", tasks: { PC1: slots } }] },
})

describe("calls", () => {
  it("take their time, and a piece its share of a sector's", () => {
    const world = makeWorld({ sealer: { durations } })
    const labelled = world.ask(pc1(1))
    const piece = world.ask({
      _tag: "AddPiece",
      sector: 1,
      proofType: 8,
      priority: 0,
      existing: [],
      size: GiB32 / 4,
      data: null,
    })
    world.run(1000)
    expect([labelled.at, piece.at]).toEqual([100, 22.5])
    expect(piece.reply).toEqual({ ok: true, value: { Size: GiB32 / 4, PieceCID: zeroPieceCid(GiB32 / 4) } })
  })

  it("asked again while it runs are the same call; other parameters are another", () => {
    const world = makeWorld({ sealer: { durations } })
    const first = world.ask(pc1(1))
    world.run(60)
    const again = world.ask(pc1(1))
    const other = world.ask(pc1(1, 0, "u"))
    expect(world.world.sealer.jobs()).toHaveLength(2)
    world.run(1000)
    expect([first.at, again.at, other.at]).toEqual([100, 100, 160])
  })

  it("whose result nobody took is kept until it is asked for", () => {
    const world = makeWorld({ sealer: { durations } })
    world.ask(pc1(1)).cancel!()
    world.run(500)
    expect(world.world.sealer.jobs()).toMatchObject([{ task: "PC1", state: "ret-wait", until: null }])
    expect(world.ask(pc1(1))).toMatchObject({ at: 500, reply: { ok: true } })
    expect(world.world.sealer.jobs()).toEqual([])
  })

  it("make a proof that verifies for its own statement only", () => {
    const world = makeWorld({ sealer: { durations } })
    const statement = { sector: 1, proofType: 8, ticket: "t", seed: "s", commR: "r", commD: "d" }
    const c1 = world.ask({ _tag: "Commit1", priority: 0, pieces: [], ...statement })
    world.run(10)
    const c2 = world.ask({
      _tag: "Commit2",
      sector: 1,
      proofType: 8,
      priority: 0,
      commit1Out: (c1.reply as any).value,
    })
    world.run(100)
    const proof = (c2.reply as any).value as string
    const verify = (over: object) => world.ask({ _tag: "VerifySeal", ...statement, proof, ...over }).reply
    expect(verify({})).toEqual({ ok: true, value: true })
    expect(verify({ seed: "x" })).toEqual({ ok: true, value: false })
    expect(verify({ commR: "x" })).toEqual({ ok: true, value: false })
  })

  it("give a sector of zeroes the CommD it has on Filecoin", () => {
    const world = makeWorld({ sealer: { durations } })
    const labels = world.ask(pc1(1))
    world.run(200)
    const trees = world.ask({
      _tag: "PreCommit2",
      sector: 1,
      proofType: 8,
      priority: 0,
      preCommit1Out: (labels.reply as any).value,
    })
    world.run(300)
    expect(trees.reply).toMatchObject({
      ok: true,
      value: {
        Unsealed: "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq",
        Sealed: expect.stringMatching(/^bagboea4b5abc[a-z2-7]{52}$/),
      },
    })
  })
})

describe("workers", () => {
  it("run as many as they have slots; who waits goes by priority, then sector number", () => {
    const world = makeWorld(pool(1))
    const asked = [pc1(5), pc1(9), pc1(3), pc1(7, 1024)].map((request) => world.ask(request))
    expect(world.world.sealer.jobs().map((job) => `${job.sector} ${job.state}`)).toEqual([
      "5 running",
      "9 assigned(2)",
      "3 assigned(1)",
      "7 assigned(0)",
    ])
    world.run(1000)
    expect(asked.map((one) => one.at)).toEqual([100, 400, 300, 200])
  })

  it("that crash lose what they run; one that is down takes nothing until it is up", () => {
    const world = makeWorld(pool(1))
    const first = world.ask(pc1(1))
    const second = world.ask(pc1(2))
    world.run(50)
    world.world.sealer.workers.setUp("w1", false)
    expect(world.world.sealer.crash("w1")).toBe(true)
    expect(first.reply).toMatchObject({ ok: false, error: { message: expect.stringContaining("101") } })
    world.run(500)
    expect(second.at).toBeNull()
    world.world.sealer.workers.setUp("w1", true)
    world.run(1000)
    expect(second.at).toBe(600)
    expect(world.world.sealer.crash("w9")).toBe(false)
  })

  it("hold a sector's files: removing waits for what runs and gives up what has not begun", () => {
    const world = makeWorld(pool(1))
    world.ask(pc1(1))
    const queued = world.ask(pc1(2))
    const removed = world.ask({ _tag: "Remove", sector: 1, proofType: 8, priority: 0 })
    const other = world.ask({ _tag: "Remove", sector: 2, proofType: 8, priority: 0 })
    expect(other.at).toBe(0)
    world.run(1000)
    expect(removed.at).toBe(100)
    expect(queued.at).toBeNull()
    expect(world.world.sealer.workers.list()[0]?.tasks.PC1).toEqual({ slots: 1, running: 0 })
  })
})

describe("data commitments", () => {
  it("do not depend on how zeroes are written down, and do on where data lies", () => {
    const zero = (Size: number) => ({ Size, PieceCID: zeroPieceCid(Size) })
    const data = { Size: 512, PieceCID: zeroPieceCid(2048) }
    const whole = dataCommitment([], 2048)
    expect(whole).toBe(zeroPieceCid(2048))
    expect(dataCommitment([zero(512), zero(512), zero(1024)], 2048)).toBe(whole)
    expect(dataCommitment([data], 2048)).toBe(dataCommitment([data, zero(512), zero(1024)], 2048))
    expect(dataCommitment([zero(512), data], 2048)).not.toBe(dataCommitment([data], 2048))
    // a gap is filled as packing fills it
    expect(dataCommitment([zero(128), data], 2048)).toBe(
      dataCommitment([zero(128), zero(128), zero(256), data, zero(1024)], 2048),
    )
  })
})
