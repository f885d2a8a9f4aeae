/**
 * Places of states and ways of arrows, computed: states stand in layers by their distance from the initial one, each
 * layer is ordered so that arrows cross as little as a few sweeps can bring about (Sugiyama's method), and long arrows
 * go through a place of their own in each layer between. Deterministic: the same table gives the same places.
 */
import { arrows, type Arrow, type Drawable } from "./Diagram.ts"

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Layout {
  /** The centres of the states, in units: one layer is one unit of x, one place one unit of y. */
  readonly states: ReadonlyMap<string, Point>
  readonly ways: ReadonlyArray<{ readonly arrow: Arrow; readonly points: ReadonlyArray<Point> }>
  readonly layers: number
  readonly places: number
}

/** A state, or the bend of a long arrow in a layer between. */
interface Node {
  readonly layer: number
  place: number
  readonly before: Array<Node>
  readonly after: Array<Node>
}

const sweeps = 12

const layersOf = (table: Drawable, drawn: ReadonlyArray<Arrow>): ReadonlyMap<string, number> => {
  const layers = new Map<string, number>([[table.initial, 0]])
  for (const [state, layer] of layers)
    for (const { from, to } of drawn) if (from === state && !layers.has(to)) layers.set(to, layer + 1)
  const last = Math.max(...layers.values()) + 1
  for (const state of Object.keys(table.states)) if (!layers.has(state)) layers.set(state, last)
  return layers
}

const mean = (nodes: ReadonlyArray<Node>): number | null =>
  nodes.length === 0 ? null : nodes.reduce((sum, { place }) => sum + place, 0) / nodes.length

/** Orders each layer by where its neighbours stand, to and fro. */
const order = (layers: ReadonlyArray<Array<Node>>): void => {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const forth = sweep % 2 === 0
    for (const layer of forth ? layers : layers.toReversed()) {
      const wish = new Map(layer.map((node) => [node, mean(forth ? node.before : node.after) ?? node.place]))
      layer.sort((a, b) => wish.get(a)! - wish.get(b)! || a.place - b.place)
      layer.forEach((node, place) => (node.place = place))
    }
  }
}

/** Centres the layers and lets each node move towards its neighbours as far as the order allows. */
const settle = (layers: ReadonlyArray<Array<Node>>): void => {
  const places = Math.max(...layers.map((layer) => layer.length))
  for (const layer of layers)
    layer.forEach((node, index) => (node.place = index + (places - layer.length) / 2))
  for (let sweep = 0; sweep < sweeps; sweep++)
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed())
      layer.forEach((node, index) => {
        const wish = mean([...node.before, ...node.after]) ?? node.place
        const lowest = index === 0 ? 0 : layer[index - 1]!.place + 1
        const highest = index === layer.length - 1 ? places - 1 : layer[index + 1]!.place - 1
        node.place = Math.min(Math.max(wish, lowest), Math.max(highest, lowest))
      })
}

export const layout = (table: Drawable): Layout => {
  const drawn = arrows(table)
  const layerOf = layersOf(table, drawn)
  const count = Math.max(...layerOf.values()) + 1
  const layers: Array<Array<Node>> = Array.from({ length: count }, () => [])
  const add = (layer: number): Node => {
    const node: Node = { layer, place: layers[layer]!.length, before: [], after: [] }
    layers[layer]!.push(node)
    return node
  }
  const states = new Map([...layerOf].map(([state, layer]) => [state, add(layer)]))
  const ways = drawn.map((arrow) => {
    const [from, to] = [states.get(arrow.from)!, states.get(arrow.to)!]
    const chain = [from]
    const step = Math.sign(to.layer - from.layer)
    const between = Math.max(0, Math.abs(to.layer - from.layer) - 1)
    for (let index = 1; index <= between; index++) chain.push(add(from.layer + index * step))
    chain.push(to)
    chain.slice(1).forEach((node, index) => {
      const other = chain[index]!
      if (other.layer === node.layer) return
      const [left, right] = other.layer < node.layer ? [other, node] : [node, other]
      left.after.push(right)
      right.before.push(left)
    })
    return { arrow, chain }
  })
  order(layers)
  settle(layers)
  const point = ({ layer, place }: Node): Point => ({ x: layer, y: place })
  return {
    states: new Map([...states].map(([state, node]) => [state, point(node)])),
    ways: ways.map(({ arrow, chain }) => ({ arrow, points: chain.map(point) })),
    layers: count,
    places: Math.max(...layers.flat().map(({ place }) => place)) + 1,
  }
}
