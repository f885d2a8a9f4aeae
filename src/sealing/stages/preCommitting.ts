/** PreCommitting: hands the sector to the batcher, or checks it and sends the single pre-commit message. */
import type { SealingConfig } from "../Config.ts"
import * as chain from "../ports/Chain.ts"
import * as input from "../ports/Input.ts"
import { batchNetworkVersion } from "../ports/policy.ts"
import type { Asking } from "../ports/Request.ts"
import { settings } from "../ports/Settings.ts"
import { collateralToSend } from "./collateral.ts"
import { preCommitParams, type PreCommitParams } from "./preCommitParams.ts"
import { chainTrouble, failure, type Outcome, type Stage } from "./Stage.ts"

export const preCommitting: Stage = function* (sector, context) {
  const config = yield* settings()
  if (config.BatchPreCommits) {
    const version = yield* chain.networkVersion()
    if (!version.ok) return chainTrouble("reading the network version", version.error)
    if (version.value >= batchNetworkVersion) return { _tag: "SectorPreCommitBatch" }
  }
  const prepared = yield* preCommitParams(sector, context.miner, config)
  if (prepared.params === null) return prepared.outcome
  const outcome = yield* send(prepared.params, config)
  if (prepared.params.replaces !== null && outcome._tag !== "SectorPreCommitted")
    yield* input.markUpgrade(prepared.params.replaces)
  return outcome
}

function* send({ info, deposit }: PreCommitParams, config: SealingConfig): Asking<Outcome> {
  const value = yield* collateralToSend(deposit, config)
  if (!value.ok) return chainTrouble("reading the available balance", value.error)
  const maxFee = config.MaxPreCommitGasFee
  const from = yield* chain.selectAddress("precommit", value.value + maxFee)
  if (!from.ok)
    return from.error.code === "api"
      ? chainTrouble("choosing an address", from.error)
      : failure(
          "SectorChainPreCommitFailed",
          `no good address to send precommit message from: ${from.error.message}`,
        )
  const sent = yield* chain.sendMessage(
    from.value,
    { method: "PreCommitSector", sectors: [{ info, deposit }] },
    value.value,
    maxFee,
  )
  if (!sent.ok)
    return failure("SectorChainPreCommitFailed", `pushing message to mpool: ${sent.error.message}`)
  return {
    _tag: "SectorPreCommitted",
    Message: sent.value,
    PreCommitDeposit: deposit.toString(),
    PreCommitInfo: info,
  }
}
