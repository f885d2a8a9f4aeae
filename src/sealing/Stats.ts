/**
 * How many sectors are in which state, and in the four totals that the limits read. One counter belongs to one miner;
 * it is told of every plan, and says when room has become free for deals.
 */
import * as Data from "effect/Data"
import type { SectorNumber } from "./Sector.ts"
import { statBucket, type StatBucket, stateName } from "./SectorState.ts"

/** The settings that the limits read, by Lotus's names; a limit of 0 is none. */
export interface SectorLimits {
  readonly FinalizeEarly: boolean
  readonly MaxSealingSectors: number
  readonly MaxSealingSectorsForDeals: number
  readonly MaxWaitDealsSectors: number
}

/** A pledge is refused: MaxSealingSectors is reached. Nothing is queued. */
export class TooManySectorsSealing extends Data.TaggedError("TooManySectorsSealing")<{
  readonly sealing: number
  readonly limit: number
}> {
  override get message() {
    return `too many sectors sealing (curSealing: ${this.sealing}, max: ${this.limit})`
  }
}

interface Counted {
  readonly state: string
  readonly bucket: StatBucket
}

export class SectorStats {
  private readonly sectors = new Map<SectorNumber, Counted>()
  private readonly states = new Map<string, number>()
  private readonly totals: Record<StatBucket, number> = { Staging: 0, Sealing: 0, Failed: 0, Proving: 0 }

  /** Sectors that count against MaxSealingSectors and MaxSealingSectorsForDeals. */
  get curSealing(): number {
    return this.totals.Staging + this.totals.Sealing + this.totals.Failed
  }

  /** Sectors that count against MaxWaitDealsSectors. */
  get curStaging(): number {
    return this.totals.Staging
  }

  /**
   * The sector is in this state now (the value in its record). True when a limit for deals was reached before and is
   * not any more: then waiting pieces are matched again.
   */
  update(sector: SectorNumber, state: string, limits: SectorLimits): boolean {
    const { curSealing, curStaging } = this
    const before = this.sectors.get(sector)
    if (before !== undefined) this.count(before, -1)
    const now = { state, bucket: statBucket(state, limits.FinalizeEarly) }
    this.sectors.set(sector, now)
    this.count(now, 1)
    return (
      fell(curSealing, this.curSealing, limits.MaxSealingSectorsForDeals) ||
      fell(curStaging, this.curStaging, limits.MaxWaitDealsSectors)
    )
  }

  /** The sector is gone without a trace: its creation failed. */
  forget(sector: SectorNumber): void {
    const counted = this.sectors.get(sector)
    if (counted === undefined) return
    this.count(counted, -1)
    this.sectors.delete(sector)
  }

  /** Why no sector may be pledged now, or null. */
  pledgeProblem(limits: SectorLimits): TooManySectorsSealing | null {
    const limit = limits.MaxSealingSectors
    return reached(this.curSealing, limit)
      ? new TooManySectorsSealing({ sealing: this.curSealing, limit })
      : null
  }

  /** True when a new sector for deals may be made. */
  mayOpenDealSector(limits: SectorLimits): boolean {
    return !(
      reached(this.curSealing, limits.MaxSealingSectorsForDeals) ||
      reached(this.curStaging, limits.MaxWaitDealsSectors)
    )
  }

  /** The four totals. */
  byBucket(): Readonly<Record<StatBucket, number>> {
    return { ...this.totals }
  }

  /** How many sectors are in each state, by its name; states without a sector are left out. */
  byState(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.states].filter(([, count]) => count > 0))
  }

  has(sector: SectorNumber): boolean {
    return this.sectors.has(sector)
  }

  /** The numbers of all sectors that are counted. */
  numbers(): Iterable<SectorNumber> {
    return this.sectors.keys()
  }

  private count({ state, bucket }: Counted, by: 1 | -1): void {
    const name = stateName(state)
    this.totals[bucket] += by
    this.states.set(name, (this.states.get(name) ?? 0) + by)
  }
}

const reached = (value: number, limit: number): boolean => limit > 0 && value >= limit

const fell = (before: number, after: number, limit: number): boolean =>
  reached(before, limit) && !reached(after, limit)
