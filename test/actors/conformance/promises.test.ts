/** What the verbs of a group promise beside the cases: who waits is answered, what is refused has a name, and nothing comes twice. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { json, schema } from "../../../src/actors/Codec.ts"
import { defaultSettings, type GroupSettings } from "../../../src/actors/GroupOptions.ts"
import { Journal } from "../../../src/actors/Journal.ts"
import { layerMemory, MemoryShelves } from "../../../src/actors/memoryStore.ts"
import { plan, type Planner } from "../../../src/actors/Planner.ts"
import type { OnStepFailure } from "../../../src/actors/RestartPolicy.ts"
import { StateStore } from "../../../src/actors/StateStore.ts"
import { ScaledTime } from "../../../src/actors/time/ScaledTime.ts"
import { run } from "../../../src/actors/time/VirtualTime.ts"
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
  TestEvent,
  until,
  type TestOptions,
  type TestState,
} from "../support/machine.ts"
import { Faults, stores, withFaults, type StoreKind } from "../support/stores.ts"

const silent = Logger.replace(Logger.defaultLogger, Logger.none)

/** Takes one event and counts; records what it took. Ends with `restart`. */
const taking =
  (seen: Array<TestEvent>): Planner<TestState, TestEvent> =>
  (pending, state) => {
    const event = pending.at(0)
    seen.push(event)
    return plan({ ...state, A: state.A + 1 }, 1, { ended: event._tag === "restart" })
  }

describe.each(stores)("a group on $name", (kind: StoreKind) => {
  it("an id that the store could not keep exactly is refused by name, and leaves nothing", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make()
        const ids = [Number.NaN, 1.5, Infinity, 2 ** 53, "", "\uD83D", undefined, null, {}] as Array<never>
        for (const id of ids) {
          const refused = yield* Effect.all(
            [
              group.send(id, start),
              group.sendDurable(id, start),
              group.sendAndWait(id, start),
              group.begin(id, { A: 1, B: 1 }),
              group.after(id, "t", 5, start),
            ].map((verb) => Effect.flip(verb as Effect.Effect<unknown, { readonly _tag: string }>)),
          )
          expect(refused.map(({ _tag }) => _tag)).toEqual(Array.from({ length: 5 }, () => "BadId"))
          expect(String(refused[0])).toContain("is no id of a test")
        }
        expect(group.warm).toBe(0)
        for (const id of [0, -7, 7, "7", "a/../b", "\u{1F600}", " "]) yield* group.sendAndWait(id, start)
        expect((yield* group.list()).machines.map(({ id }) => id)).toEqual([
          -7,
          0,
          7,
          " ",
          "7",
          "a/../b",
          "\u{1F600}",
        ])
      }),
    ))

  it("a timer whose re-arming fails while its event is planned does not fire again", () => {
    const faults = new Faults()
    return atPlace(withFaults(kind, faults), (place) =>
      Effect.gen(function* () {
        const seen: Array<TestEvent> = []
        yield* life(
          place,
          Effect.gen(function* () {
            const gate = new Gate()
            const group = yield* make({ planner: taking(seen), step: () => gate.pass })
            yield* group.send(1, start)
            yield* gate.arrived
            yield* group.after(1, "t", 10, b(1))
            yield* Effect.sleep(20)
            Object.assign(faults, { failTimers: 1, slowTimersMillis: 50 })
            const setting = yield* Effect.fork(Effect.flip(group.after(1, "t", 60_000, b(2))))
            yield* Effect.sleep(10)
            yield* gate.open
            expect((yield* Fiber.join(setting))._tag).toBe("StoreError")
            yield* group.getAfter(1)
            expect((yield* group.status(1))?.timers).toEqual([])
          }),
        )
        faults.slowTimersMillis = 0
        yield* life(place, Effect.zipRight(make({ planner: taking(seen) }), Effect.sleep("1 hour")))
        expect(seen).toEqual([start, b(1)])
      }),
    )
  })

  it("a timer's event that was never planned is the next group's, also when the name fired twice", () =>
    atPlace(kind, (place) =>
      Effect.gen(function* () {
        const seen: Array<TestEvent> = []
        yield* life(
          place,
          Effect.gen(function* () {
            const gate = new Gate()
            const group = yield* make({
              planner: taking(seen),
              step: ({ A }) => (A === 1 ? gate.pass : Effect.never),
            })
            yield* group.send(1, start)
            yield* gate.arrived
            for (const n of [1, 2]) {
              yield* group.after(1, "t", 10, b(n))
              yield* Effect.sleep(20)
            }
            yield* gate.open
            yield* until(() => seen.length === 2)
            yield* Effect.sleep(5)
            yield* group.send(1, note(3))
            expect((yield* group.stop()).unplanned).toEqual([
              { id: 1, event: b(2), durable: true },
              { id: 1, event: note(3), durable: false },
            ])
          }),
        )
        yield* life(place, Effect.zipRight(make({ planner: taking(seen) }), Effect.sleep("1 hour")))
        expect(seen).toEqual([start, b(1), b(2)])
      }),
    ))

  it("who waits for a verdict is answered: after restarts, at a park, at a stop by policy", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        let throws = 2
        const group = yield* make({
          planner: (pending, state) => {
            if (throws-- > 0) throw new Error("broke")
            return plan({ ...state, A: state.A + 1 }, pending.length)
          },
        })
        yield* group.sendAndWait(1, start)
        throws = Number.POSITIVE_INFINITY
        expect((yield* Effect.flip(group.sendAndWait(1, start)))._tag).toBe("MachineParked")
        expect((yield* Effect.flip(group.getAfter(1)))._tag).toBe("MachineParked")

        const policies: ReadonlyArray<readonly [OnStepFailure, string]> = [
          [{ _tag: "Park" }, "MachineParked"],
          [{ _tag: "Stop" }, "ErrTerminated"],
        ]
        for (const [onStepFailure, refusal] of policies) {
          const gate = new Gate()
          const failing = yield* make({
            kind: onStepFailure._tag,
            planner: recording([], 1),
            step: () => Effect.zipRight(gate.pass, Effect.fail("no")),
            settings: { restarts: { ...defaultSettings.restarts, onStepFailure } },
          })
          yield* failing.send(1, start)
          yield* gate.arrived
          const waiting = yield* Effect.fork(Effect.flip(failing.sendAndWait(1, note(1))))
          const reading = yield* Effect.fork(Effect.flip(failing.getAfter(1)))
          yield* Effect.sleep(1)
          yield* gate.open
          expect((yield* Fiber.join(waiting))._tag).toBe(refusal)
          expect((yield* Fiber.join(reading))._tag).toBe(refusal)
        }
      }),
    ))

  it("who waits for a verdict hears of a store that breaks while the event comes in", () => {
    const faults = new Faults()
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        const group = yield* make({ settings: { strict: true } })
        yield* group.begin(1, { A: 1, B: 1 })
        faults.lookUpDies = true
        const exit = yield* Effect.exit(Effect.timeout(group.sendAndWait(2, start), "1 minute"))
        expect(Exit.isFailure(exit) && exit.cause._tag).toBe("Die")
      }),
    )
  })

  it("a durable event that cannot be written leaves its place in the mailbox to others", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const gate = new Gate()
        const group = yield* make({
          event: {
            ...json<TestEvent>(),
            encode: () => {
              throw new Error("no text")
            },
          },
          state: json(),
          step: () => gate.pass,
          settings: { mailboxCapacity: 1, whenFull: "fail", durableTimers: false },
        })
        yield* group.send(1, start)
        yield* gate.arrived
        const exit = yield* Effect.exit(group.sendDurable(1, b(1)))
        if (kind.name === "sqlite") expect(Exit.isFailure(exit)).toBe(true)
        yield* gate.open
        yield* until(() => group.machine(1)?.core.busy === false)
        yield* group.sendAndWait(1, b(2))
      }),
    ))

  it("getAfter sees all that was sent, however it meets the passivation", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make({
          planner: taking([]),
          settings: { idleTimeToPassivateMillis: 10, journal: false },
        })
        let [cold, sent] = [0, 0]
        for (const pause of [9, 10, 11, 19, 20, 21, 0, 10, 30])
          for (const verb of [group.send(1, start), group.sendDurable(1, start)]) {
            yield* verb
            sent++
            expect((yield* group.getAfter(1))?.A).toBe(sent)
            yield* Effect.sleep(pause)
            if (group.warm === 0) cold++
            expect((yield* group.getAfter(1))?.A).toBe(sent)
          }
        expect(cold).toBeGreaterThan(3)
      }),
    ))

  it("an event id whose event was refused may be sent again", () => {
    const faults = new Faults()
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        const seen: Array<TestEvent> = []
        const group = yield* make({ planner: taking(seen) })
        yield* group.sendAndWait(1, start)
        // The machine ends; it stays in memory while what came too late is taken out of the inbox.
        Object.assign(faults, { slow: { id: 1, millis: 100 }, slowDiscardMillis: 200 })
        yield* group.send(1, { _tag: "restart" })
        yield* Effect.sleep(10)
        yield* group.sendDurable(1, note(9))
        faults.slowAcceptMillis = 120
        expect((yield* Effect.flip(group.sendDurable(1, b(1), "once")))._tag).toBe("ErrTerminated")
        Object.assign(faults, { slow: null, slowDiscardMillis: 0, slowAcceptMillis: 0 })
        yield* group.restart(1)
        expect(yield* group.sendDurable(1, b(1), "once")).toEqual({ duplicate: false })
        expect(yield* group.sendDurable(1, b(1), "once")).toEqual({ duplicate: true })
        yield* group.getAfter(1)
        expect(seen.slice(2)).toEqual([b(1)])
      }),
    )
  })

  it("event ids grow old by the store's time, whatever time the group has", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const world = new ScaledTime({ now: 0, scale: 1, paused: true })
        const clock: Clock.Clock = world.clock
        const group = yield* make({ clock, settings: { journal: false } })
        yield* group.sendDurable(1, start, "once")
        for (let n = 0; n < 1_100; n++) yield* group.sendDurable(2, note(n))
        expect(yield* group.sendDurable(1, start, "once")).toEqual({ duplicate: true })
      }),
    ))

  it("a room's own code that throws is told of, and neither repeats an event nor harms another machine", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const seen: Array<TestEvent> = []
        const told: Array<string> = []
        const broken = () => {
          throw new Error("a bug")
        }
        const options: Partial<TestOptions> = {
          planner: (pending, state) => ({ ...taking(seen)(pending, state), rejected: [] }),
          observe: broken,
          deadLetter: broken,
          initial: (id) => (id === "bad" ? broken() : { A: 0, B: 0 }),
        }
        const group = yield* make(options)
        yield* Effect.fork(
          Stream.runForEach(group.failures, ({ message }) => Effect.sync(() => told.push(message))),
        )
        yield* Effect.sleep(1)
        yield* group.sendAndWait(1, start)
        yield* group.after("bad", "t", 10, b(1))
        yield* group.after(2, "t", 10, b(2))
        yield* Effect.sleep(20)
        yield* group.sendAndWait(2, { _tag: "restart" })
        yield* group.after(2, "late", 10, b(3))
        yield* group.after(3, "t", 20, b(4))
        yield* Effect.sleep(30)
        yield* group.getAfter(3)
        expect(seen).toEqual([start, b(2), { _tag: "restart" }, b(4)])
        expect(told).toContain("a timer of test bad threw: Error: a bug")
        expect(told).toContain("deadLetter of test 2 threw: Error: a bug")
        expect((yield* group.status(1))?.restarts).toBe(0)
      }).pipe(Effect.provide(silent)),
    ))

  it("a start goes on with the others when one unfinished machine cannot be made", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const store = (yield* StateStore).open<TestState, TestEvent>({
          kind: "test",
          state: json(),
          event: schema(TestEvent),
          project: null,
          durableTimers: true,
        })
        for (const id of [1, 2, 3, 4, 5]) yield* store.accept(id, note(id), null)
        const ran: Array<unknown> = []
        yield* make({
          initial: (id) => {
            if (id === 2) throw new Error("a bug")
            return { A: 0, B: 0 }
          },
          step: (_, { id }) => Effect.sync(() => ran.push(id)),
          settings: { resume: true, resumeAtOnce: 2 },
        })
        yield* until(() => ran.length === 4)
        expect(ran).toEqual([1, 3, 4, 5])
      }).pipe(Effect.provide(silent)),
    ))

  it("a reader of the journal who is far behind gets every entry, once and in order", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const [store, journal, gate] = [yield* StateStore, yield* Journal, new Gate()]
        const entry = (n: number) => ({
          at: n,
          kind: "room",
          id: "x",
          event: `E${n}`,
          from: "",
          to: "",
          detail: null,
        })
        yield* store.write(Effect.void, [entry(1)])
        const reading = yield* journal.since(0).pipe(
          Stream.tap(() => gate.pass),
          Stream.take(3_500),
          Stream.runCollect,
          Effect.fork,
        )
        yield* gate.arrived
        for (let n = 2; n <= 3_500; n++) yield* store.write(Effect.void, [entry(n)])
        yield* gate.open
        expect([...(yield* Fiber.join(reading))].map(({ seq, event }) => `${seq} ${event}`)).toEqual(
          Array.from({ length: 3_500 }, (_, n) => `${n + 1} E${n + 1}`),
        )
      }),
    ))
})

it("the memory store forgets event ids after their time", () => {
  const shelves = new MemoryShelves()
  return run(
    Effect.gen(function* () {
      const group = yield* make({ planner: recording([]) })
      for (let n = 0; n < 100; n++) yield* group.sendDurable(1, start, `id ${n}`)
      yield* Effect.sleep("6 days")
      expect(yield* group.sendDurable(1, start, "id 7")).toEqual({ duplicate: true })
      yield* Effect.sleep("2 days")
      expect(yield* group.sendDurable(1, start, "id 7")).toEqual({ duplicate: false })
      expect(shelves.eventIds.size).toBe(1)
    }).pipe(Effect.scoped, Effect.provide(layerMemory(shelves))),
  )
})

it.each<readonly [Partial<GroupSettings>, string]>([
  [{ mailboxCapacity: 0 }, "group test: mailboxCapacity is 0, and must be 1 or more"],
  [{ eventsPerTurn: Number.NaN }, "group test: eventsPerTurn is NaN, and must be 1 or more"],
  [{ resumeAtOnce: -1 }, "group test: resumeAtOnce is -1, and must be 1 or more"],
  [{ idleTimeToPassivateMillis: 0 }, "group test: idleTimeToPassivateMillis is 0, and must be above 0"],
  [{ drainMillis: -5 }, "group test: drainMillis is -5, and must be 0 or more"],
])("a group that could never work is not made: %j", async (settings, message) => {
  const making = make({ settings, event: schema(Schema.asSchema(TestEvent)) })
  await expect(run(making.pipe(Effect.scoped, Effect.provide(layerMemory())))).rejects.toThrow(message)
})
