/**
 * What the miner keeps beside its sectors: the rows of its list, its few facts (the next number, the auto-pledge
 * switch), the clock of the sealing world, and the modelled world itself. `layerMemory` is the twin of the SQL side.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Project } from "../actors/Projection.ts"
import type { StoreError } from "../actors/StoreError.ts"
import type { SectorEvent } from "./events/SectorEvent.ts"
import { dealIds, type Sector, type SectorNumber } from "./Sector.ts"
import { isFailedState } from "./SectorState.ts"

/** A sector as lists show it. */
export interface SectorRow {
  readonly number: SectorNumber
  /** As in the record: empty for the initial state. */
  readonly state: string
  readonly type: number
  readonly pieces: number
  readonly deals: number
  /** When it came into its state, in milliseconds of the world's clock. */
  readonly since: number
  /** The error that brought it into the failed state it is in. */
  readonly lastError: string | null
  /** How many events its log holds, as Lotus counts them: restarts leave none. */
  readonly events: number
  /** When its first event was planned, in milliseconds of the world's clock. */
  readonly startedAt: number | null
  /** When the chain had it for the first time (SectorProving). */
  readonly provenAt: number | null
}

/** What a row keeps from one change to the next. */
export type RowMemory = Pick<SectorRow, "since" | "lastError" | "events" | "startedAt" | "provenAt">

/** Facts of the miner that outlive the process. */
export type FactName = "next number" | "auto-pledge"

/** How the clock stood. */
export interface StoredClock {
  readonly now: number
  readonly scale: number
  readonly paused: boolean
  /** While it runs, readings up to here may have been given out; a start after a kill goes on from here. */
  readonly givenUntil: number
}

/** One thing to remember of the modelled world: all of it, or what was added since. */
export interface WorldRow {
  readonly kind: "checkpoint" | "message" | "deal" | "deleted"
  readonly body: string
}

export interface MinerStoreApi {
  readonly fact: (name: FactName) => Effect.Effect<string | null, StoreError>
  readonly setFact: (name: FactName, value: string) => Effect.Effect<void, StoreError>
  /** Null before the first start. Its time is not before anything that was saved. */
  readonly clock: Effect.Effect<StoredClock | null, StoreError>
  readonly setClock: (clock: StoredClock) => Effect.Effect<void, StoreError>
  /** What is kept of the world: one checkpoint and what came after it, in order; empty before the first start. */
  readonly world: Effect.Effect<ReadonlyArray<WorldRow>, StoreError>
  /** Adds a row; a checkpoint takes the place of all before it. `at` is the world's time. */
  readonly keepWorld: (row: WorldRow, at: number) => Effect.Effect<void, StoreError>
  /** The sectors in these states (values of the record), by number; null for all. */
  readonly rows: (states: ReadonlyArray<string> | null) => Effect.Effect<ReadonlyArray<SectorRow>, StoreError>
  /** Writes the rows of a commit. */
  readonly project: Project<Sector, SectorEvent>
}

const errorOf = (events: ReadonlyArray<SectorEvent>): string | null => {
  let error: string | null = null
  for (const event of events) if ("error" in event && event.error !== "") error = event.error
  return error
}

/** The row of a sector after a change, given the row before. */
export const rowAfter = (
  before: RowMemory | undefined,
  change: {
    readonly before: Sector
    readonly after: Sector
    readonly events: ReadonlyArray<SectorEvent>
    readonly at: number
  },
  number: SectorNumber,
): SectorRow => {
  const { after, at, events } = change
  const moved = before === undefined || change.before.State !== after.State
  const logged = events.filter((event) => event._tag !== "SectorRestart").length
  const proven = events.some((event) => event._tag === "SectorProving")
  return {
    number,
    state: after.State,
    type: after.SectorType,
    pieces: after.Pieces.length,
    deals: dealIds(after).length,
    since: moved ? at : before.since,
    lastError: isFailedState(after.State) ? (errorOf(events) ?? before?.lastError ?? null) : null,
    events: (before?.events ?? 0) + logged,
    startedAt: before?.startedAt ?? (logged > 0 ? at : null),
    provenAt: before?.provenAt ?? (proven ? at : null),
  }
}

/** What a memory store holds; hand one to two layers, and the second finds what the first kept. */
export class MinerMemory {
  readonly facts = new Map<FactName, string>()
  readonly sectors = new Map<SectorNumber, SectorRow>()
  world: Array<WorldRow> = []
  clock: StoredClock | null = null
}

export class MinerStore extends Context.Tag("linkseal/sealing/MinerStore")<MinerStore, MinerStoreApi>() {
  static readonly layerMemory = (memory: MinerMemory = new MinerMemory()): Layer.Layer<MinerStore> =>
    Layer.sync(MinerStore, () => {
      const seen = (at: number) => {
        if (memory.clock !== null && memory.clock.now < at) memory.clock = { ...memory.clock, now: at }
      }
      return {
        fact: (name) => Effect.sync(() => memory.facts.get(name) ?? null),
        setFact: (name, value) => Effect.sync(() => void memory.facts.set(name, value)),
        clock: Effect.sync(() => memory.clock),
        setClock: (clock) => Effect.sync(() => void (memory.clock = clock)),
        world: Effect.sync(() => memory.world),
        keepWorld: (row, at) =>
          Effect.sync(() => {
            memory.world = row.kind === "checkpoint" ? [row] : [...memory.world, row]
            seen(at)
          }),
        rows: (states) =>
          Effect.sync(() =>
            [...memory.sectors.values()]
              .filter((row) => states === null || states.includes(row.state))
              .sort((a, b) => a.number - b.number),
          ),
        project: (changes) =>
          Effect.sync(() => {
            for (const change of changes) {
              const number = Number(change.id)
              memory.sectors.set(number, rowAfter(memory.sectors.get(number), change, number))
              seen(change.at)
            }
          }),
      }
    })
}
