/** The rest of the group's face, verb by verb: strict groups, retries, pauses of restarts, status, changes, interrupted steps, volatile timers. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { defaultSettings, type Change } from "../../../src/actors/GroupOptions.ts"
import { plan, type Planner } from "../../../src/actors/Planner.ts"
import { defaults, RestartBudget, type OnStepFailure } from "../../../src/actors/RestartPolicy.ts"
import {
  atPlace,
  b,
  Gate,
  life,
  make,
  note,
  onStore,
  recording,
  start,
  takeAll,
  until,
  type TestEvent,
  type TestState,
} from "../support/machine.ts"
import { stores, type StoreKind } from "../support/stores.ts"

const restarts = (onStepFailure: OnStepFailure) => ({ ...defaultSettings.restarts, onStepFailure })

/** Takes one event and tells what it did, as a table's planner would. */
const telling: Planner<TestState, TestEvent> = (pending, state) => {
  const event = pending.at(0)
  const after = { ...state, A: state.A + 1 }
  return plan(after, 1, { applied: [{ event, from: `A${state.A}`, to: `A${after.A}` }] })
}

describe.each(stores)("a group on $name", (kind: StoreKind) => {
  it("a strict group makes no machine for an unknown id, and takes events for one that was begun", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make({ settings: { strict: true } })
        for (const verb of [group.send, group.sendDurable, group.sendAndWait])
          expect(
            (yield* Effect.flip(verb.call(group, 1, start) as Effect.Effect<unknown, { _tag: string }>))._tag,
          ).toBe("UnknownMachine")
        expect([group.warm, yield* group.has(1), yield* group.get(1), yield* group.status(1)]).toEqual([
          0,
          false,
          null,
          null,
        ])
        yield* group.begin(1, { A: 5, B: 0 })
        yield* group.sendAndWait(1, b(3))
        expect([yield* group.has(1), yield* group.get(1)]).toEqual([true, { A: 2, B: 3 }])
      }),
    ))

  it("a step that fails runs again by its schedule, and the machine idles when that is spent", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const runs: Array<number> = []
        const begun = yield* Clock.currentTimeMillis
        const schedule = Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(2))
        const group = yield* make({
          planner: telling,
          step: ({ A }) =>
            A === 1
              ? Effect.flatMap(Clock.currentTimeMillis, (now) => {
                  runs.push(now - begun)
                  return Effect.fail("no")
                })
              : null,
          settings: { restarts: restarts({ _tag: "Retry", schedule }) },
        })
        yield* group.send(1, start)
        yield* group.send(1, start)
        yield* Effect.sleep("1 minute")
        expect(runs).toEqual([0, 1_000, 2_000])
        expect(yield* group.status(1)).toMatchObject({
          phase: "live",
          pending: 0,
          state: { A: 2 },
          lastFailure: { what: "step", message: "no", at: begun + 2_000 },
        })
      }),
    ))

  it("status tells what a machine does: its step since when, what waits, its timers, how often it began anew", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const gate = new Gate()
        let broken = true
        const group = yield* make({
          planner: (pending, state) => {
            if (pending.at(0)._tag === "restart" && broken) throw new Error("broke")
            return telling(pending, state)
          },
          step: ({ A }) => (A === 1 ? gate.pass : null),
        })
        yield* Effect.sleep(500)
        const now = yield* Clock.currentTimeMillis
        yield* group.send(1, start)
        yield* gate.arrived
        yield* group.after(1, "later", 60_000, note(1))
        yield* group.send(1, b(1))
        yield* group.sendDurable(1, { _tag: "restart" })
        expect(yield* group.status(1)).toEqual({
          id: 1,
          phase: "live",
          state: { A: 1, B: 0 },
          stateName: "A1",
          pending: 2,
          pendingEvents: ["b", "restart"],
          busySince: now,
          step: "A1",
          restarts: 0,
          stagesDone: 0,
          reason: "",
          lastFailure: null,
          timers: [{ name: "later", at: now + 60_000 }],
        })
        const machine = group.machine(1)!
        expect([yield* machine.busy.get, yield* machine.stageDone.get, group.working()]).toEqual([
          true,
          0,
          [1],
        ])
        yield* gate.open
        yield* Effect.sleep("30 seconds")
        expect(yield* group.status(1)).toMatchObject({
          phase: "parked",
          busySince: null,
          step: null,
          pending: 1,
          restarts: defaults.maxRestarts,
          reason: expect.stringContaining("broke"),
          lastFailure: { what: "defect" },
        })
        broken = false
        yield* group.restart(1)
        yield* group.getAfter(1)
        expect([yield* machine.busy.get, yield* machine.stageDone.get, group.working()]).toEqual([
          false,
          3,
          [],
        ])
      }),
    ))

  it("changes give each saved plan once: before, after, its events and its failure, in order", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const seen: Array<Change<TestState, TestEvent>> = []
        const group = yield* make({ planner: telling })
        yield* Effect.forkScoped(
          Stream.runForEach(group.changes, (change) => Effect.sync(() => seen.push(change))),
        )
        yield* Effect.sleep(1)
        for (const event of [start, b(7)]) yield* group.send(1, event)
        yield* group.getAfter(1)
        yield* until(() => seen.length === 2)
        const at = yield* Clock.currentTimeMillis
        const change = (A: number, event: TestEvent) => ({
          kind: "test",
          id: 1,
          at: expect.any(Number),
          before: { A, B: 0 },
          after: { A: A + 1, B: 0 },
          from: `A${A}`,
          to: `A${A + 1}`,
          events: [{ event, from: `A${A}`, to: `A${A + 1}` }],
          failure: null,
        })
        expect(seen).toEqual([change(0, start), change(1, b(7))])
        expect(seen.every((one) => one.at <= at)).toBe(true)
      }),
    ))

  it("interruptStep ends the running step after its finalizers, and what waits is planned", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const ran: Array<string> = []
        const gate = new Gate()
        const group = yield* make({
          planner: telling,
          step: ({ A }) =>
            A === 1
              ? Effect.onInterrupt(Effect.zipRight(gate.pass, Effect.never), () =>
                  Effect.delay(
                    Effect.sync(() => ran.push("let go")),
                    100,
                  ),
                )
              : Effect.sync(() => ran.push(`step ${A}`)),
          settings: { interruptibleSteps: true },
        })
        expect(yield* group.interruptStep(1)).toBe(false)
        yield* group.send(1, start)
        yield* gate.arrived
        yield* group.send(1, b(1))
        expect(yield* group.interruptStep(1)).toBe(true)
        expect(ran[0]).toBe("let go")
        yield* group.getAfter(1)
        yield* until(() => ran.length === 2)
        expect(ran).toEqual(["let go", "step 2"])
        expect((yield* group.status(1))?.lastFailure).toBeNull()
        expect(yield* group.interruptStep(1)).toBe(false)
      }),
    ))

  it("timers that are not durable end with their group, and none is set after a stop", () =>
    atPlace(kind, (place) =>
      Effect.gen(function* () {
        const batches: Array<ReadonlyArray<TestEvent>> = []
        const open = make({ planner: recording(batches), settings: { durableTimers: false } })
        yield* life(
          place,
          Effect.gen(function* () {
            const group = yield* open
            yield* group.after(1, "soon", 10, note(1))
            yield* group.at(1, "past", 0, note(2))
            yield* group.after(1, "late", 60_000, note(3))
            yield* Effect.sleep(20)
            yield* group.stop()
            for (const verb of [
              group.after(1, "x", 1, start),
              group.at(1, "x", 1, start),
              group.cancel(1, "late"),
            ])
              expect((yield* Effect.flip(verb))._tag).toBe("ErrTerminated")
          }),
        )
        yield* life(place, Effect.zipRight(open, Effect.sleep("1 hour")))
        expect(batches).toEqual([[note(2)], [note(1)]])
      }),
    ))

  it("list gives every stored machine once, page by page, with what it is", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make({
          planner: (pending, state) => ({ ...takeAll(pending, state), ended: pending.at(0)._tag === "b" }),
        })
        const ids = ["b", 3, "a", 20, 1]
        yield* Effect.forEach(ids, (id) => group.sendAndWait(id, id === 3 ? b(9) : start))
        const pages: Array<ReadonlyArray<unknown>> = []
        for (let page = yield* group.list(null, 2); ; page = yield* group.list(page.next, 2)) {
          pages.push(page.machines.map(({ id, state, ended }) => [id, state.A, ended]))
          if (page.next === null) break
        }
        expect(pages).toEqual([
          [
            [1, 1, false],
            [3, 2, true],
          ],
          [
            [20, 1, false],
            ["a", 1, false],
          ],
          [["b", 1, false]],
        ])
      }),
    ))

  it("senders who wait for room come in in their order, also beside one who gave up", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const gate = new Gate()
        const batches: Array<ReadonlyArray<TestEvent>> = []
        const group = yield* make({
          planner: recording(batches),
          step: () => gate.pass,
          settings: { mailboxCapacity: 1 },
        })
        yield* group.send(1, start)
        yield* gate.arrived
        yield* group.send(1, note(0))
        const waiting = []
        for (let n = 1; n <= 5; n++) {
          waiting.push(yield* Effect.fork(group.send(1, note(n))))
          yield* Effect.sleep(1)
        }
        yield* Fiber.interrupt(waiting[1]!)
        yield* gate.open
        yield* Fiber.joinAll(waiting.filter((_, index) => index !== 1))
        yield* group.getAfter(1)
        expect(batches.flat()).toEqual([start, ...[0, 1, 3, 4, 5].map((n) => note(n))])
      }),
    ))
})

it("pauses of restarts double up to the largest, are counted over the window, and begin anew behind it", () => {
  const policy = { ...defaults, restartPauseMaxMillis: 500 }
  const budget = new RestartBudget()
  const take = (now: number) => {
    const pause = budget.take(policy, now)
    return pause === null ? null : Number(pause.value._tag === "Millis" ? pause.value.millis : Number.NaN)
  }
  expect([0, 1, 2, 3, 4, 5].map(take)).toEqual([100, 200, 400, 500, 500, null])
  expect(take(59_999)).toBeNull()
  expect(take(60_000)).toBe(500)
  expect(take(200_000)).toBe(100)
  budget.reset()
  expect(take(200_001)).toBe(100)
})
