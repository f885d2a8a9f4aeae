/**
 * Random worlds: messages fail, the chain reverts or is silent, workers die, money runs out, deals change, the settings
 * are edited, the operator seals, sends and forces, the process stops and starts. When the trouble is over, every sector is proven, removed, or says what it needs from the operator.
 *
 * A failure says its seed; `npm run soak -- worlds RUNS SEED` plays it again.
 */
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import type { SealingApi } from "../../../src/sealing/Sealing.ts"
import { sectorStateNames } from "../../../src/sealing/SectorState.ts"
import { days, GiB, hours, startEpoch, withMiner, type TestMiner } from "./miner.ts"

const settings = fc.oneof(
  fc.constantFrom<readonly [string, string]>(
    ["messages", "out-of-gas 2"],
    ["messages", "insufficient-funds 2"],
    ["messages", "exit-16 2"],
    ["messages", "refused 2"],
    ["messages", "delay-300 1"],
    ["messages", "stuck 1"],
    ["base-fee", "0.5 nFIL"],
    ["base-fee", "0.1 nFIL"],
    ["chain", "down"],
    ["chain", "up"],
    ["worker", "w crash"],
    ["worker", "w down"],
    ["worker", "w up"],
    ["wallet", "0 FIL"],
    ["wallet", "1000 FIL"],
    ["network-version", "12"],
    ["network-version", "14"],
    ["inclusion-epochs", "20"],
    ["inclusion-epochs", "1"],
    ["available-balance", "0 FIL"],
  ),
  fc
    .tuple(
      fc.integer({ min: 1000, max: 1003 }),
      fc.constantFrom("drop", "move", `start ${startEpoch + 1_000}`),
    )
    .map(([deal, what]): readonly [string, string] => ["deal", `${deal} ${what}`]),
  fc.integer({ min: 1, max: 900 }).map((depth): readonly [string, string] => ["revert", String(depth)]),
  fc
    .tuple(
      fc.constantFrom("AP", "PC1", "PC2", "C1", "C2", "FIN"),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("", " invalid"),
    )
    .map(([task, count, kind]): readonly [string, string] => ["sealer-failure", `${task} ${count}${kind}`]),
)

/** What the operator does to sector 0, and to the batchers. */
const verbs = fc.constantFrom(...(["terminate", "remove", "seal", "mark", "publish", "piece"] as const))

/** The settings as an operator edits them while the miner runs. */
const edits = fc.record(
  {
    BatchPreCommits: fc.boolean(),
    AggregateCommits: fc.boolean(),
    FinalizeEarly: fc.boolean(),
    AlwaysKeepUnsealedCopy: fc.boolean(),
    CollateralFromMinerBalance: fc.boolean(),
    MaxPreCommitBatch: fc.integer({ min: 1, max: 3 }),
    MinCommitBatch: fc.integer({ min: 1, max: 5 }),
    WaitDealsDelay: fc.constantFrom("0 s", "1 h", "2 d"),
  },
  { requiredKeys: [] },
)

const trouble = fc.record({
  /** Hours after the trouble before. */
  after: fc.double({ min: 0, max: 12, noNaN: true }),
  what: fc.oneof(
    { weight: 6, arbitrary: settings.map((world) => ({ world })) },
    { weight: 3, arbitrary: fc.constant("restart" as const) },
    { weight: 2, arbitrary: verbs },
    { weight: 1, arbitrary: fc.constantFrom(...sectorStateNames).map((force) => ({ force })) },
    { weight: 2, arbitrary: edits.map((config) => ({ config })) },
  ),
})

const scenario = fc.record({
  base: fc.constantFrom("single" as const, "lotus" as const),
  FinalizeEarly: fc.boolean(),
  sectors: fc.integer({ min: 1, max: 5 }),
  deals: fc.array(
    fc.record({
      size: fc.constantFrom(1, 8, 32),
      /** Epochs from now to the start of the deal. */
      startsIn: fc.constantFrom(600, 2_000, 14_400),
    }),
    { maxLength: 3 },
  ),
  troubles: fc.array(trouble, { maxLength: 10 }),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer A> ? A : never

const calm: ReadonlyArray<readonly [string, string]> = [
  ["messages", "ok"],
  ["release", "stuck"],
  ["chain", "up"],
  ["worker", "w up"],
  ["sealer-failure", "none"],
  ["wallet", "100000 FIL"],
  ["network-version", "14"],
  ["inclusion-epochs", "1"],
  ["available-balance", "1000 FIL"],
]

const restart = (miner: TestMiner) => Effect.zipRight(miner.end, miner.begin)

/** A setting that does not apply (no such deal, nothing stuck) changes nothing. */
const setWorld = (sealing: SealingApi, [setting, value]: readonly [string, string]) =>
  Effect.ignore(sealing.setWorld(setting, value))

type What = Scenario["troubles"][number]["what"]

const flushAll = (sealing: SealingApi) =>
  Effect.forEach(["precommit", "commit", "terminate"] as const, sealing.publish, { discard: true })

const happen = (miner: TestMiner, what: What): Effect.Effect<unknown> => {
  const { api } = miner
  switch (what) {
    case "restart":
      return restart(miner)
    case "terminate":
      return Effect.ignore(api.terminate(0))
    case "remove":
      return Effect.ignore(api.remove(0))
    case "seal":
      return Effect.ignore(api.seal(0))
    case "mark":
      return Effect.ignore(api.markForUpgrade(0))
    case "publish":
      return flushAll(api)
    case "piece":
      return offer(api, { size: 8, startsIn: 28_800 })
  }
  if ("world" in what) return setWorld(api, what.world)
  if ("force" in what) return Effect.ignore(api.forceState(0, what.force))
  return Effect.sync(() => miner.set(what.config))
}

/** After a revert or a restart callers are cut off; nobody waits for the piece here. */
const offer = (sealing: SealingApi, { size, startsIn }: Scenario["deals"][number]) =>
  Effect.ignore(
    sealing.offerPiece({ size: size * GiB, start: startEpoch + startsIn, end: startEpoch + 600_000 }),
  )

const live = (drawn: Scenario) => {
  const atOnce: Array<string> = []
  let miner: TestMiner | null = null
  return withMiner(
    {
      base: drawn.base,
      config: { FinalizeEarly: drawn.FinalizeEarly, MaxCommitBatch: 4, AutoPledgeInterval: "30 d" },
      silent: true,
      world: { sealer: { workers: [{ name: "w", tasks: { PC1: 2 } }] } },
      observe: () => {
        const running = (miner?.running ?? []).map((job) => job.sector)
        if (new Set(running).size !== running.length) atOnce.push(running.join(" "))
      },
    },
    (made, sealing) =>
      Effect.gen(function* () {
        miner = made
        yield* sealing.pledge(drawn.sectors)
        yield* Effect.forEach(drawn.deals, (deal) => offer(sealing, deal), { discard: true })
        for (const { after, what } of drawn.troubles) {
          yield* Effect.sleep(Math.round(hours(after)))
          yield* happen(made, what)
        }
        yield* Effect.forEach(calm, (setting) => setWorld(made.api, setting), { discard: true })
        for (let round = 0; round < 3; round++) {
          yield* restart(made)
          yield* Effect.sleep(days(round === 0 ? 10 : 40))
        }
        const rows = yield* made.api.list(null)
        const stuck = rows.filter(
          ({ state, waiting }) => !["Proving", "Removed"].includes(state) && waiting?.kind !== "operator",
        )
        return { numbers: rows.map(({ number }) => number), stuck, atOnce }
      }),
  )
}

/** What is wrong at the end of a life; empty when nothing is. */
const complaints = async (drawn: Scenario): Promise<ReadonlyArray<string>> => {
  const { numbers, stuck, atOnce } = await live(drawn)
  const lost = Array.from({ length: drawn.sectors }, (_, number) => number).filter(
    (number) => !numbers.includes(number),
  )
  return [
    ...lost.map((number) => `sector ${number} is lost`),
    ...stuck.map(
      ({ number, state, waiting }) =>
        `sector ${number} is stuck in ${state}: ${waiting?.text ?? "no reason"}`,
    ),
    ...atOnce.map((sectors) => `a sector is in two stages at once; running: ${sectors}`),
  ]
}

/** Lives so many lives from a seed (a random one when it is null); rejects with the seed and the smallest life that fails. */
export const checkWorlds = (runs: number, seed: number | null): Promise<void> =>
  fc.assert(
    fc.asyncProperty(scenario, async (drawn) => {
      // A life in virtual time leaves the event loop no turn; between two lives it gets one.
      await new Promise(setImmediate)
      const found = await complaints(drawn)
      if (found.length > 0) throw new Error(found.join("; "))
    }),
    { numRuns: runs, ...(seed === null ? {} : { seed }) },
  )
