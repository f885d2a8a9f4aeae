/** PreCommitFailed: looks the message up, checks the sector again, compares what is on the chain, and resumes from there. */
import { checkPrecommit, type PreCommitError } from "../../checks.ts"
import * as chain from "../../ports/Chain.ts"
import { exitOk, sysErrOutOfGas } from "../../ports/policy.ts"
import type { Asking } from "../../ports/Request.ts"
import type { Bytes, Cid, Sector } from "../../Sector.ts"
import {
  chainTrouble,
  cooldown,
  failure,
  idle,
  numberUsedUp,
  type Outcome,
  type Stage,
  type StageContext,
} from "../Stage.ts"

export const preCommitFailed: Stage = function* (sector, context) {
  const head = yield* chain.head()
  if (!head.ok) return chainTrouble("reading the head", head.error)
  if (sector.PreCommitMessage !== null) {
    const known = yield* fromMessage(sector.PreCommitMessage, context)
    if (known !== null) return known
  }
  const broken = yield* checkPrecommit(sector, context.miner, head.value.epoch)
  if (broken !== null && broken._tag !== "PrecommitOnChain") return afterCheck(broken)
  return yield* compare(sector, context, head.value.tipset)
}

/** What the message itself says; null when it says nothing that helps. */
function* fromMessage(cid: Cid, context: StageContext): Asking<Outcome | null> {
  const found = yield* chain.searchMessage(cid)
  if (!found.ok) {
    yield* cooldown(context)
    return { _tag: "SectorRetryPreCommitWait" }
  }
  if (found.value === null || found.value.exitCode === exitOk) return { _tag: "SectorRetryPreCommitWait" }
  return found.value.exitCode === sysErrOutOfGas ? { _tag: "SectorRetryPreCommit" } : null
}

const afterCheck = (broken: Exclude<PreCommitError, { readonly _tag: "PrecommitOnChain" }>): Outcome => {
  switch (broken._tag) {
    case "ApiError":
      return chainTrouble("checking the pre-commit", broken)
    case "BadCommD":
      return failure("SectorSealPreCommit1Failed", `bad CommD error: ${broken.message}`)
    case "ExpiredTicket":
      return failure("SectorSealPreCommit1Failed", `ticket expired error: ${broken.message}`)
    case "BadTicket":
      return failure("SectorSealPreCommit1Failed", `bad ticket: ${broken.message}`)
    case "InvalidDeals":
      return { _tag: "SectorInvalidDealIDs", Return: "PreCommitFailed" }
    case "ExpiredDeals":
      return failure("SectorDealsExpired", `sector deals expired: ${broken.message}`)
    case "SectorNumberAllocated":
      return numberUsedUp
    case "InvalidPiece":
      return idle("operator", `${broken.message}. The sector cannot be sealed like this: remove it`)
  }
}

function* compare(sector: Sector, context: StageContext, tipset: Bytes): Asking<Outcome> {
  const onChain = yield* chain.preCommitInfo(sector.SectorNumber)
  if (onChain.ok && onChain.value !== null) {
    if (sector.PreCommitMessage === null) return { _tag: "SectorPreCommitLanded", TipSet: tipset }
    if (onChain.value.Info.SealedCID !== sector.CommR)
      return idle(
        "operator",
        `the pre-commit on the chain has another CommR: ${onChain.value.Info.SealedCID} != ${sector.CommR}. It must expire, or the sector be removed`,
      )
    yield* cooldown(context)
    return { _tag: "SectorRetryWaitSeed" }
  }
  yield* cooldown(context)
  return { _tag: "SectorRetryPreCommit" }
}
