/** Sends queued pre-commits: one message for a batch, or one for each when the base fee is low. */
import type { SealingConfig } from "../Config.ts"
import type { BatchResult, PreCommitInput } from "../ports/Batchers.ts"
import * as chain from "../ports/Chain.ts"
import { aggregateNetworkFee, batchFeeNetworkVersion } from "../ports/policy.ts"
import type { Asking } from "../ports/Request.ts"
import { settings } from "../ports/Settings.ts"
import { collateralToSend, openPurse, type Purse } from "../stages/collateral.ts"
import type { Queued, Sending } from "./Batcher.ts"
import { mustSend, preCommitsOneByOne, takeBatch, withSafety } from "./plan.ts"
import { failedBatch, sentBatch } from "./results.ts"

type QueuedPreCommit = Queued<PreCommitInput>

export const sendPreCommits: Sending<PreCommitInput> = function* (queue, wake) {
  const config = yield* settings()
  if (!mustSend(queue.total, config.MaxPreCommitBatch, wake)) return null
  const baseFee = yield* chain.baseFee()
  const version = yield* chain.networkVersion()
  if (!baseFee.ok || !version.ok) return null
  const waiting = queue.list()
  if (preCommitsOneByOne(baseFee.value, config.BatchPreCommitAboveBaseFee, version.value))
    return yield* oneByOne(waiting, config)
  const batch = takeBatch(waiting, config.MaxPreCommitBatch)
  const fee =
    version.value >= batchFeeNetworkVersion
      ? withSafety(aggregateNetworkFee("preCommit", batch.length, baseFee.value))
      : 0n
  return [yield* together(batch, fee, config)]
}

function* together(
  batch: ReadonlyArray<QueuedPreCommit>,
  fee: bigint,
  config: SealingConfig,
): Asking<BatchResult> {
  const sectors = batch.map((one) => one.sector)
  const deposit = batch.reduce((sum, one) => sum + one.input.deposit, 0n)
  const value = yield* collateralToSend(deposit + fee, config)
  if (!value.ok) return failedBatch(sectors, `couldn't get available balance: ${value.error.message}`)
  const maxFee =
    config.MaxPreCommitBatchGasFeeBase + config.MaxPreCommitBatchGasFeePerSector * BigInt(sectors.length)
  const from = yield* chain.selectAddress("precommit", maxFee + value.value)
  if (!from.ok) return failedBatch(sectors, `no good address found: ${from.error.message}`)
  const entries = batch.map(({ input }) => ({ info: input.info, deposit: input.deposit }))
  const sent = yield* chain.sendMessage(
    from.value,
    { method: "PreCommitSectorBatch", sectors: entries },
    value.value,
    maxFee,
  )
  return sent.ok
    ? sentBatch(sectors, sent.value)
    : failedBatch(sectors, `sending message failed: ${sent.error.message}`)
}

function* oneByOne(
  waiting: ReadonlyArray<QueuedPreCommit>,
  config: SealingConfig,
): Asking<ReadonlyArray<BatchResult> | null> {
  const purse = yield* openPurse(config)
  if (!purse.ok) return null
  const results: Array<BatchResult> = []
  for (const one of waiting) results.push(yield* single(one, purse.value, config.MaxPreCommitGasFee))
  return results
}

function* single({ sector, input }: QueuedPreCommit, purse: Purse, maxFee: bigint): Asking<BatchResult> {
  const value = purse(input.deposit)
  const from = yield* chain.selectAddress("precommit", value + maxFee)
  if (!from.ok)
    return failedBatch([sector], `no good address to send precommit message from: ${from.error.message}`)
  const sent = yield* chain.sendMessage(
    from.value,
    { method: "PreCommitSector", sectors: [{ info: input.info, deposit: input.deposit }] },
    value,
    maxFee,
  )
  return sent.ok
    ? sentBatch([sector], sent.value)
    : failedBatch([sector], `pushing message to mpool: ${sent.error.message}`)
}
