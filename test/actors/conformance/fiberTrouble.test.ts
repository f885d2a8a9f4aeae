/** The contract on supervised fibers, with each store: what happens when planners, steps and stores fail. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import type { MachineLog } from "../../../src/actors/GroupOptions.ts"
import { failed, plan, PlanFailed } from "../../../src/actors/Planner.ts"
import { defaults, type OnStepFailure } from "../../../src/actors/RestartPolicy.ts"
import type { StateGroup } from "../../../src/actors/StateGroup.ts"
import {
  atPlace,
  life,
  b,
  countOne,
  Gate,
  make,
  note,
  onStore,
  start,
  takeAll,
  until,
  type TestEvent,
  type TestState,
} from "../support/machine.ts"
import { Faults, faulty, stores, withFaults } from "../support/stores.ts"

/** Collects the failures that the group tells of. */
const failuresOf = (group: StateGroup<TestState, TestEvent>) =>
  Effect.gen(function* () {
    const list: Array<string> = []
    yield* Effect.forkScoped(
      Stream.runForEach(group.failures, ({ id, what, message }) =>
        Effect.sync(() => list.push(`${id} ${what}: ${message}`)),
      ),
    )
    yield* Effect.sleep(1)
    return list
  })

const log: MachineLog<TestEvent> = {
  entry: (event) => JSON.stringify(event),
  failure: (failure) => JSON.stringify({ error: failure.message }),
}

const onStepFailure = (policy: OnStepFailure) => ({ restarts: { ...defaults, onStepFailure: policy } })

describe.each(stores)("fiber driver on $name", (kind) => {
  it("C17 a failed plan leaves the record, is logged and seen, and the machine goes on", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        let steps = 0
        const group = yield* make({
          log,
          planner: (pending, state) =>
            pending.at(0)._tag === "b"
              ? failed({ ...state, A: 9 }, 1, new PlanFailed({ state: "A0", event: "b", message: "E" }))
              : takeAll(pending, state),
          step: () => Effect.sync(() => steps++),
        })
        const failures = yield* failuresOf(group)
        const verdict = yield* Effect.flip(group.sendAndWait(1, b(1)))
        expect(verdict).toMatchObject({ _tag: "PlanFailed", message: "E" })
        expect(yield* group.get(1)).toEqual({ A: 0, B: 0 })
        expect((yield* group.log(1)).map(({ entry }) => JSON.parse(entry))).toEqual([b(1), { error: "E" }])
        expect((yield* group.status(1))?.lastFailure).toMatchObject({ what: "plan", message: "E" })
        expect(steps).toBe(0)
        yield* group.send(1, start)
        expect(yield* group.getAfter(1)).toEqual({ A: 1, B: 0 })
        yield* until(() => failures.length > 0)
        expect(failures).toEqual(["1 plan: E"])
      }),
    ))

  it("C18 an end keeps the state, runs no step, and the next event is refused", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        let steps = 0
        const letters: Array<string> = []
        const group = yield* make({
          planner: (_pending, state) => plan({ ...state, A: 7 }, 1, { ended: true }),
          step: () => Effect.sync(() => steps++),
        })
        yield* Effect.forkScoped(
          Stream.runForEach(group.deadLetters, ({ event, reason }) =>
            Effect.sync(() => letters.push(`${event._tag}: ${reason}`)),
          ),
        )
        yield* Effect.sleep(1)
        yield* group.sendDurable(1, start)
        const also = yield* Effect.exit(group.sendDurable(1, b(2)))
        yield* until(() => group.warm === 0)
        expect(yield* group.get(1)).toEqual({ A: 7, B: 0 })
        expect(steps).toBe(0)
        expect((yield* Effect.flip(group.send(1, start)))._tag).toBe("ErrTerminated")
        expect((yield* Effect.flip(group.sendDurable(1, start)))._tag).toBe("ErrTerminated")
        yield* Effect.sleep(1)
        // Told as refused, or accepted and seen as a dead letter: never gone in silence, and never left in the inbox.
        expect(also._tag === "Failure" || letters.length === 1).toBe(true)
        expect((yield* group.status(1))?.phase).toBe("ended")
        expect((yield* group.status(1))?.pending).toBe(0)
      }),
    ))

  it("C19 a write that fails at the end is not swallowed", () => {
    const faults = new Faults()
    faults.failSaves = 100
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        const group = yield* make({
          planner: (_pending, state) => plan({ ...state, A: 7 }, 1, { ended: true }),
        })
        const failures = yield* failuresOf(group)
        const verdict = yield* Effect.flip(group.sendAndWait(1, start))
        expect(verdict._tag).toBe("MachineParked")
        expect(failures).toHaveLength(defaults.maxRestarts + 1)
        expect(failures[0]).toBe("1 save: the disk is full")
        expect((yield* Effect.flip(group.send(1, start)))._tag).toBe("MachineParked")
        faults.failSaves = 0
        yield* group.restart(1)
        yield* until(() => group.warm === 0)
        expect(yield* group.get(1)).toEqual({ A: 7, B: 0 })
      }),
    )
  })

  const returning = { restarts: { ...defaults, storeReturnMillis: 10_000 } }

  it("a machine that the store refused for long comes back by itself, and its step runs once", () => {
    const faults = new Faults()
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        const steps: Array<number> = []
        const group = yield* make({
          planner: countOne([]),
          step: (state) => Effect.sync(() => steps.push(state.A)),
          settings: { ...returning, resume: true },
        })
        yield* group.send(1, start)
        yield* group.getAfter(1)
        faults.failSaves = Number.POSITIVE_INFINITY
        const waiting = yield* Effect.fork(Effect.flip(group.sendAndWait(1, note(2))))
        expect((yield* Fiber.join(waiting))._tag).toBe("MachineParked")
        yield* Effect.sleep("1 hour")
        expect(yield* group.status(1)).toMatchObject({
          phase: "parked",
          reason: "the disk is full",
          pending: 1,
        })
        faults.failSaves = 0
        yield* Effect.sleep("11 seconds")
        expect(yield* group.status(1)).toMatchObject({ phase: "live", reason: "", pending: 0 })
        expect(steps).toEqual([1, 2])
        yield* group.send(1, note(3))
        expect((yield* group.getAfter(1))?.A).toBe(3)
      }),
    )
  })

  it("a machine that the store could not load comes back with what waits for it", () => {
    const faults = new Faults()
    return atPlace(withFaults(kind, faults), (place) =>
      Effect.gen(function* () {
        yield* life(
          place,
          Effect.flatMap(make(), (group) => Effect.zipRight(group.send(1, start), group.getAfter(1))),
        )
        faults.failLoads = Number.POSITIVE_INFINITY
        yield* life(
          place,
          Effect.gen(function* () {
            const group = yield* make({ settings: returning })
            expect((yield* Effect.flip(group.sendAndWait(1, b(7))))._tag).toBe("MachineParked")
            yield* Effect.sleep("1 hour")
            faults.failLoads = 0
            yield* Effect.sleep("11 seconds")
            yield* group.send(1, b(8))
            expect(yield* group.getAfter(1)).toEqual({ A: 2, B: 8 })
          }),
        )
      }),
    )
  })

  it.each<readonly [string, OnStepFailure, string]>([
    ["idle", { _tag: "Idle" }, "planned"],
    ["park", { _tag: "Park" }, "MachineParked"],
    ["stop", { _tag: "Stop" }, "ErrTerminated"],
  ])("C20 a step that fails does not wedge its machine: %s", (_name, policy, outcome) =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const batches: Array<ReadonlyArray<TestEvent>> = []
        const gate = new Gate()
        const group = yield* make({
          planner: countOne(batches),
          step: (state) => (state.A === 1 ? Effect.zipRight(gate.pass, Effect.fail("E")) : null),
          settings: onStepFailure(policy),
        })
        const failures = yield* failuresOf(group)
        yield* group.send(1, note(1))
        yield* gate.arrived
        const waiting = yield* Effect.fork(Effect.either(group.sendAndWait(1, note(2))))
        yield* group.sendDurable(1, note(3))
        yield* gate.open
        const verdict = yield* Fiber.join(waiting)
        expect(verdict._tag === "Right" ? "planned" : verdict.left._tag).toBe(outcome)
        yield* until(() => failures.length === 1)
        expect(failures).toEqual(["1 step: E"])
        const next = yield* Effect.either(group.send(1, note(4)))
        expect(next._tag === "Right" ? "planned" : next.left._tag).toBe(outcome)
        if (outcome === "planned") expect((yield* group.getAfter(1))?.A).toBe(4)
        expect((yield* group.status(1))?.pending).toBe(outcome === "MachineParked" ? 2 : 0)
      }),
    ),
  )

  it("C21 a throw in a planner or a step touches no other machine", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make({
          planner: (pending, state) => {
            if (pending.at(0)._tag === "b") throw new Error("planner broke")
            return takeAll(pending, state)
          },
          step: (_state, { id }) => (id === "step" ? Effect.die(new Error("step broke")) : null),
        })
        const failures = yield* failuresOf(group)
        yield* group.send("plan", b(1))
        yield* group.send("step", start)
        yield* group.send("good", start)
        expect(yield* group.getAfter("good")).toEqual({ A: 1, B: 0 })
        yield* Effect.sleep("1 hour")
        const died = yield* group.status("plan")
        expect(died).toMatchObject({ phase: "parked", restarts: 5, pending: 1 })
        expect(died?.reason).toContain("planner broke")
        expect((yield* Effect.flip(group.send("plan", start)))._tag).toBe("MachineParked")
        expect(yield* group.status("step")).toMatchObject({
          phase: "live",
          restarts: 1,
          state: { A: 1, B: 0 },
        })
        yield* group.send("step", note(1))
        expect(failures.filter((line) => line.startsWith("step defect: Error: step broke"))).not.toEqual([])
        expect(failures.filter((line) => line.startsWith("plan defect"))).toHaveLength(6)
      }),
    ))

  it("C22 after a write that failed the event is planned again, and its step runs once", () => {
    const faults = new Faults()
    faults.failSaves = 1
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        const batches: Array<ReadonlyArray<TestEvent>> = []
        const steps: Array<number> = []
        const group = yield* make({
          planner: countOne(batches),
          step: (state) => Effect.sync(() => steps.push(state.A)),
        })
        const failures = yield* failuresOf(group)
        yield* group.sendAndWait(1, start)
        expect(batches).toEqual([[start], [start]])
        yield* until(() => steps.length === 1)
        expect(steps).toEqual([1])
        expect(failures).toEqual(["1 save: the disk is full"])
        expect(yield* group.get(1)).toEqual({ A: 1, B: 0 })
      }),
    )
  })

  it("C23 a planner may send to its own machine and to others", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const group = yield* make({
          planner: (pending, state) => {
            const event = pending.at(0)
            seen.push(event._tag === "note" ? `note ${event.n}` : event._tag)
            if (event._tag === "start") {
              Effect.runSync(group.send(1, note(1)))
              Effect.runSync(group.send(2, note(2)))
            }
            return plan(state, 1)
          },
        })
        yield* group.send(2, note(0))
        yield* group.getAfter(2)
        yield* group.send(1, start)
        yield* until(() => seen.length === 4)
        expect(seen.toSorted()).toEqual(["note 0", "note 1", "note 2", "start"])
      }),
    ))

  it("C24 a slow store holds up only the machine that waits for it", () => {
    const faults = new Faults()
    faults.slow = { id: "A", millis: 1_000 }
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        const ran: Array<string> = []
        const clock = yield* Effect.clock
        const begun = clock.unsafeCurrentTimeMillis()
        const group = yield* make({
          step: (_state, { id }) =>
            Effect.sync(() => ran.push(`${id} at ${clock.unsafeCurrentTimeMillis() - begun}`)),
        })
        yield* group.send("A", start)
        yield* group.send("B", start)
        yield* Effect.sleep("2 seconds")
        expect(ran).toEqual(["B at 0", "A at 1000"])
      }),
    )
  })

  it("C32 a parked machine, and one that has ended, come back from their stored state", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        let broken = true
        const group = yield* make({
          planner: (pending, state) => {
            if (pending.at(0)._tag === "b" && broken) throw new Error("broke")
            if (pending.at(0)._tag === "restart") return plan({ ...state, B: 1 }, 1, { ended: true })
            return takeAll(pending, state)
          },
        })
        yield* group.sendAndWait(1, start)
        yield* group.sendDurable(1, b(5))
        yield* Effect.sleep("1 hour")
        expect((yield* group.status(1))?.phase).toBe("parked")
        broken = false
        yield* group.restart(1)
        expect(yield* group.getAfter(1)).toEqual({ A: 2, B: 5 })

        yield* group.sendAndWait(1, { _tag: "restart" })
        expect((yield* Effect.flip(group.send(1, start)))._tag).toBe("ErrTerminated")
        yield* group.restart(1)
        yield* group.send(1, start)
        expect(yield* group.getAfter(1)).toEqual({ A: 1, B: 1 })
        expect((yield* Effect.flip(group.restart("nobody")))._tag).toBe("UnknownMachine")
      }),
    ))

  it("C35 a full mailbox holds its senders, or refuses them, and drops nothing", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        for (const whenFull of ["fail", "suspend"] as const) {
          const gate = new Gate()
          const seen: Array<number> = []
          const group = yield* make({
            kind: whenFull,
            planner: (pending, state) => {
              for (let index = 0; index < pending.length; index++) {
                const event = pending.at(index)
                if (event._tag === "note") seen.push(event.n)
              }
              return plan(state, pending.length)
            },
            step: () => gate.pass,
            settings: { mailboxCapacity: 100, whenFull },
          })
          yield* group.send(1, start)
          yield* gate.arrived
          for (let n = 0; n < 100; n++) yield* group.send(1, note(n))
          const last = yield* Effect.fork(Effect.either(group.send(1, note(100))))
          const durable = yield* Effect.fork(Effect.either(group.sendDurable(1, note(101))))
          const impatient = yield* Effect.fork(group.send(1, note(102)))
          yield* Effect.sleep("1 minute")
          yield* Fiber.interrupt(impatient)
          expect((yield* group.status(1))?.pending).toBe(100)
          yield* gate.open
          const verdicts = [yield* Fiber.join(last), yield* Fiber.join(durable)]
          yield* group.getAfter(1)
          if (whenFull === "fail") {
            expect(verdicts).toMatchObject([
              { left: { _tag: "MailboxFull", capacity: 100 } },
              { left: { _tag: "MailboxFull" } },
            ])
            expect(seen).toHaveLength(100)
          } else {
            expect(verdicts.map(({ _tag }) => _tag)).toEqual(["Right", "Right"])
            expect(seen).toEqual(Array.from({ length: 102 }, (_, n) => n))
          }
        }
      }),
    ))

  it("a timer that the store could not set anew is still the one that was set before", () => {
    const faults = new Faults()
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        const group = yield* make()
        yield* group.after(1, "t", 100, b(1))
        faults.failTimers = 2
        expect((yield* Effect.flip(group.after(1, "t", 50, b(2))))._tag).toBe("StoreError")
        expect((yield* Effect.flip(group.cancel(1, "t")))._tag).toBe("StoreError")
        yield* Effect.sleep(70)
        expect(yield* group.get(1)).toBeNull()
        yield* Effect.sleep(70)
        expect((yield* group.getAfter(1))?.B).toBe(1)
      }),
    )
  })

  it("of two who set the same timer, the later holds, whatever the store refuses of the earlier", () => {
    const faults = new Faults()
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        const group = yield* make()
        faults.slowTimersMillis = 10
        for (const fails of [1, 2]) {
          faults.failTimers = fails
          const now = yield* Clock.currentTimeMillis
          const before = (yield* group.status(2))?.timers ?? []
          const setting = [
            yield* Effect.fork(Effect.either(group.at(2, "t", now + 60_000, b(1)))),
            yield* Effect.fork(Effect.either(group.at(2, "t", now + 70_000, b(2)))),
          ]
          const verdicts = yield* Effect.forEach(setting, Fiber.join)
          expect(verdicts.map(({ _tag }) => _tag)).toEqual(["Left", fails === 1 ? "Right" : "Left"])
          yield* group.send(2, start)
          yield* group.getAfter(2)
          expect((yield* group.status(2))?.timers).toEqual(
            fails === 1 ? [{ name: "t", at: now + 70_000 }] : before,
          )
        }
      }),
    )
  })

  it("a timer that is set while a plan that sets it is being saved is the one that holds", () =>
    atPlace(kind, (inner) => {
      const faults = new Faults()
      const place = { ...inner, layer: faulty(faults)(inner.layer) }
      const open = make({
        timers: ({ state }, at) =>
          state.A === 1 ? [{ _tag: "Set", name: "t", at: at + 1_000, event: b(1) }] : [],
      })
      return Effect.gen(function* () {
        const [held, stored] = [[], []] as [Array<unknown>, Array<unknown>]
        yield* life(
          place,
          Effect.gen(function* () {
            const group = yield* open
            yield* group.begin(1, { A: 0, B: 0 })
            faults.lateSavesMillis = 50
            yield* group.send(1, start)
            yield* Effect.sleep(10)
            yield* group.after(1, "t", 60_000, b(2))
            yield* Effect.sleep(100)
            held.push(...((yield* group.status(1))?.timers ?? []))
          }),
        )
        yield* life(
          place,
          Effect.gen(function* () {
            stored.push(...((yield* (yield* open).status(1))?.timers ?? []))
          }),
        )
        expect(stored).toHaveLength(1)
        expect(held).toEqual(stored)
      })
    }))

  it("the status names the step while it runs", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const gate = new Gate()
        const group = yield* make({ step: () => gate.pass, stepName: ({ A }) => `work ${A}` })
        yield* group.send(1, start)
        yield* gate.arrived
        expect((yield* group.status(1))?.step).toBe("work 1")
        yield* gate.open
        yield* until(() => group.machine(1)?.core.busy === false)
        expect((yield* group.status(1))?.step).toBeNull()
      }),
    ))
})
