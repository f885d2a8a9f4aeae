/** The two stores are one contract: whatever is written into both, both tell the same of it. */
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import { expect, it } from "vitest"
import { schema } from "../../../src/actors/Codec.ts"
import { Journal } from "../../../src/actors/Journal.ts"
import { StateStore, type GroupStore, type Save } from "../../../src/actors/StateStore.ts"
import { at, cancel } from "../../../src/actors/Timers.ts"
import { run } from "../../../src/actors/time/VirtualTime.ts"
import { note, TestEvent, TestState } from "../support/machine.ts"
import { stores, type StoreKind } from "../support/stores.ts"

const ids = [1, 2, 10, "1", "b", "a", "\u{1F600}", "\uFFFD"] as const

const id = fc.constantFrom(...ids)
const name = fc.constantFrom("x", "y")
const time = fc.constantFrom(5, 5.4, 60_000)

/** What is done to a store; inbox rows are named by when they came, for their numbers are the store's own. */
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("accept" as const), id, eventId: fc.option(name) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      _tag: fc.constant("save" as const),
      id,
      changed: fc.boolean(),
      ended: fc.boolean(),
      stepPending: fc.boolean(),
      consumes: fc.nat(2),
      logs: fc.nat(3),
      drop: fc.boolean(),
      timer: fc.option(fc.record({ name, time })),
    }),
  },
  fc.record({ _tag: fc.constant("discard" as const), id, count: fc.nat(2), eventId: fc.option(name) }),
  fc.record({ _tag: fc.constant("set" as const), id, name, time }),
  fc.record({ _tag: fc.constant("cancel" as const), id, name }),
  fc.record({ _tag: fc.constant("spent" as const), id, name, time }),
  fc.record({ _tag: fc.constant("reopen" as const) }),
)
type Operation = typeof operation extends fc.Arbitrary<infer A> ? A : never

type Store = GroupStore<TestState, TestEvent>

const initial = () => ({ A: 0, B: 0 })

const loaded = (store: Store, of: string | number) => {
  const found = store.load(of, initial)
  return Effect.isEffect(found) ? found : Effect.succeed(found)
}

/** A save as the machine's bookkeeping would make it: it knows what is stored. */
const saveOf = (
  store: Store,
  { id: of, consumes, logs, drop, timer, ...marks }: Operation & { _tag: "save" },
  turn: number,
) =>
  Effect.map(loaded(store, of), (found): Save<TestState, TestEvent> => {
    const before = found?.state ?? initial()
    const [length, tail] = [found?.logLength ?? 0, found?.logTail ?? 0]
    let last = tail
    const log = Array.from({ length: logs }, (_, index) => {
      const n = store.logNumber()
      const entry = { n, before: last, at: turn, entry: JSON.stringify({ turn, index }) }
      last = n
      return entry
    })
    const changed = marks.changed || found?.stored !== true
    return {
      ...marks,
      id: of,
      before,
      state: changed ? { A: turn, B: 0 } : before,
      changed,
      consumed: (found?.inbox ?? []).slice(0, consumes).map(({ seq }) => seq),
      timers: timer === null ? [] : [at(timer.name, timer.time, note(turn))],
      log,
      logLength: length,
      logTail: tail,
      lastLogAt: found?.lastLogAt ?? null,
      logDrop: drop && logs > 0 && length > 2 ? { from: 0, to: 2 } : null,
      journal: [{ at: turn, kind: "test", id: of, event: "Saved", from: "", to: "", detail: null }],
      events: [],
      at: turn,
    }
  })

const done = (store: Store, action: Operation, turn: number) =>
  Effect.gen(function* () {
    if (action._tag === "accept") return (yield* store.accept(action.id, note(turn), action.eventId))._tag
    if (action._tag === "save") return yield* store.save(yield* saveOf(store, action, turn)) ?? Effect.void
    if (action._tag === "set")
      return yield* store.setTimers(action.id, [at(action.name, action.time, note(turn))])
    if (action._tag === "cancel") return yield* store.setTimers(action.id, [cancel(action.name)])
    if (action._tag === "spent")
      return yield* store.setTimers(action.id, [{ _tag: "Spent", name: action.name, at: action.time }])
    if (action._tag === "reopen") return null
    const waiting = (yield* loaded(store, action.id))?.inbox ?? []
    const seqs = waiting.slice(0, action.count).map(({ seq }) => seq)
    return yield* store.discard(action.id, [...seqs, 1_000_000], action.eventId)
  })

/** All that a store tells, without the numbers that are its own. */
const told = (store: Store) =>
  Effect.gen(function* () {
    const machines: Array<unknown> = []
    for (const of of [...ids, "nobody"]) {
      const found = yield* loaded(store, of)
      const log = (yield* store.log(of, 1, 3)).map(({ at: when, entry }) => [when, entry])
      const plain =
        found === null ? null : { ...found, logTail: 0, inbox: found.inbox.map(({ event }) => event) }
      machines.push([of, plain, log, yield* store.has(of)])
    }
    const pages: Array<unknown> = []
    for (let page = yield* store.list(null, 2); ; page = yield* store.list(page.next, 2)) {
      pages.push(page)
      if (page.next === null) break
    }
    const timers = (yield* store.timers).map((timer) => JSON.stringify(timer)).toSorted()
    const { bounds, read, of } = yield* Journal
    const journal = [yield* bounds, yield* read(1, 3), yield* of("test", 1, 0, 9)]
    return { machines, pages, timers, journal, unfinished: yield* store.unfinished("1", 3) }
  })

const story = (kind: StoreKind, actions: ReadonlyArray<Operation>) => {
  const place = kind.place()
  const open = Effect.map(StateStore, (store) =>
    store.open<TestState, TestEvent>({
      kind: "test",
      state: schema(TestState),
      event: schema(TestEvent),
      project: null,
      durableTimers: true,
    }),
  )
  const lives: Array<Array<readonly [Operation, number]>> = [[]]
  actions.forEach((action, turn) => {
    lives[lives.length - 1]!.push([action, turn])
    if (action._tag === "reopen") lives.push([])
  })
  const program = Effect.forEach(lives, (life) =>
    Effect.gen(function* () {
      const store = yield* open
      const answers = yield* Effect.forEach(life, ([action, turn]) => done(store, action, turn))
      return { answers, ...(yield* told(store)) }
    }).pipe(Effect.provide(place.layer), Effect.scoped),
  )
  return run(program).finally(place.remove)
}

it("memory and SQLite give the same answers to the same story", async () => {
  const [memory, sqlite] = stores as readonly [StoreKind, StoreKind]
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (actions) => {
      expect(await story(memory, actions)).toEqual(await story(sqlite, actions))
    }),
    { numRuns: 60 },
  )
})
