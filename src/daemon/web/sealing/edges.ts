/** The geometry of the board: boxes, and the lines between them. Pure functions over the layout. */
import { boardLayout, failureEdges, lanes, mainEdges, type Place } from "./boardLayout.ts"
import type { Machine } from "../lib/types.ts"

export const nodeWidth = 212
export const nodeHeight = 30
export const boardWidth = 1200
const laneX = [16, 252, 492, 748, 972]
const firstY = 38
const pitch = 44
const unplacedY = firstY + 15 * pitch + 24

export interface Box {
  readonly x: number
  readonly y: number
  readonly column: number
}

export interface Edge {
  readonly from: string
  readonly to: string
  readonly kind: "main" | "failed" | "other"
  /** How far from the middle of its end's side it arrives, in px: several failures end in one state. */
  readonly shift: number
}

const boxAt = ([column, row]: Place): Box => ({ column, x: laneX[column] ?? 16, y: firstY + row * pitch })

/** A state without a place of its own is put below, five to a line: a new row never makes a state vanish. */
export const boxesOf = (states: ReadonlyArray<string>): ReadonlyMap<string, Box> => {
  const boxes = new Map<string, Box>()
  let unplaced = 0
  for (const state of states) {
    const place = boardLayout[state]
    if (place !== undefined) boxes.set(state, boxAt(place))
    else {
      const column = unplaced % lanes.length
      boxes.set(state, {
        column,
        x: laneX[column] ?? 16,
        y: unplacedY + Math.floor(unplaced / lanes.length) * pitch,
      })
      unplaced += 1
    }
  }
  return boxes
}

export const boardHeight = (boxes: ReadonlyMap<string, Box>): number =>
  Math.max(...[...boxes.values()].map((box) => box.y + nodeHeight), 400) + 8

const apart = 7

/** Gives the failures that end in one state ends of their own, in the order of where they come from. */
const spread = (edges: ReadonlyArray<Edge>): ReadonlyArray<Edge> =>
  edges.map((edge) => {
    if (edge.kind !== "failed") return edge
    const rowOf = ({ from }: Edge) => boardLayout[from]?.[1] ?? 0
    const together = edges
      .filter(({ kind, to }) => kind === "failed" && to === edge.to)
      .sort((a, b) => rowOf(a) - rowOf(b))
    return { ...edge, shift: (together.indexOf(edge) - (together.length - 1) / 2) * apart }
  })

const keyOf = (from: string, to: string) => `${from}>${to}`

/** Each connected pair once, as the table has it; the layout says which are always drawn. */
export const edgesOf = (machine: Machine): ReadonlyArray<Edge> => {
  const main = new Set(mainEdges.map(([from, to]) => keyOf(from, to)))
  const failed = new Set(failureEdges.map(([from, to]) => keyOf(from, to)))
  const known = new Set(machine.states)
  const edges = new Map<string, Edge>()
  for (const { from, to } of machine.transitions) {
    if (from === to || !known.has(from) || !known.has(to)) continue
    const key = keyOf(from, to)
    edges.set(key, {
      from,
      to,
      kind: main.has(key) ? "main" : failed.has(key) ? "failed" : "other",
      shift: 0,
    })
  }
  return spread([...edges.values()])
}

const straightDown = (a: Box, b: Box) => {
  const x = a.x + nodeWidth / 2
  return `M${x} ${a.y + nodeHeight}V${b.y - 3}`
}

const between = (a: Box, b: Box): boolean => Math.abs(a.y - b.y) > pitch * 1.5

/** Within a column and not next to each other: round the side, further out the further apart. */
const roundTheSide = (a: Box, b: Box) => {
  const x = a.x + nodeWidth
  const y1 = a.y + nodeHeight / 2
  const y2 = b.y + nodeHeight / 2
  const out = x + 16 + Math.min(26, Math.abs(y1 - y2) / 24)
  return `M${x} ${y1}C${out} ${y1} ${out} ${y2} ${x + 3} ${y2}`
}

const sideways = (a: Box, b: Box, shift: number) => {
  const right = b.x > a.x
  const x1 = right ? a.x + nodeWidth : a.x
  const x2 = right ? b.x - 3 : b.x + nodeWidth + 3
  const y1 = a.y + nodeHeight / 2
  const y2 = b.y + nodeHeight / 2 + shift
  if (Math.abs(y1 - y2) < 1) return `M${x1} ${y1}H${x2}`
  const near = Math.abs(x2 - x1) < 60
  const bend = near ? Math.abs(x2 - x1) * 0.9 : Math.min(110, Math.abs(x2 - x1) * 0.5)
  const turn = right ? bend : -bend
  return `M${x1} ${y1}C${x1 + turn} ${y1} ${x2 - turn} ${y2} ${x2} ${y2}`
}

/** The line of an edge, from side to side or straight down. */
export const pathOf = (edge: Edge, boxes: ReadonlyMap<string, Box>): string => {
  const a = boxes.get(edge.from)
  const b = boxes.get(edge.to)
  if (a === undefined || b === undefined) return ""
  if (a.column === b.column) {
    const down = b.y > a.y && (edge.kind === "main" || !between(a, b))
    return down ? straightDown(a, b) : roundTheSide(a, b)
  }
  return sideways(a, b, edge.shift)
}

/** The neighbour in a direction, for the arrow keys: the nearest box that way, straight ahead before aside. */
export const neighbour = (
  boxes: ReadonlyMap<string, Box>,
  from: string,
  direction: "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight",
): string => {
  const at = boxes.get(from)
  if (at === undefined) return from
  const vertical = direction === "ArrowUp" || direction === "ArrowDown"
  const sign = direction === "ArrowDown" || direction === "ArrowRight" ? 1 : -1
  let best = from
  let least = Number.POSITIVE_INFINITY
  for (const [name, box] of boxes) {
    const ahead = (vertical ? box.y - at.y : box.x - at.x) * sign
    const aside = Math.abs(vertical ? box.x - at.x : box.y - at.y)
    if (ahead <= 1 || (vertical && box.column !== at.column)) continue
    const cost = ahead + aside * 2.6
    if (cost < least) {
      least = cost
      best = name
    }
  }
  return best
}
