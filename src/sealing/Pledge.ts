/**
 * Pledging: a new sector without deals, within MaxSealingSectors. It counts from the moment its number is taken, so
 * that pledges at the same time cannot pass the limit together.
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { SectorEvent } from "./events/SectorEvent.ts"
import { askPort, preferredProof, type Miner } from "./Miner.ts"
import type { SealProof, SectorNumber } from "./Sector.ts"
import type { TooManySectorsSealing } from "./Stats.ts"

/** The sector did not come into being. */
export class SectorNotCreated extends Data.TaggedError("SectorNotCreated")<{
  readonly sector: SectorNumber
  readonly reason: string
}> {
  override get message() {
    return `sector ${this.sector} could not be created: ${this.reason}`
  }
}

/** What a request for several sectors came to: those that are there, and why there are not more. */
export interface Pledged {
  readonly sectors: ReadonlyArray<SectorNumber>
  readonly refused: TooManySectorsSealing | SectorNotCreated | null
}

/** Takes numbers while the limit allows, and counts each at once. */
const takeNumbers = ({ stats, numbers, config }: Miner, count: number) =>
  Effect.sync(() => {
    const taken: Array<SectorNumber> = []
    let refused: TooManySectorsSealing | null = null
    while (taken.length < count && refused === null) {
      const settings = config()
      refused = stats.pledgeProblem(settings)
      if (refused !== null) break
      const number = numbers.take()
      stats.update(number, "", settings)
      taken.push(number)
    }
    return { taken, refused }
  })

/** How often a sector that is being stored is looked at, in milliseconds of the caller's clock. */
const lookMillis = 50

/**
 * Fails when the sector could not be stored. Its machine tries again by itself, in the world's time, which may stand
 * still: nobody can wait for that.
 */
const storeRefusal = ({ group }: Miner, sector: SectorNumber): Effect.Effect<never, SectorNotCreated> =>
  Effect.sleep(lookMillis).pipe(
    Effect.flatMap(() => {
      const failure = group.machine(sector)?.lastFailure
      return failure?.what === "save"
        ? new SectorNotCreated({
            sector,
            reason: `it could not be stored (${failure.message}); that is tried again`,
          })
        : Effect.void
    }),
    Effect.forever,
  )

/** Has the sector's place made and sends it its first event; resolves when that is stored, fails when it cannot be. */
export const beginSector = (
  miner: Miner,
  sector: SectorNumber,
  proofType: SealProof,
  first: SectorEvent,
): Effect.Effect<void, SectorNotCreated> =>
  Effect.gen(function* () {
    const made = yield* askPort<"NewSector">(miner, { _tag: "NewSector", sector, proofType, priority: 0 })
    if (!made.ok) return yield* new SectorNotCreated({ sector, reason: made.error.message })
    const stored = Effect.mapError(
      miner.group.sendAndWait(sector, first),
      (error) => new SectorNotCreated({ sector, reason: error.message }),
    )
    yield* Effect.raceFirst(Effect.interruptible(storeRefusal(miner, sector)), Effect.interruptible(stored))
  }).pipe(Effect.tapError(() => Effect.sync(() => miner.stats.forget(sector))))

/** Keeps the numbers that were taken; when that fails they are given back, and count no more. */
export const keepNumbers = (
  miner: Miner,
  taken: ReadonlyArray<SectorNumber>,
): Effect.Effect<void, SectorNotCreated> =>
  miner.hold(miner.numbers.keep).pipe(
    Effect.mapError((error) => new SectorNotCreated({ sector: taken[0]!, reason: error.message })),
    Effect.tapError(() =>
      Effect.sync(() => {
        miner.numbers.giveBack(taken)
        for (const sector of taken) miner.stats.forget(sector)
      }),
    ),
  )

/** How many sectors are begun at once. */
const begunAtOnce = 64

/**
 * Pledges up to `count` sectors. Each that is given is stored and begun: it survives the process. What was begun is
 * brought to its end also when the caller goes away.
 */
export const pledgeMany = (miner: Miner, count: number): Effect.Effect<Pledged> =>
  Effect.gen(function* () {
    yield* Deferred.await(miner.started)
    const begun = Effect.gen(function* () {
      const { taken, refused } = yield* takeNumbers(miner, count)
      if (taken.length === 0) return { sectors: [], refused }
      const kept = yield* Effect.either(keepNumbers(miner, taken))
      if (kept._tag === "Left") return { sectors: [], refused: kept.left }
      const proofType = preferredProof(miner)
      const made = yield* Effect.forEach(
        taken,
        (sector) =>
          Effect.either(
            beginSector(miner, sector, proofType, {
              _tag: "SectorStartCC",
              ID: sector,
              SectorType: proofType,
            }),
          ),
        {
          concurrency: begunAtOnce,
        },
      )
      const failure = made.find((one) => one._tag === "Left")
      return {
        sectors: taken.filter((_, index) => made[index]!._tag === "Right"),
        refused: failure?._tag === "Left" ? failure.left : refused,
      }
    })
    return yield* Effect.uninterruptible(begun)
  })

/** Pledges one sector and gives its number. */
export const pledgeSector = (
  miner: Miner,
): Effect.Effect<SectorNumber, TooManySectorsSealing | SectorNotCreated> =>
  Effect.flatMap(pledgeMany(miner, 1), ({ sectors: [sector], refused }) =>
    sector === undefined ? Effect.fail(refused!) : Effect.succeed(sector),
  )
