/**
 * A machine's table as a drawing: Mermaid's text for documents, and an SVG that needs nothing around it. Rows that
 * only record or ignore are left out; rows from any state are listed, not drawn, or nothing else could be seen.
 */
import type { MachineTable } from "./api/fsm.ts"

interface Edge {
  readonly from: string
  readonly to: string
  readonly events: ReadonlyArray<string>
}

const anyState = "*"

const edgesOf = ({ transitions }: MachineTable): ReadonlyArray<Edge> => {
  const byEnds = new Map<string, { from: string; to: string; events: Array<string> }>()
  for (const { from, event, to } of transitions) {
    if (from === anyState) continue
    for (const target of to) {
      const key = `${from}\n${target}`
      const edge = byEnds.get(key) ?? { from, to: target, events: [] }
      edge.events.push(event)
      byEnds.set(key, edge)
    }
  }
  return [...byEnds.values()]
}

const globalsOf = ({ transitions }: MachineTable) =>
  transitions
    .filter(({ from, kind }) => from === anyState && kind === "global")
    .map(({ event, to }) => `${event}${to.length === 0 ? "" : ` → ${to.join(", ")}`}`)

const isFinal = (state: MachineTable["states"][number]) => state.final === true

/** Mermaid's `stateDiagram-v2`. */
export const mermaid = (table: MachineTable): string =>
  [
    "stateDiagram-v2",
    `  [*] --> ${String(table.initial)}`,
    ...edgesOf(table).map(({ from, to, events }) => `  ${from} --> ${to}: ${events.join(", ")}`),
    ...table.states.filter(isFinal).map(({ name }) => `  ${name} --> [*]`),
    ...globalsOf(table).map((text) => `  %% from any state: ${text}`),
  ].join("\n")

const node = { width: 200, height: 32, columnGap: 90, rowGap: 18, margin: 24 }

interface Place {
  readonly x: number
  readonly y: number
}

/** How many steps each state is from the initial one; what cannot be reached stands in the last column. */
const depths = (table: MachineTable, edges: ReadonlyArray<Edge>): ReadonlyMap<string, number> => {
  const depth = new Map([[String(table.initial), 0]])
  for (const [state, steps] of depth) {
    for (const edge of edges) if (edge.from === state && !depth.has(edge.to)) depth.set(edge.to, steps + 1)
  }
  const last = Math.max(...depth.values()) + 1
  for (const { name } of table.states) if (!depth.has(name)) depth.set(name, last)
  return depth
}

const placeStates = (table: MachineTable, edges: ReadonlyArray<Edge>): ReadonlyMap<string, Place> => {
  const filled = new Map<number, number>()
  const places = new Map<string, Place>()
  const depth = depths(table, edges)
  for (const { name } of table.states) {
    const column = depth.get(name)!
    const row = filled.get(column) ?? 0
    filled.set(column, row + 1)
    places.set(name, {
      x: node.margin + column * (node.width + node.columnGap),
      y: node.margin + row * (node.height + node.rowGap),
    })
  }
  return places
}

const escape = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!)

/** A curve from the side that faces the target; back and sideways it swings out, so that it can be told apart. */
const curve = (from: Place, to: Place) => {
  const forward = to.x > from.x
  const [startY, endY] = [from.y + node.height / 2, to.y + node.height / 2]
  const startX = forward ? from.x + node.width : from.x
  const endX = forward || to.x === from.x ? to.x : to.x + node.width
  const bend = forward ? node.columnGap / 2 : -node.columnGap / 2
  const endBend = forward ? -bend : to.x === from.x ? bend : -bend
  return `M${startX} ${startY}C${startX + bend} ${startY} ${endX + endBend} ${endY} ${endX} ${endY}`
}

const edgeElement = ({ from, to, events }: Edge, places: ReadonlyMap<string, Place>) => {
  const [start, end] = [places.get(from), places.get(to)]
  if (start === undefined || end === undefined || from === to) return ""
  return `<path d="${curve(start, end)}" marker-end="url(#tip)"><title>${escape(`${from} → ${to}: ${events.join(", ")}`)}</title></path>`
}

const nodeElement = (state: MachineTable["states"][number], { x, y }: Place) => {
  const meaning = typeof state.meaning === "string" ? `<title>${escape(state.meaning)}</title>` : ""
  const kind = isFinal(state) ? ' class="final"' : ""
  return `<g${kind}><rect x="${x}" y="${y}" width="${node.width}" height="${node.height}" rx="6"/><text x="${x + node.width / 2}" y="${y + 21}">${escape(state.name)}</text>${meaning}</g>`
}

const style =
  "svg{font:13px system-ui,sans-serif;color-scheme:light dark;background:Canvas}" +
  "rect{fill:Canvas;stroke:CanvasText;stroke-width:1}.final rect{stroke-width:2.5}" +
  "text{fill:CanvasText;text-anchor:middle}.note{text-anchor:start}" +
  "path{fill:none;stroke:CanvasText;stroke-opacity:.45}path:hover{stroke-opacity:1;stroke-width:2}"

/** A drawing that stands alone: states by their distance from the start, the events as tooltips of the edges. */
export const svg = (table: MachineTable): string => {
  const edges = edgesOf(table)
  const places = placeStates(table, edges)
  const globals = globalsOf(table)
  const width = Math.max(...[...places.values()].map(({ x }) => x)) + node.width + node.margin
  const statesBottom = Math.max(...[...places.values()].map(({ y }) => y)) + node.height + node.margin
  const height = statesBottom + (globals.length === 0 ? 0 : 24)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escape(`The machine of a ${table.kind}`)}</title><style>${style}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8"/></marker></defs>',
    ...edges.map((edge) => edgeElement(edge, places)),
    ...table.states.map((state) => nodeElement(state, places.get(state.name)!)),
    globals.length === 0
      ? ""
      : `<text class="note" x="${node.margin}" y="${statesBottom}">${escape(`from any state: ${globals.join("; ")}`)}</text>`,
    "</svg>",
  ].join("\n")
}
