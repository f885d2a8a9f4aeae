/** A table as an SVG that needs nothing around it: no script, no font, no style of a page. Follows light and dark. */
import { notes, type Drawable } from "./Diagram.ts"
import {
  layout,
  sizes,
  stateName,
  wrapped,
  type Box,
  type Layout,
  type PlacedBundle,
  type Point,
} from "./diagramLayout.ts"

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const round = (value: number): number => Math.round(value * 10) / 10

const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`

const between = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })

/** A smooth line that begins at the first point, ends at the last and bends at those between. */
const path = (points: ReadonlyArray<Point>): string => {
  const [first, ...rest] = points as [Point, ...Array<Point>]
  const last = rest[rest.length - 1] ?? first
  const bends = rest
    .slice(0, -1)
    .map((point, index) => `Q${at(point)} ${at(between(point, rest[index + 1]!))}`)
  return `M${at(first)}${rest.length > 1 ? `L${at(between(first, rest[0]!))}` : ""}${bends.join("")}L${at(last)}`
}

/** Colours that are told apart, on light and on dark: one for each state that arrows lead to. */
const colour = (index: number): string => `hsl(${Math.round((index * 137.5 + 210) % 360)} 45% 50%)`

const style = `
svg{color-scheme:light dark;background:#fff}.state rect{fill:#f6f8fa;stroke:#57606a}.state.final rect{stroke-width:3}
.state.initial rect{stroke:#0969da;stroke-width:2}.state.failed rect{fill:#fff1ef;stroke:#c93c37}
text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1f2328;text-anchor:middle}
.way path{fill:none;stroke-width:1.2;stroke-opacity:.75}.way rect{fill:#fff}.way text{font-size:10.5px;fill:#424a53}
.way:hover path{stroke-width:2.5;stroke-opacity:1}.any{text-anchor:start}
@media (prefers-color-scheme:dark){svg{background:#0d1117}.state rect{fill:#161b22;stroke:#8b949e}
.state.failed rect{fill:#2d1517;stroke:#e5534b}text{fill:#e6edf3}.way path{stroke-opacity:1}.way rect{fill:#0d1117}.way text{fill:#adbac7}}`

const rectangle = ({ x, y, width, height }: Box, radius: number): string =>
  `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`

const states = (table: Drawable, { states: places }: Layout): ReadonlyArray<string> =>
  [...places].map(([state, box]) => {
    const info = table.states[state]
    const classes = ["state", info?.final === true ? "final" : "", state === table.initial ? "initial" : ""]
    if (info?.category === "failed" || info?.category === "fault") classes.push("failed")
    const title = [info?.meaning ?? stateName(state), ...notes(table, state)].join("\n")
    return [
      `<g class="${classes.filter((name) => name !== "").join(" ")}" data-state="${escape(state)}"><title>${escape(title)}</title>`,
      rectangle(box, 6),
      `<text x="${round(box.x)}" y="${round(box.y + 4)}">${escape(stateName(state))}</text></g>`,
    ].join("")
  })

const lines = ({ from, to, events, into, out }: PlacedBundle, stroke: string, head: string): string => {
  const title = `${from.map(stateName).join(", ")} to ${stateName(to)}: ${events.join(", ")}`
  return [
    `<g class="way" stroke="${stroke}"><title>${escape(title)}</title>`,
    ...into.map(({ points }) => `<path d="${path(points)}"/>`),
    `<path d="${path(out)}" marker-end="url(#${head})"/></g>`,
  ].join("")
}

/** Over all lines, on a ground of its own. */
const label = ({ label: box, lines: text }: PlacedBundle): string => {
  const top = box.y - ((text.length - 1) * sizes.labelLine) / 2 + 3.5
  const words = text.map(
    (line, index) =>
      `<text x="${round(box.x)}" y="${round(top + index * sizes.labelLine)}">${escape(line)}</text>`,
  )
  return `<g class="way label">${rectangle(box, 3)}${words.join("")}</g>`
}

/** What holds in every state that has no row of its own for the event. */
const fromAny = (table: Drawable): ReadonlyArray<string> => {
  const outcomes = new Map<string, Array<string>>()
  for (const { from, kind, event, to, dynamic } of table.rows) {
    if (from !== "*") continue
    const leads = dynamic ?? (to.length === 0 ? "the same state" : to.map(stateName).join(", "))
    const outcome = kind === "apply" ? "only recorded" : kind === "ignore" ? "ignored" : `leads to ${leads}`
    outcomes.set(outcome, [...(outcomes.get(outcome) ?? []), event])
  }
  return [...outcomes].map(([outcome, events]) => `from any state, ${outcome}: ${events.join(", ")}`)
}

const marker = (name: string, fill: string): string =>
  `<marker id="${name}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="${fill}"/></marker>`

export const svg = (table: Drawable): string => {
  const placed = layout(table)
  const targets = [...new Set(placed.bundles.map(({ to }) => to))]
  const head = (to: string) => `head${targets.indexOf(to)}`
  const width = Math.max(placed.width, 480)
  const characters = Math.floor((width - 2 * sizes.margin) / sizes.labelCharacter)
  const any = fromAny(table).flatMap((line) => wrapped(line, characters))
  const height = placed.height + any.length * sizes.labelLine + (any.length === 0 ? 0 : sizes.margin)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" role="img" aria-label="${escape(table.kind)}">`,
    `<style>${style}</style>`,
    `<defs>${targets.map((to, index) => marker(head(to), colour(index))).join("")}</defs>`,
    ...placed.bundles.map((bundle) => lines(bundle, colour(targets.indexOf(bundle.to)), head(bundle.to))),
    ...placed.bundles.map(label),
    ...states(table, placed),
    ...any.map(
      (line, index) =>
        `<text class="any" x="${sizes.margin}" y="${round(placed.height + (index + 0.5) * sizes.labelLine)}">${escape(line)}</text>`,
    ),
    "</svg>",
    "",
  ].join("\n")
}
