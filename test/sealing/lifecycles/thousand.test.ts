/** Many sectors through the happy path in virtual time, the same way twice. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { hours, start, withMiner } from "./miner.ts"

/** Every saved plan of a run, one line each. */
const trace = async (sectors: number): Promise<ReadonlyArray<string>> => {
  const lines: Array<string> = []
  await withMiner(
    {
      silent: true,
      world: { sealer: { workers: [{ name: "w", tasks: { PC1: 500, PC2: 200, C2: 300 } }] } },
      observe: ({ id, at, from, to, events }) =>
        lines.push(`${at - start} ${id} ${from} ${events.map(({ event }) => event._tag).join("+")} ${to}`),
    },
    (_, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledge(sectors)
        yield* Effect.sleep(hours(24))
      }),
  )
  return lines
}

/** The first line at which two runs differ; null when they do not. */
const difference = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): string | null => {
  for (let index = 0; index < Math.max(a.length, b.length); index++)
    if (a[index] !== b[index]) return `line ${index}: ${a[index]} against ${b[index]}`
  return null
}

describe("1,000 sectors", () => {
  it("all reach Proving, and a second run is the same to the line", async () => {
    const [first, second] = [await trace(1_000), await trace(1_000)]
    expect(first.filter((line) => line.endsWith(" Proving"))).toHaveLength(1_000)
    expect(first).toHaveLength(12_000)
    expect(difference(first, second)).toBeNull()
  }, 60_000)
})
