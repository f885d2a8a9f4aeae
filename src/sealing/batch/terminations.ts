/**
 * Sends queued terminations: one message for all whose deadline is not near. A sector that is not live any more needs
 * none and is told so.
 */
import type { BatchResult } from "../ports/Batchers.ts"
import * as chain from "../ports/Chain.ts"
import { addressedSectorsMax, declarationsMax, wPoStPeriodDeadlines } from "../ports/policy.ts"
import type { Asking } from "../ports/Request.ts"
import { settings } from "../ports/Settings.ts"
import type { SectorNumber } from "../Sector.ts"
import type { Queued, Sending } from "./Batcher.ts"
import { sentBatch } from "./results.ts"

type QueuedTermination = Queued<chain.SectorLocation>

/** Sectors of the deadline that is proven now, of the one before and of the next one are left alone. */
const isNearDeadline = (deadline: number, proving: number): boolean =>
  deadline === proving ||
  deadline === (proving + 1) % wPoStPeriodDeadlines ||
  (deadline + 1) % wPoStPeriodDeadlines === proving

interface Collected {
  readonly declarations: Array<chain.TerminationDeclaration>
  readonly live: Array<SectorNumber>
  readonly gone: Array<SectorNumber>
}

export const sendTerminations: Sending<chain.SectorLocation> = function* (queue, wake) {
  const config = yield* settings()
  if (queue.total === 0 || (wake === "notify" && queue.total < config.TerminateBatchMax)) return null
  const proving = yield* chain.provingDeadline()
  if (!proving.ok) return null
  const collected = yield* collect(queue.list(), proving.value, config.TerminateBatchMax)
  if (collected === null) return null
  const gone = collected.gone.length === 0 ? [] : [sentBatch(collected.gone, null)]
  const total = collected.live.length
  const enough =
    total > 0 &&
    (wake === "force" || total >= (wake === "notify" ? config.TerminateBatchMax : config.TerminateBatchMin))
  const sent = enough ? yield* send(collected, config.MaxTerminateGasFee) : null
  const results = sent === null ? gone : [...gone, sent]
  return results.length === 0 ? null : results
}

/** What may be terminated now, by deadline and partition, up to the caps. Null when the chain does not say. */
function* collect(
  waiting: ReadonlyArray<QueuedTermination>,
  proving: number,
  maxBatch: number,
): Asking<Collected | null> {
  const collected: Collected = { declarations: [], live: [], gone: [] }
  for (const bucket of buckets(waiting)) {
    if (isNearDeadline(bucket.deadline, proving)) continue
    const answer = yield* chain.liveSectors(bucket)
    if (!answer.ok) return null
    const live = new Set(answer.value)
    collected.gone.push(...bucket.sectors.filter((sector) => !live.has(sector)))
    const room = addressedSectorsMax - collected.live.length
    const sectors = bucket.sectors.filter((sector) => live.has(sector)).slice(0, room)
    if (sectors.length === 0) continue
    collected.declarations.push({ deadline: bucket.deadline, partition: bucket.partition, sectors })
    collected.live.push(...sectors)
    const most = Math.min(addressedSectorsMax, maxBatch)
    if (collected.live.length >= most || collected.declarations.length >= declarationsMax) break
  }
  return collected
}

const buckets = (waiting: ReadonlyArray<QueuedTermination>): ReadonlyArray<chain.TerminationDeclaration> => {
  const byPlace = new Map<string, { deadline: number; partition: number; sectors: Array<SectorNumber> }>()
  for (const { sector, input } of waiting) {
    const key = `${input.deadline} ${input.partition}`
    const bucket = byPlace.get(key) ?? { ...input, sectors: [] }
    bucket.sectors.push(sector)
    byPlace.set(key, bucket)
  }
  return [...byPlace.values()]
}

function* send(collected: Collected, maxFee: bigint): Asking<BatchResult | null> {
  const from = yield* chain.selectAddress("terminate", maxFee)
  if (!from.ok) return null
  const sent = yield* chain.sendMessage(
    from.value,
    { method: "TerminateSectors", declarations: collected.declarations },
    0n,
    maxFee,
  )
  return sent.ok ? sentBatch(collected.live, sent.value) : null
}
