/** SubmitCommit: hands the proof to the batcher, or checks it and sends the single prove-commit message. */
import { checkCommit } from "../checks.ts"
import type { SealingConfig } from "../Config.ts"
import * as chain from "../ports/Chain.ts"
import { batchNetworkVersion } from "../ports/policy.ts"
import type { Asking } from "../ports/Request.ts"
import { settings } from "../ports/Settings.ts"
import type { Sector } from "../Sector.ts"
import { collateralToSend } from "./collateral.ts"
import { chainTrouble, failure, noPreCommit, type Outcome, type Stage } from "./Stage.ts"

export const submitCommit: Stage = function* (sector, context) {
  const config = yield* settings()
  if (config.AggregateCommits) {
    const version = yield* chain.networkVersion()
    if (!version.ok) return chainTrouble("reading the network version", version.error)
    if (version.value >= batchNetworkVersion) return { _tag: "SectorSubmitCommitAggregate" }
  }
  const head = yield* chain.head()
  if (!head.ok) return chainTrouble("reading the head", head.error)
  const broken = yield* checkCommit(sector, sector.Proof, context.miner)
  if (broken !== null) return failure("SectorCommitFailed", `commit check error: ${broken.message}`)
  return yield* send(sector, config)
}

function* send(sector: Sector, config: SealingConfig): Asking<Outcome> {
  const preCommit = yield* chain.preCommitInfo(sector.SectorNumber)
  if (!preCommit.ok) return noPreCommit(preCommit.error)
  if (preCommit.value === null) return failure("SectorCommitFailed", "precommit info not found on chain")
  const pledge = yield* chain.initialPledge(preCommit.value.Info)
  if (!pledge.ok) return chainTrouble("getting the initial pledge", pledge.error)
  const rest = pledge.value - preCommit.value.PreCommitDeposit
  const value = yield* collateralToSend(rest > 0n ? rest : 0n, config)
  if (!value.ok) return chainTrouble("reading the available balance", value.error)
  const maxFee = config.MaxCommitGasFee
  const from = yield* chain.selectAddress("commit", value.value + maxFee)
  if (!from.ok)
    return from.error.code === "api"
      ? chainTrouble("choosing an address", from.error)
      : failure("SectorCommitFailed", `no good address to send commit message from: ${from.error.message}`)
  const sent = yield* chain.sendMessage(
    from.value,
    { method: "ProveCommitSector", sectors: [{ sector: sector.SectorNumber, proof: sector.Proof }] },
    value.value,
    maxFee,
  )
  return sent.ok
    ? { _tag: "SectorCommitSubmitted", Message: sent.value }
    : failure("SectorCommitFailed", `pushing message to mpool: ${sent.error.message}`)
}
