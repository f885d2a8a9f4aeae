/**
 * What can be wrong with a table, found before anything runs: unknown names, states nothing leads to, states with no
 * way out that are no end, events that no state takes.
 */
import type { TaggedEvent } from "./Planner.ts"
import type { Row, Table } from "./Table.ts"

export interface TableProblem {
  readonly row: string
  readonly problem: string
}

const label = (row: { readonly from: string; readonly event: string }) => `row ${row.from} + ${row.event}`

/** The first problem of the table, or null. */
export const checkTable = <S, E extends TaggedEvent, St extends string>(
  table: Table<S, E, St>,
): TableProblem | null =>
  checkNames(table) ??
  checkShadowed(table) ??
  checkEvents(table) ??
  checkReachable(table) ??
  checkWaysOut(table)

const checkNames = <S, E extends TaggedEvent, St extends string>(
  table: Table<S, E, St>,
): TableProblem | null => {
  const states = new Set<string>(Object.keys(table.states))
  const events = new Set<string>()
  for (const event of table.events) {
    if (events.has(event)) return { row: `event ${event}`, problem: "is declared twice" }
    events.add(event)
  }
  if (!states.has(table.initial))
    return { row: `initial state ${table.initial}`, problem: "is not a state of this table" }
  for (const row of table.rows) {
    if (row.from !== "*" && !states.has(row.from))
      return { row: label(row), problem: `${row.from} is not a state of this table` }
    if (!events.has(row.event))
      return { row: label(row), problem: `${row.event} is not an event of this table` }
    const unknown = row.to.find((to) => !states.has(to))
    if (unknown !== undefined)
      return { row: label(row), problem: `its target ${unknown} is not a state of this table` }
    if (row.kind === "on" && row.to.length === 0 && row.dynamic === undefined)
      return { row: label(row), problem: "it has no target" }
    if (row.from !== "*" && row.kind !== "custom" && table.custom?.[row.from] !== undefined)
      return { row: label(row), problem: `${row.from} has a custom planner, so this row would never run` }
    if (row.kind === "custom" && (row.from === "*" || table.custom?.[row.from] === undefined))
      return { row: label(row), problem: `${row.from} has no custom planner` }
  }
  for (const [name, info] of Object.entries<Table<S, E, St>["states"][St]>(table.states)) {
    if (info.final === true && info.step !== null)
      return { row: `state ${name}`, problem: "is final, so its step would never run" }
  }
  return null
}

/** A global row is asked first, so a state's own row for its event would never run. */
const checkShadowed = <S, E extends TaggedEvent, St extends string>(
  table: Table<S, E, St>,
): TableProblem | null => {
  const shadowed = table.rows.find(
    (row) => row.kind !== "global" && row.kind !== "custom" && table.globals.has(row.event),
  )
  return shadowed === undefined
    ? null
    : { row: label(shadowed), problem: `${shadowed.event} has a global row, so this one would never run` }
}

const checkEvents = <S, E extends TaggedEvent, St extends string>(
  table: Table<S, E, St>,
): TableProblem | null => {
  const taken = new Set<string>(table.rows.map((row) => row.event))
  const unused = new Set<string>(table.unused ?? [])
  const lost = table.events.find((event) => !taken.has(event) && !unused.has(event))
  return lost === undefined ? null : { row: `event ${lost}`, problem: "no state takes it" }
}

const leaves = (row: Row<never, never, never>): boolean => row.to.length > 0 || row.dynamic !== undefined

const checkReachable = <S, E extends TaggedEvent, St extends string>(
  table: Table<S, E, St>,
): TableProblem | null => {
  const reached = new Set<string>([table.initial])
  const queue: Array<string> = [table.initial]
  const visit = (state: string) => {
    if (reached.has(state)) return
    reached.add(state)
    queue.push(state)
  }
  for (const row of table.globals.values()) row.to.forEach(visit)
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (const row of table.rows) if (row.from === state || row.from === "*") row.to.forEach(visit)
  }
  const meant = new Set<string>(table.unreachable ?? [])
  const lost = Object.keys(table.states).find((state) => !reached.has(state) && !meant.has(state))
  return lost === undefined ? null : { row: `state ${lost}`, problem: "nothing leads to it" }
}

const checkWaysOut = <S, E extends TaggedEvent, St extends string>(
  table: Table<S, E, St>,
): TableProblem | null => {
  for (const [name, info] of Object.entries<Table<S, E, St>["states"][St]>(table.states)) {
    const own = table.rows.find((row) => row.from === name)
    if (info.final === true && own !== undefined)
      return { row: label(own), problem: `${name} is final, so this row would never run` }
    const ways = table.rows.filter(
      (row) => row.kind !== "global" && (row.from === name || row.from === "*") && leaves(row as never),
    )
    if (
      info.final !== true &&
      info.rests !== true &&
      ways.every((row) => row.to.length === 1 && row.to[0] === name && row.dynamic === undefined)
    )
      return { row: `state ${name}`, problem: "it has no way out and is not final" }
  }
  return null
}
