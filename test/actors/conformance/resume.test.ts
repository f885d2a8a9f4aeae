/** What a start brings back, and what comes back by hand: bounded, whole, and nothing twice. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { schema } from "../../../src/actors/Codec.ts"
import { plan, type Planner } from "../../../src/actors/Planner.ts"
import { StateStore, type GroupStore } from "../../../src/actors/StateStore.ts"
import { atPlace, life, make, note, onStore, start, TestEvent, TestState, until } from "../support/machine.ts"
import { faulty, Faults, stores, type StoreKind } from "../support/stores.ts"

const shelf = Effect.map(StateStore, (store) =>
  store.open<TestState, TestEvent>({
    kind: "test",
    state: schema(TestState),
    event: schema(TestEvent),
    project: null,
    durableTimers: true,
  }),
)

const leaveWaiting = (store: GroupStore<TestState, TestEvent>, ids: ReadonlyArray<string | number>) =>
  Effect.forEach(ids, (id) => store.accept(id, note(1), null), { concurrency: "unbounded", discard: true })

const resumeAtOnce = 40

const numbers = (count: number) => Array.from({ length: count }, (_, id) => id)

describe.each(stores)("resuming on $name", (kind: StoreKind) => {
  it("a store full of unfinished machines is worked through with a bounded number in memory", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const count = 10 * resumeAtOnce + 17
        yield* leaveWaiting(yield* shelf, numbers(count))
        let [most, ran] = [0, 0]
        let warm = () => 0
        const group = yield* make({
          step: () =>
            Effect.zipRight(
              Effect.sync(() => void (most = Math.max(most, warm()))),
              Effect.delay(
                Effect.sync(() => ran++),
                5,
              ),
            ),
          settings: { resume: true, resumeAtOnce },
        })
        warm = () => group.warm
        yield* until(() => ran === count)
        yield* until(() => group.warm <= resumeAtOnce)
        expect(most).toBeLessThanOrEqual(resumeAtOnce)
        expect(yield* (yield* shelf).unfinished(null, 10)).toEqual([])
      }),
    ))

  it("steps that never end hold up the others only for a while", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const count = 2 * resumeAtOnce
        yield* leaveWaiting(yield* shelf, numbers(count))
        let ran = 0
        yield* make({
          step: (_, { id }) => (id === 3 ? Effect.never : Effect.sync(() => ran++)),
          settings: { resume: true, resumeAtOnce },
        })
        yield* Effect.sleep("11 seconds")
        yield* until(() => ran === count - 1)
      }),
    ))

  it("pages of unfinished machines leave none out: integers, then texts", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const store = yield* shelf
        yield* leaveWaiting(store, ["b", 10, "a", 9, "10", 2])
        const seen: Array<string | number> = []
        for (let after: string | number | null = null; ; after = seen[seen.length - 1]!) {
          const page = yield* store.unfinished(after, 2)
          if (page.length === 0) break
          seen.push(...page)
        }
        expect(seen).toEqual([2, 9, 10, "10", "a", "b"])
      }),
    ))

  it("restart of a machine that is on its way out of memory brings it back", () =>
    atPlace(kind, (place) => {
      const faults = new Faults()
      const slow = { ...place, layer: faulty(faults)(place.layer) }
      const ended: Planner<TestState, TestEvent> = (pending, state) =>
        plan({ ...state, A: state.A + 1 }, pending.length, { ended: pending.at(0)._tag === "start" })
      return life(
        slow,
        Effect.gen(function* () {
          const group = yield* make({ planner: ended })
          yield* group.sendAndWait(1, start)
          yield* until(() => group.warm === 0)
          // Found waiting for the ended machine, so that it leaves only after they are out of the inbox.
          faults.slowDiscardMillis = 50
          yield* leaveWaiting(yield* shelf, [1])
          const refused = yield* Effect.fork(Effect.flip(group.send(1, note(2))))
          yield* until(() => group.warm === 1)
          yield* group.restart(1)
          expect((yield* refused)._tag).toBe("ErrTerminated")
          yield* group.sendAndWait(1, note(3))
          expect((yield* group.status(1))?.phase).toBe("live")
        }),
      )
    }))

  it("a timer that fired for an ended machine does not fire again at the next start", () =>
    atPlace(kind, (place) =>
      Effect.gen(function* () {
        const letters = (resume: boolean) =>
          life(
            place,
            Effect.gen(function* () {
              const dead: Array<string> = []
              const group = yield* make({
                planner: (pending, state) => ({
                  state: { ...state, A: state.A + pending.length },
                  processed: pending.length,
                  applied: [],
                  rejected: [],
                  step: false,
                  ended: true,
                  failure: null,
                }),
                deadLetter: (_, event) => dead.push(event._tag),
                settings: { resume },
              })
              if (!resume) {
                yield* group.sendAndWait(1, start)
                yield* group.after(1, "late", 50, note(1))
              }
              yield* Effect.sleep(200)
              return dead
            }),
          )
        expect(yield* letters(false)).toEqual(["note"])
        expect(yield* letters(true)).toEqual([])
      }),
    ))
})
