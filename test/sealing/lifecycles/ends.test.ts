/** How sectors end: termination through finality, removal while work runs, faults, and an upgrade. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { days, epochMillis, GiB, hours, minutes, startEpoch, withMiner } from "./miner.ts"

describe("termination", () => {
  it("goes through its batch, its message and finality, to the epoch", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(hours(6))
        yield* sealing.terminate(0)
        yield* Effect.sleep(minutes(1))
        const queued = sealing.waiting(0)
        yield* Effect.sleep(hours(1))
        const final = sealing.waiting(0)
        yield* Effect.sleep(days(1))
        const { record } = yield* sealing.view(0)
        return { path: miner.path(0), record, queued, final }
      }),
    )
    expect(seen.path.slice(-6)).toEqual([
      "608 Proving",
      "720 Terminating",
      "730 TerminateWait", // sent five minutes after it was queued
      "736 TerminateFinality",
      "1631 Removing", // 900 epochs after it was on the chain, at 731
      "1631 Removed",
    ])
    expect(seen.record.TerminatedAt).toBe(startEpoch + 731)
    expect(seen.queued?.kind).toBe("batch")
    expect(seen.final).toMatchObject({
      kind: "chain",
      until: Date.UTC(2024, 0, 1) + 1631 * epochMillis,
    })
  })

  it("of two sectors in one message is told alike, also when nobody has looked at the chain since", async () => {
    const texts = await withMiner({}, (_, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledge(2)
        yield* Effect.sleep(hours(6))
        yield* Effect.all([sealing.terminate(0), sealing.terminate(1)], { concurrency: 2 })
        yield* Effect.sleep(minutes(6))
        return (yield* sealing.list(null)).map(({ waiting }) => waiting?.text)
      }),
    )
    expect(texts[0]).toContain("is on the chain at epoch")
    expect(texts[1]).toBe(texts[0])
  })

  it("of a sector that is pre-committed and not proven waits for the operator, without a loop", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(500 * epochMillis)
        yield* sealing.terminate(0)
        yield* Effect.sleep(hours(6))
        const why = sealing.waiting(0)
        yield* sealing.remove(0)
        yield* Effect.sleep(minutes(1))
        return { why, states: miner.states(0).slice(-4), log: (yield* sealing.log(0)).length }
      }),
    )
    expect(seen.why?.kind).toBe("operator")
    expect(seen.states).toEqual(["Terminating", "TerminateFailed", "Removing", "Removed"])
    expect(seen.log).toBeLessThan(15)
  })

  it("of a sector that is not on the chain removes it", async () => {
    const states = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* sealing.terminate(0)
        yield* Effect.sleep(minutes(5))
        return miner.states(0)
      }),
    )
    expect(states).toEqual(["Packing", "Terminating", "Removing", "Removed"])
  })
})

describe("removal", () => {
  it("during PreCommit1 waits for it, says so, and its late result does no harm", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(hours(1))
        const answered = yield* sealing.remove(0)
        const listed = (yield* sealing.list(null))[0]!.pending
        yield* Effect.sleep(hours(3))
        const after = yield* sealing.view(0)
        const failures = miner.steps.filter(({ failure }) => failure !== null)
        return { answered, listed, after, path: miner.path(0), failures, states: yield* sealing.states }
      }),
    )
    expect(seen.listed).toEqual(["SectorRemove"])
    expect(seen.answered).toMatchObject({ record: { State: "PreCommit1" }, pending: ["SectorRemove"] })
    expect(seen.path.slice(-2)).toEqual(["362 Removing", "362 Removed"])
    expect(seen.after).toMatchObject({ record: { State: "Removed" }, pending: [] })
    expect(seen.failures).toEqual([])
    expect(seen.states).toEqual({ Removed: 1 })
  })

  it("that was answered is not forgotten when the process dies before PreCommit1 ends", async () => {
    const states = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(hours(1))
        yield* sealing.remove(0)
        yield* miner.end
        yield* miner.begin
        yield* Effect.sleep(hours(4))
        return miner.states(0)
      }),
    )
    expect(states.slice(-2)).toEqual(["Removing", "Removed"])
  })

  it("is not undone by force: no proof without files, also after a restart, and the advice says so", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(500 * epochMillis)
        // It waits for its seed: removed, forced back and terminated in one go.
        yield* Effect.all(
          [sealing.remove(0), sealing.forceState(0, "WaitSeed"), sealing.terminate(0)].map(Effect.either),
          { concurrency: "unbounded" },
        )
        yield* Effect.sleep(minutes(5))
        const advice = sealing.waiting(0)
        const again = yield* Effect.zipRight(miner.end, miner.begin)
        yield* again.forceState(0, "Committing")
        yield* Effect.sleep(days(2))
        const { lastError, waiting, needsOperator } = (yield* again.list(null))[0]!
        const onChain = again.world.chain.sectorOf(0)
        yield* again.remove(0)
        yield* Effect.sleep(minutes(5))
        return { advice, lastError, waiting, needsOperator, onChain, states: miner.states(0) }
      }),
    )
    expect(seen.states).toContain("TerminateFailed")
    expect(seen.advice).toMatchObject({ kind: "operator", until: null })
    expect(seen.advice?.text).toContain("only SectorRemove helps")
    expect(seen.states).toContain("ComputeProofFailed")
    expect(seen.states).not.toContain("Proving")
    expect(seen.lastError).toContain("the files of sector 0 were deleted")
    // It tries again every minute for ever, as Lotus does, and says that this is in vain.
    expect(seen.waiting).toEqual(seen.advice)
    expect(seen.needsOperator).toBe(true)
    expect(seen.onChain).toBeNull()
    expect(seen.states.at(-1)).toBe("Removed")
  })

  it("leaves nothing for PreCommit1 to work on, which fails at once", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(minutes(30))
        yield* sealing.remove(0)
        yield* Effect.sleep(hours(4))
        yield* sealing.forceState(0, "PreCommit1")
        yield* Effect.sleep(minutes(2))
        return { failed: miner.states(0).at(-1), states: miner.states(0) }
      }),
    )
    expect(seen.states).toContain("Removed")
    expect(seen.failed).toBe("SealPreCommit1Failed")
  })

  it("of a sector that is gone, or was never there, is refused", async () => {
    const seen = await withMiner({}, (_, sealing) =>
      Effect.gen(function* () {
        const nobody = yield* Effect.flip(sealing.remove(7))
        yield* sealing.pledgeSector
        yield* sealing.remove(0)
        yield* Effect.sleep(minutes(5))
        const again = yield* Effect.either(sealing.send(0, { _tag: "SectorPacked", FillerPieces: [] }))
        return { nobody: nobody._tag, again: again._tag, list: (yield* sealing.list(null)).length }
      }),
    )
    expect(seen).toEqual({ nobody: "NoSector", again: "Right", list: 1 })
  })
})

describe("events by hand", () => {
  it("that a state does not take are refused, and the sector goes on", async () => {
    const seen = await withMiner({}, (_, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(hours(6))
        const error = yield* Effect.flip(sealing.send(0, { _tag: "SectorRetryFinalize" }))
        const late = yield* sealing.send(0, { _tag: "SectorStartPacking" })
        const again = yield* sealing.send(0, { _tag: "SectorRestart" })
        const { record } = yield* sealing.view(0)
        const errors = (yield* sealing.log(0)).filter(({ Kind }) => Kind.startsWith("error;"))
        return { error, record, ignored: [late.ignored, again.ignored], errors: errors.length }
      }),
    )
    expect(seen.error).toMatchObject({ _tag: "SectorRefused", code: "not-in-this-state" })
    expect(seen.error.message).toBe(
      "sector 0 is in Proving, which does not take SectorRetryFinalize. It takes SectorFaultReported, SectorFaulty, and always SectorForceState, SectorRemove, SectorRestart, SectorTerminate",
    )
    expect(seen.record.State).toBe("Proving")
    expect(seen.errors).toBe(1)
    expect(seen.ignored).toEqual(["SectorStartPacking", null])
  })

  it("with wait are answered after their planning, however long the stage runs", async () => {
    const view = await withMiner({}, (_, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(hours(1))
        return yield* sealing.send(0, { _tag: "SectorForceState", State: "Faulty" }, true)
      }),
    )
    expect(view).toMatchObject({ record: { State: "Faulty" } })
  })

  it("faults are entered and left", async () => {
    const seen = await withMiner({}, (miner, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        yield* Effect.sleep(hours(6))
        yield* sealing.send(0, { _tag: "SectorFaulty" })
        const faulty = sealing.waiting(0)
        yield* sealing.send(0, { _tag: "SectorFaultReported", reportMsg: null })
        const reported = sealing.waiting(0)
        yield* sealing.send(0, { _tag: "SectorProving" })
        return { faulty, reported, states: miner.states(0).slice(-3) }
      }),
    )
    expect([seen.faulty?.kind, seen.reported?.kind]).toEqual(["operator", "operator"])
    expect(seen.states).toEqual(["Faulty", "FaultReported", "Proving"])
  })
})

describe("an upgrade", () => {
  it("puts the next sector with deals in the place of the marked one", async () => {
    const seen = await withMiner({}, (_, sealing) =>
      Effect.gen(function* () {
        yield* sealing.pledgeSector
        const early = yield* Effect.flip(sealing.markForUpgrade(0))
        yield* Effect.sleep(hours(6))
        yield* sealing.markForUpgrade(0)
        const twice = yield* Effect.flip(sealing.markForUpgrade(0))
        yield* sealing.addPiece({
          size: 32 * GiB,
          start: startEpoch + 10 * 2880,
          end: startEpoch + 300 * 2880,
        })
        yield* Effect.sleep(hours(6))
        const { record } = yield* sealing.view(1)
        const replacing = (yield* sealing.list(null))[0]!
        yield* Effect.sleep(hours(24))
        const replaced = (yield* sealing.list(null))[0]!
        return { early, twice, record, replacing, replaced }
      }),
    )
    expect(seen.replacing.onChain?.live).toBe(true)
    // Deadline 0 ends 60 epochs into the next proving period.
    expect(seen.replacing.onChain?.expiration).toBe(Math.ceil((startEpoch + 720) / 2880) * 2880 + 60)
    expect(seen.replaced.onChain?.live).toBe(false)
    expect(seen.replaced.waiting?.text).toContain("it ended on the chain at epoch")
    expect(seen.early.message).toContain("not Proving")
    expect(seen.twice.message).toContain("marked already")
    expect(seen.record).toMatchObject({
      State: "Proving",
      PreCommitInfo: { ReplaceCapacity: true, ReplaceSectorNumber: 0 },
    })
  })
})
