/** The contract on the simulator's loop: the same machines without a fiber. */
import { describe, expect, it } from "vitest"
import { LoopDriver, type LoopOptions } from "../../../src/actors/LoopDriver.ts"
import { failed, plan, PlanFailed } from "../../../src/actors/Planner.ts"
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

const loopOf = (options: Partial<LoopOptions<TestState, TestEvent>> = {}) =>
  new LoopDriver<TestState, TestEvent>({
    planner: takeAll,
    initial: () => ({ A: 0, B: 0 }),
    step: (_id, _state, done) => done(null),
    ...options,
  })

type Batches = Array<ReadonlyArray<TestEvent>>

describe("LoopDriver", () => {
  it("C01 a step's own event leads to the second stage, a thousand times", () => {
    const steps: Array<TestState> = []
    const loop = loopOf({
      step: (_id, state, done) => {
        steps.push(state)
        done(state.A === 1 ? b(55) : null)
      },
    })
    for (let id = 0; id < 1_000; id++) loop.send(id, start)
    loop.run()
    expect(steps.filter(({ A, B }) => A === 1 && B === 0)).toHaveLength(1_000)
    expect(steps.filter(({ A, B }) => A === 2 && B === 55)).toHaveLength(1_000)
    expect(loop.get(999)).toEqual({ A: 2, B: 55 })
  })

  it("C07 what a plan leaves is planned when the stage is done, without a new event", () => {
    const batches: Batches = []
    const loop = loopOf({
      planner: countOne(batches),
      step: (_id, state, done) => void (state.A === 1 ? loop.after(10, () => done(null)) : done(null)),
    })
    loop.send(1, start)
    loop.run(5)
    loop.send(1, b(1))
    loop.send(1, b(2))
    loop.run()
    expect(batches).toEqual([[start], [b(1), b(2)], [b(2)]])
    expect(loop.get(1)?.A).toBe(3)
  })

  it("C09 a plan without a step drains the rest", () => {
    const steps: Array<number> = []
    const loop = loopOf({
      planner: (_pending, state) => plan({ ...state, A: state.A + 1 }, 1, { step: state.A !== 1 }),
      step: (_id, state, done) => {
        steps.push(state.A)
        loop.after(state.A === 1 ? 10 : 0, () => done(null))
      },
    })
    for (const event of [start, b(1), b(2)]) loop.send(1, event)
    loop.run()
    expect(steps).toEqual([1, 3])
  })

  it("C11 while a step runs events only wait", () => {
    const batches: Batches = []
    const loop = loopOf({
      planner: recording(batches),
      step: (_id, _state, done) => void loop.after(10, () => done(null)),
    })
    loop.send(1, note(1))
    loop.run(1)
    for (const n of [2, 3, 4]) loop.send(1, note(n))
    loop.run(9)
    expect(batches).toEqual([[note(1)]])
    expect(loop.isBusy(1)).toBe(true)
    loop.run()
    expect(batches).toEqual([[note(1)], [note(2), note(3), note(4)]])
  })

  it("C12 C13 nothing is lost and each sender's order is kept", () => {
    const seen: Array<readonly [number, number]> = []
    const loop = loopOf({
      planner: (pending, state) => {
        const event = pending.at(0)
        if (event._tag === "note") seen.push([event.from, event.n])
        return plan(state, 1)
      },
    })
    for (let from = 0; from < 8; from++)
      for (let n = 0; n < 1_000; n++)
        loop.after((n * (from + 3)) % 97 === 0 ? n : n + 0.5, () => loop.send(1, note(n, from)))
    loop.run()
    expect(seen).toHaveLength(8_000)
    for (let from = 0; from < 8; from++)
      expect(seen.filter(([who]) => who === from).map(([, n]) => n)).toEqual(
        Array.from({ length: 1_000 }, (_, n) => n),
      )
  })

  it("C14 more processed than there were counts as all", () => {
    const batches: Batches = []
    const loop = loopOf({ planner: recording(batches, 99) })
    loop.send(1, note(1))
    loop.send(1, note(2))
    loop.run()
    expect(batches).toEqual([[note(1), note(2)]])
    expect(loop.events).toBe(2)
  })

  it("C15 nothing processed does not spin", () => {
    const batches: Batches = []
    const loop = loopOf({ planner: recording(batches, 0) })
    loop.send(1, note(1))
    loop.run(100)
    expect(batches).toHaveLength(1)
    loop.send(1, note(2))
    loop.run(200)
    expect(batches).toEqual([[note(1)], [note(1), note(2)]])
  })

  it("C17 a failed plan changes nothing, is seen, and the machine goes on", () => {
    const seen: Array<string | null> = []
    const steps: Array<number> = []
    const loop = loopOf({
      planner: (pending, state) =>
        pending.at(0)._tag === "b"
          ? failed({ ...state, A: 9 }, 1, new PlanFailed({ state: "A0", event: "b", message: "no" }))
          : takeAll(pending, state),
      step: (_id, state, done) => {
        steps.push(state.A)
        done(null)
      },
      observe: (_id, planned) => void seen.push(planned.failure?.message ?? null),
    })
    loop.send(1, b(1))
    loop.run()
    expect(loop.get(1)).toEqual({ A: 0, B: 0 })
    loop.send(1, start)
    loop.run()
    expect(loop.get(1)?.A).toBe(1)
    expect(seen).toEqual(["no", null])
    expect(steps).toEqual([1])
  })

  it("C18 an ended machine keeps its state, runs no step and takes nothing", () => {
    let steps = 0
    const loop = loopOf({
      planner: (_pending, state) => plan({ ...state, A: 7 }, 1, { ended: true }),
      step: () => void steps++,
    })
    loop.send(1, start)
    loop.run()
    expect(loop.get(1)?.A).toBe(7)
    expect(steps).toBe(0)
    expect(loop.send(1, start)?._tag).toBe("LoopTerminated")
  })

  it("C20 a step that throws does not wedge its machine", () => {
    const batches: Batches = []
    const defects: Array<string> = []
    const loop = loopOf({
      planner: countOne(batches),
      step: (_id, state, done) => {
        if (state.A === 1) throw new Error("step broke")
        done(null)
      },
      defect: (_id, { what, defect }) => void defects.push(`${what}: ${(defect as Error).message}`),
    })
    for (const n of [1, 2, 3]) loop.send(1, note(n))
    loop.run()
    expect(defects).toEqual(["step: step broke"])
    expect(loop.get(1)?.A).toBe(3)
  })

  it("C21 C32 a planner that throws parks its machine only, until it is restarted", () => {
    let broken = true
    const loop = loopOf({
      planner: (pending, state) => {
        if (pending.at(0)._tag === "b" && broken) throw new Error("plan broke")
        return takeAll(pending, state)
      },
      defect: () => undefined,
    })
    loop.send("bad", b(1))
    loop.send("good", start)
    loop.run()
    expect(loop.get("good")?.A).toBe(1)
    expect(loop.get("bad")?.A).toBe(0)
    expect(loop.send("bad", start)?._tag).toBe("LoopParked")
    broken = false
    loop.restart("bad")
    loop.run()
    expect(loop.get("bad")).toEqual({ A: 2, B: 1 })
  })

  it("C21 without a listener a throw ends the run, loudly", () => {
    const loop = loopOf({
      planner: () => {
        throw new Error("plan broke")
      },
    })
    loop.send(1, start)
    expect(() => loop.run()).toThrow("plan broke")
  })

  it("C23 a planner may send to itself and to others", () => {
    const batches: Batches = []
    const loop = loopOf({
      planner: (pending, state) => {
        batches.push([pending.at(0)])
        if (pending.at(0)._tag === "start") {
          loop.send(1, note(1))
          loop.send(2, note(2))
        }
        return plan(state, 1)
      },
    })
    loop.send(1, start)
    loop.run()
    expect(batches).toHaveLength(3)
    expect(batches).toContainEqual([note(1)])
    expect(batches).toContainEqual([note(2)])
  })

  it("C33 C34 an unknown id starts from the initial state, and a step's state stays as it was", () => {
    const kept: Array<TestState> = []
    const loop = loopOf({
      planner: (_pending, state) => plan({ ...state, A: state.A + 1 }, 1),
      step: (_id, state, done) => {
        kept.push(state)
        done(null)
      },
    })
    loop.send(7, start)
    loop.send(7, start)
    loop.run()
    expect(kept).toEqual([
      { A: 1, B: 0 },
      { A: 2, B: 0 },
    ])
  })
})
