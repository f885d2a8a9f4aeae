/**
 * What a stage is: a plain generator from the sector's record that yields requests and comes to one event, or to an
 * idle rest with its reason. A stage forks nothing and awaits nothing but a request, so one sector is a test without a
 * runtime and the same stage runs under both drivers.
 */
import type { SectorEvent, SectorEventNamed } from "../events/SectorEvent.ts"
import type { Asking, Request } from "../ports/Request.ts"
import type { PortFailure } from "../ports/Result.ts"
import { sleepUntil } from "../ports/Time.ts"
import { sealingPriority, type ChainEpoch, type Sector } from "../Sector.ts"
import type { SectorRef, UnsealedRange } from "../ports/Sealer.ts"
import type { SealingConfig } from "../Config.ts"

/** What a sector waits for: a worker, the chain, a timer, a batch, a limit, the operator; or it is dead. */
export type WhyKind = "worker" | "chain" | "timer" | "batch" | "limit" | "operator" | "dead"

/** The end of a wait, where it is known: a height of the chain, or a moment of the sealing world's clock. */
export type Until = { readonly epoch: ChainEpoch } | { readonly millis: number }

/** Why a sector waits, in one sentence, and until when if that is known. */
export interface Why {
  readonly kind: WhyKind
  readonly text: string
  readonly until?: Until
}

/** The stage ended without an event: the sector rests in its state until somebody sends it one. */
export interface Idle {
  readonly _tag: "Idle"
  readonly why: Why
}

export type Outcome = SectorEvent | Idle

/** What a stage is given beside the record. */
export interface StageContext {
  /** When the last entry of the sector's log was written, in milliseconds; 0 when there is none. */
  readonly lastLogAt: number
  /** The miner's address; deals name it as their provider. */
  readonly miner: string
}

export type Stage = (sector: Sector, context: StageContext) => Generator<Request, Outcome, any>

/** For a stage that asks nothing before it ends: `yield* noRequests`. */
export const noRequests: ReadonlyArray<never> = []

export const isIdle = (outcome: Outcome): outcome is Idle => outcome._tag === "Idle"

export const idle = (kind: WhyKind, text: string, until?: Until): Idle => ({
  _tag: "Idle",
  why: until === undefined ? { kind, text } : { kind, text, until },
})

/** Lotus's "api error, not proceeding": the sector rests until its stage is run again. */
export const chainTrouble = (what: string, error: { readonly message: string }): Idle =>
  idle(
    "chain",
    `${what}: ${error.message}. The sector rests here; SectorRestart, or a restart of the process, tries again`,
  )

/** The chain has used the number up and holds no pre-commit under it: no try changes that. */
export const numberUsedUp: Idle = idle(
  "operator",
  "the sector's number is used up on the chain and there is no pre-commit under it. Remove the sector",
)

/** Why a stage that needs the sector's pre-commit rests when that cannot be had. */
export const noPreCommit = (error: PortFailure<"allocated" | "api">): Idle =>
  error.code === "allocated" ? numberUsedUp : chainTrouble("looking up the pre-commit", error)

type ErrorEvent = {
  [E in SectorEvent as E["_tag"]]: E extends { readonly error: string } ? E["_tag"] : never
}[SectorEvent["_tag"]]

/** An event that carries the text of an error. */
export const failure = <N extends ErrorEvent>(name: N, error: string): SectorEventNamed<N> =>
  ({ _tag: name, error }) as unknown as SectorEventNamed<N>

/** How long a failed state waits after its last log entry before it tries again. */
const cooldownMillis = 60_000
const cooldownReason = "the cooldown after a failure"

/** True for the wait before a failed step is tried again. */
export const isCooldown = (request: Request): boolean =>
  request._tag === "SleepUntil" && request.why === cooldownReason

/** Waits until a minute has passed since the sector's last log entry; not at all when it has. */
export function* cooldown(context: StageContext): Asking<void> {
  if (context.lastLogAt > 0) yield* sleepUntil(context.lastLogAt + cooldownMillis, cooldownReason)
}

/** The sector as the sealer is told of it. */
export const refOf = (sector: Sector): SectorRef => ({
  sector: sector.SectorNumber,
  proofType: sector.SectorType,
  priority: sealingPriority(sector),
})

/**
 * The stretches of deal data to keep unsealed; with `invert`, those to release. `alwaysKeep` keeps every deal's data.
 */
export const unsealedRanges = (
  sector: Sector,
  config: SealingConfig,
  invert: boolean,
): ReadonlyArray<UnsealedRange> => {
  const ranges: Array<UnsealedRange> = []
  let offset = 0
  for (const piece of sector.Pieces) {
    const size = piece.Piece.Size
    if (piece.DealInfo !== null) {
      const keep = piece.DealInfo.KeepUnsealed || config.AlwaysKeepUnsealedCopy
      if (keep !== invert) ranges.push({ offset, size })
    }
    offset += size
  }
  return ranges
}
