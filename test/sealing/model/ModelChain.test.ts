import { describe, expect, it } from "vitest"
import type { MessageParams } from "../../../src/sealing/ports/Chain.ts"
import { parseFil } from "../../../src/sealing/units.ts"
import { info, makeWorld } from "./world.ts"

const made = (options = {}) => {
  const world = makeWorld(options)
  const preCommit = (sector: number, over = {}): MessageParams => ({
    method: "PreCommitSector",
    sectors: [{ info: info(sector, { SealRandEpoch: world.head - 900, ...over }), deposit: 10n }],
  })
  const send = (params: MessageParams, value = 10n) => {
    const sent = world.ask({ _tag: "SendMessage", from: "f01001", params, value, maxFee: parseFil("1 FIL") })
    return sent.reply!.ok ? sent.reply!.value : `refused: ${sent.reply!.error.message}`
  }
  const wait = (cid: string, confidence = 5) => world.ask({ _tag: "WaitMessage", cid, confidence })
  const preCommitOf = (sector: number) => world.ask({ _tag: "PreCommitInfo", sector }).reply
  const sectorOf = (sector: number) => world.ask({ _tag: "SectorInfo", sector }).reply
  return { ...world, preCommit, send, wait, preCommitOf, sectorOf }
}

const prove = (...sectors: ReadonlyArray<number>): MessageParams => ({
  method: sectors.length === 1 ? "ProveCommitSector" : "ProveCommitAggregate",
  sectors: sectors.map((sector) => ({ sector, proof: "p" })),
})

describe("messages", () => {
  it.each([
    [0, 30],
    [0.001, 30],
    [29.999, 30],
    [30, 60],
    [59.5, 60],
  ])("pushed at second %d it is included at %d, and five epochs later the wait ends", (pushed, included) => {
    const world = made()
    world.run(pushed)
    const cid = world.send(world.preCommit(1))
    const waiting = world.wait(cid)
    world.run(included - 0.001)
    expect(world.preCommitOf(1)).toEqual({ ok: true, value: null })
    world.run(included)
    expect(world.preCommitOf(1)).toMatchObject({
      ok: true,
      value: { PreCommitEpoch: world.head + included / 30 },
    })
    world.run(1000)
    expect(waiting.at).toBe(included + 150)
    expect(waiting.reply).toMatchObject({
      ok: true,
      value: { exitCode: 0, epoch: world.head + included / 30 },
    })
  })

  it("takes 15 s on average to be included and 165 s to be believed, over an epoch", () => {
    const world = made()
    const waits: Array<number> = []
    for (let step = 0; step < 300; step++) {
      world.run(step * 30 * 7 + (step % 30) + 0.5)
      const cid = world.send(world.preCommit(step))
      const pushedAt = step * 30 * 7 + (step % 30) + 0.5
      const waiting = world.wait(cid)
      world.run(pushedAt + 190)
      waits.push(waiting.at! - pushedAt)
    }
    expect(waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toBeCloseTo(165, 6)
  })

  it("inclusionEpochs 3 is two boundaries later", () => {
    const world = made({ chain: { inclusionEpochs: 3 } })
    const waiting = world.wait(world.send(world.preCommit(1)), 0)
    world.run(1000)
    expect(waiting.at).toBe(90)
  })

  it("a wait that is given up is not answered, and the message lands all the same", () => {
    const world = made()
    const cid = world.send(world.preCommit(1))
    const waiting = world.wait(cid)
    waiting.cancel!()
    world.run(1000)
    expect(waiting.reply).toBeNull()
    expect(world.ask({ _tag: "SearchMessage", cid }).reply).toMatchObject({ value: { exitCode: 0 } })
  })

  it("one nobody knows is looked for as long as finality takes", () => {
    const world = made()
    const waiting = world.wait("bafyunknown")
    world.run(40_000)
    expect(waiting).toMatchObject({ at: 27_000, reply: { ok: false } })
  })
})

describe("what the actor accepts", () => {
  it("one pre-commit per number, with a ticket that is young enough", () => {
    const world = made()
    const cids = [
      world.send(world.preCommit(1)),
      world.send(world.preCommit(1)),
      world.send(world.preCommit(2, { SealRandEpoch: world.head - 3779 })),
      world.send(world.preCommit(3, { SealRandEpoch: world.head - 3780 })),
    ]
    world.run(30)
    const codes = cids.map((cid) => world.ask({ _tag: "SearchMessage", cid }).reply)
    expect(codes.map((code) => (code as any).value.exitCode)).toEqual([0, 16, 0, 16])
  })

  it("a proof not before the challenge epoch has passed, not after 30 days and 150 epochs", () => {
    const world = made()
    world.send(world.preCommit(1))
    world.send(world.preCommit(2))
    world.run(30)
    const at = (epochs: number) => {
      world.run(epochs * 30)
      const cid = world.send(prove(epochs < 1000 ? 1 : 2))
      world.run(epochs * 30 + 30)
      return (world.ask({ _tag: "SearchMessage", cid }).reply as any).value.exitCode
    }
    // pre-committed at epoch 1: 151 is the first that does not do, 152 the first that does
    expect([at(150), at(151)]).toEqual([18, 0])
    expect(world.sectorOf(1)).toMatchObject({ value: { Activation: world.head + 152 } })
    expect(at(86_551)).toBe(16)
    expect(world.preCommitOf(1)).toMatchObject({ ok: false, error: { code: "allocated" } })
  })

  it("an aggregate takes the good ones; a pre-commit that was never proven is cleaned up and its number stays used", () => {
    const world = made()
    world.send(world.preCommit(1))
    world.send(world.preCommit(2))
    world.run(200 * 30)
    world.send(prove(1, 2, 3))
    world.run(201 * 30)
    expect([1, 2, 3].map((sector) => (world.sectorOf(sector) as any).value !== null)).toEqual([
      true,
      true,
      false,
    ])
    const late = made()
    late.send(late.preCommit(1))
    late.run((1 + 86_550 + 960) * 30)
    expect(late.preCommitOf(1)).toMatchObject({ ok: true })
    late.run((1 + 86_550 + 961) * 30)
    expect(late.preCommitOf(1)).toMatchObject({ ok: false, error: { code: "allocated" } })
    expect(late.world.chain.ledger.pots).toMatchObject({ deposits: 0n })
  })
})

describe("fates", () => {
  it("are for the next messages, of the method they name", () => {
    const world = made()
    world.world.chain.messages.fates.push(
      { fate: { kind: "exit", code: 7 }, method: "ProveCommitSector", count: 1 },
      { fate: { kind: "refused" }, method: null, count: 1 },
      { fate: { kind: "delay", epochs: 10 }, method: null, count: 1 },
    )
    expect(world.send(world.preCommit(1))).toContain("refused")
    const delayed = world.wait(world.send(world.preCommit(2)), 0)
    const gas = world.wait(world.send(prove(9)), 0)
    world.run(1000)
    expect(delayed.at).toBe(330)
    expect(gas.reply).toMatchObject({ value: { exitCode: 7 } })
  })

  it("a stuck message is waited for until it is released", () => {
    const world = made()
    world.world.chain.messages.fates.push({ fate: { kind: "stuck" }, method: null, count: 1 })
    const waiting = world.wait(world.send(world.preCommit(1)))
    world.run(100_000)
    expect(waiting.at).toBeNull()
    world.world.chain.release()
    world.run(200_000)
    expect(waiting.at).toBe(100_020 + 150)
  })
})

describe("a revert", () => {
  it("undoes what the last epochs did, newest first, and lets it land again", () => {
    const world = made()
    const total = world.world.chain.ledger.total
    world.send(world.preCommit(1))
    world.run(160 * 30)
    world.send(prove(1))
    world.run(162 * 30)
    const waiting = world.wait(world.world.chain.messages.all()[1]!.cid)
    expect(world.world.chain.revert(161)).toBe(1)
    expect(world.sectorOf(1)).toEqual({ ok: true, value: null })
    expect(world.preCommitOf(1)).toMatchObject({ value: { PreCommitEpoch: world.head + 1 } })
    expect(world.world.chain.ledger.total).toBe(total)
    world.run(170 * 30)
    expect(waiting.at).toBe(168 * 30)
    expect(world.sectorOf(1)).toMatchObject({ value: { Activation: world.head + 163 } })
    expect(world.world.chain.revert(900)).toBe(2)
    expect(world.preCommitOf(1)).toEqual({ ok: true, value: null })
  })

  it("changes the randomness of the epochs it takes and of no other", () => {
    const world = made()
    world.run(3000)
    const draw = (epoch: number) =>
      (world.ask({ _tag: "BeaconRandomness", epoch }).reply as any).value as string
    const before = [draw(world.head + 90), draw(world.head + 91)]
    world.world.chain.revert(10)
    expect(draw(world.head + 90)).toBe(before[0])
    expect(draw(world.head + 91)).not.toBe(before[1])
    expect(draw(world.head + 91)).toHaveLength(44)
  })

  it("randomness of an epoch to come is not there", () => {
    const world = made()
    expect(world.ask({ _tag: "BeaconRandomness", epoch: world.head + 1 }).reply).toMatchObject({ ok: false })
  })
})

describe("heights", () => {
  const registration = (epoch: number) =>
    ({
      _tag: "OnEpoch",
      sector: 1,
      epoch,
      confidence: 6,
      callback: "seedReady",
      onlyIn: ["WaitSeed"],
    }) as const

  it("calls back at the epoch and its confidence, once for a sector that registers twice", () => {
    const world = made()
    const calls: Array<number> = []
    world.world.onDelivery(() => calls.push((world.loop.now() - Date.UTC(2026, 0, 1)) / 1000))
    world.ask(registration(world.head + 10))
    world.ask(registration(world.head + 10))
    world.run(10_000)
    expect(calls).toEqual([16 * 30])
    world.world.chain.revert(900)
    world.run(10_001)
    expect(calls).toEqual([16 * 30, 10_000])
  })

  it("does not call again for what is final", () => {
    const world = made()
    let calls = 0
    world.world.onDelivery(() => calls++)
    world.ask(registration(world.head + 1))
    world.run(2000 * 30)
    world.world.chain.revert(900)
    world.run(2001 * 30)
    expect(calls).toBe(1)
  })
})

it("lookups fail after their timeout while the chain is down", () => {
  const world = made()
  world.world.chain.down = true
  const asked = world.ask({ _tag: "ChainHead" })
  world.run(60)
  expect(asked).toMatchObject({ at: 30, reply: { ok: false, error: { code: "api" } } })
})
