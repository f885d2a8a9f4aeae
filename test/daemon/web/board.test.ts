import { describe, expect, it } from "vitest"
import { boardLayout, failureEdges, lanes, mainEdges } from "../../../src/daemon/web/sealing/boardLayout.ts"
import { boxesOf, edgesOf, neighbour, nodeHeight, nodeWidth } from "../../../src/daemon/web/sealing/edges.ts"
import { machineTable } from "../../../src/daemon/machines.ts"
import { baseMachine } from "../../support/mock/sectors.ts"

const states = baseMachine.states.map(({ name }) => name)
const machine = { states, transitions: baseMachine.transitions }
const boxes = boxesOf(states)
const edges = edgesOf(machine)

describe("the board", () => {
  it("has a place for each of the 43 states, and for nothing else", () => {
    expect(states).toHaveLength(43)
    expect(Object.keys(boardLayout).sort()).toEqual([...states].sort())
  })

  it("has places and lines for what the daemon's own table says", () => {
    const table = machineTable("sector")
    expect(table.states.map(({ name }) => name).sort()).toEqual(Object.keys(boardLayout).sort())
    const pairs = new Set(table.transitions.flatMap(({ from, to }) => to.map((each) => `${from}>${each}`)))
    expect([...mainEdges, ...failureEdges].filter(([from, to]) => !pairs.has(`${from}>${to}`))).toEqual([])
  })

  it("puts no two boxes over each other", () => {
    const all = [...boxes]
    const overlaps = all.flatMap(([a, one], index) =>
      all
        .slice(index + 1)
        .filter(([, two]) => Math.abs(one.x - two.x) < nodeWidth && Math.abs(one.y - two.y) < nodeHeight + 4)
        .map(([b]) => `${a} ${b}`),
    )
    expect(overlaps).toEqual([])
    expect(Object.values(boardLayout).every(([column]) => column >= 0 && column < lanes.length)).toBe(true)
  })

  it("always draws 27 main and 13 failure edges, each of them a row of the table", () => {
    expect(mainEdges).toHaveLength(27)
    expect(failureEdges).toHaveLength(13)
    expect(edges.filter(({ kind }) => kind === "main")).toHaveLength(27)
    expect(edges.filter(({ kind }) => kind === "failed")).toHaveLength(13)
  })

  it("knows each connected pair once", () => {
    const pairs = new Set(
      baseMachine.transitions
        .filter(({ from, to }) => from !== to && to !== "@Return")
        .map(({ from, to }) => `${from}>${to}`),
    )
    expect(edges).toHaveLength(pairs.size)
  })

  it("gives a state without a place one below the others", () => {
    const more = boxesOf([...states, "ReplicaUpdate"])
    expect(more.get("ReplicaUpdate")?.y).toBeGreaterThan(Math.max(...[...boxes.values()].map(({ y }) => y)))
  })

  it("can be walked with the arrow keys: every state is reached", () => {
    const seen = new Set(["Packing"])
    for (const state of seen) {
      for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"] as const)
        seen.add(neighbour(boxes, state, key))
    }
    expect(states.filter((state) => !seen.has(state))).toEqual([])
  })
})
