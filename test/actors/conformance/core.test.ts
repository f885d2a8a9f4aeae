/** The contract on the pure core: no fiber, no store, no time. */
import { describe, expect, it } from "vitest"
import { MachineCore } from "../../../src/actors/MachineCore.ts"
import { failed, plan, PlanFailed, type Planner } from "../../../src/actors/Planner.ts"
import {
  b,
  countOne,
  note,
  recording,
  start,
  takeAll,
  type TestEvent,
  type TestState,
} from "../support/machine.ts"

const initial: TestState = { A: 0, B: 0 }

const coreOf = (planner: Planner<TestState, TestEvent>) =>
  new MachineCore<TestState, TestEvent>(planner, initial)

const accept = (core: MachineCore<TestState, TestEvent>, ...list: ReadonlyArray<TestEvent>) => {
  for (const event of list) core.accept(event)
}

/** Plans and saves once. */
const planOnce = (core: MachineCore<TestState, TestEvent>) => {
  const planned = core.next()
  if (planned !== null) core.saved(planned)
  return planned
}

/** Plans, saves and ends the stage until nothing is left to plan. */
const drain = (core: MachineCore<TestState, TestEvent>) => {
  while (planOnce(core) !== null) core.stageDone()
}

describe("MachineCore", () => {
  it("C01 two stages: the event that a step sends is planned after it", () => {
    const core = coreOf(takeAll)
    accept(core, start)
    expect(planOnce(core)?.state).toEqual({ A: 1, B: 0 })
    accept(core, b(55))
    core.stageDone()
    expect(planOnce(core)?.state).toEqual({ A: 2, B: 55 })
  })

  it("C07 what a plan leaves is planned when the stage is done", () => {
    const batches: Array<ReadonlyArray<TestEvent>> = []
    const core = coreOf(countOne(batches))
    accept(core, start)
    planOnce(core)
    accept(core, b(1), b(2))
    core.stageDone()
    drain(core)
    expect(batches).toEqual([[start], [b(1), b(2)], [b(2)]])
    expect(core.state.A).toBe(3)
  })

  it("C11 while busy events only wait", () => {
    const batches: Array<ReadonlyArray<TestEvent>> = []
    const core = coreOf(recording(batches))
    accept(core, note(1))
    planOnce(core)
    accept(core, note(2), note(3), note(4))
    expect(core.next()).toBeNull()
    core.stageDone()
    planOnce(core)
    expect(batches).toEqual([[note(1)], [note(2), note(3), note(4)]])
  })

  it("C12 events are planned in the order in which they came, also 10,000 one at a time", () => {
    const seen: Array<number> = []
    const core = coreOf((pending, state) => {
      const event = pending.at(0)
      if (event._tag === "note") seen.push(event.n)
      return plan(state, 1)
    })
    for (let n = 1; n <= 10_000; n++) accept(core, note(n))
    drain(core)
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1))
  })

  it.each([99, Number.POSITIVE_INFINITY])("C14 %s processed of 2 counts as all", (processed) => {
    const core = coreOf(recording([], processed))
    accept(core, note(1), note(2))
    expect(planOnce(core)?.takes).toBe(2)
    core.stageDone()
    expect(core.mailbox.length).toBe(0)
    expect(core.next()).toBeNull()
  })

  it.each([0, -1, Number.NaN])("C15 %s processed waits for a new event", (processed) => {
    const batches: Array<ReadonlyArray<TestEvent>> = []
    const core = coreOf(recording(batches, processed))
    accept(core, note(1))
    drain(core)
    expect(batches).toHaveLength(1)
    accept(core, note(2))
    drain(core)
    expect(batches).toEqual([[note(1)], [note(1), note(2)]])
  })

  it("C15 an event that came while nothing was taken is new", () => {
    const batches: Array<ReadonlyArray<TestEvent>> = []
    const core = coreOf(recording(batches, 0))
    accept(core, note(1))
    const planned = core.next()!
    accept(core, note(2))
    core.saved(planned)
    core.stageDone()
    drain(core)
    expect(batches).toEqual([[note(1)], [note(1), note(2)]])
  })

  it("C16 a plan that changes nothing gives the very state it was given", () => {
    const core = coreOf(recording([]))
    accept(core, note(1))
    const planned = core.next()!
    expect(planned.state).toBe(planned.before)
    expect(planned.step).toBe(true)
  })

  it("C17 a failed plan leaves the state, runs no step and takes at least one event", () => {
    const failure = new PlanFailed({ state: "A0", event: "b", message: "no" })
    const core = coreOf((pending, state) =>
      pending.at(0)._tag === "b" ? failed({ ...state, A: 9 }, 0, failure) : takeAll(pending, state),
    )
    accept(core, b(1), start)
    const planned = planOnce(core)!
    core.stageDone()
    expect(planned).toMatchObject({ takes: 1, step: false, ended: false, failure })
    expect(core.state).toBe(initial)
    drain(core)
    expect(core.state.A).toBe(1)
  })

  it("C18 an end keeps the state, and nothing is planned after it", () => {
    const core = coreOf((_pending, state) => plan({ ...state, A: 7 }, 1, { ended: true, step: false }))
    accept(core, start, b(1))
    planOnce(core)
    core.stageDone()
    expect(core.state.A).toBe(7)
    expect(core.next()).toBeNull()
    expect(core.close().map((envelope) => envelope.event)).toEqual([b(1)])
  })

  it("C22 after a failed save the same events are planned again", () => {
    const batches: Array<ReadonlyArray<TestEvent>> = []
    const core = coreOf(countOne(batches))
    accept(core, start)
    core.next()
    core.saveFailed()
    drain(core)
    expect(batches).toEqual([[start], [start]])
    expect(core.state.A).toBe(1)
  })

  it("C33 the state that a step was given stays as it was", () => {
    const core = coreOf(takeAll)
    accept(core, b(1))
    const kept = planOnce(core)!.state
    core.stageDone()
    accept(core, b(2))
    drain(core)
    expect(kept).toEqual({ A: 2, B: 1 })
    expect(core.state).toEqual({ A: 2, B: 2 })
  })

  it("C21 a planner that throws leaves the machine as before", () => {
    let broken = true
    const core = coreOf((pending, state) => {
      if (broken) throw new Error("boom")
      return takeAll(pending, state)
    })
    accept(core, start)
    expect(() => core.next()).toThrow("boom")
    broken = false
    drain(core)
    expect(core.state.A).toBe(1)
  })
})
