/** PreCommitWait and PreCommitBatchWait: wait until the pre-commit message is five epochs deep, then read its exit code. */
import * as chain from "../ports/Chain.ts"
import { exitOk, messageConfidence, sysErrInsufficientFunds, sysErrOutOfGas } from "../ports/policy.ts"
import { failure, type Stage } from "./Stage.ts"

export const preCommitWait: Stage = function* (sector) {
  if (sector.PreCommitMessage === null)
    return failure("SectorChainPreCommitFailed", "precommit message was nil")
  const landed = yield* chain.waitMessage(sector.PreCommitMessage, messageConfidence)
  if (!landed.ok) return failure("SectorChainPreCommitFailed", landed.error.message)
  switch (landed.value.exitCode) {
    case exitOk:
      return { _tag: "SectorPreCommitLanded", TipSet: landed.value.tipset }
    case sysErrInsufficientFunds:
    case sysErrOutOfGas:
      return { _tag: "SectorRetryPreCommit" }
    default:
      return failure("SectorChainPreCommitFailed", `sector precommit failed: ${landed.value.exitCode}`)
  }
}
