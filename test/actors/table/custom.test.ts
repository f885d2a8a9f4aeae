/** Planners written by hand in a table: what is left of a batch is theirs, a final state ends the machine, and their failures are the batch's. */
import { describe, expect, it } from "vitest"
import { MachineCore } from "../../../src/actors/MachineCore.ts"
import { failed, pendingOf, plan, PlanFailed, type Pending, type Plan } from "../../../src/actors/Planner.ts"
import { DefinitionError, make, rowsOf, type TableOptions } from "../../../src/actors/Table.ts"
import { planner } from "../../../src/actors/tablePlanner.ts"

type Name = "open" | "batch" | "shut"
interface Box {
  readonly name: Name
  readonly seen: ReadonlyArray<string>
}
type Event = { readonly _tag: "fill" } | { readonly _tag: "more" } | { readonly _tag: "close" }

const withState = (box: Box, name: Name): Box => ({ ...box, name })
const { on, apply, custom, ignore, stay } = rowsOf<Box, Event, Name>(withState)
const empty: Box = { name: "open", seen: [] }
const [fill, more, close]: ReadonlyArray<Event> = [{ _tag: "fill" }, { _tag: "more" }, { _tag: "close" }]

const takeAll = (pending: Pending<Event>, box: Box): Plan<Box, Event> => {
  const tags = Array.from({ length: pending.length }, (_, index) => pending.at(index)._tag)
  const name = tags.includes("close") ? "shut" : box.name
  return plan({ name, seen: [...box.seen, ...tags] }, tags.length)
}

const options: TableOptions<Box, Event, Name> = {
  kind: "box",
  states: { open: { step: null }, batch: { step: "wait" }, shut: { step: null, final: true } },
  events: ["fill", "more", "close"],
  initial: "open",
  stateOf: ({ name }) => name,
  withState,
  rows: [
    on("open", "fill", "batch"),
    apply("open", "more"),
    custom("batch", "close", ["shut"], "with all that waits"),
  ].flat(),
  custom: { batch: takeAll },
}

describe.each(["one", "all"] as const)("custom planners, consume %s", (consume) => {
  const box = (given: Partial<TableOptions<Box, Event, Name>> = {}) =>
    new MachineCore(planner(make({ ...options, consume, ...given })), empty)

  const planAll = (core: MachineCore<Box, Event>, ...events: ReadonlyArray<Event | undefined>) => {
    for (const event of events) core.accept(event!)
    const plans = []
    for (let next = core.next(); next !== null; next = core.next()) {
      plans.push(next)
      core.saved(next)
      core.stageDone()
    }
    return plans
  }

  it("what waits behind the event that leads there is planned by the state's own planner", () => {
    const core = box()
    const plans = planAll(core, fill, more, more)
    expect(plans.map(({ takes, step, rejected }) => [takes, step, rejected.length])).toEqual([
      [1, true, 0],
      [2, true, 0],
    ])
    expect(core.state).toEqual({ name: "batch", seen: ["more", "more"] })
  })

  it("a final state is the end also when such a planner reaches it", () => {
    const core = box()
    const plans = planAll(core, fill, close)
    expect(plans[1]).toMatchObject({ ended: true, step: false })
    expect(core.ended).toBe(true)
    expect(core.state.seen).toEqual(["close"])
  })

  it("its failure leaves the record as it was, also when it names a final state, and takes at least one event", () => {
    const failure = new PlanFailed({ state: "batch", event: "close", message: "no" })
    const core = box({ custom: { batch: (_, state) => failed(withState(state, "shut"), 0, failure) } })
    const plans = planAll(core, fill, close)
    expect(plans[1]).toMatchObject({ failure, ended: false, step: false, takes: 1 })
    expect(core.state).toEqual({ name: "batch", seen: [] })
    expect(core.mailbox.length).toBe(0)
  })

  it("what it throws is a defect, and nothing of the batch is taken", () => {
    const core = box({
      custom: {
        batch: () => {
          throw new Error("a bug")
        },
      },
    })
    expect(() => planAll(core, fill, close)).toThrow("a bug")
    expect([core.busy, core.mailbox.length, core.state.name]).toEqual([false, 1, "batch"])
  })
})

it.each([
  ["only records", apply("shut", "more")],
  ["ignores", ignore("shut", "more")],
  ["stays", stay("shut", "more")],
] as const)("a row of a final state that %s would never run, and is refused", (_, rows) => {
  const making = () => make({ ...options, rows: [...on("*", "more", "open"), ...options.rows, ...rows] })
  expect(making).toThrow(DefinitionError)
  expect(making).toThrow("row shut + more: shut is final, so this row would never run")
})

it("a plain list is a batch", () => {
  expect(planner(make(options))(pendingOf([more!, fill!]), empty).processed).toBe(2)
})
