/** The two drivers are one pipeline: the same sectors in fibers and in the plain loop, line by line, and many of them. */
import { setImmediate } from "node:timers/promises"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { defaultConfig } from "../../../src/sealing/Config.ts"
import type { WorldOptions } from "../../../src/sealing/model/World.ts"
import { SectorLoop } from "../../../src/sealing/stages/SectorLoop.ts"
import { planSector } from "../../../src/sealing/transitions/corrections.ts"
import { days, hours, start, withMiner } from "./miner.ts"

/** The plans of each sector, one line each. Sectors act in the same instants; whose turn is first may differ. */
type Traces = ReadonlyMap<number, ReadonlyArray<string>>

interface Plan {
  readonly from: string
  readonly to: string
  readonly event: { readonly _tag: string }
}

const tracer = () => {
  const traces = new Map<number, Array<string>>()
  const note = (sector: number, at: number, applied: ReadonlyArray<Plan>) => {
    const lines = traces.get(sector) ?? []
    traces.set(sector, lines)
    for (const { event, from, to } of applied) lines.push(`${at - start} ${from} ${event._tag} ${to}`)
  }
  return { traces, note }
}

/** Slots for fewer than come, and failures on the way. */
const crowded = (): WorldOptions => {
  const failing = new Map<string, number>()
  return {
    sealer: {
      workers: [{ name: "w", tasks: { PC1: 60, PC2: 30, C2: 40 } }],
      fails: (request) => {
        if (request.sector % 7 !== 3 || request._tag !== "PreCommit2") return null
        const count = (failing.get(String(request.sector)) ?? 0) + 1
        failing.set(String(request.sector), count)
        return count <= 2 ? "the GPU fell off the bus" : null
      },
    },
  }
}

/** By the hour: on a busy machine a loop of ten thousand would keep the runner from hearing of its worker. */
const inLoop = async (
  sectors: number,
  millis: number,
  world: WorldOptions,
): Promise<{ traces: Traces; events: number }> => {
  const { traces, note } = tracer()
  const config = defaultConfig("single")
  const loop = new SectorLoop({
    planner: planSector,
    config: () => config,
    world,
    start,
    observe: (sector, planned, now) => note(sector, now, planned.applied),
  })
  for (let sector = 0; sector < sectors; sector++)
    loop.send(sector, { _tag: "SectorStartCC", ID: sector, SectorType: 8 })
  for (let until = hours(1); until <= millis; until += hours(1)) {
    loop.run(start + until)
    await setImmediate()
  }
  return { traces, events: loop.driver.events }
}

const inFibers = async (sectors: number, millis: number, world: WorldOptions): Promise<Traces> => {
  const { traces, note } = tracer()
  await withMiner(
    {
      silent: true,
      published: true,
      world,
      observe: ({ id, at, events }) => note(Number(id), at, events),
    },
    (_, sealing) => Effect.zipRight(sealing.pledge(sectors), Effect.sleep(millis)),
  )
  return traces
}

describe("fibers and the plain loop", () => {
  it("do the same with 500 sectors on crowded workers, with failures", async () => {
    const fibers = await inFibers(500, days(3), crowded())
    const { traces } = await inLoop(500, days(3), crowded())
    expect(fibers.size).toBe(500)
    for (const [sector, lines] of fibers) expect([sector, lines]).toEqual([sector, traces.get(sector)])
    expect([...fibers.values()].every((lines) => lines.at(-1)?.endsWith(" Proving"))).toBe(true)
    expect(fibers.get(3)?.filter((line) => line.includes("SectorSealPreCommit2Failed"))).toHaveLength(2)
  })
})

describe("the plain loop", () => {
  it("takes 10,000 sectors to Proving with ten times the events of 1,000", async () => {
    const world: WorldOptions = {}
    const thousand = await inLoop(1_000, hours(12), world)
    const tenThousand = await inLoop(10_000, hours(12), world)
    expect(
      [...tenThousand.traces.values()].filter((lines) => lines.at(-1)?.endsWith(" Proving")),
    ).toHaveLength(10_000)
    expect(tenThousand.events).toBe(10 * thousand.events)
    expect(thousand.events).toBe(12_000)
  })
})
