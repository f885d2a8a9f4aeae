import * as fc from "effect/FastCheck"
import { expect, it } from "vitest"
import { setWorld } from "../../../src/sealing/model/settings.ts"
import { restoreWorld, snapshotWorld } from "../../../src/sealing/model/World.ts"
import { make, type Made } from "./loop.ts"

const hour = 3600

/** What may happen to a world, each at some hour of its first days. */
const trouble = fc.record({
  hour: fc.double({ min: 0, max: 40, noNaN: true }),
  what: fc.oneof(
    fc.constantFrom(
      ["messages", "out-of-gas 3"],
      ["messages", "insufficient-funds 3"],
      ["messages", "exit-16 2"],
      ["messages", "exit-16 2 ProveCommitSector"],
      ["messages", "exit-16 1 ProveCommitAggregate"],
      ["messages", "refused 3"],
      ["messages", "delay-200 2"],
      ["messages", "stuck 2"],
      ["base-fee", "0.5 nFIL"],
      ["base-fee", "0.1 nFIL"],
      ["chain", "down"],
      ["chain", "up"],
      ["worker", "w crash"],
      ["worker", "w down"],
      ["worker", "w up"],
      ["wallet", "0 FIL"],
      ["wallet", "1000 FIL"],
      ["restart", ""],
      ["terminate", ""],
      ["remove", ""],
    ),
    fc.tuple(fc.constant("revert"), fc.integer({ min: 1, max: 900 }).map(String)),
    fc.tuple(
      fc.constant("sealer-failure"),
      fc
        .tuple(
          fc.constantFrom("AP", "PC1", "PC2", "C1", "C2", "FIN"),
          fc.integer({ min: 1, max: 5 }),
          fc.constantFrom("", " invalid"),
        )
        .map(([task, count, kind]) => `${task} ${count}${kind}`),
    ),
  ),
})

const scenario = fc.record({
  base: fc.constantFrom("single" as const, "lotus" as const),
  finalizeEarly: fc.boolean(),
  sectors: fc.integer({ min: 1, max: 8 }),
  troubles: fc.array(trouble, { maxLength: 12 }),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer A> ? A : never

/** More plans than these of one sector in one instant are a loop that time cannot end. */
const mostAtOnce = 200

const calm: ReadonlyArray<readonly [string, string]> = [
  ["messages", "ok"],
  ["release", "stuck"],
  ["chain", "up"],
  ["worker", "w up"],
  ["sealer-failure", "none"],
  ["wallet", "100000 FIL"],
]

const live = ({ base, finalizeEarly, sectors, troubles }: Scenario): Made => {
  let at = Number.NaN
  let count = 0
  const made = make(
    { FinalizeEarly: finalizeEarly, MaxCommitBatch: 4 },
    { sealer: { workers: [{ name: "w", tasks: { PC1: 2 } }] } },
    base,
    {
      onPlan: (now) => {
        count = now === at ? count + 1 : 1
        at = now
        if (count > mostAtOnce * sectors) throw new Error(`more than ${mostAtOnce} plans a sector at ${now}`)
      },
    },
  )
  made.pledge(...Array.from({ length: sectors }, (_, index) => index + 1))
  for (const { hour: when, what } of troubles)
    made.loop.driver.at(made.loop.driver.now() + when * hour * 1000, () => happen(made, what[0]!, what[1]!))
  made.runFor(96 * hour)
  for (const [setting, value] of calm) setWorld(made.loop.world, setting, value)
  // Well within the 30 days of a pre-commit: a sector that goes round must not be saved by its expiry.
  for (let round = 0; round < 3; round++) {
    made.runFor(5 * 24 * hour)
    restart(made)
  }
  made.runFor(5 * 24 * hour)
  return made
}

const happen = (made: Made, what: string, value: string): void => {
  if (what === "restart") restart(made)
  else if (what === "terminate") made.loop.send(1, { _tag: "SectorTerminate" })
  else if (what === "remove") made.loop.send(1, { _tag: "SectorRemove" })
  else setWorld(made.loop.world, what, value)
}

/** As at the start of the process: every sector's stage runs again. */
const restart = (made: Made): void => {
  for (const id of made.loop.driver.ids())
    if (!made.loop.driver.isBusy(id)) made.loop.send(Number(id), { _tag: "SectorRestart" })
}

it("whatever happens, when the trouble is over every sector is proven, removed, or says what it needs", () => {
  fc.assert(
    fc.property(scenario, (drawn) => {
      const made = live(drawn)
      for (const id of made.loop.driver.ids()) {
        const { State } = made.loop.get(Number(id))!
        if (State === "Proving" || State === "Removed") continue
        expect(`${State}: ${made.loop.why(Number(id))?.kind}`).toBe(`${State}: operator`)
      }
      const { ledger } = made.loop.world.chain
      expect(ledger.pots.deposits).toBeGreaterThanOrEqual(0n)
      expect(ledger.pots.pledge).toBeGreaterThanOrEqual(0n)
      // A result that comes after SectorTerminate is refused and noted; nothing else is.
      expect(made.failures.filter((failure) => !failure.includes("in state Terminat"))).toEqual([])
      expect(
        restoreWorld(made.loop.driver, snapshotWorld(made.loop.world), {
          sealer: { workers: [{ name: "w", tasks: { PC1: 2 } }] },
        }).chain.head,
      ).toBe(made.loop.world.chain.head)
    }),
    {
      numRuns: Number(process.env.LINKSEAL_WORLDS ?? 60),
      seed: Number(process.env.LINKSEAL_SEED ?? 20260101),
    },
  )
})
