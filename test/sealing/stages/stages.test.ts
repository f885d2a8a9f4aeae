import { describe, expect, it } from "vitest"
import { allocatedFailure, cases, type Case } from "./cases.ts"
import { down, feed, head } from "./feed.ts"
import { stages } from "../../../src/sealing/stages/index.ts"
import { seedReady } from "../../../src/sealing/stages/waitSeed.ts"
import { sectorStates } from "../../../src/sealing/SectorState.ts"
import facts from "../../fixtures/sealing/handlers.json" with { type: "json" }

const shown = (one: Case) => `${one.handler}: ${one.name}`

const verdict = (one: Case) => {
  const fed = feed(stages[one.handler], one.sector ?? {}, one.table ?? {}, one.lastLogAt ?? 0)
  return { outcome: fed.outcome, asked: fed.asked, requests: fed.requests }
}

describe("every stage, reply by reply", () => {
  it.each(cases.map((one) => [shown(one), one] as const))("%s", (_name, one) => {
    const { outcome, asked, requests } = verdict(one)
    if ("idle" in one) {
      expect(outcome).toMatchObject({ _tag: "Idle", why: { kind: one.idle } })
      expect((outcome as any).why.text.length).toBeGreaterThan(20)
    } else expect(outcome).toMatchObject(typeof one.event === "string" ? { _tag: one.event } : one.event)
    for (const tag of one.asks ?? []) expect(asked).toContain(tag)
    for (const tag of one.asksNot ?? []) expect(asked).not.toContain(tag)
    if (one.sleepsUntil !== undefined)
      expect(requests.filter((request) => request._tag === "SleepUntil")).toMatchObject([
        { at: one.sleepsUntil },
      ])
  })

  it("has a stage for each handler that a state names, and no other", () => {
    const named = new Set(Object.values(sectorStates).flatMap((state) => state.handler ?? []))
    expect(new Set(Object.keys(stages))).toEqual(named)
  })

  it("emits in some case each event that Lotus's handler emits, and idles in some case where Lotus's does", () => {
    const seen = new Map([
      ["handleWaitSeed", new Set([feed(() => seedReady(head), {}).outcome._tag as string])],
    ])
    for (const one of cases) {
      const { outcome } = verdict(one)
      seen.set(one.handler, (seen.get(one.handler) ?? new Set()).add(outcome._tag))
    }
    const missing = Object.entries(facts.emits).flatMap(([handler, events]) =>
      events.filter((event) => !seen.get(handler)?.has(event)).map((event) => `${handler} ${event}`),
    )
    expect(missing).toEqual(facts.differences)
  })
})

describe("the callback of WaitSeed", () => {
  const callback = () => seedReady(head - 50)

  it("draws the seed of the epoch it was registered for", () => {
    expect(feed(callback, {}).outcome).toEqual({
      _tag: "SectorSeedReady",
      SeedValue: "seed",
      SeedEpoch: head - 50,
    })
  })

  it("reports randomness that is not there, and rests when the chain is not", () => {
    expect(feed(callback, {}, { BeaconRandomness: down }).outcome._tag).toBe("SectorChainPreCommitFailed")
    expect(feed(callback, {}, { ChainHead: down }).outcome).toMatchObject({ why: { kind: "chain" } })
  })
})

describe("what goes out with a message", () => {
  it("PreCommitting sends the deposit and the parameters that the record then holds", () => {
    const fed = feed(stages.handlePreCommitting, cases.find((one) => one.name === "message pushed")!.sector!)
    const sent = fed.requests.find((request) => request._tag === "SendMessage")!
    expect(sent).toMatchObject({
      value: 100n,
      maxFee: 25_000_000_000_000_000n,
      params: { method: "PreCommitSector", sectors: [{ deposit: 100n }] },
    })
    expect(fed.outcome).toMatchObject({
      Message: "bafymessage",
      PreCommitDeposit: "100",
      PreCommitInfo: { SealedCID: "commR", SealRandEpoch: 9_100, Expiration: 1_559_440, DealIDs: [] },
    })
  })

  it("tells a used-up number by its code, not by its text", () => {
    expect(allocatedFailure.error.code).toBe("allocated")
  })
})
