/** The contract on supervised fibers, with each store: how events, plans, saves and steps follow one another. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { describe, expect, it } from "vitest"
import type { StepContext } from "../../../src/actors/GroupOptions.ts"
import { plan } from "../../../src/actors/Planner.ts"
import {
  atPlace,
  b,
  countOne,
  Gate,
  life,
  make,
  note,
  onStore,
  recording,
  restart,
  start,
  until,
  type TestEvent,
  type TestGroup,
  type TestState,
} from "../support/machine.ts"
import { Faults, stores, withFaults } from "../support/stores.ts"

type Batches = Array<ReadonlyArray<TestEvent>>
type Context = StepContext<TestEvent>

/** Upstream's steps: in A=1 it sends b(55) to itself. */
const flow =
  (steps: Array<TestState>, gate: Effect.Effect<unknown> = Effect.void) =>
  (state: TestState, context: Context) =>
    Effect.gen(function* () {
      steps.push(state)
      if (state.A !== 1) return
      yield* gate
      yield* context.send(b(55))
    })

describe.each(stores)("fiber driver on $name", (kind) => {
  it("C01 a step's own event leads to the second stage", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const steps: Array<TestState> = []
        const group = yield* make({ step: flow(steps) })
        yield* group.send(2, start)
        yield* until(() => steps.length === 2)
        expect(steps).toEqual([
          { A: 1, B: 0 },
          { A: 2, B: 55 },
        ])
        expect(yield* group.getAfter(2)).toEqual({ A: 2, B: 55 })
      }),
    ))

  it("C01 a thousand times without a miss", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const steps: Array<TestState> = []
        const group = yield* make({ step: flow(steps) })
        for (let id = 0; id < 1_000; id++) yield* group.send(id, start)
        yield* until(() => steps.length === 2_000)
        const page = yield* group.list(null, 2_000)
        expect(page.machines.filter(({ state }) => state.A === 2 && state.B === 55)).toHaveLength(1_000)
      }),
    ))

  it("C02 a stopped machine waits for an event, and its stage runs again from the stored state", () =>
    atPlace(kind, (place) =>
      Effect.gen(function* () {
        const steps: Array<TestState> = []
        const gate = new Gate()
        yield* life(
          place,
          Effect.gen(function* () {
            const group = yield* make({ step: flow(steps, gate.pass) })
            yield* group.send(2, start)
            yield* gate.arrived
          }),
        )
        expect(steps).toEqual([{ A: 1, B: 0 }])
        yield* life(
          place,
          Effect.gen(function* () {
            const planned: Array<TestState> = []
            const group = yield* make({
              planner: (pending, state) => {
                planned.push(state)
                const event = pending.at(0)
                return plan(event._tag === "b" ? { A: 2, B: event.val } : state, 1)
              },
              step: flow(steps, gate.pass),
            })
            yield* Effect.sleep("1 minute")
            expect(steps).toHaveLength(1)
            yield* group.send(2, restart)
            yield* gate.open
            yield* until(() => steps.length === 3)
            expect(planned[0]).toEqual({ A: 1, B: 0 })
            expect(steps.slice(1)).toEqual([
              { A: 1, B: 0 },
              { A: 2, B: 55 },
            ])
          }),
        )
      }),
    ))

  it("C03 C04 C05 begin stores a state of the right shape, once, and plans nothing", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        let planned = 0
        const group = yield* make({ planner: (_pending, state) => (planned++, plan(state, 1)) })
        const wrong = yield* Effect.flip(group.begin(2, { A: "no" } as never))
        expect(wrong).toMatchObject({ _tag: "BadState", id: 2 })
        expect(wrong.message).toContain("incorrect type")
        expect(yield* group.has(2)).toBe(false)
        expect(group.warm).toBe(0)

        yield* group.begin(2, { A: 2, B: 0 })
        expect(yield* group.get(2)).toEqual({ A: 2, B: 0 })
        expect(planned).toBe(0)

        const again = yield* Effect.flip(group.begin(2, { A: 3, B: 0 }))
        expect(again._tag).toBe("AlreadyTracking")
        expect(yield* group.get(2)).toEqual({ A: 2, B: 0 })
      }),
    ))

  it("C05 of two at the same time one begins, and an event sent meanwhile finds its state", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make({ planner: (_pending, state) => plan({ ...state, B: state.A }, 1) })
        const [one, other] = yield* Effect.all(
          [
            Effect.exit(group.begin(2, { A: 2, B: 0 })),
            Effect.exit(group.begin(2, { A: 3, B: 0 })),
            group.send(2, start),
          ],
          { concurrency: "unbounded" },
        )
        expect([Exit.isSuccess(one), Exit.isSuccess(other)]).toEqual([true, false])
        expect(yield* group.getAfter(2)).toEqual({ A: 2, B: 2 })
      }),
    ))

  it("C06 begin refuses an id that only the store knows", () =>
    atPlace(kind, (place) =>
      Effect.gen(function* () {
        yield* life(
          place,
          Effect.flatMap(make(), (group) => group.begin(2, { A: 2, B: 0 })),
        )
        yield* life(
          place,
          Effect.gen(function* () {
            const group = yield* make()
            expect((yield* Effect.flip(group.begin(2, { A: 3, B: 0 })))._tag).toBe("AlreadyExists")
            expect(yield* group.get(2)).toEqual({ A: 2, B: 0 })
          }),
        )
      }),
    ))

  it("C07 C08 what a plan leaves is planned after the step, and each step finds its state stored", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const batches: Batches = []
        const found: Array<number | undefined> = []
        const gate = new Gate()
        const group: TestGroup = yield* make({
          planner: countOne(batches),
          step: (state): Effect.Effect<void, unknown> =>
            Effect.gen(function* () {
              const page = yield* group.list()
              found.push(page.machines[0]?.state.A)
              if (state.A === 1) yield* gate.pass
            }),
        })
        yield* group.send(1, start)
        yield* gate.arrived
        yield* group.send(1, b(1))
        yield* group.send(1, b(2))
        yield* gate.open
        yield* until(() => found.length === 3)
        expect(batches).toEqual([[start], [b(1), b(2)], [b(2)]])
        expect(found).toEqual([1, 2, 3])
      }),
    ))

  it("C09 a plan without a step releases the machine and the rest is planned", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const steps: Array<number> = []
        const gate = new Gate()
        const group = yield* make({
          planner: countOne([]),
          step: (state) =>
            state.A === 2
              ? null
              : Effect.zipRight(
                  Effect.sync(() => steps.push(state.A)),
                  state.A === 1 ? gate.pass : Effect.void,
                ),
        })
        yield* group.send(1, start)
        yield* gate.arrived
        yield* group.send(1, b(1))
        yield* group.send(1, b(2))
        yield* gate.open
        yield* until(() => steps.length === 2)
        expect(steps).toEqual([1, 3])
      }),
    ))

  it("C10 init runs once before the first plan and hears of the end after all machines", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const told: Array<string> = []
        const steps: Array<TestState> = []
        const group = yield* make({
          init: (closing) =>
            Effect.zipRight(
              Effect.sync(() => told.push("init")),
              Effect.asVoid(
                Effect.forkScoped(
                  Effect.zipRight(
                    closing,
                    Effect.sync(() => told.push("closing")),
                  ),
                ),
              ),
            ),
          planner: (pending, state) => {
            told.push("plan")
            const event = pending.at(0)
            return plan({ A: event._tag === "start" ? 1 : 2, B: event._tag === "b" ? event.val : state.B }, 1)
          },
          step: flow(steps),
        })
        yield* group.send(1, start)
        yield* group.send(2, start)
        yield* until(() => steps.length === 4)
        yield* group.stop()
        yield* until(() => told.includes("closing"))
        expect(told).toEqual(["init", "plan", "plan", "plan", "plan", "closing"])
      }),
    ))

  it("C11 while a step runs events only wait, and then one plan gets them all", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const batches: Batches = []
        const gate = new Gate()
        let running = 0
        let most = 0
        const group = yield* make({
          planner: recording(batches),
          step: () =>
            Effect.acquireUseRelease(
              Effect.sync(() => (most = Math.max(most, ++running))),
              () => gate.pass,
              () => Effect.sync(() => running--),
            ),
        })
        yield* group.send(1, note(1))
        yield* gate.arrived
        for (const n of [2, 3, 4]) yield* group.send(1, note(n))
        yield* Effect.sleep("1 second")
        expect(batches).toEqual([[note(1)]])
        expect((yield* group.status(1))?.pendingEvents).toEqual(["note", "note", "note"])
        expect(yield* group.machine(1)!.busy.get).toBe(true)
        yield* gate.open
        yield* until(() => batches.length === 2)
        expect(batches[1]).toEqual([note(2), note(3), note(4)])
        expect(most).toBe(1)
      }),
    ))

  it("C12 C13 nothing is lost or doubled, and each sender's order is kept", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const seen: Array<ReadonlyArray<number>> = Array.from({ length: 9 }, () => [])
        const group = yield* make({
          planner: (pending, state) => {
            const event = pending.at(0)
            if (event._tag === "note") (seen[event.from] as Array<number>).push(event.n)
            return plan(state, 1)
          },
          settings: { mailboxCapacity: 500, journal: false },
        })
        const sender = (from: number, count: number) =>
          Effect.forEach(
            Array.from({ length: count }, (_, n) => n),
            (n) => group.send("one", note(n, from)),
            { discard: true },
          )
        yield* sender(8, 10_000)
        yield* Effect.forEach([0, 1, 2, 3, 4, 5, 6, 7], (from) => sender(from, 1_000), {
          concurrency: "unbounded",
          discard: true,
        })
        yield* group.getAfter("one")
        const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)
        expect(seen).toEqual([...Array.from({ length: 8 }, () => upTo(1_000)), upTo(10_000)])
      }),
    ))

  it("C14 more processed than there were counts as all, and is reported", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make({ planner: recording([], 99) })
        yield* group.send(1, note(1))
        yield* group.getAfter(1)
        const status = yield* group.status(1)
        expect(status?.pending).toBe(0)
        expect(status?.lastFailure).toMatchObject({ what: "plan" })
        expect(status?.lastFailure?.message).toContain("99 of 1")
      }),
    ))

  it("C15 a planner that takes nothing is asked again only when an event comes", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const batches: Batches = []
        const group = yield* make({ planner: recording(batches, 0) })
        yield* group.send(1, note(1))
        yield* Effect.sleep(100)
        expect(batches).toHaveLength(1)
        yield* group.send(1, note(2))
        yield* Effect.sleep(100)
        expect(batches).toEqual([[note(1)], [note(1), note(2)]])
      }),
    ))

  it("C16 a state that did not change is not written, and its step runs all the same", () => {
    const faults = new Faults()
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        let steps = 0
        const group = yield* make({
          planner: recording([]),
          step: () => Effect.sync(() => steps++),
          settings: { journal: false },
        })
        yield* group.begin(1, { A: 5, B: 5 })
        const before = faults.saves.length
        yield* group.send(1, note(1))
        yield* until(() => steps === 1)
        expect(faults.saves).toHaveLength(before)
      }),
    )
  })

  it("C33 the state that a step was given stays as it was", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const kept: Array<TestState> = []
        const group = yield* make({
          planner: countOne([]),
          step: (state) => Effect.sync(() => kept.push(state)),
        })
        yield* group.send(1, start)
        yield* group.send(1, start)
        yield* until(() => kept.length === 2)
        expect(kept.map(({ A }) => A)).toEqual([1, 2])
      }),
    ))

  it("C34 an unknown id starts from the initial state, which is stored", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make({ planner: recording([]) })
        yield* group.send(7, note(1))
        yield* group.getAfter(7)
        expect((yield* group.list()).machines).toEqual([{ id: 7, state: { A: 0, B: 0 }, ended: false }])
        const strict = yield* make({ kind: "strict", settings: { strict: true } })
        expect((yield* Effect.flip(strict.send(7, note(1))))._tag).toBe("UnknownMachine")
        expect(yield* strict.has(7)).toBe(false)
      }),
    ))
})
