/**
 * What the HTTP handlers and the status need of the sealing room, in the API's own shapes. `Rooms.ts` binds it to
 * the real service; the tests bind it to a double.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { BatchingDocument, BatchKind } from "../api/batching.ts"
import type { Job, Worker } from "../api/sealing.ts"
import type { SectorLogEntry, SectorRecord, SectorRow } from "../api/sectors.ts"
import type { OfferedPiece as PieceRow, PieceDocument, WorldSetting } from "../api/world.ts"

/** No sector of that number; none is ever created by asking. HTTP 404. */
export class NoSuchSector extends Data.TaggedError("NoSuchSector")<{ readonly number: number }> {
  override get message() {
    return `no sector ${this.number}`
  }
}

/** Not the name of an event or a state. HTTP 400, and the command exits 2 with the list. */
export class UnknownName extends Data.TaggedError("UnknownName")<{
  readonly what: "event" | "state"
  readonly name: string
  readonly known: ReadonlyArray<string>
}> {
  override get message() {
    return `no ${this.what} ${this.name}: write one of ${this.known.join(", ")}`
  }
}

/** What was given does not fit: a payload, a value of a setting. HTTP 400, and the command exits 2. */
export class WrongValue extends Data.TaggedError("WrongValue")<{ readonly message: string }> {}

/** A piece of a modelled deal: its padded size in bytes, and the epochs at which the deal starts and ends. */
export interface OfferedPiece {
  readonly size: number
  readonly start: number
  readonly end: number
}

/** Understood, but not possible now: too many sectors sealing, the machine has ended, is parked. HTTP 409. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly code: string
  readonly message: string
  /** What was done before the refusal, and stays. */
  readonly sectors?: ReadonlyArray<number>
}> {}

export interface AutoPledge {
  readonly enabled: boolean
  readonly everyMillis: number
}

export class SealingPort extends Context.Tag("linkseal/daemon/SealingPort")<
  SealingPort,
  {
    /** Numbers of the new sectors. All that were pledged before a refusal stay. */
    readonly pledge: (count: number) => Effect.Effect<ReadonlyArray<number>, Refused>
    /** Removed sectors only with `showRemoved`, or when `states` names them. */
    readonly list: (
      states: ReadonlyArray<string>,
      showRemoved: boolean,
    ) => Effect.Effect<ReadonlyArray<SectorRow>, UnknownName>
    readonly record: (number: number) => Effect.Effect<SectorRecord, NoSuchSector>
    readonly log: (number: number) => Effect.Effect<ReadonlyArray<SectorLogEntry>, NoSuchSector>
    /** The record after planning, or at once with `pending` when the sector is busy and `wait` is false. */
    readonly send: (
      number: number,
      event: string,
      payload: unknown,
      wait: boolean,
    ) => Effect.Effect<SectorRecord, NoSuchSector | UnknownName | WrongValue | Refused>
    readonly updateState: (
      number: number,
      state: string,
    ) => Effect.Effect<SectorRecord, NoSuchSector | UnknownName | Refused>
    readonly remove: (number: number) => Effect.Effect<SectorRecord, NoSuchSector | Refused>
    readonly terminate: (number: number) => Effect.Effect<SectorRecord, NoSuchSector | Refused>
    readonly seal: (number: number) => Effect.Effect<SectorRecord, NoSuchSector | Refused>
    readonly markForUpgrade: (number: number) => Effect.Effect<SectorRecord, NoSuchSector | Refused>
    /** Resolves when the piece is written; without `wait` when it is let in. */
    readonly addPiece: (piece: OfferedPiece, wait: boolean) => Effect.Effect<PieceDocument, Refused>
    /** What became of the pieces that were offered, newest first. */
    readonly pieces: Effect.Effect<ReadonlyArray<PieceRow>>
    readonly batching: (kind: BatchKind) => Effect.Effect<BatchingDocument>
    /** Sends what waits, and says what went out. */
    readonly publish: (kind: BatchKind) => Effect.Effect<BatchingDocument>
    readonly world: Effect.Effect<ReadonlyArray<WorldSetting>>
    readonly setWorld: (
      setting: string,
      value: string,
    ) => Effect.Effect<ReadonlyArray<WorldSetting>, WrongValue>
    readonly autoPledge: Effect.Effect<AutoPledge>
    readonly setAutoPledge: (change: Partial<AutoPledge>) => Effect.Effect<AutoPledge>
    readonly jobs: Effect.Effect<ReadonlyArray<Job>>
    readonly workers: Effect.Effect<ReadonlyArray<Worker>>
    readonly counts: Effect.Effect<Readonly<Record<string, number>>>
    /** How many sectors rest where only an event by hand moves them. */
    readonly needsOperator: Effect.Effect<number>
    /** What is wrong in the settings file, which then holds as it was read before; null when nothing is. */
    readonly settingsProblem: Effect.Effect<string | null>
  }
>() {}
