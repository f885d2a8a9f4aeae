/**
 * What goes into a pre-commit, checked: shared by the single message and the batch. An outcome instead of parameters
 * means that the stage is over.
 */
import { checkPrecommit, type PreCommitError } from "../checks.ts"
import type { SealingConfig } from "../Config.ts"
import * as chain from "../ports/Chain.ts"
import * as input from "../ports/Input.ts"
import type { Asking } from "../ports/Request.ts"
import { dealIds, type Bytes, type ChainEpoch, type PreCommitInfo, type Sector } from "../Sector.ts"
import { sectorExpiration } from "./expiration.ts"
import { chainTrouble, failure, numberUsedUp, type Outcome } from "./Stage.ts"

export interface PreCommitParams {
  readonly info: PreCommitInfo
  readonly deposit: bigint
  /** The sector marked for upgrade that this one replaces. */
  readonly replaces: number | null
}

export type Prepared =
  { readonly params: PreCommitParams } | { readonly params: null; readonly outcome: Outcome }

const over = (outcome: Outcome): Prepared => ({ params: null, outcome })

/** What the failure of the check means before a pre-commit; `tipset` is the head's. */
const afterCheck = (broken: PreCommitError, tipset: Bytes): Outcome => {
  switch (broken._tag) {
    case "ApiError":
      return chainTrouble("checking the pre-commit", broken)
    case "BadCommD":
      return failure("SectorSealPreCommit1Failed", `bad CommD error: ${broken.message}`)
    case "ExpiredTicket":
      return failure("SectorSealPreCommit1Failed", `ticket expired: ${broken.message}`)
    case "BadTicket":
      return failure("SectorSealPreCommit1Failed", `bad ticket: ${broken.message}`)
    case "InvalidDeals":
      return { _tag: "SectorInvalidDealIDs", Return: "PreCommitting" }
    case "ExpiredDeals":
      return failure("SectorDealsExpired", `sector deals expired: ${broken.message}`)
    case "PrecommitOnChain":
      return { _tag: "SectorPreCommitLanded", TipSet: tipset }
    case "SectorNumberAllocated":
      return numberUsedUp
    case "InvalidPiece":
      return failure(
        "SectorChainPreCommitFailed",
        `preCommitParams: checkPrecommit sanity check error: ${broken.message}`,
      )
  }
}

/** Checks the sector at the head and makes the parameters of its pre-commit. */
export function* preCommitParams(sector: Sector, miner: string, config: SealingConfig): Asking<Prepared> {
  const head = yield* chain.head()
  if (!head.ok) return over(chainTrouble("reading the head", head.error))
  const broken = yield* checkPrecommit(sector, miner, head.value.epoch)
  if (broken !== null) return over(afterCheck(broken, head.value.tipset))
  const { info, least, replaces } = yield* withUpgrade(plainInfo(sector, head.value.epoch, config))
  const deposit = yield* chain.preCommitDeposit(info)
  if (!deposit.ok) {
    if (replaces !== null) yield* input.markUpgrade(replaces)
    return over(
      failure(
        "SectorChainPreCommitFailed",
        `preCommitParams: getting initial pledge collateral: ${deposit.error.message}`,
      ),
    )
  }
  return { params: { info, deposit: deposit.value > least ? deposit.value : least, replaces } }
}

const plainInfo = (sector: Sector, head: ChainEpoch, config: SealingConfig): PreCommitInfo => ({
  SealProof: sector.SectorType,
  SectorNumber: sector.SectorNumber,
  SealedCID: sector.CommR ?? "",
  SealRandEpoch: sector.TicketEpoch,
  DealIDs: dealIds(sector),
  Expiration: sectorExpiration(sector, head, config.CommittedCapacitySectorLifetime),
  ReplaceCapacity: false,
  ReplaceSectorDeadline: 0,
  ReplaceSectorPartition: 0,
  ReplaceSectorNumber: 0,
})

interface Upgraded {
  readonly info: PreCommitInfo
  /** The deposit must not be less than the replaced sector's pledge. */
  readonly least: bigint
  readonly replaces: number | null
}

/** A sector with deals replaces one that is marked for upgrade, if there is one and the chain can say where it is. */
function* withUpgrade(info: PreCommitInfo): Asking<Upgraded> {
  const plain: Upgraded = { info, least: 0n, replaces: null }
  if (info.DealIDs.length === 0) return plain
  const replaced = yield* input.takeUpgrade()
  if (replaced === null) return plain
  const location = yield* chain.sectorLocation(replaced)
  const known = yield* chain.sectorInfo(replaced)
  if (!location.ok || !known.ok || location.value === null || known.value === null) {
    if (!location.ok || !known.ok) yield* input.markUpgrade(replaced)
    return plain
  }
  return {
    info: {
      ...info,
      Expiration: Math.max(info.Expiration, known.value.Expiration),
      ReplaceCapacity: true,
      ReplaceSectorDeadline: location.value.deadline,
      ReplaceSectorPartition: location.value.partition,
      ReplaceSectorNumber: replaced,
    },
    least: known.value.InitialPledge,
    replaces: replaced,
  }
}
