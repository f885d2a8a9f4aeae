/**
 * What the modelled chain records of the miner: used numbers, pre-commits, proven sectors. It executes the pipeline's
 * messages with the rules that matter here (spec of the chain, section 1), and can undo them for a revert.
 */
import type {
  MessageParams,
  PreCommitEntry,
  PreCommitOnChain,
  ProofEntry,
  SectorLocation,
  SectorOnChain,
} from "../ports/Chain.ts"
import {
  exitOk,
  expiredPreCommitCleanUpDelay,
  maxPreCommitRandomnessLookback,
  maxProveCommitDuration,
  preCommitChallengeDelay,
  wPoStChallengeWindow,
  wPoStPeriodDeadlines,
  wPoStProvingPeriod,
} from "../ports/policy.ts"
import type { ChainEpoch, PreCommitInfo, SectorNumber } from "../Sector.ts"
import type { Ledger } from "./Ledger.ts"

/** Exit codes of the miner actor. */
const exitIllegalArgument = 16
const exitNotFound = 17
const exitForbidden = 18

export interface ProvenSector extends SectorOnChain {
  readonly preCommit: PreCommitOnChain
  readonly location: SectorLocation
  terminatedAt: ChainEpoch | null
  /** The sector that this one took the place of, and when that was to end before; left out when there is none. */
  readonly replaced?: { readonly sector: SectorNumber; readonly expiration: ChainEpoch }
}

/** What executing a message came to. */
export interface Executed {
  readonly exitCode: number
  readonly applied: ReadonlyArray<SectorNumber>
}

/** Where a sector is proven: spread evenly over the 48 deadlines, one partition each (our assumption). */
const locationOf = (sector: SectorNumber): SectorLocation => ({
  deadline: sector % wPoStPeriodDeadlines,
  partition: 0,
})

/** The end of the next window in which a deadline is proven; a sector that was replaced ends with it. */
const nextDeadlineEnd = (deadline: number, epoch: ChainEpoch): ChainEpoch => {
  const end = epoch - (epoch % wPoStProvingPeriod) + (deadline + 1) * wPoStChallengeWindow
  return end > epoch ? end : end + wPoStProvingPeriod
}

export class MinerState {
  readonly allocated = new Set<SectorNumber>()
  readonly preCommits = new Map<SectorNumber, PreCommitOnChain>()
  readonly sectors = new Map<SectorNumber, ProvenSector>()
  private readonly ledger: Ledger
  /** The initial pledge of a sector of that proof. */
  private readonly pledgeOf: (proofType: number) => bigint
  /** Whether a deal can still be activated at the epoch. */
  private readonly dealFits: (deal: number, epoch: ChainEpoch) => boolean

  constructor(
    ledger: Ledger,
    pledgeOf: (proofType: number) => bigint,
    dealFits: (deal: number, epoch: ChainEpoch) => boolean,
  ) {
    this.ledger = ledger
    this.pledgeOf = pledgeOf
    this.dealFits = dealFits
  }

  /** The pre-commit of a sector at the head; one that was not proven in time is cleaned up here. */
  preCommit(sector: SectorNumber, head: ChainEpoch): PreCommitOnChain | null {
    const found = this.preCommits.get(sector)
    if (found === undefined) return null
    const end =
      found.PreCommitEpoch + maxProveCommitDuration(found.Info.SealProof) + expiredPreCommitCleanUpDelay
    if (head <= end) return found
    this.preCommits.delete(sector)
    this.ledger.move("deposits", "burnt", found.PreCommitDeposit)
    return null
  }

  isLive(sector: SectorNumber, head: ChainEpoch): boolean {
    const found = this.sectors.get(sector)
    return found !== undefined && found.terminatedAt === null && found.Expiration > head
  }

  liveAt(at: SectorLocation, head: ChainEpoch): ReadonlyArray<SectorNumber> {
    const live: Array<SectorNumber> = []
    for (const sector of this.sectors.values())
      if (
        sector.location.deadline === at.deadline &&
        sector.location.partition === at.partition &&
        this.isLive(sector.SectorNumber, head)
      )
        live.push(sector.SectorNumber)
    return live
  }

  /** Executes a message at its epoch. */
  execute(params: MessageParams, epoch: ChainEpoch): Executed {
    switch (params.method) {
      case "PreCommitSector":
      case "PreCommitSectorBatch":
        return this.preCommitAll(params.sectors, epoch)
      case "ProveCommitSector":
        return this.prove(params.sectors, epoch, true)
      case "ProveCommitAggregate":
        return this.prove(params.sectors, epoch, false)
      case "TerminateSectors":
        return this.terminate(
          params.declarations.flatMap((declaration) => declaration.sectors),
          epoch,
        )
    }
  }

  /** Takes back what a message did to the sectors in `applied`. */
  undo(params: MessageParams, applied: ReadonlyArray<SectorNumber>): void {
    for (const number of applied) {
      const preCommit = this.preCommits.get(number)
      const sector = this.sectors.get(number)
      if (params.method === "TerminateSectors") {
        if (sector !== undefined) sector.terminatedAt = null
      } else if (params.method === "PreCommitSector" || params.method === "PreCommitSectorBatch") {
        this.preCommits.delete(number)
        this.allocated.delete(number)
        if (preCommit !== undefined) this.ledger.move("deposits", "available", preCommit.PreCommitDeposit)
      } else if (sector !== undefined) {
        this.sectors.delete(number)
        if (sector.replaced !== undefined) this.expire(sector.replaced.sector, sector.replaced.expiration)
        this.preCommits.set(number, sector.preCommit)
        this.ledger.move("pledge", "available", sector.InitialPledge)
        this.ledger.move("available", "deposits", sector.preCommit.PreCommitDeposit)
      }
    }
  }

  /** All or nothing: one bad sector fails the message. */
  private preCommitAll(entries: ReadonlyArray<PreCommitEntry>, epoch: ChainEpoch): Executed {
    for (const { info } of entries)
      if (
        this.allocated.has(info.SectorNumber) ||
        info.SealRandEpoch < epoch - maxPreCommitRandomnessLookback ||
        info.SealRandEpoch >= epoch ||
        info.DealIDs.some((deal) => !this.dealFits(deal, epoch))
      )
        return { exitCode: exitIllegalArgument, applied: [] }
    for (const { info, deposit } of entries) {
      this.allocated.add(info.SectorNumber)
      this.preCommits.set(info.SectorNumber, { Info: info, PreCommitDeposit: deposit, PreCommitEpoch: epoch })
      this.ledger.move("available", "deposits", deposit)
    }
    return { exitCode: exitOk, applied: entries.map(({ info }) => info.SectorNumber) }
  }

  private prove(entries: ReadonlyArray<ProofEntry>, epoch: ChainEpoch, single: boolean): Executed {
    const applied: Array<SectorNumber> = []
    for (const { sector } of entries) {
      const preCommit = this.preCommit(sector, epoch)
      const refusal = preCommit === null ? exitNotFound : this.proofRefusal(preCommit, epoch)
      if (refusal === exitOk && preCommit !== null) {
        this.activate(preCommit, epoch)
        applied.push(sector)
      } else if (single) return { exitCode: refusal, applied }
    }
    return { exitCode: applied.length === 0 ? exitIllegalArgument : exitOk, applied }
  }

  private proofRefusal(preCommit: PreCommitOnChain, epoch: ChainEpoch): number {
    const { Info, PreCommitEpoch } = preCommit
    if (epoch <= PreCommitEpoch + preCommitChallengeDelay) return exitForbidden
    if (epoch > PreCommitEpoch + maxProveCommitDuration(Info.SealProof)) return exitIllegalArgument
    return Info.DealIDs.every((deal) => this.dealFits(deal, epoch)) ? exitOk : exitIllegalArgument
  }

  private activate(preCommit: PreCommitOnChain, epoch: ChainEpoch): void {
    const { Info } = preCommit
    const pledge = this.pledgeOf(Info.SealProof)
    const replaced = this.replace(Info, epoch)
    this.preCommits.delete(Info.SectorNumber)
    this.ledger.move("deposits", "available", preCommit.PreCommitDeposit)
    this.ledger.move("available", "pledge", pledge)
    this.sectors.set(Info.SectorNumber, {
      SectorNumber: Info.SectorNumber,
      SealProof: Info.SealProof,
      SealedCID: Info.SealedCID,
      DealIDs: Info.DealIDs,
      Activation: epoch,
      Expiration: Info.Expiration,
      InitialPledge: pledge,
      preCommit,
      location: locationOf(Info.SectorNumber),
      terminatedAt: null,
      ...(replaced === null ? {} : { replaced }),
    })
  }

  /** A sector that is replaced ends early, at the end of its deadline (specs-actors v6 has it so). */
  private replace(info: PreCommitInfo, epoch: ChainEpoch): NonNullable<ProvenSector["replaced"]> | null {
    if (!info.ReplaceCapacity || !this.isLive(info.ReplaceSectorNumber, epoch)) return null
    const { location, Expiration: expiration } = this.sectors.get(info.ReplaceSectorNumber)!
    this.expire(info.ReplaceSectorNumber, Math.min(expiration, nextDeadlineEnd(location.deadline, epoch)))
    return { sector: info.ReplaceSectorNumber, expiration }
  }

  private expire(number: SectorNumber, Expiration: ChainEpoch): void {
    const sector = this.sectors.get(number)
    if (sector !== undefined) this.sectors.set(number, { ...sector, Expiration })
  }

  private terminate(numbers: ReadonlyArray<SectorNumber>, epoch: ChainEpoch): Executed {
    const applied = numbers.filter((number) => this.isLive(number, epoch))
    for (const number of applied) this.sectors.get(number)!.terminatedAt = epoch
    return { exitCode: applied.length === 0 ? exitIllegalArgument : exitOk, applied }
  }
}
