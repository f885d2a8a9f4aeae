/** Pledging by hand and by itself: the limit, the numbers, the loop that never stops. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { days, hours, minutes, withMiner } from "../lifecycles/miner.ts"

describe("pledgeSector", () => {
  it("is refused at MaxSealingSectors, also when many ask at once, and goes on when one is done", async () => {
    const seen = await withMiner({ config: { MaxSealingSectors: 5 } }, (_, sealing) =>
      Effect.gen(function* () {
        const answers = yield* Effect.all(
          Array.from({ length: 12 }, () => Effect.either(sealing.pledgeSector)),
          { concurrency: "unbounded" },
        )
        const many = yield* sealing.pledge(3)
        yield* Effect.sleep(hours(6))
        const after = yield* sealing.pledgeSector
        return {
          made: answers.flatMap((answer) => (answer._tag === "Right" ? [answer.right] : [])),
          refusals: new Set(
            answers.flatMap((answer) => (answer._tag === "Left" ? [answer.left.message] : [])),
          ),
          many,
          after,
        }
      }),
    )
    expect(seen.made).toEqual([0, 1, 2, 3, 4])
    expect([...seen.refusals]).toEqual(["too many sectors sealing (curSealing: 5, max: 5)"])
    expect(seen.many.sectors).toEqual([])
    expect(seen.many.refused?._tag).toBe("TooManySectorsSealing")
    expect(seen.after).toBe(5)
  })

  it("gives what fits of several, and says why there are not more", async () => {
    const pledged = await withMiner({ config: { MaxSealingSectors: 2 } }, (_, sealing) => sealing.pledge(4))
    expect(pledged.sectors).toEqual([0, 1])
    expect(pledged.refused?.message).toContain("too many sectors sealing")
  })

  it("answers when the sector is stored: it is there after the process has died", async () => {
    const record = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        const number = yield* sealing.pledgeSector
        yield* miner.end
        const again = yield* miner.begin
        return (yield* again.view(number)).record
      }),
    )
    expect(record).toMatchObject({ State: "Packing", SectorNumber: 0, SectorType: 8 })
  })

  it("never gives a number twice, over restarts and removals", async () => {
    const numbers = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        const first = yield* sealing.pledge(2)
        yield* sealing.remove(1)
        yield* Effect.sleep(hours(1))
        yield* miner.end
        const again = yield* miner.begin
        return [...first.sectors, ...(yield* again.pledge(2)).sectors]
      }),
    )
    expect(numbers).toEqual([0, 1, 2, 3])
  })
})

describe("auto-pledge", () => {
  it("is off unless the settings or the switch say otherwise", async () => {
    const states = await withMiner({}, (_, sealing) =>
      Effect.zipRight(Effect.sleep(hours(1)), sealing.states),
    )
    expect(states).toEqual({})
  })

  it("pledges one a minute", async () => {
    const starts = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.setAutoPledge({ enabled: true })
        yield* Effect.sleep(minutes(5.5))
        return miner.steps.filter(({ events }) => events.includes("SectorStartCC")).map(({ epoch }) => epoch)
      }),
    )
    expect(starts).toEqual([2, 4, 6, 8, 10])
  })

  it("never exceeds MaxSealingSectors 5 at one a minute, and never stops", async () => {
    const sealingAt = new Map<number, string>()
    let most = 0
    const starts: Array<number> = []
    const proving: Array<number> = []
    await withMiner(
      {
        config: { MaxSealingSectors: 5, AutoPledge: true },
        silent: true,
        observe: ({ id, at, to, events }) => {
          sealingAt.set(Number(id), to)
          if (events.some(({ event }) => event._tag === "SectorStartCC")) starts.push(at)
          if (to === "Proving") proving.push(at)
          most = Math.max(most, [...sealingAt.values()].filter((state) => state !== "Proving").length)
        },
      },
      () => Effect.sleep(days(2)),
    )
    expect(most).toBe(5)
    // A sector takes 5 h 4 min; when one is done, the next minute brings the next.
    expect(proving.length).toBeGreaterThanOrEqual(45)
    expect(starts.length - proving.length).toBeLessThanOrEqual(5)
    expect(Math.max(...starts)).toBeGreaterThan(Math.max(...proving) - minutes(1))
  })

  it("goes on after what went wrong, and follows settings that change while it runs", async () => {
    const counts = await withMiner({ config: { AutoPledge: true, MaxSealingSectors: 1 } }, (miner, sealing) =>
      Effect.gen(function* () {
        const count = Effect.map(sealing.states, (states) => Object.values(states).reduce((a, b) => a + b, 0))
        yield* Effect.sleep(minutes(3))
        const limited = yield* count
        miner.set({ AutoPledge: true, MaxSealingSectors: 3 })
        yield* Effect.sleep(minutes(5))
        const raised = yield* count
        yield* sealing.setAutoPledge({ enabled: false })
        miner.set({ AutoPledge: true, MaxSealingSectors: 0 })
        yield* Effect.sleep(minutes(5))
        const off = yield* count
        yield* sealing.setAutoPledge({ enabled: true, everyMillis: minutes(10) })
        yield* Effect.sleep(minutes(20))
        return [limited, raised, off, yield* count]
      }),
    )
    expect(counts).toEqual([1, 3, 3, 5])
  })

  it("is as it was left after the process has started again", async () => {
    const after = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.setAutoPledge({ enabled: true, everyMillis: minutes(2) })
        yield* miner.end
        const again = yield* miner.begin
        yield* Effect.sleep(minutes(4.5))
        return { state: yield* again.autoPledge, states: yield* again.states }
      }),
    )
    expect(after.state).toEqual({ enabled: true, everyMillis: 120_000 })
    expect(Object.values(after.states).reduce((a, b) => a + b, 0)).toBe(2)
  })
})
