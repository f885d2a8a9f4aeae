/**
 * A state machine as data: rows of (state, event, targets, effect). From one table come the planner, the diagrams,
 * the live board, the documentation and the checks, so they cannot disagree. Mistakes in a table are errors when it
 * is made, each naming its row; what the compiler can see (a target that is no state, an effect that returns another
 * target) does not compile.
 */
import * as Data from "effect/Data"
import { isPlanFailure, type Pending, type Plan, type PlanFailure, type TaggedEvent } from "./Planner.ts"
import { checkTable } from "./tableChecks.ts"

/** The table is wrong: says which row and what about it. Thrown when the table is made, before anything runs. */
export class DefinitionError extends Data.TaggedError("DefinitionError")<{
  readonly kind: string
  readonly row: string
  readonly problem: string
}> {
  override get message() {
    return `table ${this.kind}, ${this.row}: ${this.problem}`
  }
}

type EventNamed<E extends TaggedEvent, N extends E["_tag"]> = Extract<E, { readonly _tag: N }>

/**
 * - `on`: moves to the target, ends the batch, runs the target's step.
 * - `stay`: stays, ends the batch, runs the state's step again (upstream's ToNoChange).
 * - `apply`: records only; the batch goes on (upstream's ToJustRecord).
 * - `ignore`: taken without effect; the batch goes on.
 * - `global`: from every state, before the state's own rows; ends the batch.
 * - `custom`: stands for what a state's custom planner does; drawn and checked, not run.
 */
export type RowKind = "on" | "stay" | "apply" | "ignore" | "global" | "custom"

/** A state's name, or `*` for any. */
export type From<St extends string> = St | "*"

export interface Row<S, E extends TaggedEvent, St extends string> {
  readonly kind: RowKind
  readonly from: From<St>
  readonly event: E["_tag"]
  /** Where the row can lead; empty for rows that keep the state. */
  readonly to: ReadonlyArray<St>
  /** The row leads to a state that only the record or the event knows (Lotus's `onReturning`, ForceState). */
  readonly dynamic?: string
  /** Why the row is there, for the documentation. */
  readonly note?: string
  readonly run: (state: S, event: E) => S | PlanFailure
}

export interface StateInfo {
  /** The name of the step that runs on entry; null when the state does nothing by itself. */
  readonly step: string | null
  /** Reaching it is the normal end of the machine. */
  readonly final?: boolean
  /** A state without a way out that is not an end: the machine rests here until somebody sends a global event. */
  readonly rests?: boolean
  /** What the state is, in one sentence, and how it is drawn. */
  readonly meaning?: string
  readonly category?: string
}

export interface TableOptions<S, E extends TaggedEvent, St extends string> {
  readonly kind: string
  /** The states, in the order in which they are drawn. */
  readonly states: Readonly<Record<St, StateInfo>>
  /** Every event there is: one that no row takes is an error. */
  readonly events: ReadonlyArray<E["_tag"]>
  readonly initial: St
  readonly stateOf: (state: S) => St
  readonly withState: (state: S, to: St) => S
  readonly rows: ReadonlyArray<Row<S, E, St>>
  /**
   * Whole-batch planners of single states (Lotus's Committing). Such a planner meets every event that comes in its state,
   * also those that have a global row; the rows of that state are `custom`. Reaching a final state is the end as ever.
   */
  readonly custom?: Partial<Record<St, (pending: Pending<E>, state: S) => Plan<S, E>>>
  /** `one` (default): a row that moves ends the batch. `all`: goes on in the new state; the last state's step runs. */
  readonly consume?: "one" | "all"
  /**
   * What an event without a row does. `reject` (default): it alone goes to the dead letters. `fail`: the batch fails
   * as a whole and the record stays as before it (Lotus).
   */
  readonly unexpected?: "reject" | "fail"
  /** When the step runs: after a row that moves or stays (default), or after every plan (Lotus). */
  readonly stepAfter?: "transition" | "plan"
  /** States that nothing leads to on purpose (kept for old stores), and events nothing takes on purpose. */
  readonly unreachable?: ReadonlyArray<St>
  readonly unused?: ReadonlyArray<E["_tag"]>
}

export interface Table<S, E extends TaggedEvent, St extends string> extends TableOptions<S, E, St> {
  readonly consume: "one" | "all"
  readonly unexpected: "reject" | "fail"
  readonly stepAfter: "transition" | "plan"
  /** The rows by state, then event; `*` rows under `*`. */
  readonly byState: ReadonlyMap<string, ReadonlyMap<string, Row<S, E, St>>>
  readonly globals: ReadonlyMap<string, Row<S, E, St>>
}

const asList = <A>(value: A | ReadonlyArray<A>): ReadonlyArray<A> =>
  Array.isArray(value) ? (value as ReadonlyArray<A>) : [value as A]

/**
 * The verbs that make rows, typed to one machine. Each gives a list, for a row may stand for several states.
 *
 * `on(from, event, to, apply?)` sets the state itself; with several targets `choose` picks one:
 * `choose(from, event, [a, b], (state, event) => ["a", next])`.
 */
export const rowsOf = <S, E extends TaggedEvent, St extends string>(withState: (state: S, to: St) => S) => {
  type R = Row<S, E, St>
  const each = (from: From<St> | ReadonlyArray<St>, make: (from: From<St>) => R): ReadonlyArray<R> =>
    asList<From<St>>(from).map(make)
  const keep = (state: S): S => state

  return {
    on: <N extends E["_tag"]>(
      from: From<St> | ReadonlyArray<St>,
      event: N,
      to: St,
      apply: (state: S, event: EventNamed<E, N>) => S | PlanFailure = keep,
    ) =>
      each(from, (f) => ({
        kind: "on",
        from: f,
        event,
        to: [to],
        run: (s, e) => {
          const next = apply(s, e as EventNamed<E, N>)
          return isPlanFailure(next) ? next : withState(next, to)
        },
      })),
    choose: <N extends E["_tag"], const T extends ReadonlyArray<St>>(
      from: From<St> | ReadonlyArray<St>,
      event: N,
      to: T,
      apply: (state: S, event: EventNamed<E, N>) => readonly [T[number], S],
    ) =>
      each(from, (f) => ({
        kind: "on",
        from: f,
        event,
        to,
        run: (s, e) => {
          const [target, next] = apply(s, e as EventNamed<E, N>)
          return withState(next, target)
        },
      })),
    /** To a state that only the record or the event knows; `apply` sets it, or gives the failure. */
    onDynamic: <N extends E["_tag"]>(
      from: From<St> | ReadonlyArray<St>,
      event: N,
      dynamic: string,
      apply: (state: S, event: EventNamed<E, N>) => S | PlanFailure,
    ) =>
      each(from, (f) => ({
        kind: "on",
        from: f,
        event,
        to: [],
        dynamic,
        run: (s, e) => apply(s, e as EventNamed<E, N>),
      })),
    stay: <N extends E["_tag"]>(
      from: From<St> | ReadonlyArray<St>,
      event: N,
      apply: (state: S, event: EventNamed<E, N>) => S | PlanFailure = keep,
    ) =>
      each(from, (f) => ({
        kind: "stay",
        from: f,
        event,
        to: [],
        run: (s, e) => apply(s, e as EventNamed<E, N>),
      })),
    apply: <N extends E["_tag"]>(
      from: From<St> | ReadonlyArray<St>,
      event: N,
      apply: (state: S, event: EventNamed<E, N>) => S | PlanFailure = keep,
    ) =>
      each(from, (f) => ({
        kind: "apply",
        from: f,
        event,
        to: [],
        run: (s, e) => apply(s, e as EventNamed<E, N>),
      })),
    ignore: (from: From<St> | ReadonlyArray<St>, ...events: ReadonlyArray<E["_tag"]>) =>
      events.flatMap((event) => each(from, (f) => ({ kind: "ignore", from: f, event, to: [], run: keep }))),
    /** From every state. `to` null keeps the state and runs its step again. */
    global: <N extends E["_tag"]>(
      event: N,
      to: St | null,
      apply: (state: S, event: EventNamed<E, N>) => S | PlanFailure = keep,
    ): ReadonlyArray<R> => [
      {
        kind: "global",
        from: "*",
        event,
        to: to === null ? [] : [to],
        run: (s, e) => {
          const next = apply(s, e as EventNamed<E, N>)
          return to === null || isPlanFailure(next) ? next : withState(next, to)
        },
      },
    ],
    globalDynamic: <N extends E["_tag"]>(
      event: N,
      dynamic: string,
      apply: (state: S, event: EventNamed<E, N>) => S | PlanFailure,
    ): ReadonlyArray<R> => [
      { kind: "global", from: "*", event, to: [], dynamic, run: (s, e) => apply(s, e as EventNamed<E, N>) },
    ],
    /** A row of a state's custom planner: drawn, documented and checked; the custom planner runs it. */
    custom: <N extends E["_tag"]>(
      from: St,
      event: N,
      to: ReadonlyArray<St>,
      note: string,
    ): ReadonlyArray<R> => [{ kind: "custom", from, event, to, note, run: keep }],
  }
}

/** Makes the table. Throws `DefinitionError` naming the row when it cannot be right. */
export const make = <S, E extends TaggedEvent, St extends string>(
  options: TableOptions<S, E, St>,
): Table<S, E, St> => {
  const byState = new Map<string, Map<string, Row<S, E, St>>>()
  const globals = new Map<string, Row<S, E, St>>()
  for (const row of options.rows) {
    if (row.kind === "global") {
      if (globals.has(row.event)) throw duplicate(options.kind, row)
      globals.set(row.event, row)
      continue
    }
    const rows = byState.get(row.from) ?? new Map<string, Row<S, E, St>>()
    if (rows.has(row.event)) throw duplicate(options.kind, row)
    rows.set(row.event, row)
    byState.set(row.from, rows)
  }
  const table: Table<S, E, St> = {
    ...options,
    consume: options.consume ?? "one",
    unexpected: options.unexpected ?? "reject",
    stepAfter: options.stepAfter ?? "transition",
    byState,
    globals,
  }
  const problem = checkTable(table)
  if (problem !== null) throw new DefinitionError({ kind: options.kind, ...problem })
  return table
}

const duplicate = (kind: string, row: { readonly from: string; readonly event: string }) =>
  new DefinitionError({ kind, row: `row ${row.from} + ${row.event}`, problem: "stands twice" })
