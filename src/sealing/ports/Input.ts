/**
 * The miner's input table as a stage sees it: which pieces were assigned to the sector, whether it is open for more,
 * its deal timer, and the sectors marked for upgrade. Each verb is one step under the table's lock and answers at once.
 */
import type { DealInfo, PaddedBytes, SealProof, SectorNumber } from "../Sector.ts"
import { ask, type Verb } from "./Request.ts"

/** What WaitDeals reads before it decides. */
export interface InputFacts {
  /** Pieces that matching has assigned to the sector and that are not written yet. */
  readonly assigned: number
  /** The sector's timer was set and has fired. */
  readonly timerFired: boolean
}

/** A piece that waits for a sector, with the caller that waits for the answer. */
export interface AssignedPiece {
  /** Names the piece in the table: its proposal's CID. */
  readonly key: string
  readonly size: PaddedBytes
  readonly deal: DealInfo
}

/** Where a caller's piece was written, or why it was not. */
export type PieceAnswer =
  | { readonly ok: true; readonly sector: SectorNumber; readonly offset: PaddedBytes }
  | { readonly ok: false; readonly reason: string }

export interface InputVerbs {
  /** Clears the creation marker when it is this sector's, stops its timer, and says what waits for it. */
  readonly InputFacts: Verb<{ readonly sector: SectorNumber }, InputFacts>
  /**
   * Registers the sector as open with what is used of it, and sets its timer (milliseconds, null for none). Refused
   * when pieces were assigned meanwhile: then the answer says how many, and nothing is registered.
   */
  readonly InputOpen: Verb<
    {
      readonly sector: SectorNumber
      readonly proofType: SealProof
      readonly used: PaddedBytes
      readonly timerAt: number | null
    },
    { readonly opened: boolean; readonly assigned: number }
  >
  /** Takes the sector out of the open ones. */
  readonly InputClose: Verb<{ readonly sector: SectorNumber }, null>
  /** Takes over the pieces assigned to the sector; null when there are none. */
  readonly TakeAssigned: Verb<{ readonly sector: SectorNumber }, ReadonlyArray<AssignedPiece> | null>
  /** Answers the caller that waits for the piece. */
  readonly AnswerPiece: Verb<{ readonly key: string; readonly answer: PieceAnswer }, null>
  /** Refuses the pieces still assigned to the sector, and takes it out of the open ones. */
  readonly RejectAssigned: Verb<{ readonly sector: SectorNumber; readonly reason: string }, null>
  /** Takes one sector that is marked for upgrade; null when there is none. */
  readonly TakeUpgrade: Verb<unknown, SectorNumber | null>
  /** Marks it again: its replacement did not get onto the chain. */
  readonly MarkUpgrade: Verb<{ readonly sector: SectorNumber }, null>
}

export const facts = (sector: SectorNumber) => ask({ _tag: "InputFacts", sector })

export const open = (sector: SectorNumber, proofType: SealProof, used: PaddedBytes, timerAt: number | null) =>
  ask({ _tag: "InputOpen", sector, proofType, used, timerAt })

export const close = (sector: SectorNumber) => ask({ _tag: "InputClose", sector })

export const takeAssigned = (sector: SectorNumber) => ask({ _tag: "TakeAssigned", sector })

export const answerPiece = (key: string, answer: PieceAnswer) => ask({ _tag: "AnswerPiece", key, answer })

export const rejectAssigned = (sector: SectorNumber, reason: string) =>
  ask({ _tag: "RejectAssigned", sector, reason })

export const takeUpgrade = () => ask({ _tag: "TakeUpgrade" })

export const markUpgrade = (sector: SectorNumber) => ask({ _tag: "MarkUpgrade", sector })
