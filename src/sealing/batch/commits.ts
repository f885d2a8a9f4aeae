/** Sends queued proofs: aggregated into one message, or one for each when they are few or the base fee is low. */
import type { SealingConfig } from "../Config.ts"
import type { BatchResult, CommitInput } from "../ports/Batchers.ts"
import * as chain from "../ports/Chain.ts"
import { aggregateNetworkFee } from "../ports/policy.ts"
import type { Asking } from "../ports/Request.ts"
import { done, failed, type Result } from "../ports/Result.ts"
import * as sealer from "../ports/Sealer.ts"
import { settings } from "../ports/Settings.ts"
import type { SectorNumber } from "../Sector.ts"
import { collateralToSend, openPurse, type Purse } from "../stages/collateral.ts"
import type { Queued, Sending } from "./Batcher.ts"
import { commitsOneByOne, mustSend, takeBatch, withSafety } from "./plan.ts"
import { failedBatch, sentBatch } from "./results.ts"

type QueuedCommit = Queued<CommitInput>

export const sendCommits: Sending<CommitInput> = function* (queue, wake) {
  const config = yield* settings()
  if (!mustSend(queue.total, config.MaxCommitBatch, wake)) return null
  const baseFee = yield* chain.baseFee()
  if (!baseFee.ok) return null
  const waiting = queue.list()
  if (commitsOneByOne(waiting.length, config.MinCommitBatch, baseFee.value, config.AggregateAboveBaseFee))
    return yield* oneByOne(waiting, config)
  return [yield* aggregate(takeBatch(waiting, config.MaxCommitBatch), baseFee.value, config)]
}

/** What the sector's pledge needs beyond its deposit. */
function* collateralOf(sector: SectorNumber): Asking<Result<bigint, "api">> {
  const preCommit = yield* chain.preCommitInfo(sector)
  if (!preCommit.ok) return failed("api", `getting precommit info: ${preCommit.error.message}`)
  if (preCommit.value === null) return failed("api", "precommit info not found on chain")
  const pledge = yield* chain.initialPledge(preCommit.value.Info)
  if (!pledge.ok) return failed("api", `getting initial pledge collateral: ${pledge.error.message}`)
  const rest = pledge.value - preCommit.value.PreCommitDeposit
  return done(rest > 0n ? rest : 0n)
}

function* aggregate(
  batch: ReadonlyArray<QueuedCommit>,
  baseFee: bigint,
  config: SealingConfig,
): Asking<BatchResult> {
  const sectors = batch.map((one) => one.sector)
  const out = new Map<SectorNumber, string>()
  const good: Array<QueuedCommit> = []
  let collateral = 0n
  for (const one of batch) {
    const needed = yield* collateralOf(one.sector)
    if (needed.ok) {
      collateral += needed.value
      good.push(one)
    } else out.set(one.sector, needed.error.message)
  }
  if (good.length === 0) return sentBatch(sectors, null, out)
  good.sort((a, b) => a.sector - b.sector)
  const fail = (message: string) => failedBatch(sectors, message, out)
  const proof = yield* sealer.aggregateProofs(
    good.map((one) => one.sector),
    good.map((one) => one.input.proof),
  )
  if (!proof.ok) return fail(`aggregating proofs: ${proof.error.message}`)
  const fee = withSafety(aggregateNetworkFee("prove", good.length, baseFee))
  const value = yield* collateralToSend(collateral + fee, config)
  if (!value.ok) return fail(`couldn't get available balance: ${value.error.message}`)
  const maxFee = config.MaxCommitBatchGasFeeBase + config.MaxCommitBatchGasFeePerSector * BigInt(good.length)
  const from = yield* chain.selectAddress("commit", maxFee + value.value)
  if (!from.ok) return fail(`no good address found: ${from.error.message}`)
  const entries = good.map((one) => ({ sector: one.sector, proof: proof.value }))
  const sent = yield* chain.sendMessage(
    from.value,
    { method: "ProveCommitAggregate", sectors: entries },
    value.value,
    maxFee,
  )
  return sent.ok ? sentBatch(sectors, sent.value, out) : fail(`sending message failed: ${sent.error.message}`)
}

function* oneByOne(
  waiting: ReadonlyArray<QueuedCommit>,
  config: SealingConfig,
): Asking<ReadonlyArray<BatchResult> | null> {
  const purse = yield* openPurse(config)
  if (!purse.ok) return null
  const results: Array<BatchResult> = []
  for (const one of waiting) {
    const sent = yield* single(one, purse.value, config.MaxCommitGasFee)
    results.push(
      sent.ok
        ? sentBatch([one.sector], sent.value)
        : sentBatch([one.sector], null, new Map([[one.sector, sent.error.message]])),
    )
  }
  return results
}

function* single(one: QueuedCommit, purse: Purse, maxFee: bigint): Asking<Result<string, string>> {
  const needed = yield* collateralOf(one.sector)
  if (!needed.ok) return needed
  const value = purse(needed.value)
  const from = yield* chain.selectAddress("commit", value + maxFee)
  if (!from.ok) return failed("address", `no good address to send commit message from: ${from.error.message}`)
  return yield* chain.sendMessage(
    from.value,
    { method: "ProveCommitSector", sectors: [{ sector: one.sector, proof: one.input.proof }] },
    value,
    maxFee,
  )
}
