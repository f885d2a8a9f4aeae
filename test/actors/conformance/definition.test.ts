/** Mistakes in a table are errors before anything runs, each naming its row; what the compiler can see does not compile. */
import { describe, expect, it } from "vitest"
import type { TaggedEvent } from "../../../src/actors/Planner.ts"
import { arrows, mermaid, markdown, plantUml, toJson, type Drawable } from "../../../src/actors/Diagram.ts"
import { layout, type Box, type Point } from "../../../src/actors/diagramLayout.ts"
import { svg } from "../../../src/actors/diagramSvg.ts"
import { sectorTable } from "../../../src/sealing/transitions/corrections.ts"
import { linkTable } from "../../../src/snapshot/LinkTransitions.ts"
import { DefinitionError, make, rowsOf, type Row, type TableOptions } from "../../../src/actors/Table.ts"

interface Light {
  readonly name: Name
}
type Name = "red" | "green" | "off"
type LightEvent =
  | { readonly _tag: "go" }
  | { readonly _tag: "halt" }
  | { readonly _tag: "dim"; readonly by: number }
  | { readonly _tag: "unplug" }

const withState = (state: Light, name: Name): Light => ({ ...state, name })
const { on, stay, apply, ignore, global, choose, custom } = rowsOf<Light, LightEvent, Name>(withState)

const good: TableOptions<Light, LightEvent, Name> = {
  kind: "light",
  states: {
    red: { step: "wait", meaning: "Traffic | stands" },
    green: { step: null },
    off: { step: null, final: true },
  },
  events: ["go", "halt", "dim", "unplug"],
  initial: "red",
  stateOf: (state) => state.name,
  withState,
  rows: [
    on("red", "go", "green"),
    on("green", "halt", "red"),
    apply("red", "dim"),
    stay("green", "go"),
    ignore("red", "halt"),
    global("unplug", "off"),
  ].flat(),
}

const row = (more: Partial<Row<Light, LightEvent, string>>) =>
  ({ kind: "on", from: "red", event: "go", to: ["green"], run: (state: Light) => state, ...more }) as Row<
    Light,
    LightEvent,
    Name
  >

const problemOf = (more: Partial<TableOptions<Light, LightEvent, Name>>): string => {
  try {
    make({ ...good, ...more })
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError)
    return (error as DefinitionError).message
  }
  return "no problem"
}

const withRows = (...rows: ReadonlyArray<Row<Light, LightEvent, Name>>) =>
  problemOf({ rows: [...good.rows, ...rows] })

const withoutRow = (index: number) => problemOf({ rows: good.rows.filter((_, at) => at !== index) })

describe("table definitions", () => {
  it("F01 a good table is made", () => {
    expect(problemOf({})).toBe("no problem")
  })

  it.each<readonly [string, () => string, string]>([
    ["an initial state that is none", () => problemOf({ initial: "blue" as Name }), "initial state blue"],
    [
      "a source that is no state",
      () => withRows(row({ from: "blue" })),
      "row blue + go: blue is not a state",
    ],
    [
      "a target that is no state",
      () => withRows(row({ from: "green", event: "dim", to: ["blue"] })),
      "row green + dim: its target blue",
    ],
    [
      "an event that is none",
      () => withRows(row({ event: "honk" as never })),
      "row red + honk: honk is not an event",
    ],
    [
      "a row without a target",
      () => withRows(row({ from: "green", event: "dim", to: [] })),
      "row green + dim: it has no target",
    ],
    ["the same source twice", () => withRows(...on("red", "go", "off")), "row red + go: stands twice"],
    [
      "sources that overlap",
      () => withRows(...on(["green", "red"], "halt", "off")),
      "row green + halt: stands twice",
    ],
    [
      "from any twice",
      () => withRows(...on("*", "go", "red"), ...on("*", "go", "off")),
      "row * + go: stands twice",
    ],
    ["a global row twice", () => withRows(...global("unplug", "red")), "row * + unplug: stands twice"],
    [
      "a row behind a global one",
      () => withRows(...on("red", "unplug", "green")),
      "row red + unplug: unplug has a global row",
    ],
    ["a row out of a final state", () => withRows(...on("off", "go", "red")), "row off + go: off is final"],
    [
      "a step of a final state",
      () => problemOf({ states: { ...good.states, off: { step: "x", final: true } } }),
      "state off: is final, so its step",
    ],
    [
      "a state that nothing leads to",
      () => problemOf({ rows: good.rows.filter((r) => r.to[0] !== "off"), unused: ["unplug"] }),
      "state off: nothing leads to it",
    ],
    ["a state without a way out", () => withoutRow(1), "state green: it has no way out"],
    ["an event that no state takes", () => withoutRow(2), "event dim: no state takes it"],
    [
      "a row for a state with a custom planner",
      () => problemOf({ custom: { red: () => null as never } }),
      "red has a custom planner",
    ],
    [
      "a custom row without its planner",
      () => withRows(...custom("green", "dim", ["red"], "why")),
      "green has no custom planner",
    ],
  ])("F01 refuses %s", (_what, define, message) => {
    expect(define()).toContain(message)
  })

  it("F19 refuses an event that is declared twice", () => {
    expect(problemOf({ events: ["go", "halt", "dim", "unplug", "go"] })).toContain(
      "event go: is declared twice",
    )
  })

  it("F01 the compiler refuses what it can see", () => {
    const build = [
      // @ts-expect-error a source that is no state
      () => on("blue", "go", "green"),
      // @ts-expect-error a target that is no state
      () => on("red", "go", "blue"),
      // @ts-expect-error an event that is none
      () => on("red", "honk", "green"),
      // @ts-expect-error an effect that gives no state
      () => on("red", "go", "green", () => "not a state"),
      // @ts-expect-error an effect that reads what its event does not have
      () => on("red", "go", "green", (state, event) => (event.by > 1 ? state : state)),
      // @ts-expect-error a choice that was not announced
      () => choose("red", "go", ["green"], (state) => ["off", state]),
      // @ts-expect-error a name that no event has
      () => ignore("red", "honk"),
    ]
    expect(build).toHaveLength(7)
  })
})

/** A wide table, for the layout. */
const chain = (length: number) => {
  const names = Array.from({ length }, (_, index) => `s${index}`)
  const rows = rowsOf<{ readonly name: string }, TaggedEvent, string>((_, name) => ({ name }))
  return make<{ readonly name: string }, TaggedEvent, string>({
    kind: "chain",
    states: Object.fromEntries(
      names.map((name, index) => [name, { step: null, final: index === length - 1 }]),
    ),
    events: ["next", "back", "skip"],
    initial: "s0",
    stateOf: (state) => state.name,
    withState: (_, name) => ({ name }),
    rows: names.flatMap((name, index) => {
      if (index === length - 1) return []
      const back = index > 1 ? rows.on(name, "back", `s${(index * 7) % index}`) : []
      const skip = index + 3 < length ? rows.on(name, "skip", `s${index + 3}`) : []
      return [rows.on(name, "next", `s${index + 1}`), back, skip].flat()
    }),
    unused: [],
  })
}

describe("diagrams", () => {
  const table = make(good)

  it("F14 Mermaid declares states, steps, transitions, start and end", () => {
    expect(mermaid(table).split("\n")).toEqual([
      "stateDiagram-v2",
      '  state "red" as s_red',
      '  state "green" as s_green',
      '  state "off" as s_off',
      "  [*] --> s_red",
      "  s_red --> s_green: go",
      "  s_green --> s_red: halt",
      "  s_green --> s_green: go",
      "  s_off --> [*]",
      "  note right of s_red",
      "    on entry: wait",
      "    only recorded: dim",
      "    ignored: halt",
      "  end note",
      "  note right of s_red",
      "    from any state: unplug leads to off",
      "  end note",
      "",
    ])
  })

  it("F14 expands rows from any state on request, and calls states as it is told", () => {
    const text = mermaid(table, { expandAny: true, name: (state) => state.toUpperCase() })
    expect(text).toContain('state "RED" as s_red')
    expect(text).toContain("  s_red --> s_off: unplug\n")
    expect(text).toContain("  s_green --> s_off: unplug\n")
    expect(text).not.toContain("from any state")
  })

  it("F14 PlantUML and Markdown tell the same", () => {
    expect(plantUml(table)).toContain("s_red --> s_green : go")
    expect(plantUml(table)).toContain("s_off --> [*]")
    expect(plantUml(table)).toContain("s_red : only recorded: dim")
    expect(plantUml(table, { expandAny: true })).toContain("s_green --> s_off : unplug")
    expect(markdown(table)).toContain("| `red` | wait |  | Traffic \\| stands |")
    expect(markdown(table)).toContain("| `*` | `unplug` | `off` | global |  |")
  })

  it("F14 JSON is the table", () => {
    const { states, transitions, initial } = toJson(table)
    expect(initial).toBe("red")
    expect(states.map(({ name }) => name)).toEqual(["red", "green", "off"])
    expect(transitions[0]).toEqual({ from: "red", event: "go", to: ["green"], kind: "on" })
    expect(transitions).toHaveLength(good.rows.length)
  })

  it.each([
    ["a chain of twenty", chain(20)],
    ["the link machine", linkTable],
    ["the sector machine", sectorTable(() => 0)],
  ] as ReadonlyArray<[string, Drawable]>)("no state and no label of %s lies on another", (_, drawable) => {
    const { states, bundles, width, height } = layout(drawable)
    expect([...states.keys()]).toEqual(Object.keys(drawable.states))
    const boxes = [...states.values(), ...bundles.map(({ label }) => label)]
    const apart = (a: Box, b: Box) =>
      Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) expect(apart(a, b)).toBe(true)
      expect(a.x - a.width / 2 >= 0 && a.x + a.width / 2 <= width).toBe(true)
      expect(a.y - a.height / 2 >= 0 && a.y + a.height / 2 <= height).toBe(true)
    }
  })

  it("every arrow of the table is in the drawing, from its state by its label to its target, each time the same", () => {
    const drawable = chain(20)
    const { states, bundles } = layout(drawable)
    const touches = (box: Box, { x, y }: Point) =>
      Math.abs(box.x - x) <= box.width / 2 + 1 && Math.abs(box.y - y) <= box.height / 2 + 1
    const drawn = bundles.flatMap(({ from, to, events, label, into, out }) => {
      for (const { from: state, points } of into) {
        expect(touches(states.get(state)!, points[0]!)).toBe(true)
        expect(touches(label, points.at(-1)!)).toBe(true)
      }
      expect(touches(label, out[0]!)).toBe(true)
      expect(touches(states.get(to)!, out.at(-1)!)).toBe(true)
      return from.map((state) => JSON.stringify([state, to, [...events]]))
    })
    expect(drawn.toSorted()).toEqual(
      arrows(drawable)
        .map(({ from, to, events }) => JSON.stringify([from, to, [...events]]))
        .toSorted(),
    )
    expect(svg(drawable)).toBe(svg(chain(20)))
  })

  it("the SVG shows every state and arrow, escaped, and loads nothing", () => {
    const picture = svg(table)
    expect(picture.match(/data-state=/g)).toHaveLength(3)
    // Two of the three arrows lead to green by go, and share a label.
    expect(picture.match(/class="way"/g)).toHaveLength(2)
    expect(picture.match(/marker-end/g)).toHaveLength(2)
    expect(picture).toContain("from any state, leads to off: unplug")
    expect(picture).not.toMatch(/NaN|undefined|<script|href=/)
  })
})
