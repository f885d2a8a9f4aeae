/**
 * The process stopped and started in each of the 43 states. On the sector's own ways it must go on to the same end, with
 * nothing logged twice; in a state that is forced it must move on, or say what it needs.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { sectorStateNames } from "../../../src/sealing/SectorState.ts"
import {
  days,
  GiB,
  hours,
  minutes,
  startEpoch,
  withMiner,
  type MinerOptions,
  type TestMiner,
} from "./miner.ts"
import type { SealingApi } from "../../../src/sealing/Sealing.ts"

/** A way through some states, what the end is, and the states it passes. */
interface Way {
  readonly name: string
  readonly options: MinerOptions
  readonly begin: (sealing: SealingApi) => Effect.Effect<unknown, unknown>
  /** Done when the process is up again: callers that were cut off ask again. */
  readonly again?: (sealing: SealingApi) => Effect.Effect<unknown, unknown>
  /** Done once the sector is proven. */
  readonly also?: (sealing: SealingApi, state: string) => Effect.Effect<unknown, unknown>
  readonly end: string
  readonly states: ReadonlyArray<string>
}

const dear = { chain: { baseFee: 1_000_000_000n } }
const pledge = (sealing: SealingApi) => sealing.pledgeSector
const drill = (setting: string, value: string) => (sealing: SealingApi) =>
  Effect.zipRight(sealing.setWorld(setting, value), sealing.pledgeSector)

const offer = (sealing: SealingApi) =>
  Effect.fork(
    Effect.exit(sealing.addPiece({ size: 8 * GiB, start: startEpoch + 28_800, end: startEpoch + 600_000 })),
  )

const ways: ReadonlyArray<Way> = [
  {
    name: "single messages",
    options: {},
    begin: pledge,
    end: "Proving",
    states: [
      "Packing",
      "GetTicket",
      "PreCommit1",
      "PreCommit2",
      "PreCommitting",
      "PreCommitWait",
      "WaitSeed",
      "Committing",
      "SubmitCommit",
      "CommitWait",
      "FinalizeSector",
      "Proving",
    ],
  },
  {
    name: "batches",
    options: { base: "lotus", world: dear },
    begin: pledge,
    end: "Proving",
    states: ["SubmitPreCommitBatch", "PreCommitBatchWait", "SubmitCommitAggregate", "CommitAggregateWait"],
  },
  {
    name: "early finalize",
    options: { config: { FinalizeEarly: true } },
    begin: pledge,
    end: "Proving",
    states: ["CommitFinalize"],
  },
  {
    name: "deals",
    options: {},
    begin: offer,
    again: offer,
    end: "Proving",
    states: ["WaitDeals", "AddPiece"],
  },
  {
    name: "termination",
    options: {},
    begin: pledge,
    also: (sealing, state) => (state === "Proving" ? sealing.terminate(0) : Effect.void),
    end: "Removed",
    states: ["Terminating", "TerminateWait", "TerminateFinality", "Removing", "Removed"],
  },
  ...(
    [
      ["SealPreCommit1Failed", "sealer-failure", "PC1 1"],
      ["SealPreCommit2Failed", "sealer-failure", "PC2 1"],
      ["ComputeProofFailed", "sealer-failure", "C2 1"],
      ["FinalizeFailed", "sealer-failure", "FIN 1"],
      ["PreCommitFailed", "messages", "exit-16 1 PreCommitSector"],
      ["CommitFailed", "messages", "exit-16 1 ProveCommitSector"],
    ] as const
  ).map(([state, setting, value]) => ({
    name: `${setting} ${value}`,
    options: {},
    begin: drill(setting, value),
    end: "Proving",
    states: [state],
  })),
  {
    name: "early finalize fails",
    options: { config: { FinalizeEarly: true } },
    begin: drill("sealer-failure", "FIN 1"),
    end: "Proving",
    states: ["CommitFinalizeFailed"],
  },
]

/** Runs the way, and kills the process as soon as the sector is in `state` for the first time. */
const killedIn = (way: Way, state: string) => {
  const reached = Deferred.unsafeMake<void>(undefined as never)
  return withMiner(
    {
      ...way.options,
      observe: ({ to, from }) => {
        if (to === state && from !== to) Deferred.unsafeDone(reached, Effect.void)
      },
    },
    (miner, sealing) =>
      Effect.gen(function* () {
        yield* way.begin(sealing)
        const guided = way.also === undefined || state === "Proving" ? Effect.never : guide(way, miner)
        yield* Effect.race(Deferred.await(reached), guided)
        yield* miner.end
        const again = yield* miner.begin
        yield* way.again?.(again) ?? Effect.void
        yield* Effect.race(Effect.sleep(days(6)), way.also === undefined ? Effect.never : guide(way, miner))
        const { record } = yield* again.view(0)
        return {
          record,
          states: miner.states(0),
          log: yield* again.log(0),

          waiting: again.waiting(0),
        }
      }),
  )
}

/** Looks in on the sector now and then, for ways that need a hand. */
const guide = (way: Way, miner: TestMiner): Effect.Effect<never, unknown> => {
  let done = false
  return Effect.forever(
    Effect.gen(function* () {
      yield* Effect.sleep(minutes(10))
      const found = yield* Effect.either(miner.api.view(0))
      if (done || found._tag === "Left") return
      const { State } = found.right.record
      if (State !== "Proving") return
      done = true
      yield* way.also!(miner.api, State)
    }),
  )
}

const passed = new Set(ways.flatMap(({ states }) => states))

describe("the process is stopped and started on a sector's own way", () => {
  for (const way of ways)
    for (const state of way.states)
      it(`${way.name}: in ${state}`, async () => {
        const { record, states, log } = await killedIn(way, state)
        expect(states).toContain(state)
        expect(record.State).toBe(way.end)
        const once = ["SectorStartCC", "SectorPacked", "SectorProving", "SectorTicket"]
        for (const name of once)
          expect([name, log.filter(({ Kind }) => Kind.endsWith(`.${name}`)).length]).toEqual([
            name,
            name === "SectorStartCC" && way.name === "deals" ? 0 : 1,
          ])
      })
})

describe("the process is stopped and started in a state that an operator forced", () => {
  for (const state of sectorStateNames.filter((name) => !passed.has(name)))
    it(`in ${state}: the sector moves on, or says what it needs`, async () => {
      const seen = await withMiner({}, (miner, sealing) =>
        Effect.gen(function* () {
          yield* sealing.pledgeSector
          yield* Effect.sleep(hours(6))
          yield* sealing.forceState(0, state)
          yield* miner.end
          const again = yield* miner.begin
          yield* Effect.sleep(days(2))
          const { record } = yield* again.view(0)
          return { state: record.State, waiting: again.waiting(0), same: record.State === state }
        }),
      )
      if (seen.same && !["Removed", "Proving"].includes(seen.state)) {
        expect(seen.waiting).not.toBeNull()
        expect(seen.waiting?.text).not.toBe("")
      }
    })
})

describe("at the end", () => {
  it("no sector is made for a piece that comes too late, and no number is used up", async () => {
    const numbers = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* miner.end
        yield* sealing.offerPiece({
          size: 8 * GiB,
          start: startEpoch + 28_800,
          end: startEpoch + 600_000,
        })
        yield* Effect.sleep(minutes(5))
        const again = yield* miner.begin
        return yield* again.pledge(1)
      }),
    )
    expect(numbers.sectors).toEqual([0])
  })
})

describe("at a start", () => {
  it("sectors that are done are left alone and say so; those on their way are restarted", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledge(2)
        yield* Effect.sleep(days(1))
        yield* sealing.remove(1)
        yield* Effect.sleep(hours(1))
        yield* sealing.pledgeSector
        yield* Effect.sleep(hours(1))
        yield* miner.end
        const before = miner.steps.length
        const again = yield* miner.begin
        const rows = yield* again.list(null)
        yield* Effect.sleep(1)
        const restarted = miner.steps.slice(before).map(({ sector, events }) => [sector, events])
        return { rows: rows.map(({ state, waiting }) => [state, waiting?.kind ?? null]), restarted }
      }),
    )
    expect(seen.rows.slice(0, 2)).toEqual([
      ["Proving", "operator"],
      ["Removed", null],
    ])
    expect(seen.restarted).toEqual([[2, ["SectorRestart"]]])
  })
})
