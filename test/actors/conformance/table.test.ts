/** Upstream's fsm package on our tables: transitions, entry steps, finality, verdicts, barriers, notifications. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { schema } from "../../../src/actors/Codec.ts"
import type { Change, GroupOptions } from "../../../src/actors/GroupOptions.ts"
import { PlanFailed } from "../../../src/actors/Planner.ts"
import { StateGroup } from "../../../src/actors/StateGroup.ts"
import { make as makeTable, rowsOf } from "../../../src/actors/Table.ts"
import { planner } from "../../../src/actors/tablePlanner.ts"
import { atPlace, Gate, life, onStore, until } from "../support/machine.ts"
import { Faults, stores, withFaults } from "../support/stores.ts"

const Fsm = Schema.Struct({ name: Schema.Literal("0", "1", "2", "3"), B: Schema.Number })
type Fsm = typeof Fsm.Type
type Name = Fsm["name"]

const FsmEvent = Schema.Union(
  Schema.TaggedStruct("start", {}),
  Schema.TaggedStruct("restart", {}),
  Schema.TaggedStruct("b", { val: Schema.Number }),
  Schema.TaggedStruct("resume", {}),
  Schema.TaggedStruct("justrecord", {}),
  Schema.TaggedStruct("any", {}),
  Schema.TaggedStruct("finish", {}),
  Schema.TaggedStruct("fails", {}),
)
type FsmEvent = typeof FsmEvent.Type
const tag = (name: Exclude<FsmEvent["_tag"], "b">): FsmEvent => ({ _tag: name })
const b = (val: number): FsmEvent => ({ _tag: "b", val })

const withState = (state: Fsm, name: Name): Fsm => ({ ...state, name })

const tableOf = (consume: "one" | "all") => {
  const { on, stay, apply } = rowsOf<Fsm, FsmEvent, Name>(withState)
  return makeTable<Fsm, FsmEvent, Name>({
    kind: "fsm",
    states: {
      "0": { step: null },
      "1": { step: "one" },
      "2": { step: "two" },
      "3": { step: null, final: true },
    },
    events: ["start", "restart", "b", "resume", "justrecord", "any", "finish", "fails"],
    initial: "0",
    stateOf: (state) => state.name,
    withState,
    consume,
    rows: [
      on("0", "start", "1"),
      on(["1", "2"], "restart", "1"),
      on("1", "b", "2", (state, event) => ({ ...state, B: event.val })),
      stay("2", "resume"),
      apply("2", "justrecord", (state) => ({ ...state, B: 1_000_000 })),
      on("*", "any", "1"),
      on("*", "finish", "3"),
      on(
        "*",
        "fails",
        "2",
        (state) => new PlanFailed({ state: state.name, event: "fails", message: "the action failed" }),
      ),
    ].flat(),
  })
}

type Entries = Array<readonly [Name, number]>
type FsmOptions = Partial<GroupOptions<Fsm, FsmEvent, Scope.Scope>>

const makeFsm = (entries: Entries, options: FsmOptions = {}, consume: "one" | "all" = "one") =>
  StateGroup.make<Fsm, FsmEvent, Scope.Scope>({
    kind: "fsm",
    planner: planner(tableOf(consume)),
    initial: () => ({ name: "0", B: 0 }),
    stateName: (state) => state.name,
    step: (state) => Effect.sync(() => entries.push([state.name, state.B])),
    state: schema(Fsm),
    event: schema(FsmEvent),
    ...options,
  })

/** Entry 1 waits at the gate and then sends b(55). */
const triggering =
  (entries: Entries, gate: Effect.Effect<unknown> = Effect.void): NonNullable<FsmOptions["step"]> =>
  (state, context) =>
    Effect.gen(function* () {
      entries.push([state.name, state.B])
      if (state.name !== "1") return
      yield* gate
      yield* context.send(b(55))
    })

describe.each(stores)("tables on $name", (kind) => {
  it("F02 an event's fields are checked before it is queued", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* makeFsm([])
        yield* group.send(1, tag("start"))
        yield* group.send(1, b(55))
        const wrongType = yield* Effect.flip(group.send(1, { _tag: "b", val: "x" } as never))
        expect(wrongType._tag).toBe("BadEvent")
        expect(wrongType.message).toContain('["val"]')
        const missing = yield* Effect.flip(group.sendDurable(1, { _tag: "b" } as never))
        expect(missing.message).toContain('["val"]')
        const tooMany = yield* Effect.flip(group.sendAndWait(1, { _tag: "b", val: 1, more: "x" } as never))
        expect(tooMany.message).toContain('["more"]')
        const unknown = yield* Effect.flip(group.send(1, { _tag: "nothing" } as never))
        expect(unknown._tag).toBe("BadEvent")
        expect(yield* group.getAfter(1)).toEqual({ name: "2", B: 55 })
        expect((yield* group.status(1))?.pending).toBe(0)
      }),
    ))

  it("F03 F08 entry steps run after transitions, and a notifier sees each", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const entries: Entries = []
        const seen: Array<string> = []
        const group = yield* makeFsm(entries, {
          step: triggering(entries),
          observe: ({ from, to, events }) =>
            void seen.push(`${from} ${events.map(({ event }) => event._tag).join()} ${to}`),
        })
        yield* group.send(1, tag("start"))
        yield* until(() => entries.length === 2)
        expect(entries).toEqual([
          ["1", 0],
          ["2", 55],
        ])
        expect(seen).toEqual(["0 start 1", "1 b 2"])
      }),
    ))

  it.each(["one", "all"] as const)("F04 consume %s", (consume) =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const entries: Entries = []
        const gate = new Gate()
        const group = yield* makeFsm(
          entries,
          {
            step: (state) =>
              Effect.zipRight(
                Effect.sync(() => entries.push([state.name, state.B])),
                state.name === "1" ? gate.pass : Effect.void,
              ),
          },
          consume,
        )
        yield* group.send(1, tag("start"))
        yield* gate.arrived
        yield* group.send(1, b(1))
        yield* group.send(1, tag("finish"))
        yield* gate.open
        yield* until(() => group.warm === 0)
        expect((yield* group.get(1))?.name).toBe("3")
        expect(entries.map(([name]) => name)).toEqual(consume === "one" ? ["1", "2"] : ["1"])
      }),
    ),
  )

  it("F05 after a stop, restart runs the entry step again from the stored state", () =>
    atPlace(kind, (place) =>
      Effect.gen(function* () {
        const entries: Entries = []
        const gate = new Gate()
        const open = Effect.gen(function* () {
          return yield* makeFsm(entries, { step: triggering(entries, gate.pass) })
        })
        yield* life(
          place,
          Effect.gen(function* () {
            const group = yield* open
            yield* group.send(1, tag("start"))
            yield* gate.arrived
          }),
        )
        yield* life(
          place,
          Effect.gen(function* () {
            const group = yield* open
            yield* Effect.sleep("1 minute")
            expect(entries).toHaveLength(1)
            yield* gate.open
            yield* group.send(1, tag("restart"))
            yield* until(() => entries.length === 3)
            expect(entries.map(([name]) => name)).toEqual(["1", "1", "2"])
          }),
        )
      }),
    ))

  it("F06 sendAndWait gives the verdict on its own event; a plain send leaves a dead letter", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* makeFsm([])
        const letters: Array<string> = []
        yield* Effect.forkScoped(
          Stream.runForEach(group.deadLetters, ({ event, reason }) =>
            Effect.sync(() => letters.push(`${event._tag}: ${reason}`)),
          ),
        )
        yield* Effect.sleep(1)
        expect(yield* Effect.flip(group.sendAndWait(1, b(1)))).toMatchObject({
          _tag: "InvalidTransition",
          state: "0",
          event: "b",
        })
        expect((yield* Effect.flip(group.sendAndWait(1, tag("restart"))))._tag).toBe("InvalidTransition")
        yield* group.send(1, b(1))
        yield* until(() => letters.length === 3)
        expect(letters[2]).toBe("b: fsm in state 0 does not take the event b")
        yield* group.sendAndWait(1, tag("start"))
      }),
    ))

  it("dead letters are written to the log of who made the group, when it says so", () =>
    onStore(kind, () => {
      const lines: Array<string> = []
      const listening = Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ logLevel, message }) => void lines.push(`${logLevel.label} ${String(message)}`)),
      )
      return Effect.gen(function* () {
        const group = yield* makeFsm([], { deadLetter: "log" })
        yield* group.send(7, b(1))
        yield* until(() => lines.length > 0)
        expect(lines).toEqual(["WARN fsm 7 did not take b: fsm in state 0 does not take the event b"])
      }).pipe(Effect.provide(listening))
    }))

  it("F07 getAfter is a barrier", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* makeFsm([])
        yield* group.send(1, tag("start"))
        for (let val = 0; val < 100; val++) {
          yield* group.send(1, tag("restart"))
          yield* group.send(1, b(val))
          expect((yield* group.getAfter(1))?.B).toBe(val)
        }
      }),
    ))

  it.each(["one", "all"] as const)(
    "F09 notifications come in order and a slow listener blocks nobody: %s",
    (consume) =>
      onStore(kind, () =>
        Effect.gen(function* () {
          const gate = new Gate()
          const seen: Array<number> = []
          const group = yield* makeFsm([], { step: () => null }, consume)
          const listen = (change: Change<Fsm, FsmEvent>) =>
            Effect.zipRight(
              gate.pass,
              Effect.sync(() => {
                for (const { event } of change.events) if (event._tag === "b") seen.push(event.val)
              }),
            )
          yield* Effect.forkScoped(Stream.runForEach(group.changes, listen))
          yield* Effect.sleep(1)
          yield* group.send(1, tag("start"))
          for (let val = 0; val < 1_000; val++) {
            yield* group.send(1, b(val))
            yield* group.send(1, tag("restart"))
          }
          yield* group.getAfter(1)
          expect(seen).toEqual([])
          yield* gate.open
          yield* until(() => seen.length === 1_000)
          expect(seen).toEqual(Array.from({ length: 1_000 }, (_, val) => val))
        }),
      ),
  )

  it("F10 F11 F12 no change runs the entry step again, just-record does not, from-any goes everywhere", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const entries: Entries = []
        const group = yield* makeFsm(entries)
        const names = () => entries.map(([name]) => name).join("")
        yield* group.sendAndWait(1, tag("any"))
        yield* group.sendAndWait(1, b(7))
        yield* until(() => names() === "12")
        yield* group.sendAndWait(1, tag("resume"))
        yield* until(() => names() === "122")
        yield* group.send(1, tag("justrecord"))
        expect(yield* group.getAfter(1)).toEqual({ name: "2", B: 1_000_000 })
        yield* group.sendAndWait(1, tag("any"))
        yield* until(() => names() === "1221")
      }),
    ))

  it("F13 a final state is the end, and it is kept", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* makeFsm([])
        yield* group.sendAndWait(1, tag("finish"))
        expect((yield* group.status(1))?.phase).toBe("ended")
        expect((yield* Effect.flip(group.sendAndWait(1, tag("any"))))._tag).toBe("ErrTerminated")
        expect((yield* group.get(1))?.name).toBe("3")
      }),
    ))

  it("F15 an action that fails leaves no trace", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const group = yield* makeFsm([])
        yield* group.sendAndWait(1, tag("start"))
        const verdict = yield* Effect.flip(group.sendAndWait(1, tag("fails")))
        expect(verdict.message).toBe("the action failed")
        expect(yield* group.get(1)).toEqual({ name: "1", B: 0 })
      }),
    ))

  it("F16 a verdict comes after the write, and is its failure when the write fails", () => {
    const faults = new Faults()
    faults.slow = { id: 1, millis: 1_000 }
    return onStore(withFaults(kind, faults), () =>
      Effect.gen(function* () {
        const clock = yield* Effect.clock
        const begun = clock.unsafeCurrentTimeMillis()
        const group = yield* makeFsm([])
        yield* group.sendAndWait(1, tag("start"))
        expect(clock.unsafeCurrentTimeMillis() - begun).toBe(1_000)
        expect((yield* group.get(1))?.name).toBe("1")
        faults.failSaves = 1_000
        expect((yield* Effect.flip(group.sendAndWait(1, b(1))))._tag).toBe("MachineParked")
        expect((yield* group.get(1))?.name).toBe("1")
      }),
    )
  })

  it("F17 who waits for a verdict or a barrier is told when the group stops", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const gate = new Gate()
        const clock = yield* Effect.clock
        const group = yield* makeFsm([], { step: () => Effect.uninterruptible(gate.pass) })
        yield* group.send(1, tag("start"))
        yield* gate.arrived
        const waiting = yield* Effect.fork(Effect.either(group.sendAndWait(1, b(1))))
        const barrier = yield* Effect.fork(Effect.either(group.getAfter(1)))
        yield* Effect.sleep(1)
        const begun = clock.unsafeCurrentTimeMillis()
        yield* Effect.fork(group.stop({ deadlineMillis: 60_000 }))
        for (const fiber of [waiting, barrier] as ReadonlyArray<
          Fiber.Fiber<Either.Either<unknown, { _tag: string }>>
        >) {
          const verdict = yield* Fiber.join(fiber)
          expect(Either.isLeft(verdict) && verdict.left._tag).toBe("ErrTerminated")
        }
        expect(clock.unsafeCurrentTimeMillis() - begun).toBe(0)
        yield* gate.open
      }),
    ))

  it("F18 consume all: the step of the last good state runs although another event was refused", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const entries: Entries = []
        const gate = new Gate()
        const group = yield* makeFsm(
          entries,
          {
            step: (state) =>
              Effect.zipRight(
                Effect.sync(() => entries.push([state.name, state.B])),
                entries.length === 0 ? gate.pass : Effect.void,
              ),
          },
          "all",
        )
        yield* group.send(1, tag("start"))
        yield* gate.arrived
        yield* group.send(1, b(3))
        const invalid = yield* Effect.fork(Effect.either(group.sendAndWait(1, b(4))))
        yield* Effect.sleep(1)
        yield* gate.open
        const verdict = yield* Fiber.join(invalid)
        expect(Either.isLeft(verdict) && verdict.left._tag).toBe("InvalidTransition")
        yield* until(() => entries.length === 2)
        expect(entries).toEqual([
          ["1", 0],
          ["2", 3],
        ])
      }),
    ))
})
