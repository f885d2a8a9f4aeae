/** CommitWait and CommitAggregateWait: wait for the prove-commit message, then look whether the sector is on the chain. */
import * as chain from "../ports/Chain.ts"
import { exitOk, messageConfidence, sysErrInsufficientFunds, sysErrOutOfGas } from "../ports/policy.ts"
import { failure, type Stage } from "./Stage.ts"

export const commitWait: Stage = function* (sector) {
  if (sector.CommitMessage === null)
    return failure("SectorCommitFailed", "entered commit wait with no commit cid")
  const landed = yield* chain.waitMessage(sector.CommitMessage, messageConfidence)
  if (!landed.ok)
    return failure("SectorCommitFailed", `failed to wait for porep inclusion: ${landed.error.message}`)
  const { exitCode } = landed.value
  if (exitCode === sysErrInsufficientFunds || exitCode === sysErrOutOfGas)
    return { _tag: "SectorRetrySubmitCommit" }
  if (exitCode !== exitOk)
    return failure(
      "SectorCommitFailed",
      `submitting sector proof failed (exit=${exitCode}, msg=${sector.CommitMessage})`,
    )
  const known = yield* chain.sectorInfo(sector.SectorNumber)
  if (!known.ok)
    return failure(
      "SectorCommitFailed",
      `proof validation failed, calling StateSectorGetInfo: ${known.error.message}`,
    )
  return known.value === null
    ? failure("SectorCommitFailed", "proof validation failed, sector not found in sector set after cron")
    : { _tag: "SectorProving" }
}
