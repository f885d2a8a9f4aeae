/**
 * What a batcher decides, without doing it: whether a wake leads to sending, in which form, for which sectors, and when
 * to wake next. Pure, so that each rule of Lotus's batchers is a test with numbers.
 */
import { batchFeeNetworkVersion, minAggregatedSectors } from "../ports/policy.ts"
import type { SectorNumber } from "../Sector.ts"

/** Why the batcher woke: a sector was added, the timer fired, or somebody wants it sent now. */
export type Wake = "notify" | "timer" | "force"

/** A sector that waits to be sent. */
export interface Waiting {
  readonly sector: SectorNumber
  /** When it was queued, in milliseconds. */
  readonly queuedAt: number
  /** The last moment for its message, in milliseconds; infinite when there is none. */
  readonly cutoffAt: number
}

export interface BatchTimes {
  /** How long a sector waits for company, in milliseconds. */
  readonly waitMillis: number
  /** How long before a cutoff the batch goes, in milliseconds. */
  readonly slackMillis: number
}

/**
 * When a sector wants to be sent at the latest: after the wait, or the slack before its cutoff if that is earlier.
 * (Lotus starts the wait anew at every wake of the batcher, so that with a sector an hour it never ends.)
 */
export const dueAt = (one: Waiting, times: BatchTimes): number =>
  Math.min(one.queuedAt + times.waitMillis, one.cutoffAt - times.slackMillis)

/** The moment of the next timer: the earliest due sector, not before `earliest`. Null when nothing waits. */
export const nextTimer = (waiting: Iterable<Waiting>, times: BatchTimes, earliest: number): number | null => {
  let at = Number.POSITIVE_INFINITY
  for (const one of waiting) at = Math.min(at, dueAt(one, times))
  return at === Number.POSITIVE_INFINITY ? null : Math.max(earliest, at)
}

/** True when a wake leads to sending: an added sector sends only a full batch, the timer and a hand send what is there. */
export const mustSend = (total: number, maxBatch: number, wake: Wake): boolean =>
  total > 0 && (wake !== "notify" || total >= maxBatch)

/** The sectors of the next batch: those that were queued first, up to the cap; the others stay queued. */
export const takeBatch = <W extends Waiting>(
  waiting: ReadonlyArray<W>,
  maxBatch: number,
): ReadonlyArray<W> => (waiting.length <= maxBatch ? waiting : waiting.slice(0, maxBatch))

const below = (baseFee: bigint, threshold: bigint): boolean => threshold > 0n && baseFee < threshold

/** Pre-commits go one by one below the base fee of the settings (from network version 14 on; 0 never). */
export const preCommitsOneByOne = (baseFee: bigint, threshold: bigint, networkVersion: number): boolean =>
  networkVersion >= batchFeeNetworkVersion && below(baseFee, threshold)

/** Proofs go one by one when there are too few of them, or below the base fee of the settings (0 never). */
export const commitsOneByOne = (
  total: number,
  minBatch: number,
  baseFee: bigint,
  threshold: bigint,
): boolean => total < minBatch || total < minAggregatedSectors || below(baseFee, threshold)

/** The safety on top of the network's fee for an aggregate: a tenth. */
export const withSafety = (fee: bigint): bigint => (fee * 110n) / 100n
