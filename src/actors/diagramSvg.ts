/** A table as an SVG that needs nothing around it: no script, no font, no style of a page. Follows light and dark. */
import { fromAny, notes, type Drawable } from "./Diagram.ts"
import { layout, type Layout, type Point } from "./diagramLayout.ts"

/** All in pixels. */
const box = { width: 168, height: 34, columnGap: 150, rowGap: 26, margin: 28, line: 16 } as const

const columnWidth = box.width + box.columnGap
const rowHeight = box.height + box.rowGap

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const centre = ({ x, y }: Point): Point => ({
  x: box.margin + x * columnWidth + box.width / 2,
  y: box.margin + y * rowHeight + box.height / 2,
})

const round = (value: number): number => Math.round(value * 10) / 10

/** From the edge of one box through the bends to the edge of the other. */
const path = (points: ReadonlyArray<Point>): string => {
  const [first, ...rest] = points.map(centre) as [Point, ...Array<Point>]
  const last = rest[rest.length - 1]!
  if (first.x === last.x) {
    const side = first.x + box.width / 2
    const bow = side + box.columnGap / 3
    const up = first.y === last.y ? box.height / 4 : 0
    return `M${round(side)} ${round(first.y - up)}C${round(bow)} ${round(first.y - up - up)} ${round(bow)} ${round(last.y + up + up)} ${round(side)} ${round(last.y + up)}`
  }
  const forth = last.x > first.x ? 1 : -1
  let at: Point = { x: first.x + (forth * box.width) / 2, y: first.y + forth * 4 }
  let text = `M${round(at.x)} ${round(at.y)}`
  rest.forEach((next, index) => {
    const end =
      index === rest.length - 1 ? { x: next.x - (forth * box.width) / 2, y: next.y + forth * 4 } : next
    const middle = (at.x + end.x) / 2
    text += `C${round(middle)} ${round(at.y)} ${round(middle)} ${round(end.y)} ${round(end.x)} ${round(end.y)}`
    at = end
  })
  return text
}

/** How many characters of the events stand on an arrow; all of them are in its title. */
const labelCharacters = 24

const label = (points: ReadonlyArray<Point>, text: string): string => {
  const index = Math.max(0, Math.ceil(points.length / 2) - 1)
  const [a, b] = [centre(points[index]!), centre(points[index + 1]!)]
  const short = text.length > labelCharacters ? `${text.slice(0, labelCharacters - 1)}…` : text
  const x = a.x === b.x ? a.x + box.width / 2 + box.columnGap / 3 : (a.x + b.x) / 2
  return `<text class="event" x="${round(x)}" y="${round((a.y + b.y) / 2 - 4)}">${escape(short)}</text>`
}

const style = `
.state rect{fill:#f6f8fa;stroke:#57606a}.state.final rect{stroke-width:3}.state.initial rect{stroke:#0969da;stroke-width:2}
.way path{fill:none;stroke:#8c959f;marker-end:url(#head)}#head path{fill:#8c959f}
text{font:12px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}.event{font-size:10px;fill:#57606a}.any{text-anchor:start}
@media (prefers-color-scheme:dark){.state rect{fill:#161b22;stroke:#8b949e}text{fill:#e6edf3}.event{fill:#9da7b3}}`

const states = (table: Drawable, { states: places }: Layout): ReadonlyArray<string> =>
  [...places].map(([state, place]) => {
    const { x, y } = centre(place)
    const info = table.states[state]
    const classes = ["state", info?.final === true ? "final" : "", state === table.initial ? "initial" : ""]
    const title = [info?.meaning ?? state, ...notes(table, state)].join("\n")
    return [
      `<g class="${classes.filter((name) => name !== "").join(" ")}" data-state="${escape(state)}"><title>${escape(title)}</title>`,
      `<rect x="${round(x - box.width / 2)}" y="${round(y - box.height / 2)}" width="${box.width}" height="${box.height}" rx="6"/>`,
      `<text x="${round(x)}" y="${round(y + 4)}">${escape(state === "" ? "(new)" : state)}</text></g>`,
    ].join("")
  })

export const svg = (table: Drawable): string => {
  const placed = layout(table)
  const any = fromAny(table)
  const width = box.margin * 2 + placed.layers * columnWidth
  const drawn = box.margin * 2 + placed.places * rowHeight
  const height = drawn + any.length * box.line
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="${escape(table.kind)}">`,
    `<style>${style}</style>`,
    `<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>`,
    ...placed.ways.map(
      ({ arrow, points }) =>
        `<g class="way"><title>${escape(arrow.events.join(", "))}</title><path d="${path(points)}"/>${label(points, arrow.events.join(", "))}</g>`,
    ),
    ...states(table, placed),
    ...any.map(
      (line, index) =>
        `<text class="any" x="${box.margin}" y="${round(drawn + index * box.line)}">from any state: ${escape(line)}</text>`,
    ),
    "</svg>",
    "",
  ].join("\n")
}
