/** The machine of upstream's tests: state {A, B}, events start, restart, b(value), and a few of our own. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { none } from "effect/FiberId"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { schema } from "../../../src/actors/Codec.ts"
import type { GroupOptions } from "../../../src/actors/GroupOptions.ts"
import type { Journal } from "../../../src/actors/Journal.ts"
import { plan, type Pending, type Plan, type Planner } from "../../../src/actors/Planner.ts"
import { StateGroup } from "../../../src/actors/StateGroup.ts"
import type { StateStore } from "../../../src/actors/StateStore.ts"
import { run, VirtualTime } from "../../../src/actors/time/VirtualTime.ts"
import type { Place, StoreKind } from "./stores.ts"

export const TestState = Schema.Struct({ A: Schema.Number, B: Schema.Number })
export type TestState = typeof TestState.Type

export const TestEvent = Schema.Union(
  Schema.TaggedStruct("start", {}),
  Schema.TaggedStruct("restart", {}),
  Schema.TaggedStruct("b", { val: Schema.Number }),
  Schema.TaggedStruct("note", { from: Schema.Number, n: Schema.Number }),
)
export type TestEvent = typeof TestEvent.Type

export const start: TestEvent = { _tag: "start" }
export const restart: TestEvent = { _tag: "restart" }
export const b = (val: number): TestEvent => ({ _tag: "b", val })
export const note = (n: number, from = 0): TestEvent => ({ _tag: "note", from, n })

export type TestGroup = StateGroup<TestState, TestEvent>
export type TestOptions = GroupOptions<TestState, TestEvent, Scope.Scope>

const events = (pending: Pending<TestEvent>): ReadonlyArray<TestEvent> =>
  Array.from({ length: pending.length }, (_, index) => pending.at(index))

const applyOne = (state: TestState, event: TestEvent): TestState => {
  if (event._tag === "start") return { ...state, A: 1 }
  if (event._tag === "b") return { A: 2, B: event.val }
  return state
}

/** Upstream's planner: takes all. */
export const takeAll: Planner<TestState, TestEvent> = (pending, state) =>
  plan(events(pending).reduce(applyOne, state), pending.length)

/** Takes one event; `A` counts them. Records each batch as numbers. */
export const countOne =
  (batches: Array<ReadonlyArray<TestEvent>>): Planner<TestState, TestEvent> =>
  (pending, state) => {
    batches.push(events(pending))
    return plan({ ...state, A: state.A + 1 }, 1)
  }

/** Takes `processed` events of each batch, recording the batches, and leaves the state as it is. */
export const recording =
  (
    batches: Array<ReadonlyArray<TestEvent>>,
    processed = Number.POSITIVE_INFINITY,
  ): Planner<TestState, TestEvent> =>
  (pending, state): Plan<TestState, TestEvent> => {
    batches.push(events(pending))
    return plan(state, processed)
  }

export const make = (options: Partial<TestOptions> = {}) =>
  StateGroup.make<TestState, TestEvent, Scope.Scope>({
    kind: "test",
    planner: takeAll,
    initial: () => ({ A: 0, B: 0 }),
    stateName: (state) => `A${state.A}`,
    step: () => null,
    state: schema(TestState),
    event: schema(TestEvent),
    ...options,
  })

export type Needs = StateStore | Journal | Scope.Scope | VirtualTime

/** Runs a program in virtual time over a store of the kind, opened once. */
export const onStore = <A, E>(
  kind: StoreKind,
  program: (place: Place) => Effect.Effect<A, E, Needs>,
): Promise<A> => {
  const place = kind.place()
  const scoped = Effect.scoped(Effect.provide(Effect.scoped(program(place)), place.layer))
  return run(scoped).finally(place.remove)
}

/** Runs a program in virtual time; it opens the place by itself, as often as it likes. */
export const atPlace = <A, E>(
  kind: StoreKind,
  program: (place: Place) => Effect.Effect<A, E, VirtualTime>,
): Promise<A> => {
  const place = kind.place()
  return run(program(place)).finally(place.remove)
}

/** Opens the place for one life of a group. */
export const life = <A, E>(place: Place, program: Effect.Effect<A, E, Needs>) =>
  Effect.scoped(Effect.provide(Effect.scoped(program), place.layer))

/** A gate that steps wait at, telling when the first has come. */
export class Gate {
  private readonly opened = Deferred.unsafeMake<void>(none)
  private readonly reached = Deferred.unsafeMake<void>(none)
  readonly pass = Effect.zipRight(Deferred.succeed(this.reached, undefined), Deferred.await(this.opened))
  readonly open = Deferred.succeed(this.opened, undefined)
  readonly arrived = Deferred.await(this.reached)
}

/** Waits, turn after turn of the world, until it holds. */
export const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.repeat(Effect.sleep(1), { until: holds }).pipe(
    Effect.unless(holds),
    Effect.timeoutFail({ duration: "10 seconds", onTimeout: () => new Error("it never came about") }),
    Effect.orDie,
    Effect.asVoid,
  )
