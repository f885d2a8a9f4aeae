/**
 * A table as people read it: Mermaid, PlantUML, Markdown, JSON; the SVG with a computed layout is in `diagramSvg.ts`.
 * All come from the rows themselves, in the order in which they are written, so that the same table gives the same text.
 */
import type { RowKind, StateInfo } from "./Table.ts"

/** What of a table is drawn. */
export interface Drawable {
  readonly kind: string
  readonly initial: string
  readonly states: Readonly<Record<string, StateInfo>>
  readonly rows: ReadonlyArray<{
    readonly kind: RowKind
    readonly from: string
    readonly event: string
    readonly to: ReadonlyArray<string>
    readonly dynamic?: string
    readonly note?: string
  }>
}

export interface DiagramOptions {
  /** Draw rows from any state as an arrow from each state, instead of a note. */
  readonly expandAny?: boolean
  /** What a state is called in the drawing, when not by its name. */
  readonly name?: (state: string) => string
}

/** An arrow: all events that lead from one state to another. */
export interface Arrow {
  readonly from: string
  readonly to: string
  readonly events: ReadonlyArray<string>
}

/** The table as plain data. */
export interface TableDocument {
  readonly kind: string
  readonly initial: string
  readonly states: ReadonlyArray<{ readonly name: string } & StateInfo>
  readonly transitions: ReadonlyArray<{
    readonly from: string
    readonly event: string
    readonly to: ReadonlyArray<string>
    readonly kind: RowKind
    readonly dynamic?: string
    readonly note?: string
  }>
}

const names = (table: Drawable): ReadonlyArray<string> => Object.keys(table.states)

const isFinal = (table: Drawable, state: string): boolean => table.states[state]?.final === true

/** Where a row leads from the state: rows that stay lead back. */
const targets = (row: Drawable["rows"][number], from: string): ReadonlyArray<string> =>
  row.kind === "stay" || (row.kind === "global" && row.to.length === 0 && row.dynamic === undefined)
    ? [from]
    : row.to

const moves = (kind: RowKind): boolean => kind !== "apply" && kind !== "ignore"

/** The arrows of the rows that move or stay, in the order of the rows; from any state only when they are expanded. */
export const arrows = (table: Drawable, expandAny = false): ReadonlyArray<Arrow> => {
  const found = new Map<string, { from: string; to: string; events: Array<string> }>()
  const draw = (from: string, row: Drawable["rows"][number]) => {
    for (const to of targets(row, from)) {
      const key = JSON.stringify([from, to])
      const arrow = found.get(key) ?? { from, to, events: [] }
      if (!arrow.events.includes(row.event)) arrow.events.push(row.event)
      found.set(key, arrow)
    }
  }
  for (const row of table.rows) {
    if (!moves(row.kind)) continue
    if (row.from !== "*") draw(row.from, row)
    else if (expandAny) for (const from of names(table)) if (!isFinal(table, from)) draw(from, row)
  }
  return [...found.values()]
}

/** What is told of a state beside its arrows: its step, and the events that it only records or ignores. */
export const notes = (table: Drawable, state: string): ReadonlyArray<string> => {
  const step = table.states[state]?.step ?? null
  const of = (kind: RowKind) =>
    table.rows.filter((row) => row.from === state && row.kind === kind).map((row) => row.event)
  const lines = [step === null ? "" : `on entry: ${step}`, ...list("only recorded", of("apply"))]
  return [...lines, ...list("ignored", of("ignore"))].filter((line) => line !== "")
}

const list = (what: string, events: ReadonlyArray<string>): ReadonlyArray<string> =>
  events.length === 0 ? [] : [`${what}: ${events.join(", ")}`]

/** The rows from any state, each as a line. */
const fromAny = (table: Drawable): ReadonlyArray<string> =>
  table.rows
    .filter((row) => row.from === "*")
    .map((row) => {
      const to = row.dynamic ?? (row.to.length === 0 ? "the same state" : row.to.join(", "))
      return moves(row.kind)
        ? `${row.event} leads to ${to}`
        : `${row.event} is ${row.kind === "apply" ? "only recorded" : "ignored"}`
    })

export const toJson = ({ kind, initial, states, rows }: Drawable): TableDocument => ({
  kind,
  initial,
  states: Object.entries(states).map(([name, info]) => ({ name, ...info })),
  transitions: rows.map(({ from, event, to, kind: row, dynamic, note }) => ({
    from,
    event,
    to,
    kind: row,
    ...(dynamic === undefined ? {} : { dynamic }),
    ...(note === undefined ? {} : { note }),
  })),
})

/** Names in diagrams are identifiers; what a state is called stands beside. */
const identifier = (state: string): string => `s_${state.replaceAll(/[^A-Za-z0-9_]/g, "_")}`

/** Mermaid's `stateDiagram-v2`. */
export const mermaid = (table: Drawable, options: DiagramOptions = {}): string => {
  const name = options.name ?? ((state: string) => state)
  const any = options.expandAny === true ? [] : fromAny(table)
  return [
    "stateDiagram-v2",
    ...names(table).map((state) => `  state "${name(state)}" as ${identifier(state)}`),
    `  [*] --> ${identifier(table.initial)}`,
    ...arrows(table, options.expandAny).map(
      ({ from, to, events }) => `  ${identifier(from)} --> ${identifier(to)}: ${events.join(", ")}`,
    ),
    ...names(table)
      .filter((state) => isFinal(table, state))
      .map((state) => `  ${identifier(state)} --> [*]`),
    ...names(table).flatMap((state) => mermaidNote(identifier(state), notes(table, state))),
    ...mermaidNote(
      identifier(table.initial),
      any.map((line) => `from any state: ${line}`),
    ),
    "",
  ].join("\n")
}

const mermaidNote = (state: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [`  note right of ${state}`, ...lines.map((line) => `    ${line}`), "  end note"]

/** PlantUML's state diagram. */
export const plantUml = (table: Drawable, options: DiagramOptions = {}): string => {
  const name = options.name ?? ((state: string) => state)
  const any = options.expandAny === true ? [] : fromAny(table)
  return [
    "@startuml",
    ...names(table).map((state) => `state "${name(state)}" as ${identifier(state)}`),
    ...names(table).flatMap((state) => notes(table, state).map((line) => `${identifier(state)} : ${line}`)),
    `[*] --> ${identifier(table.initial)}`,
    ...arrows(table, options.expandAny).flatMap(({ from, to, events }) =>
      events.map((event) => `${identifier(from)} --> ${identifier(to)} : ${event}`),
    ),
    ...names(table)
      .filter((state) => isFinal(table, state))
      .map((state) => `${identifier(state)} --> [*]`),
    ...(any.length === 0 ? [] : ["note as FromAnyState", ...any.map((line) => `  ${line}`), "end note"]),
    "@enduml",
    "",
  ].join("\n")
}

const cell = (text: string): string => text.replaceAll("|", "\\|")

/** Tables of states and of rows, for documentation. */
export const markdown = (table: Drawable): string =>
  [
    `# ${table.kind}`,
    "",
    `Starts in \`${table.initial}\`.`,
    "",
    "| state | step | end | meaning |",
    "|---|---|---|---|",
    ...Object.entries(table.states).map(
      ([name, info]) =>
        `| \`${name}\` | ${info.step ?? ""} | ${info.final === true ? "yes" : ""} | ${cell(info.meaning ?? "")} |`,
    ),
    "",
    "| from | event | to | kind | note |",
    "|---|---|---|---|---|",
    ...table.rows.map(
      ({ from, event, to, kind, dynamic, note }) =>
        `| \`${from}\` | \`${event}\` | ${dynamic === undefined ? to.map((state) => `\`${state}\``).join(", ") : cell(dynamic)} | ${kind} | ${cell(note ?? "")} |`,
    ),
    "",
  ].join("\n")
