/**
 * Runs a table: the planner of the rows. It walks the waiting events in order; the first row that moves the machine
 * ends the batch (or not, with `consume: "all"`).
 */
import {
  InvalidTransition,
  isPlanFailure,
  type Applied,
  type Pending,
  type Plan,
  type Planner,
  type Rejected,
  type TaggedEvent,
} from "./Planner.ts"
import type { Row, Table } from "./Table.ts"

/** The row that a state has for an event: a global one, its own, or one of any state. */
export const findRow = <S, E extends TaggedEvent, St extends string>(
  table: Table<S, E, St>,
  state: string,
  event: string,
): Row<S, E, St> | undefined =>
  table.globals.get(event) ?? table.byState.get(state)?.get(event) ?? table.byState.get("*")?.get(event)

/** The planner of a table. */
export const planner = <S, E extends TaggedEvent, St extends string>(
  table: Table<S, E, St>,
): Planner<S, E> => {
  const consumeAll = table.consume === "all"
  const failWhole = table.unexpected === "fail"
  const stepAlways = table.stepAfter === "plan"
  const isFinal = (name: St) => table.states[name]?.final === true

  return (pending: Pending<E>, before: S): Plan<S, E> => {
    const custom = table.custom?.[table.stateOf(before)]
    if (custom !== undefined) return custom(pending, before)
    let state = before
    let index = 0
    let moved = false
    const applied: Array<Applied<E>> = []
    const rejected: Array<Rejected<E>> = []
    while (index < pending.length) {
      const event = pending.at(index)
      const from = table.stateOf(state)
      index++
      if (isFinal(from)) {
        index--
        break
      }
      const row = findRow(table, from, event._tag)
      const next =
        row === undefined
          ? new InvalidTransition({ kind: table.kind, state: from, event: event._tag })
          : row.run(state, event)
      if (isPlanFailure(next)) {
        if (failWhole)
          return {
            state: before,
            processed: index,
            applied,
            rejected,
            step: false,
            ended: false,
            failure: next,
          }
        rejected.push({ index: index - 1, event, failure: next })
        if (!consumeAll) break
        continue
      }
      state = next
      const to = table.stateOf(state)
      applied.push({ event, from, to })
      if (row!.kind === "apply" || row!.kind === "ignore") continue
      moved = true
      if (!consumeAll) break
    }
    const ended = isFinal(table.stateOf(state))
    return {
      state,
      processed: index,
      applied,
      rejected,
      step: !ended && (moved || (stepAlways && rejected.length === 0)),
      ended,
      failure: null,
    }
  }
}
