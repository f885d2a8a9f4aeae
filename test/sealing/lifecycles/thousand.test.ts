/** Many sectors through the happy path in virtual time, the same way twice. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { runTwice, type Trace } from "../../../src/actors/time/runTwice.ts"
import { hours, start, withMiner } from "./miner.ts"

/** Tells every saved plan of a run, one line each. */
const live = (sectors: number) => async (trace: Trace) => {
  await withMiner(
    {
      silent: true,
      world: { sealer: { workers: [{ name: "w", tasks: { PC1: 500, PC2: 200, C2: 300 } }] } },
      observe: ({ id, at, from, to, events }) =>
        trace(`${at - start} ${id} ${from} ${events.map(({ event }) => event._tag).join("+")} ${to}`),
    },
    (_, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledge(sectors)
        yield* Effect.sleep(hours(24))
      }),
  )
}

describe("1,000 sectors", () => {
  it("all reach Proving, and a second run is the same to the line", async () => {
    const lines = await runTwice(live(1_000))
    expect(lines.filter((line) => line.endsWith(" Proving"))).toHaveLength(1_000)
    expect(lines).toHaveLength(12_000)
  }, 60_000)
})
