/**
 * The machine as a picture: forty-three states in their places, with the number of sectors in each, live. One tab stop;
 * the arrows walk along the layout, Enter chooses a state.
 */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import { useLingui as useRuntime } from "@lingui/react"
import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { memo, useEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from "react"
import { count } from "../lib/format.ts"
import { calm } from "../lib/preferences.ts"
import { useStore } from "../lib/Store.ts"
import type { Counts, Machine } from "../lib/types.ts"
import { GlyphIn } from "../parts/Icon.tsx"
import {
  boardHeight,
  boardWidth,
  boxesOf,
  edgesOf,
  neighbour,
  nodeHeight,
  nodeWidth,
  pathOf,
  type Box,
  type Edge,
} from "./edges.ts"
import { useLit } from "./machine.ts"
import { glosses, kindGlyphs, kindOf, kindWords, nameOf, type Kind } from "./states.ts"

const laneWords: ReadonlyArray<readonly [x: number, word: MessageDescriptor]> = [
  [16, msg`Leaving`],
  [252, msg`Main path`],
  [492, msg`Batch lane`],
  [748, msg`Failures`],
  [972, msg`Deal trouble, dead ends`],
]

/** The outline of a box: a pill when all is well, a notch on the left when it failed. */
const Shape = ({ kind }: { readonly kind: Kind }) => {
  if (kind === "failed") {
    const d = `M9 0H${nodeWidth - 4}a4 4 0 0 1 4 4V${nodeHeight - 4}a4 4 0 0 1 -4 4H9L0 ${nodeHeight / 2}Z`
    return <path className="shape" d={d} />
  }
  const round = kind === "good" ? nodeHeight / 2 : kind === "wait" ? 10 : 5
  return <rect className="shape" width={nodeWidth} height={nodeHeight} rx={round} />
}

interface NodeProps {
  readonly name: string
  readonly box: Box
  readonly sectors: number
  readonly chosen: boolean
  readonly lit: boolean
  readonly stop: boolean
}

/** Of a character, in its own size: the widest of the interface's fonts. */
const characterWidth = 0.61
const countSize = 16
const smallSizes = { least: 11.75, most: 17 }

/** Beside a panel the board is drawn smaller: each name is then as large as its box and its count allow. */
const smallSize = (name: string, sectors: number): number => {
  const counted = sectors === 0 ? 0 : count(sectors).length * countSize * characterWidth + 6
  const fitting = (nodeWidth - 30 - 9 - counted) / (name.length * characterWidth)
  return Math.min(smallSizes.most, Math.max(smallSizes.least, Math.round(fitting * 4) / 4))
}

const Node = memo(({ name, box, sectors, chosen, lit, stop }: NodeProps) => {
  const { _ } = useRuntime()
  const kind = kindOf(name)
  const gloss = glosses[name]
  const number = plural(sectors, { one: "# sector", other: "# sectors" })
  const label = `${nameOf(name)} ${number}, ${_(kindWords[kind])}`
  return (
    <g transform={`translate(${box.x} ${box.y})`}>
      <a
        href={`#${name}`}
        role="button"
        aria-pressed={chosen}
        aria-label={label}
        tabIndex={stop ? 0 : -1}
        data-state={name}
        data-full={sectors > 0}
        data-chosen={chosen}
        data-lit={lit}
        className={`node k-${kind}`}
      >
        <title>{gloss === undefined ? label : `${nameOf(name)}: ${_(gloss)}`}</title>
        <rect
          className="ring"
          x={-4}
          y={-4}
          width={nodeWidth + 8}
          height={nodeHeight + 8}
          rx={kind === "good" ? 19 : 8}
        />
        <Shape kind={kind} />
        <GlyphIn name={kindGlyphs[kind]} x={12} y={nodeHeight / 2 - 7} size={14} />
        <text
          x={30}
          y={nodeHeight / 2 + 4.5}
          className={nameOf(name).length > 18 ? "long" : undefined}
          style={{ "--small": `${smallSize(nameOf(name), sectors)}px` } as CSSProperties}
        >
          {nameOf(name)}
        </text>
        {/* For whoever compares the name with what is seen: without it the two run together. */}{" "}
        {sectors > 0 && (
          <text x={nodeWidth - 9} y={nodeHeight / 2 + 4.5} textAnchor="end" fontWeight="600" className="tnum">
            {count(sectors)}
          </text>
        )}
      </a>
    </g>
  )
})
Node.displayName = "Node"

interface EdgesProps {
  readonly edges: ReadonlyArray<Edge>
  readonly boxes: ReadonlyMap<string, Box>
  readonly chosen: string | null
  readonly lit: ReadonlySet<string>
}

const lookOf = (
  edge: Edge,
  touched: boolean,
  lit: boolean,
): { readonly className: string; readonly end: string } => {
  if (touched) return { className: "edge edge-chosen", end: "end-chosen" }
  if (lit) return { className: "edge edge-lit", end: "end-lit" }
  return edge.kind === "failed"
    ? { className: "edge edge-failed", end: "end-failed" }
    : { className: "edge", end: "end-main" }
}

const Edges = memo(({ edges, boxes, chosen, lit }: EdgesProps) => (
  <g className={chosen === null ? "" : "edges-dim"} aria-hidden="true">
    {edges.map((edge) => {
      const key = `${edge.from}>${edge.to}`
      const touched = edge.from === chosen || edge.to === chosen
      const shining = lit.has(key)
      if (edge.kind === "other" && !touched && !shining) return null
      const { className, end } = lookOf(edge, touched, shining)
      return (
        <path
          key={key}
          data-edge={key}
          className={className}
          d={pathOf(edge, boxes)}
          markerEnd={`url(#${end})`}
        />
      )
    })}
  </g>
))
Edges.displayName = "Edges"

const Ends = () => (
  <defs>
    {(
      [
        ["end-main", "var(--muted)"],
        ["end-failed", "var(--failed)"],
        ["end-chosen", "var(--accent)"],
        ["end-lit", "var(--accent)"],
      ] as const
    ).map(([id, fill]) => (
      <marker
        key={id}
        id={id}
        viewBox="0 0 8 8"
        refX="6"
        refY="4"
        markerWidth="7"
        markerHeight="7"
        markerUnits="userSpaceOnUse"
        orient="auto"
      >
        <path d="M0 0.8 7 4 0 7.2Z" fill={fill} />
      </marker>
    ))}
  </defs>
)

interface Props {
  readonly machine: Machine
  readonly counts: Counts
  readonly chosen: string | null
  readonly onChoose: (state: string | null) => void
}

export const Board = ({ machine, counts, chosen, onChoose }: Props) => {
  const { t } = useLingui()
  const { _ } = useRuntime()
  const svg = useRef<SVGSVGElement>(null)
  const [stop, setStop] = useState("Packing")
  const [hovered, setHovered] = useState<string | null>(null)
  const boxes = useMemo(() => boxesOf(machine.states), [machine])
  const edges = useMemo(() => edgesOf(machine), [machine])
  const lit = useLit(!useStore(calm))
  const litStates = useMemo(() => new Set([...lit].map((key) => key.slice(key.indexOf(">") + 1))), [lit])
  useEffect(() => {
    // Beside an open panel the board scrolls sideways: what was chosen stays in sight.
    if (chosen === null) return
    svg.current
      ?.querySelector(`[data-state="${CSS.escape(chosen)}"]`)
      ?.scrollIntoView({ block: "nearest", inline: "center" })
  }, [chosen])
  const stateAt = (target: EventTarget) =>
    target instanceof Element ? (target.closest<SVGAElement>("[data-state]")?.dataset["state"] ?? null) : null
  const onKeyDown = (event: KeyboardEvent<SVGSVGElement>) => {
    const at = stateAt(event.target)
    if (at === null) return
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault()
      onChoose(chosen === at ? null : at)
    } else if (event.key === "Escape") onChoose(null)
    else if (event.key.startsWith("Arrow")) {
      event.preventDefault()
      const next = neighbour(boxes, at, event.key as "ArrowUp")
      setStop(next)
      svg.current?.querySelector<SVGAElement>(`[data-state="${next}"]`)?.focus()
    }
  }
  const height = boardHeight(boxes)
  return (
    <svg
      ref={svg}
      role="group"
      aria-label={t`The states of a sector`}
      viewBox={`0 0 ${boardWidth} ${height}`}
      className="block h-auto w-full max-w-350 select-none"
      onKeyDown={onKeyDown}
      onMouseOver={(event) => setHovered(stateAt(event.target))}
      onMouseLeave={() => setHovered(null)}
      onClick={(event) => {
        event.preventDefault()
        const at = stateAt(event.target)
        if (at !== null) setStop(at)
        onChoose(at === chosen ? null : at)
      }}
    >
      <Ends />
      {laneWords.map(([x, word]) => (
        <text key={x} x={x} y={20} fontSize="12.5" fill="var(--muted)">
          {_(word)}
        </text>
      ))}
      <Edges edges={edges} boxes={boxes} chosen={hovered ?? chosen} lit={lit} />
      {machine.states.map((name) => {
        const box = boxes.get(name)
        if (box === undefined) return null
        return (
          <Node
            key={name}
            name={name}
            box={box}
            sectors={counts[name] ?? 0}
            chosen={chosen === name}
            lit={litStates.has(name)}
            stop={stop === name}
          />
        )
      })}
    </svg>
  )
}
