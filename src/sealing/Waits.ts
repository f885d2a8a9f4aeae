/**
 * Why each sector waits, as it is now: the request its stage has asked and not been answered, or the reason with which
 * the stage came to rest. In memory only; after a restart the stages run again and say it again.
 */
import type { Modelled } from "./model/layers.ts"
import type { World } from "./model/World.ts"
import { preCommitChallengeDelay } from "./ports/policy.ts"
import type { Request } from "./ports/Request.ts"
import type { SectorNumber } from "./Sector.ts"
import { sealed } from "./stages/proving.ts"
import { isCooldown, type Why } from "./stages/Stage.ts"
import { openForDeals } from "./stages/waitDeals.ts"

type Wait =
  { readonly _tag: "Asked"; readonly request: Request } | { readonly _tag: "Rests"; readonly why: Why }

/** Why a sector waits, and until when (milliseconds of the world's clock) if that is known. */
export interface Waiting {
  readonly kind: Why["kind"]
  readonly text: string
  readonly until: number | null
}

/** Why a sector rests in a state that has no stage; null where it needs nothing. */
const withoutStage = (state: string): Why | null => {
  if (state === "Removed") return null
  return state === ""
    ? {
        kind: "operator",
        text: "it has a number and was not begun: only SectorStart, SectorStartCC and SectorRemove move it",
      }
    : {
        kind: "operator",
        text: `nothing runs in ${state}: force-state, SectorTerminate or SectorRemove gets a sector out of it`,
      }
}

/** What became of a proven sector on the chain; null while it lives there. */
const ended = ({ chain }: World, sector: SectorNumber): Why | null => {
  const found = chain.sectorOf(sector)
  const operator = (text: string): Why => ({ kind: "operator", text })
  if (found === null)
    return operator(
      "Proving, but the chain does not have it: it was forced here. Force it to where it was, or remove it",
    )
  if (chain.miner.isLive(sector, chain.head)) return null
  return operator(
    found.terminatedAt === null
      ? `it ended on the chain at epoch ${found.Expiration}. SectorRemove deletes its files`
      : `it was terminated on the chain at epoch ${found.terminatedAt}. SectorRemove deletes its files`,
  )
}

/** Nothing can be proven of a sector whose files were deleted, whatever state it was forced into. */
const filesGone = ({ chain }: World, sector: SectorNumber): Why => ({
  kind: "operator",
  text: chain.miner.isLive(sector, chain.head)
    ? "its files were deleted by its removal, but the chain still has it: SectorTerminate ends it there, then SectorRemove. No other state helps"
    : "its files were deleted by its removal: only SectorRemove helps. No state that it is forced into brings them back",
})

/** Why a sector's seed will be refused: a revert has moved the pre-commit that it was reckoned from. Null when it has not. */
const seedMoved = ({ chain }: World, sector: SectorNumber, why: Why): Why | null => {
  const seed = chain.heights.pending(sector, "seedReady")
  if (seed === null || why.kind !== "chain") return null
  chain.settle()
  const preCommit = chain.miner.preCommit(sector, chain.head)
  const right = preCommit === null ? null : preCommit.PreCommitEpoch + preCommitChallengeDelay
  if (right === seed) return null
  const moved =
    preCommit === null
      ? "a revert took the pre-commit off the chain"
      : `a revert moved the pre-commit to epoch ${preCommit.PreCommitEpoch}`
  const next =
    right === null
      ? "the sector then finds its way from where that lands"
      : `the right one is of epoch ${right}`
  return { ...why, text: `${moved}: the seed of epoch ${seed} will be refused, and ${next}` }
}

export class Waits {
  private readonly waits = new Map<SectorNumber, Wait>()
  private readonly modelled: Modelled

  constructor(modelled: Modelled) {
    this.modelled = modelled
  }

  /** Its stage has asked something. */
  asked(sector: SectorNumber, request: Request): void {
    this.waits.set(sector, { _tag: "Asked", request })
  }

  /** Its stage has ended without an event. */
  rests(sector: SectorNumber, why: Why): void {
    this.waits.set(sector, { _tag: "Rests", why })
  }

  /** Nothing runs in its state. */
  comesToRest(sector: SectorNumber, state: string): void {
    const why = withoutStage(state)
    if (why === null) this.waits.delete(sector)
    else this.waits.set(sector, { _tag: "Rests", why })
  }

  /** Its planner refused what its stage sent: it rests where it is. An event from elsewhere changes nothing. */
  refused(sector: SectorNumber, reason: string): void {
    if (!this.waits.has(sector))
      this.rests(sector, {
        kind: "operator",
        text: `${reason}. It rests here: force the state it should be in, or remove it`,
      })
  }

  /** Nothing is known of it: it goes on, or is where nothing waits. */
  clear(sector: SectorNumber): void {
    this.waits.delete(sector)
  }

  of(sector: SectorNumber): Waiting | null {
    const wait = this.waits.get(sector)
    if (wait === undefined) return null
    const why = this.whyOf(sector, wait)
    return { kind: why.kind, text: why.text, until: this.untilMillis(why) }
  }

  /**
   * True when nothing but an event by hand helps it: it rests without a known end and not where it should be, or it
   * tries again what cannot succeed.
   */
  needsOperator(sector: SectorNumber): boolean {
    const wait = this.waits.get(sector)
    if (wait === undefined) return false
    if (wait._tag === "Asked") return this.triesInVain(sector, wait.request)
    const why = this.atRest(sector, wait.why)
    return why !== sealed.why && why !== openForDeals.why && why.until === undefined
  }

  private whyOf(sector: SectorNumber, wait: Wait): Why {
    if (wait._tag === "Rests") return this.atRest(sector, wait.why)
    if (this.triesInVain(sector, wait.request)) return filesGone(this.modelled.world, sector)
    return this.modelled.explain(wait.request)
  }

  /** Lotus tries a failed step again every minute without end, also where its files are gone. */
  private triesInVain(sector: SectorNumber, request: Request): boolean {
    return isCooldown(request) && this.modelled.world.sealer.files.areGone(sector)
  }

  /** A sector that was whole when it came to rest may have ended on the chain since. */
  private atRest(sector: SectorNumber, why: Why): Why {
    const { world } = this.modelled
    if (why.until === undefined && world.sealer.files.areGone(sector)) return filesGone(world, sector)
    if (why === sealed.why) return ended(world, sector) ?? why
    return why.until === undefined ? why : (seedMoved(world, sector, why) ?? why)
  }

  private untilMillis({ until }: Why): number | null {
    if (until === undefined) return null
    return "millis" in until ? until.millis : this.modelled.world.chain.epochs.startOf(until.epoch)
  }
}
