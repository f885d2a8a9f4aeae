/**
 * Places of states, labels and arrows, computed. Arrows that lead to the same state by the same events are one bundle with
 * one label, and a label stands in the graph as a box of its own: so the layered layout (dagre) keeps boxes and labels
 * apart, and brings lines around both. The same table gives the same places.
 */
import { Graph, layout as place } from "@dagrejs/dagre"
import { arrows, type Drawable } from "./Diagram.ts"

export interface Point {
  readonly x: number
  readonly y: number
}

/** In pixels; x and y are of the centre. */
export interface Box extends Point {
  readonly width: number
  readonly height: number
}

/** Events that lead from some states to one. */
interface Bundle {
  readonly from: ReadonlyArray<string>
  readonly to: string
  readonly events: ReadonlyArray<string>
}

export interface PlacedBundle extends Bundle {
  readonly label: Box
  /** The label's text, line by line. */
  readonly lines: ReadonlyArray<string>
  /** From each of its states to the label. */
  readonly into: ReadonlyArray<{ readonly from: string; readonly points: ReadonlyArray<Point> }>
  /** From the label to the state that it leads to. */
  readonly out: ReadonlyArray<Point>
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly states: ReadonlyMap<string, Box>
  readonly bundles: ReadonlyArray<PlacedBundle>
}

/** All in pixels. */
export const sizes = {
  margin: 24,
  stateHeight: 32,
  stateCharacter: 7.6,
  statePadding: 24,
  labelLine: 14,
  labelCharacter: 6.4,
  labelPadding: 8,
  apart: 18,
  layersApart: 26,
} as const

/** A label is broken into lines of about so many characters. */
const labelCharacters = 26

/** What is written in the box of a state. */
export const stateName = (state: string): string => (state === "" ? "(new)" : state)

/** Arrows with the same target and the same events are one bundle. */
const bundles = (table: Drawable): ReadonlyArray<Bundle> => {
  const found = new Map<string, { from: Array<string>; to: string; events: ReadonlyArray<string> }>()
  for (const { from, to, events } of arrows(table)) {
    const key = JSON.stringify([to, events.toSorted()])
    const bundle = found.get(key)
    if (bundle === undefined) found.set(key, { from: [from], to, events })
    else bundle.from.push(from)
  }
  return [...found.values()]
}

/** A text in lines of at most so many characters, broken at blanks. */
export const wrapped = (text: string, characters: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1]
    if (last !== undefined && last.length + word.length < characters)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

const labelSize = (lines: ReadonlyArray<string>) => ({
  width: Math.max(...lines.map(({ length }) => length)) * sizes.labelCharacter + sizes.labelPadding,
  height: lines.length * sizes.labelLine + 4,
})

const stateSize = (state: string) => ({
  width: stateName(state).length * sizes.stateCharacter + sizes.statePadding,
  height: sizes.stateHeight,
})

export const layout = (table: Drawable): Layout => {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({
    rankdir: "TB",
    nodesep: sizes.apart,
    edgesep: 10,
    ranksep: sizes.layersApart,
    marginx: sizes.margin,
    marginy: sizes.margin,
  })
  const states = Object.keys(table.states)
  // Names of nodes by number, for a state may be called anything.
  const node = new Map(states.map((state, index) => [state, `s${index}`]))
  for (const state of states) graph.setNode(node.get(state)!, stateSize(state))
  const found = bundles(table).map((bundle, index) => ({
    ...bundle,
    name: `l${index}`,
    lines: wrapped(bundle.events.join(", "), labelCharacters),
  }))
  for (const { name, lines, from, to } of found) {
    graph.setNode(name, labelSize(lines))
    for (const state of from) graph.setEdge(node.get(state)!, name, {})
    graph.setEdge(name, node.get(to)!, {})
  }
  place(graph)
  const box = (name: string): Box => {
    const { x, y, width, height } = graph.node(name) as Box
    return { x, y, width, height }
  }
  const points = (v: string, w: string) => (graph.edge(v, w) as { points: Array<Point> }).points
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return {
    width,
    height,
    states: new Map(states.map((state) => [state, box(node.get(state)!)])),
    bundles: found.map(({ name, ...bundle }) => ({
      ...bundle,
      label: box(name),
      into: bundle.from.map((from) => ({ from, points: points(node.get(from)!, name) })),
      out: points(name, node.get(bundle.to)!),
    })),
  }
}
