/**
 * The miner's input table: open sectors, pieces that wait for one, pieces that are assigned, deal timers, the marker of
 * a sector that is being made, and the sectors marked for upgrade. Plain and synchronous, so each verb is one step;
 * nothing of it is stored: after a restart callers ask again and sectors open themselves again.
 */
import { sectorSize } from "../pieces/sealProof.ts"
import type { AskOf } from "../ports/ask.ts"
import type { AssignedPiece, InputFacts, InputVerbs, PieceAnswer } from "../ports/Input.ts"
import { matchPieces, refusal, type PieceRefused } from "../matchPieces.ts"
import type { SectorEvent } from "../events/SectorEvent.ts"
import type { RequestNamed } from "../ports/Request.ts"
import type { ChainEpoch, DealInfo, PaddedBytes, SealProof, SectorNumber } from "../Sector.ts"
import type { Scheduler, Timer } from "../model/Scheduler.ts"

export interface InputHooks {
  readonly scheduler: Scheduler
  readonly send: (sector: SectorNumber, event: SectorEvent) => void
  /**
   * A piece found no sector: make one for deals if the limits allow. Gives its number, or null when none is made; the
   * maker sends SectorStart.
   */
  readonly createSector: () => SectorNumber | null
}

export interface NewPiece {
  /** Names the piece: its proposal's CID. */
  readonly key: string
  readonly size: PaddedBytes
  readonly deal: DealInfo
}

export interface Door {
  readonly proofType: SealProof
  readonly head: ChainEpoch
  readonly startEpochBuffer: number
}

interface Pending extends NewPiece {
  readonly proofType: SealProof
  sector: SectorNumber | null
  /** The caller has its answer; the key stays taken, as in Lotus. */
  answered: boolean
  readonly answer: (answer: PieceAnswer) => void
}

/** So many accepted pieces are known, so that they are refused when they are offered again. */
const mostAccepted = 10_000

/** When pieces are matched again after a sector could not be made for them, in milliseconds of the world's clock. */
const createAgainMillis = 60_000

interface Open {
  readonly proofType: SealProof
  used: PaddedBytes
}

interface DealTimer {
  /** Null when it was not a timer that fired, but the operator. */
  readonly timer: Timer | null
  readonly at: number
  fired: boolean
}

export class InputTable {
  private readonly open = new Map<SectorNumber, Open>()
  private readonly pending = new Map<string, Pending>()
  private readonly assigned = new Map<SectorNumber, Array<string>>()
  private readonly timers = new Map<SectorNumber, DealTimer>()
  private readonly accepted: Array<string> = []
  private readonly upgrades = new Set<SectorNumber>()
  private creating: SectorNumber | null = null
  private matching = false
  private readonly hooks: InputHooks

  constructor(hooks: InputHooks) {
    this.hooks = hooks
  }

  /**
   * Offers a piece. Refused at once, or `answer` is called when it is written or rejected. Matching runs at once.
   */
  add(piece: NewPiece, door: Door, answer: (answer: PieceAnswer) => void): PieceRefused | null {
    const refused = refusal(
      { key: piece.key, size: piece.size, startEpoch: piece.deal.DealSchedule.StartEpoch },
      {
        sectorSize: sectorSize(door.proofType),
        head: door.head,
        startEpochBuffer: door.startEpochBuffer,
        isPending: (key) => this.pending.has(key),
      },
    )
    if (refused !== null) return refused
    this.pending.set(piece.key, {
      ...piece,
      proofType: door.proofType,
      sector: null,
      answered: false,
      answer,
    })
    this.match()
    return null
  }

  /** Assigns what waits to what is open; asks for one new sector when a piece is left over. */
  match(): void {
    const waiting = [...this.pending.values()].filter((piece) => piece.sector === null && !piece.answered)
    if (waiting.length === 0) return
    const open = [...this.open].map(([number, sector]) => ({
      number,
      size: sectorSize(sector.proofType),
      used: sector.used,
    }))
    const { assignments, unassigned } = matchPieces(waiting, open)
    for (const { key, sector, used } of assignments) {
      this.open.get(sector)!.used = used
      this.pending.get(key)!.sector = sector
      const list = this.assigned.get(sector) ?? []
      list.push(key)
      this.assigned.set(sector, list)
      this.hooks.send(sector, { _tag: "SectorAddPiece" })
    }
    if (unassigned.length > 0 && this.creating === null) this.creating = this.hooks.createSector()
  }

  /** Matches again as soon as what runs now has ended. */
  matchSoon(): void {
    if (this.matching) return
    this.matching = true
    this.hooks.scheduler.at(this.hooks.scheduler.now(), () => {
      this.matching = false
      this.match()
    })
  }

  /** The sector that was being made did not come into being; what waits for it is matched again a little later. */
  notCreated(sector: SectorNumber): void {
    if (this.creating !== sector) return
    this.creating = null
    this.hooks.scheduler.at(this.hooks.scheduler.now() + createAgainMillis, () => this.match())
  }

  /** Marks a proven sector without deals to be replaced by the next one with deals. */
  markForUpgrade(sector: SectorNumber): void {
    this.upgrades.add(sector)
  }

  isMarked(sector: SectorNumber): boolean {
    return this.upgrades.has(sector)
  }

  /** The sector is packed when it waits for deals next: its timer counts as fired. */
  packNext(sector: SectorNumber): void {
    this.disarm(sector)
    this.timers.set(sector, { timer: null, at: this.hooks.scheduler.now(), fired: true })
  }

  /** The sector that a piece was given, by the piece's key; null while it has none. */
  assignedTo(key: string): SectorNumber | null {
    return this.pending.get(key)?.sector ?? null
  }

  /** Open sectors, pieces that wait, and when each deal timer fires; for a look from outside. */
  view() {
    return {
      open: [...this.open.keys()],
      waiting: [...this.pending.values()].filter((piece) => !piece.answered).map((piece) => piece.key),
      creating: this.creating,
      timers: new Map([...this.timers].map(([sector, timer]) => [sector, timer.at])),
    }
  }

  readonly ask: AskOf<InputVerbs> = (request, reply) => {
    reply(this.answer(request))
    return null
  }

  private answer(request: Parameters<typeof this.ask>[0]): unknown {
    switch (request._tag) {
      case "InputFacts":
        return this.facts(request.sector)
      case "InputOpen":
        return this.register(request)
      case "InputClose":
        this.open.delete(request.sector)
        return null
      case "TakeAssigned":
        return this.take(request.sector)
      case "AnswerPiece":
        return this.tell(request.key, request.answer)
      case "RejectAssigned":
        return this.reject(request.sector, request.reason)
      case "TakeUpgrade": {
        const [first] = this.upgrades
        if (first === undefined) return null
        this.upgrades.delete(first)
        return first
      }
      case "MarkUpgrade":
        this.upgrades.add(request.sector)
        return null
    }
  }

  private facts(sector: SectorNumber): InputFacts {
    if (this.creating === sector) this.creating = null
    const timer = this.timers.get(sector)
    if (timer !== undefined && !timer.fired) this.disarm(sector)
    return { assigned: this.assigned.get(sector)?.length ?? 0, timerFired: timer?.fired ?? false }
  }

  private register(request: RequestNamed<"InputOpen">): { opened: boolean; assigned: number } {
    const { sector, proofType, used, timerAt } = request
    const assigned = this.assigned.get(sector)?.length ?? 0
    if (assigned > 0) return { opened: false, assigned }
    this.open.set(sector, { proofType, used })
    if (timerAt !== null) this.arm(sector, timerAt)
    this.matchSoon()
    return { opened: true, assigned: 0 }
  }

  private arm(sector: SectorNumber, at: number): void {
    const timer = this.hooks.scheduler.at(at, () => {
      this.timers.set(sector, { ...this.timers.get(sector)!, fired: true })
      this.hooks.send(sector, { _tag: "SectorStartPacking" })
    })
    this.timers.set(sector, { timer, at, fired: false })
  }

  private disarm(sector: SectorNumber): void {
    const timer = this.timers.get(sector)?.timer ?? null
    if (timer !== null) this.hooks.scheduler.cancel(timer)
    this.timers.delete(sector)
  }

  private take(sector: SectorNumber): ReadonlyArray<AssignedPiece> | null {
    const keys = this.assigned.get(sector)
    this.assigned.delete(sector)
    if (keys === undefined) return null
    return keys.flatMap((key) => {
      const piece = this.pending.get(key)
      return piece === undefined ? [] : [{ key, size: piece.size, deal: piece.deal }]
    })
  }

  /** A refused piece is forgotten, so that it can be offered again; one that is in stays known. */
  private tell(key: string, answer: PieceAnswer): null {
    const piece = this.pending.get(key)
    if (piece === undefined || piece.answered) return null
    if (answer.ok) this.remember(piece)
    else this.pending.delete(key)
    piece.answer(answer)
    return null
  }

  private remember(piece: Pending): void {
    piece.answered = true
    this.accepted.push(piece.key)
    if (this.accepted.length > mostAccepted) this.pending.delete(this.accepted.shift()!)
  }

  private reject(sector: SectorNumber, reason: string): null {
    const keys = this.assigned.get(sector) ?? []
    this.assigned.delete(sector)
    this.open.delete(sector)
    this.disarm(sector)
    if (this.creating === sector) this.creating = null
    for (const key of keys) this.tell(key, { ok: false, reason })
    return null
  }
}
