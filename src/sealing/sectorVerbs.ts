/**
 * The verbs over one sector: its record, its log, and events sent by hand. A sector is never made by asking for it. An
 * event to a sector whose stage runs is stored at once and planned when the stage ends; the answer says that it waits.
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { PlanFailure } from "../actors/Planner.ts"
import type { Refusal } from "../actors/Refusal.ts"
import type { StoreError } from "../actors/StoreError.ts"
import type { SectorEvent } from "./events/SectorEvent.ts"
import type { Miner } from "./Miner.ts"
import { hasDeals, printed, type Sector, type SectorNumber } from "./Sector.ts"
import type { LogEntry } from "./SectorLog.ts"
import { stateName } from "./SectorState.ts"
import { eventsTaken, isIgnored } from "./transitions/corrections.ts"

/** No sector of that number. */
export class NoSector extends Data.TaggedError("NoSector")<{ readonly sector: SectorNumber }> {
  override get message() {
    return `no sector ${this.sector}`
  }
}

/** The sector does not do that now. */
export class SectorRefused extends Data.TaggedError("SectorRefused")<{
  readonly sector: SectorNumber
  /** `not-in-this-state`, `terminated`, `parked` or `mailbox-full`. */
  readonly code: string
  readonly message: string
}> {}

/** A sector's record as printed, and the events that wait behind its running stage. */
export interface SectorView {
  readonly record: Sector
  readonly pending: ReadonlyArray<string>
  /** The event that was sent and that the state takes without effect; null when it had one. */
  readonly ignored: string | null
}

/** A log holds at most so many entries (Lotus trims it at 8,000), and those of the last plan. */
const logEntries = 20_000
/** A sector that is at rest plans within this, in milliseconds of the caller's clock; else the answer says it waits. */
const planWithinMillis = 2_000

const statusOf = ({ group }: Miner, sector: SectorNumber) =>
  Effect.flatMap(group.status(sector), (status) =>
    status === null ? Effect.fail(new NoSector({ sector })) : Effect.succeed(status),
  )

export const viewSector = (
  miner: Miner,
  sector: SectorNumber,
): Effect.Effect<SectorView, NoSector | StoreError> =>
  Effect.map(statusOf(miner, sector), (status) => ({
    record: printed(status.state),
    pending: status.pendingEvents,
    ignored: null,
  }))

export const sectorLogOf = (
  miner: Miner,
  sector: SectorNumber,
): Effect.Effect<ReadonlyArray<LogEntry>, NoSector | StoreError> =>
  Effect.zipRight(
    statusOf(miner, sector),
    Effect.map(miner.group.log(sector, 0, logEntries), (rows) =>
      rows.map(({ entry }) => JSON.parse(entry) as LogEntry),
    ),
  )

const refusalCodes: Partial<Record<string, string>> = {
  ErrTerminated: "terminated",
  MachineParked: "parked",
  MailboxFull: "mailbox-full",
}

/** What every state takes. */
const always = "SectorForceState, SectorRemove, SectorRestart, SectorTerminate"

const refusalText = (sector: SectorNumber, error: Refusal | PlanFailure): string => {
  if (error._tag !== "InvalidTransition") return error.message
  const taken = eventsTaken(error.state)
  const own = taken.length === 0 ? "" : `${taken.join(", ")}, and always `
  return `sector ${sector} is in ${error.state}, which does not take ${error.event}. It takes ${own}${always}`
}

const refused =
  (sector: SectorNumber) =>
  (error: Refusal | PlanFailure | StoreError): SectorRefused | StoreError =>
    error._tag === "StoreError"
      ? error
      : new SectorRefused({
          sector,
          code: refusalCodes[error._tag] ?? "not-in-this-state",
          message: refusalText(sector, error),
        })

/**
 * Sends an event by hand. Gives the record after planning; with `wait` also when the sector's stage runs for hours,
 * without it at once with what waits. A parked sector is brought back by it.
 */
export const sendToSector = (
  miner: Miner,
  sector: SectorNumber,
  event: SectorEvent,
  wait: boolean,
): Effect.Effect<SectorView, NoSector | SectorRefused | StoreError> =>
  Effect.gen(function* () {
    const { group } = miner
    yield* Deferred.await(miner.started)
    const status = yield* statusOf(miner, sector)
    const toRefusal = refused(sector)
    if (status.phase === "parked" || status.phase === "ended")
      yield* Effect.mapError(group.restart(sector), (error) =>
        error._tag === "UnknownMachine" ? new NoSector({ sector }) : toRefusal(error),
      )
    if (!wait && status.busySince !== null) {
      yield* Effect.mapError(group.sendDurable(sector, event), toRefusal)
      return yield* viewSector(miner, sector)
    }
    const verdict = Effect.mapError(group.sendAndWait(sector, event), toRefusal)
    yield* wait
      ? verdict
      : Effect.timeoutOption(Effect.disconnect(verdict), Duration.millis(planWithinMillis))
    const view = yield* viewSector(miner, sector)
    const atRest = status.busySince === null
    return atRest && isIgnored(status.stateName, event._tag) ? { ...view, ignored: event._tag } : view
  })

/** The states in which a sector collects pieces. */
const collecting: ReadonlyArray<string> = ["Empty", "WaitDeals", "AddPiece", "AddPieceFailed"]

/**
 * Packs a sector that waits for deals now; one that is writing a piece is packed when it is written. Any other sector is
 * refused: it takes the event without effect.
 */
export const sealNow = (
  miner: Miner,
  sector: SectorNumber,
): Effect.Effect<SectorView, NoSector | SectorRefused | StoreError> =>
  Effect.gen(function* () {
    yield* Deferred.await(miner.started)
    const { state } = yield* statusOf(miner, sector)
    if (!collecting.includes(state.State))
      return yield* new SectorRefused({
        sector,
        code: "not-in-this-state",
        message: `sector ${sector} is ${stateName(state.State)}: only one that waits for deals can be packed by hand`,
      })
    miner.modelled.input.packNext(sector)
    return yield* sendToSector(miner, sector, { _tag: "SectorStartPacking" }, false)
  })

/** Marks a proven sector without deals: the next sector with deals takes its place (Lotus before snap deals). */
export const markForUpgrade = (
  miner: Miner,
  sector: SectorNumber,
): Effect.Effect<SectorView, NoSector | SectorRefused | StoreError> =>
  Effect.gen(function* () {
    yield* Deferred.await(miner.started)
    const { state } = yield* statusOf(miner, sector)
    const problem =
      state.State !== "Proving"
        ? `it is ${stateName(state.State)}, not Proving`
        : state.Pieces.length !== 1
          ? `it has ${state.Pieces.length} pieces, and must have one`
          : hasDeals(state)
            ? "it has a deal"
            : miner.modelled.input.isMarked(sector)
              ? "it is marked already"
              : null
    if (problem !== null)
      return yield* new SectorRefused({
        sector,
        code: "not-in-this-state",
        message: `sector ${sector} cannot be marked for upgrade: ${problem}`,
      })
    miner.modelled.input.markForUpgrade(sector)
    return yield* viewSector(miner, sector)
  })
