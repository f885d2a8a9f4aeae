/**
 * The store in memory, for tests, simulation and groups that need not outlive the process. States are kept by
 * reference (they are immutable), so nothing is encoded; a save without a projection is done at once, without an
 * Effect. What is "durable" here outlives the group, not the process.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Hub } from "./Hub.ts"
import { Journal, over, type JournalDraft, type JournalEntry } from "./Journal.ts"
import type { MachineId } from "./Refusal.ts"
import {
  eventIdMillis,
  StateStore,
  type GroupShelf,
  type GroupStore,
  type LogRow,
  type Save,
} from "./StateStore.ts"
import { storeError } from "./StoreError.ts"
import type { TimerWrite } from "./Timers.ts"

interface Cell {
  state: unknown
  stored: boolean
  ended: boolean
  stepPending: boolean
  /** Null while there is none: most machines of a simulation have neither. */
  log: Array<LogRow> | null
  inbox: Array<{ readonly seq: number; readonly event: unknown }> | null
}

/** What a memory store holds; hand one to two layers, and the second opens what the first wrote. */
export class MemoryShelves {
  readonly kinds = new Map<string, Map<MachineId, Cell>>()
  readonly timers = new Map<string, Map<MachineId, Map<string, { at: number; event: unknown }>>>()
  readonly journal: Array<JournalEntry> = []
  /** When each was seen, oldest first. */
  readonly eventIds = new Map<string, number>()
  inboxSequence = 0

  cells(kind: string): Map<MachineId, Cell> {
    const known = this.kinds.get(kind)
    if (known !== undefined) return known
    const made = new Map<MachineId, Cell>()
    this.kinds.set(kind, made)
    return made
  }

  /** Remembers the event id; false when it was seen before. Those that are too old are forgotten. */
  isNew(eventId: string, now: number): boolean {
    for (const [old, at] of this.eventIds) {
      if (at >= now - eventIdMillis) break
      this.eventIds.delete(old)
    }
    if (this.eventIds.has(eventId)) return false
    this.eventIds.set(eventId, now)
    return true
  }

  setTimers(kind: string, id: MachineId, changes: ReadonlyArray<TimerWrite<unknown>>): void {
    if (changes.length === 0) return
    const machines =
      this.timers.get(kind) ?? new Map<MachineId, Map<string, { at: number; event: unknown }>>()
    this.timers.set(kind, machines)
    const names = machines.get(id) ?? new Map<string, { at: number; event: unknown }>()
    machines.set(id, names)
    for (const change of changes) {
      if (change._tag === "Set") names.set(change.name, { at: Math.round(change.at), event: change.event })
      else if (change._tag === "Cancel" || names.get(change.name)?.at === Math.round(change.at))
        names.delete(change.name)
    }
    if (names.size === 0) machines.delete(id)
  }
}

const newCell = (state: unknown): Cell => ({
  state,
  stored: false,
  ended: false,
  stepPending: false,
  log: null,
  inbox: null,
})

const openShelf = <S, E>(
  shelves: MemoryShelves,
  shelf: GroupShelf<S, E>,
  append: (drafts: ReadonlyArray<JournalDraft>) => void,
): GroupStore<S, E> => {
  const cells = shelves.cells(shelf.kind)
  const write = (save: Save<S, E>): void => {
    let cell = cells.get(save.id)
    if (cell === undefined) cells.set(save.id, (cell = newCell(save.state)))
    if (save.changed) cell.state = save.state
    cell.stored = true
    cell.ended = save.ended
    cell.stepPending = save.stepPending
    if (save.consumed.length > 0) {
      const gone = new Set(save.consumed)
      cell.inbox = cell.inbox?.filter((row) => !gone.has(row.seq)) ?? null
    }
    if (save.logDrop !== null) cell.log?.splice(save.logDrop.from, save.logDrop.to - save.logDrop.from)
    for (const { at, entry } of save.log) (cell.log ??= []).push({ at, entry })
    if (save.timers.length > 0) shelves.setTimers(shelf.kind, save.id, save.timers)
    if (save.journal.length > 0) append(save.journal)
  }
  return {
    load: (id, initial) => {
      const cell = cells.get(id)
      if (cell === undefined || (!cell.stored && (cell.inbox?.length ?? 0) === 0)) return null
      return {
        state: cell.stored ? (cell.state as S) : initial(id),
        stored: cell.stored,
        ended: cell.ended,
        stepPending: cell.stepPending,
        logLength: cell.log?.length ?? 0,
        logTail: 0,
        lastLogAt: cell.log?.at(-1)?.at ?? null,
        inbox: (cell.inbox ?? []) as ReadonlyArray<{ seq: number; event: E }>,
      }
    },
    // The log is an array here: nothing is found by number.
    logNumber: () => 0,
    save: (save) => {
      const { project } = shelf
      if (project === null || (save.events.length === 0 && !save.changed)) {
        write(save)
        return null
      }
      const change = { id: save.id, before: save.before, after: save.state, events: save.events, at: save.at }
      return Effect.suspend(() => project([change])).pipe(
        Effect.mapError(storeError("project")),
        Effect.andThen(Effect.sync(() => write(save))),
      )
    },
    accept: (id, event, eventId) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (eventId !== null && !shelves.isNew(idKey(shelf.kind, id, eventId), now))
          return { _tag: "Duplicate" as const }
        let cell = cells.get(id)
        if (cell === undefined) cells.set(id, (cell = newCell(undefined)))
        const seq = ++shelves.inboxSequence
        ;(cell.inbox ??= []).push({ seq, event })
        return { _tag: "Accepted" as const, seq }
      }),
    discard: (id, seqs, eventId) =>
      Effect.sync(() => {
        const cell = cells.get(id)
        if (cell === undefined || cell.inbox === null) return 0
        const before = cell.inbox.length
        const none = new Set(seqs)
        cell.inbox = cell.inbox.filter((row) => !none.has(row.seq))
        const gone = before - cell.inbox.length
        if (eventId !== null && gone > 0) shelves.eventIds.delete(idKey(shelf.kind, id, eventId))
        return gone
      }),
    has: (id) => Effect.sync(() => cells.get(id)?.stored ?? false),
    list: (after, limit) =>
      Effect.sync(() => {
        const ids = [...cells.keys()].filter((id) => cells.get(id)!.stored).sort(byId)
        const start = after === null ? 0 : firstAfter(ids, after)
        const page = ids.slice(start, start + limit)
        return {
          machines: page.map((id) => ({ id, state: cells.get(id)!.state as S, ended: cells.get(id)!.ended })),
          next: start + limit < ids.length ? (page[page.length - 1] ?? null) : null,
        }
      }),
    unfinished: (after, limit) =>
      Effect.sync(() => {
        const ids: Array<MachineId> = []
        for (const [id, cell] of cells)
          if ((cell.stepPending || (cell.inbox?.length ?? 0) > 0) && (after === null || byId(id, after) > 0))
            ids.push(id)
        return ids.sort(byId).slice(0, limit)
      }),
    timers: Effect.sync(() =>
      [...(shelves.timers.get(shelf.kind) ?? [])].flatMap(([id, names]) =>
        [...names].map(([name, timer]) => ({ id, name, at: timer.at, event: timer.event as E })),
      ),
    ),
    setTimers: (id, changes) => Effect.sync(() => shelves.setTimers(shelf.kind, id, changes)),
    log: (id, from, limit) => Effect.sync(() => cells.get(id)?.log?.slice(from, from + limit) ?? []),
  }
}

const idKey = (kind: string, id: MachineId, eventId: string): string => JSON.stringify([kind, id, eventId])

/** Integers before texts, texts by the bytes of their UTF-8: the order of SQLite's key. */
const byId = (a: MachineId, b: MachineId): number => {
  if (typeof a === "string" && typeof b === "string") return byBytes(a, b)
  if (typeof a === "number" && typeof b === "number") return a - b
  return typeof a === "number" ? -1 : 1
}

/** Only where a half of a pair meets a character behind all halves does UTF-16 order otherwise than UTF-8. */
const byBytes = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (x === y) continue
    const paired = isHalf(x) !== isHalf(y) && Math.max(x, y) > 0xdf_ff
    return paired ? y - x : x - y
  }
  return a.length - b.length
}

const isHalf = (unit: number): boolean => unit >= 0xd8_00 && unit <= 0xdf_ff

const firstAfter = (sorted: ReadonlyArray<MachineId>, after: MachineId): number => {
  const index = sorted.findIndex((id) => byId(id, after) > 0)
  return index === -1 ? sorted.length : index
}

/** How many journal entries the memory keeps; older ones are dropped. */
const journalEntries = 200_000

export const layerMemory = (
  shelves: MemoryShelves = new MemoryShelves(),
): Layer.Layer<StateStore | Journal> =>
  Layer.effectContext(
    Effect.sync(() => {
      const hub = new Hub<JournalEntry>()
      let sequence = shelves.journal[shelves.journal.length - 1]?.seq ?? 0
      const append = (drafts: ReadonlyArray<JournalDraft>) => {
        for (const draft of drafts) {
          const entry = { seq: ++sequence, ...draft }
          shelves.journal.push(entry)
          hub.offer(entry)
        }
        if (shelves.journal.length > 2 * journalEntries) shelves.journal.splice(0, journalEntries)
      }
      const store = StateStore.of({
        open: (shelf) => openShelf(shelves, shelf, append),
        write: (effect, journal = []) => Effect.tap(effect, () => append(journal)),
      })
      const journal = over(
        {
          read: (after, limit) =>
            Effect.sync(() => {
              const oldest = shelves.journal[0]?.seq ?? 1
              const start = Math.max(0, after + 1 - oldest)
              return shelves.journal.slice(start, start + limit)
            }),
          of: (kind, id, after, limit) =>
            Effect.sync(() =>
              shelves.journal
                .filter((entry) => entry.kind === kind && entry.id === id && entry.seq > after)
                .slice(0, limit),
            ),
          bounds: Effect.sync(() => ({ oldest: shelves.journal[0]?.seq ?? 0, latest: sequence })),
        },
        hub,
      )
      return Context.make(StateStore, store).pipe(Context.add(Journal, journal))
    }),
  )
