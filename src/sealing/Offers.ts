/**
 * What became of the pieces that were offered: those that wait, and the last ones that were written or refused. Who does
 * not wait for the answer reads it here. In memory only, like the input table: a restart forgets the offers.
 */
import type { NewDeal } from "./model/ModelMarket.ts"
import type { PieceAnswer } from "./ports/Input.ts"
import type { DealId, PaddedBytes, SectorNumber } from "./Sector.ts"

/** So many settled offers are remembered. */
const mostSettled = 200

/** One offered piece, as it stands. */
export interface Offer {
  readonly deal: DealId
  readonly size: PaddedBytes
  readonly start: number
  readonly end: number
  /** When it was offered, in milliseconds of the world's clock. */
  readonly at: number
  /** `waiting` has no sector yet, `assigned` has one and is not written. */
  readonly state: "waiting" | "assigned" | "written" | "refused"
  readonly sector: SectorNumber | null
  /** In padded bytes; null until it is written. */
  readonly offset: PaddedBytes | null
  /** Why it was refused. */
  readonly reason: string | null
}

interface Open extends NewDeal {
  readonly key: string
  readonly deal: DealId
  readonly at: number
}

const offerOf = ({ deal, size, start, end, at }: Open) => ({ deal, size, start, end, at })

const settled = (open: Open, answer: PieceAnswer): Offer =>
  answer.ok
    ? { ...offerOf(open), state: "written", sector: answer.sector, offset: answer.offset, reason: null }
    : { ...offerOf(open), state: "refused", sector: null, offset: null, reason: answer.reason }

export class Offers {
  private readonly open = new Map<DealId, Open>()
  private readonly done: Array<Offer> = []

  /** `key` names the piece in the input table. */
  begin(deal: DealId, key: string, { size, start, end }: NewDeal, at: number): void {
    this.open.set(deal, { deal, key, size, start, end, at })
  }

  settle(deal: DealId, answer: PieceAnswer): void {
    const open = this.open.get(deal)
    if (open === undefined) return
    this.open.delete(deal)
    this.done.push(settled(open, answer))
    if (this.done.length > mostSettled) this.done.shift()
  }

  /** Newest first; `assignedTo` says which sector a piece was given, null for none yet. */
  list(assignedTo: (key: string) => SectorNumber | null): ReadonlyArray<Offer> {
    const open = [...this.open.values()].map((one): Offer => {
      const sector = assignedTo(one.key)
      return {
        ...offerOf(one),
        state: sector === null ? "waiting" : "assigned",
        sector,
        offset: null,
        reason: null,
      }
    })
    return [...this.done, ...open].toSorted((a, b) => b.deal - a.deal)
  }
}
