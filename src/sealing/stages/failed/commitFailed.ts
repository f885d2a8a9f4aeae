/** CommitFailed: looks the message up, checks the proof again, and resumes where the chain says. */
import { checkCommit, type CommitError } from "../../checks.ts"
import * as chain from "../../ports/Chain.ts"
import { exitOk, sysErrOutOfGas } from "../../ports/policy.ts"
import type { Asking } from "../../ports/Request.ts"
import type { Cid, Sector } from "../../Sector.ts"
import {
  chainTrouble,
  cooldown,
  failure,
  idle,
  type Outcome,
  type Stage,
  type StageContext,
} from "../Stage.ts"

export const commitFailed: Stage = function* (sector, context) {
  const head = yield* chain.head()
  if (!head.ok) return chainTrouble("reading the head", head.error)
  if (sector.CommitMessage !== null) {
    const known = yield* fromMessage(sector, sector.CommitMessage, context)
    if (known !== null) return known
  }
  const broken = yield* checkCommit(sector, sector.Proof, context.miner)
  if (broken !== null) return yield* afterCheck(sector, broken, context)
  yield* cooldown(context)
  return { _tag: "SectorRetryComputeProof" }
}

/**
 * What the message itself says; null when it says nothing that helps. A message that succeeded without making the
 * sector (Lotus waits for it again, for ever) is no help either.
 */
function* fromMessage(sector: Sector, cid: Cid, context: StageContext): Asking<Outcome | null> {
  const found = yield* chain.searchMessage(cid)
  if (!found.ok) {
    yield* cooldown(context)
    return { _tag: "SectorRetryCommitWait" }
  }
  if (found.value === null) return { _tag: "SectorRetryCommitWait" }
  if (found.value.exitCode === sysErrOutOfGas) return { _tag: "SectorRetrySubmitCommit" }
  if (found.value.exitCode !== exitOk) return null
  const known = yield* chain.sectorInfo(sector.SectorNumber)
  return known.ok && known.value === null ? null : { _tag: "SectorRetryCommitWait" }
}

function* afterCheck(sector: Sector, broken: CommitError, context: StageContext): Asking<Outcome> {
  switch (broken._tag) {
    case "ApiError":
      return chainTrouble("checking the proof", broken)
    case "BadSeed":
      return { _tag: "SectorRetryWaitSeed" }
    case "InvalidProof":
      yield* cooldown(context)
      return sector.InvalidProofs > 0
        ? failure("SectorSealPreCommit1Failed", "consecutive invalid proofs")
        : { _tag: "SectorRetryInvalidProof" }
    case "NoPrecommit":
      return { _tag: "SectorRetryPreCommit" }
    case "InvalidDeals":
      return { _tag: "SectorInvalidDealIDs", Return: "CommitFailed" }
    case "ExpiredDeals":
      return failure("SectorDealsExpired", `sector deals expired: ${broken.message}`)
    case "CommitWaitFailed":
      yield* cooldown(context)
      return { _tag: "SectorRetryCommitWait" }
    case "InvalidPiece":
      return idle("operator", `${broken.message}. The sector cannot be proven like this: remove it`)
    case "Unclassified":
      return idle(
        "operator",
        `the check before the commit failed: ${broken.message}. SectorRestart tries again, SectorRemove gives the sector up`,
      )
  }
}
