/** The group that schedules are played with: its machines, their steps, and a store that is slow and failing as the seed says. */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { json } from "../../../src/actors/Codec.ts"
import { layerMemory, type MemoryShelves } from "../../../src/actors/memoryStore.ts"
import type { GroupStore } from "../../../src/actors/StateStore.ts"
import {
  failed,
  InvalidTransition,
  plan,
  PlanFailed,
  type Pending,
  type Plan,
} from "../../../src/actors/Planner.ts"
import { defaults, type OnStepFailure } from "../../../src/actors/RestartPolicy.ts"
import { StateGroup } from "../../../src/actors/StateGroup.ts"
import { StateStore } from "../../../src/actors/StateStore.ts"
import { StoreError } from "../../../src/actors/StoreError.ts"
import type { Draws } from "../../../src/actors/time/Randomness.ts"
import { kind, type Event, type Failing, type Id, type Record, type State } from "./record.ts"

export type Group = StateGroup<State, Event>

export interface Life {
  readonly random: Draws
  readonly record: Record
  readonly shelves: MemoryShelves
}

/** Writes that are under way are done in the order in which they were asked for, as by the one writer of the SQLite side. */
const tickMillis = 0.01

/** The store behind pauses; it fails now and then while the first life lasts. */
class Unsteady {
  private readonly random: Draws
  private readonly record: Record
  private readonly clock: Clock.Clock
  /** When the last of the writes under way is done. */
  private writtenAt = 0

  constructor({ random, record }: Life, clock: Clock.Clock) {
    this.random = random
    this.record = record
    this.clock = clock
  }

  private failing<A>(what: Failing, effect: Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> {
    return Effect.suspend(() => {
      if (this.record.life === 2 || !this.random.chance(0.04)) return effect
      this.record.storeFails(what)
      return Effect.fail(new StoreError({ operation: what, message: `the store failed to ${what}` }))
    })
  }

  private write<A>(what: Failing, effect: Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> {
    return Effect.suspend(() => {
      const now = this.clock.unsafeCurrentTimeMillis()
      this.writtenAt = Math.max(now + this.random.between(0, 3), this.writtenAt + tickMillis)
      return Effect.delay(this.failing(what, effect), this.writtenAt - now)
    })
  }

  over<S, E>(inner: GroupStore<S, E>): GroupStore<S, E> {
    return {
      ...inner,
      save: (save) => {
        const atOnce = this.writtenAt < this.clock.unsafeCurrentTimeMillis() && this.random.chance(0.5)
        return atOnce
          ? inner.save(save)
          : this.write(
              "save",
              Effect.suspend(() => inner.save(save) ?? Effect.void),
            )
      },
      accept: (...args) => this.write("accept", inner.accept(...args)),
      discard: (...args) => this.write("discard", inner.discard(...args)),
      setTimers: (...args) => this.write("set timers", inner.setTimers(...args)),
      load: (id, initial) => {
        const found = () => inner.load(id, initial)
        if (this.random.chance(0.5)) return found()
        const later = Effect.suspend(() => {
          const now = found()
          return Effect.isEffect(now) ? now : Effect.succeed(now)
        })
        return Effect.delay(this.failing("load", later), this.random.between(0, 3))
      },
    }
  }
}

export const unsteady = (life: Life): Layer.Layer<StateStore> =>
  Layer.flatMap(layerMemory(life.shelves), (context) =>
    Layer.effect(
      StateStore,
      Effect.map(Effect.clock, (clock) => {
        const store = Context.get(context, StateStore)
        const slow = new Unsteady(life, clock)
        return StateStore.of({ ...store, open: (shelf) => slow.over(store.open(shelf)) })
      }),
    ),
  )

/** Takes as many as the seed says; a `poison` fails the batch it leads, a `refuse` alone is refused. */
const planner =
  (random: Draws, record: Record) =>
  (pending: Pending<Event>, state: State): Plan<State, Event> => {
    const first = record.life === 1
    if (record.stopped && first) record.fail("planned after stop had returned")
    if (first && random.chance(0.02)) throw new Error("the planner broke")
    const processed = first && random.chance(0.1) ? 0 : random.between(1, pending.length + 1)
    const events = Array.from({ length: processed }, (_, index) => pending.at(index))
    if (events[0]?._tag === "poison")
      return failed(state, processed, new PlanFailed({ state: "", event: "poison", message: events[0].key }))
    const rejected = events.flatMap((event, index) =>
      event._tag === "refuse"
        ? [{ index, event, failure: new InvalidTransition({ kind, state: "", event: event.key }) }]
        : [],
    )
    const taken = events.filter(({ _tag }) => _tag !== "refuse")
    const ended = taken.some(({ _tag }) => _tag === "end")
    const applied = taken.map((event) => ({ event, from: "", to: "" }))
    return plan(taken.length === 0 ? state : { count: state.count + taken.length }, processed, {
      ended,
      step: !ended && taken.length > 0,
      applied,
      rejected,
    })
  }

/** The same for the same state, so that a step that was cut off is known by its state. */
const hasStep = (id: Id, { count }: State): boolean => (id + count) % 4 !== 0

const policies: ReadonlyArray<OnStepFailure> = [{ _tag: "Idle" }, { _tag: "Park" }, { _tag: "Stop" }]

export const makeGroup = ({ random, record, shelves }: Life) => {
  const first = record.life === 1
  const onStepFailure = random.pick(policies)
  let sent = 0
  const work = (
    id: Id,
    send: (event: Event) => Effect.Effect<void, unknown>,
  ): Effect.Effect<void, unknown> => {
    if (first && random.chance(0.1)) {
      if (onStepFailure._tag === "Stop") record.ended(id)
      return Effect.fail("the step failed")
    }
    if (first && random.chance(0.04)) return Effect.die(new Error("the step broke"))
    if (!random.chance(0.2)) return Effect.sleep(random.between(0, 6))
    const key = `${id} step${record.life} ${sent++}`
    return Effect.match(send({ _tag: "go", key }), {
      onSuccess: () => void record.accepted.set(key, "memory"),
      onFailure: () => void record.refused.add(key),
    })
  }
  return StateGroup.make<State, Event>({
    kind,
    planner: planner(random, record),
    observe: ({ id, events }) =>
      record.saved(
        id as Id,
        events.map(({ event }) => event),
      ),
    deadLetter: (id, event, reason) => record.deadLetter(id as Id, event, reason),
    initial: () => ({ count: 0 }),
    stateName: () => "",
    step: (state, { id, send }) =>
      hasStep(id as Id, state)
        ? Effect.acquireUseRelease(
            Effect.sync(() => record.stepBegins(id as Id, state, shelves)),
            () => Effect.suspend(() => work(id as Id, send)),
            () => Effect.sync(() => record.stepEnds(id as Id)),
          )
        : null,
    state: json<State>(),
    event: json<Event>(),
    settings: {
      journal: random.chance(0.5),
      resume: !first || random.chance(0.6),
      mailboxCapacity: random.between(2, 12),
      whenFull: random.pick(["suspend", "fail"]),
      eventsPerTurn: random.between(1, 5),
      idleTimeToPassivateMillis: random.chance(0.7) ? random.between(1, 20) : null,
      interruptibleSteps: random.chance(0.5),
      drainMillis: random.between(0, 10),
      restarts: { ...defaults, restartPauseMillis: 1, onStepFailure },
    },
  })
}
