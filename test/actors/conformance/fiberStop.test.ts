/** The contract on supervised fibers, with each store: stopping a group, and letting idle machines go. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { describe, expect, it } from "vitest"
import { plan } from "../../../src/actors/Planner.ts"
import { draws } from "../../../src/actors/time/Randomness.ts"
import {
  b,
  Gate,
  make,
  note,
  onStore,
  recording,
  start,
  takeAll,
  until,
  type TestEvent,
} from "../support/machine.ts"
import { stores } from "../support/stores.ts"

type Batches = Array<ReadonlyArray<TestEvent>>

describe.each(stores)("fiber driver on $name", (kind) => {
  it("C25 after stop nothing is accepted, made or stored", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make()
        yield* group.sendAndWait(1, start)
        yield* group.stop()
        for (const id of [1, 2]) {
          expect((yield* Effect.flip(group.send(id, b(1))))._tag).toBe("ErrTerminated")
          expect((yield* Effect.flip(group.sendDurable(id, b(1))))._tag).toBe("ErrTerminated")
          expect((yield* Effect.flip(group.sendAndWait(id, b(1))))._tag).toBe("ErrTerminated")
          expect((yield* Effect.flip(group.begin(id, { A: 1, B: 1 })))._tag).toBe("ErrTerminated")
          expect((yield* Effect.flip(group.restart(id)))._tag).toBe("ErrTerminated")
          expect((yield* Effect.flip(group.after(id, "t", 1, start)))._tag).toBe("ErrTerminated")
        }
        expect(group.warm).toBe(0)
        expect((yield* group.list()).machines.map(({ id }) => id)).toEqual([1])
      }),
    ))

  it("C26 a send that races stop is refused, planned or reported, never lost", async () => {
    for (let seed = 1; seed <= 8; seed++)
      await onStore(kind, () =>
        Effect.gen(function* () {
          const random = draws(seed)
          const planned = new Set<number>()
          const group = yield* make({
            planner: (pending, state) => {
              const event = pending.at(0)
              if (event._tag === "note") planned.add(event.n)
              return plan(state, 1)
            },
            step: () => Effect.sleep(1),
          })
          const sends = yield* Effect.forEach(
            Array.from({ length: 120 }, (_, n) => n),
            (n) => {
              const id = random.between(0, 10)
              const durable = random.chance(0.3)
              const send = durable ? group.sendDurable(id, note(n)) : group.send(id, note(n))
              return Effect.fork(Effect.exit(Effect.delay(send, random.between(0, 20))))
            },
          )
          yield* Effect.sleep(random.between(1, 20))
          const report = yield* group.stop({ drainMillis: 5 })
          const exits = yield* Fiber.join(Fiber.all(sends))
          const left = new Set(
            report.unplanned.flatMap(({ event }) => (event._tag === "note" ? [event.n] : [])),
          )
          const later: Batches = []
          yield* make({ planner: recording(later), settings: { resume: true } })
          yield* Effect.sleep("1 second")
          const kept = new Set(later.flat().flatMap((event) => (event._tag === "note" ? [event.n] : [])))
          exits.forEach((exit, n) => {
            const found = planned.has(n) || left.has(n) || kept.has(n)
            expect(found, `seed ${seed}, event ${n}`).toBe(Exit.isSuccess(exit) || kept.has(n))
            expect(planned.has(n) && kept.has(n), `seed ${seed}, event ${n} twice`).toBe(false)
          })
        }),
      )
  })

  it("C27 stop interrupts a running step, and its finalizers run", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        let finalized = 0
        const clock = yield* Effect.clock
        const group = yield* make({
          step: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => finalized++)),
        })
        yield* group.send(1, start)
        yield* until(() => group.working().length === 1)
        const fiber = group.machine(1)!.fiber!
        const begun = clock.unsafeCurrentTimeMillis()
        const report = yield* group.stop({ drainMillis: 1_000 })
        expect(clock.unsafeCurrentTimeMillis() - begun).toBe(1_000)
        expect(finalized).toBe(1)
        expect(report.unfinished).toEqual([])
        expect(fiber.unsafePoll()).not.toBeNull()
      }),
    ))

  it("C27 a step that ends in time ends by itself", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        let ended = 0
        const group = yield* make({
          step: () =>
            Effect.delay(
              Effect.sync(() => ended++),
              500,
            ),
        })
        yield* group.send(1, start)
        yield* until(() => group.working().length === 1)
        yield* group.stop({ drainMillis: 1_000 })
        expect(ended).toBe(1)
      }),
    ))

  it("C28 C29 after stop a step's send is refused, and nothing is planned", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const gate = new Gate()
        const verdicts: Array<string> = []
        const batches: Batches = []
        const group = yield* make({
          planner: recording(batches),
          step: (_state, context) =>
            Effect.uninterruptible(
              Effect.zipRight(
                gate.pass,
                Effect.map(Effect.either(context.send(b(1))), (sent) =>
                  verdicts.push(sent._tag === "Left" ? sent.left._tag : "accepted"),
                ),
              ),
            ),
        })
        yield* group.send(1, start)
        yield* gate.arrived
        yield* group.send(1, note(1))
        const report = yield* group.stop({ drainMillis: 10, deadlineMillis: 50 })
        expect(report.unfinished).toEqual([1])
        expect(report.unplanned).toEqual([{ id: 1, event: note(1), durable: false }])
        yield* gate.open
        yield* until(() => verdicts.length === 1)
        yield* Effect.sleep("1 minute")
        expect(verdicts).toEqual(["ErrTerminated"])
        expect(batches).toEqual([[start]])
      }),
    ))

  it("C30 stop may be called twice and at the same time", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make()
        for (let id = 0; id < 10; id++) yield* group.send(id, start)
        const reports = yield* Effect.all([group.stop(), group.stop(), group.stop()], {
          concurrency: "unbounded",
        })
        expect(reports[1]).toBe(reports[0])
        expect(reports[2]).toBe(reports[0])
        expect(yield* group.stop()).toBe(reports[0])
      }),
    ))

  it("C31 stop returns by its deadline naming what is stuck, and closes the rest", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const gate = new Gate()
        const clock = yield* Effect.clock
        const group = yield* make({
          step: (_state, { id }) => (id === 0 ? Effect.uninterruptible(gate.pass) : null),
        })
        for (let id = 0; id < 10; id++) yield* group.send(id, start)
        yield* gate.arrived
        yield* Effect.sleep(1)
        const fibers = Array.from({ length: 9 }, (_, index) => group.machine(index + 1)!.fiber!)
        const begun = clock.unsafeCurrentTimeMillis()
        const report = yield* group.stop({ deadlineMillis: 1_000 })
        expect(clock.unsafeCurrentTimeMillis() - begun).toBe(1_000)
        expect(report.unfinished).toEqual([0])
        expect(fibers.every((fiber) => fiber.unsafePoll() !== null)).toBe(true)
        yield* gate.open
      }),
    ))

  it("C36 an idle machine leaves memory, and comes back with its state when an event comes", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const seen: Array<number> = []
        const group = yield* make({
          planner: (pending, state) => {
            const event = pending.at(0)
            if (event._tag === "note") seen.push(event.n)
            return plan({ ...state, A: state.A + 1 }, 1)
          },
          settings: { idleTimeToPassivateMillis: 60_000 },
        })
        yield* group.sendAndWait(1, note(0))
        const { fiber } = group.machine(1)!
        yield* Effect.sleep("3 minutes")
        expect(group.warm).toBe(0)
        expect(fiber!.unsafePoll()).not.toBeNull()
        expect(yield* group.status(1)).toMatchObject({ phase: "stored", state: { A: 1, B: 0 } })
        for (let n = 1; n < 200; n++) {
          yield* n % 3 === 0 ? group.sendDurable(1, note(n)) : group.send(1, note(n))
          yield* Effect.sleep((n * 7_919) % 121_000)
        }
        expect((yield* group.getAfter(1))?.A).toBe(200)
        expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => n))
      }),
    ))

  it("C36 a step's late event finds its machine although it went to sleep", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* make({
          planner: takeAll,
          step: (state, context) =>
            state.A === 1
              ? Effect.asVoid(Effect.forkScoped(Effect.delay(context.send(b(5)), "1 hour")))
              : null,
          settings: { idleTimeToPassivateMillis: 60_000 },
        })
        yield* group.sendAndWait(1, start)
        yield* Effect.sleep("30 minutes")
        expect(group.warm).toBe(0)
        yield* Effect.sleep("31 minutes")
        expect(yield* group.getAfter(1)).toEqual({ A: 2, B: 5 })
      }),
    ))
})
