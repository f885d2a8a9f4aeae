/** What the stores promise beside the contract: old databases open, events have ids, the journal is bounded, one bad write harms no other. */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { schema } from "../../../src/actors/Codec.ts"
import { Journal } from "../../../src/actors/Journal.ts"
import { plan } from "../../../src/actors/Planner.ts"
import { layerSqlWith } from "../../../src/actors/sql/SqlStore.ts"
import { StateGroup } from "../../../src/actors/StateGroup.ts"
import { StateStore } from "../../../src/actors/StateStore.ts"
import { run } from "../../../src/actors/time/VirtualTime.ts"
import {
  life,
  make,
  note,
  onStore,
  recording,
  start,
  takeAll,
  type TestEvent,
  type TestState,
} from "../support/machine.ts"
import { stores } from "../support/stores.ts"

const memoryClient = SqliteClient.layer({ filename: ":memory:" })

/** A store in SQLite in memory, and the client under it. */
const sqlStore = (options: Parameters<typeof layerSqlWith>[0] = {}) =>
  Layer.orDie(Layer.provideMerge(layerSqlWith(options), memoryClient))

const applyAll = (events: Array<TestEvent>) =>
  make({
    planner: (pending, state) => {
      const event = pending.at(0)
      events.push(event)
      return plan({ ...state, A: state.A + 1 }, 1, { applied: [{ event, from: "x", to: "y" }] })
    },
  })

describe("an old database", () => {
  const recorded = readFileSync(join(import.meta.dirname, "../../fixtures/actors/store-1.sql"), "utf8")

  /** The account as it is now: whole euros became `{ amount, currency }`, and payments name their source. */
  const Account = Schema.Struct({ owner: Schema.String, amount: Schema.Number, currency: Schema.String })
  const Paid = Schema.TaggedStruct("Paid", { source: Schema.String, cents: Schema.Number })
  type Account = typeof Account.Type
  type Paid = typeof Paid.Type

  const accounts = (seen: Array<Paid>) =>
    StateGroup.make<Account, Paid>({
      kind: "account",
      planner: (pending, state) => {
        const event = pending.at(0)
        seen.push(event)
        return plan({ ...state, amount: state.amount + event.cents }, 1)
      },
      initial: () => ({ owner: "", amount: 0, currency: "EUR" }),
      stateName: () => "open",
      step: () => null,
      state: schema(Account, {
        version: 3,
        migrations: {
          1: (old) => ({ owner: (old as { name: string }).name, amount: (old as { cents: number }).cents }),
          2: (old) => ({ ...(old as object), currency: "EUR" }),
        },
      }),
      event: schema(Paid, {
        version: 2,
        migrations: {
          1: (old) => {
            const { owner, ...rest } = old as { owner: string }
            return { ...rest, source: owner }
          },
        },
      }),
      settings: { resume: true },
    })

  const statements = Effect.flatMap(SqlClient, (sql) =>
    Effect.forEach(
      recorded.split(";\n").filter((text) => text.trim() !== ""),
      (text) => sql.unsafe(text),
      { discard: true },
    ),
  )

  const opened = Layer.orDie(
    Layer.provideMerge(layerSqlWith({}), Layer.provideMerge(Layer.effectDiscard(statements), memoryClient)),
  )

  it("is opened by new code: states, waiting events, timers and logs", () =>
    run(
      Effect.gen(function* () {
        const seen: Array<Paid> = []
        const group = yield* accounts(seen)
        expect(yield* group.get("ada")).toEqual({ owner: "Ada", amount: 300, currency: "EUR" })
        expect(yield* group.getAfter(7)).toEqual({ owner: "Seven", amount: 901, currency: "EUR" })
        expect(seen).toEqual([{ _tag: "Paid", source: "Seven", cents: 1 }])
        expect((yield* group.log("ada")).map(({ entry }) => JSON.parse(entry).cents)).toEqual([250, 50])
        expect(yield* group.sendDurable("ada", { _tag: "Paid", source: "Ada", cents: 250 }, "first")).toEqual(
          {
            duplicate: true,
          },
        )
        expect((yield* group.status("ada"))?.timers).toEqual([{ name: "interest", at: 1_767_225_660_000 }])
        yield* Effect.sleep("2 minutes")
        expect(yield* group.getAfter("ada")).toEqual({ owner: "Ada", amount: 303, currency: "EUR" })
      }).pipe(Effect.scoped, Effect.provide(opened)),
      { start: 1_767_225_600_000 },
    ))

  it("says which machine cannot be read, and harms no other", () =>
    run(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`update machines set state = '{"name":7}' where id = 'ada'`
        const group = yield* accounts([])
        const failure = yield* Effect.flip(group.get("ada"))
        expect(failure.message).toContain("account ada cannot be read")
        yield* Effect.fork(group.send("ada", { _tag: "Paid", source: "x", cents: 1 }))
        yield* Effect.sleep("1 hour")
        expect((yield* Effect.flip(group.send("ada", { _tag: "Paid", source: "x", cents: 1 })))._tag).toBe(
          "MachineParked",
        )
        expect((yield* group.getAfter(7))?.amount).toBe(901)
      }).pipe(Effect.scoped, Effect.provide(opened)),
    ))

  it("states that a newer program wrote are refused by name, one by one; its timers keep the group from starting", () =>
    run(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`update machines set version = 9 where id = 'ada'`
        const newer = "cannot be read: it was written by version 9, this program knows"
        const group = yield* accounts([])
        for (const reading of [group.get("ada"), group.list(), group.restart("ada")])
          expect((yield* Effect.flip(reading as Effect.Effect<unknown, Error>)).message).toBe(
            `account ada ${newer} 3`,
          )
        const parked = yield* Effect.flip(group.sendAndWait("ada", { _tag: "Paid", source: "x", cents: 1 }))
        expect(parked).toMatchObject({ _tag: "MachineParked" })
        expect(parked.message).toContain(newer)
        expect((yield* group.getAfter(7))?.amount).toBe(901)
        expect((yield* sql<{ state: string }>`select state from machines where id = 'ada'`)[0]?.state).toBe(
          '{"name":"Ada","cents":300}',
        )
        yield* sql`update timers set version = 9 where id = 'ada'`
        expect((yield* Effect.flip(accounts([]))).message).toBe(`a timer of account ada ${newer} 2`)
      }).pipe(Effect.scoped, Effect.provide(opened)),
    ))

  it("a migration that throws is named with its machine and its version", () =>
    run(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`update machines set state = 'null' where id = 'ada'`
        const group = yield* accounts([])
        expect((yield* Effect.flip(group.get("ada"))).message).toContain(
          "account ada cannot be read: the migration from version 1 failed: TypeError",
        )
      }).pipe(Effect.scoped, Effect.provide(opened)),
    ))

  it("of a newer program is left alone", () =>
    run(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`insert into migrations (room, id, name) values ('actors', 99, 'future')`
        const failure = yield* Effect.flip(Layer.build(layerSqlWith({})))
        expect(failure).toMatchObject({ _tag: "NewerDatabase", found: 99 })
      }).pipe(Effect.scoped, Effect.provide(opened)),
    ))
})

describe("the writer", () => {
  it("keeps as many journal entries as it is told, and a reader misses none and gets none twice", () =>
    run(
      Effect.gen(function* () {
        const journal = yield* Journal
        const group = yield* applyAll([])
        yield* group.sendAndWait(1, start)
        const reading = yield* Effect.fork(
          Stream.runCollect(Stream.map(Stream.take(journal.since(0), 3_000), ({ seq }) => seq)),
        )
        for (let n = 1; n < 3_000; n++) yield* group.sendAndWait(1, note(n))
        expect([...(yield* Fiber.join(reading))]).toEqual(Array.from({ length: 3_000 }, (_, n) => n + 1))
        for (let n = 0; n < 2_100; n++) yield* group.sendAndWait(1, note(n))
        const { oldest, latest } = yield* journal.bounds
        expect(latest).toBe(5_100)
        expect(oldest).toBeGreaterThan(latest - 100 - 2_100)
        expect((yield* journal.of("test", 1, latest - 2, 10)).map(({ seq }) => seq)).toEqual([
          latest - 1,
          latest,
        ])
      }).pipe(Effect.scoped, Effect.provide(sqlStore({ journalEntries: 100 }))),
    ))

  it("fails the one save whose projection fails, and writes the others of its batch", () =>
    run(
      Effect.gen(function* () {
        const group = yield* make({
          project: (changes) =>
            changes.some(({ id }) => id === 3) ? Effect.fail(new Error("no place for 3")) : Effect.void,
        })
        const verdicts = yield* Effect.forEach(
          [0, 1, 2, 3, 4, 5, 6],
          (id) => Effect.either(group.sendAndWait(id, start)),
          { concurrency: "unbounded" },
        )
        expect(verdicts.map(({ _tag }) => _tag)).toEqual([
          "Right",
          "Right",
          "Right",
          "Left",
          "Right",
          "Right",
          "Right",
        ])
        expect((yield* group.list()).machines.map(({ id }) => id)).toEqual([0, 1, 2, 4, 5, 6])
        expect((yield* group.status(3))?.reason).toContain("no place for 3")
      }).pipe(Effect.scoped, Effect.provide(sqlStore())),
    ))

  it("forgets event ids after their time", () =>
    run(
      Effect.gen(function* () {
        const group = yield* applyAll([])
        yield* group.sendDurable(1, start, "once")
        yield* Effect.sleep("8 days")
        for (let n = 0; n < 1_100; n++) yield* group.sendDurable(2, note(n))
        yield* group.getAfter(2)
        expect(yield* group.sendDurable(1, start, "once")).toEqual({ duplicate: false })
      }).pipe(Effect.scoped, Effect.provide(sqlStore())),
    ))

  it("drops a range of the log and keeps the rest in order", () =>
    run(
      Effect.gen(function* () {
        const group = yield* make({
          planner: recording([], 1),
          log: {
            entry: (event) => JSON.stringify(event),
            failure: () => "{}",
            drop: (length) => (length >= 20 ? { from: 5, to: 15 } : null),
          },
        })
        for (let n = 0; n < 25; n++) yield* group.sendAndWait(1, note(n))
        const kept = (yield* group.log(1)).map(({ entry }) => (JSON.parse(entry) as { n: number }).n)
        expect(kept).toEqual([0, 1, 2, 3, 4, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24])
        expect(
          (yield* group.log(1, 4, 3)).map(({ entry }) => (JSON.parse(entry) as { n: number }).n),
        ).toEqual([4, 15, 16])
        const again = yield* make({ planner: takeAll })
        expect(yield* again.log(1, 14, 100)).toHaveLength(1)
      }).pipe(Effect.scoped, Effect.provide(sqlStore())),
    ))
})

describe.each(stores)("a group on $name", (kind) => {
  it("an event id is accepted once, also within one commit", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const events: Array<TestEvent> = []
        const group = yield* applyAll(events)
        const results = yield* Effect.all(
          [1, 1, 2, 1].map((id) => group.sendDurable(id, start, "once")),
          { concurrency: "unbounded" },
        )
        expect(results.map(({ duplicate }) => duplicate)).toEqual([false, true, false, true])
        yield* group.getAfter(1)
        yield* group.getAfter(2)
        expect(events).toHaveLength(2)
      }),
    ))

  it("resumes the step that was running and the events that waited; without it, it waits", async () => {
    const place = kind.place()
    const steps: Array<number> = []
    const open = (resume: boolean, step: (state: TestState) => Effect.Effect<unknown>) =>
      make({ planner: takeAll, step, settings: { resume } })
    const program = Effect.gen(function* () {
      yield* life(
        place,
        Effect.gen(function* () {
          const group = yield* open(true, () => Effect.never)
          yield* group.sendAndWait(1, start)
          yield* Effect.sleep(1)
          yield* group.sendDurable(1, { _tag: "b", val: 9 })
        }),
      )
      for (const resume of [false, true])
        yield* life(
          place,
          Effect.gen(function* () {
            const group = yield* open(resume, (state) => Effect.sync(() => steps.push(state.A)))
            yield* Effect.sleep("1 minute")
            expect(steps).toEqual(resume ? [1, 2] : [])
            expect(yield* group.get(1)).toEqual(resume ? { A: 2, B: 9 } : { A: 1, B: 0 })
          }),
        )
      yield* life(
        place,
        Effect.gen(function* () {
          yield* open(true, (state) => Effect.sync(() => steps.push(state.A)))
          yield* Effect.sleep("1 minute")
          expect(steps).toEqual([1, 2])
        }),
      )
    })
    await run(program).finally(place.remove)
  })

  it("timers survive, fire at their time, are replaced, cancelled, and set anew by the plan of their own event", async () => {
    const place = kind.place()
    const seen: Array<string> = []
    const open = make({
      planner: (pending, state) => {
        const event = pending.at(0)
        if (event._tag === "note") seen.push(`note ${event.n}`)
        return plan({ ...state, A: state.A + 1 }, 1, { ended: event._tag === "restart" })
      },
      timers: ({ state }, at) =>
        state.A === 1 ? [{ _tag: "Set", name: "again", at: at + 60_000, event: note(2) }] : [],
    })
    const program = Effect.gen(function* () {
      yield* life(
        place,
        Effect.gen(function* () {
          const group = yield* open
          yield* group.after(1, "again", 60_000, note(1))
          yield* group.after(1, "gone", 60_000, note(98))
          yield* group.after(1, "moved", 60_000, note(99))
          yield* group.after(1, "moved", 600_000, note(3))
          yield* group.cancel(1, "gone")
        }),
      )
      yield* life(
        place,
        Effect.gen(function* () {
          const group = yield* open
          yield* Effect.sleep("90 seconds")
          expect(seen).toEqual(["note 1"])
          expect((yield* group.status(1))?.timers.map(({ name }) => name).toSorted()).toEqual([
            "again",
            "moved",
          ])
        }),
      )
      yield* life(
        place,
        Effect.gen(function* () {
          const group = yield* open
          yield* Effect.sleep("40 days")
          expect(seen).toEqual(["note 1", "note 2", "note 3"])
          yield* group.after(1, "late", 30 * 86_400_000, note(4))
          yield* Effect.sleep("31 days")
          expect(seen[3]).toBe("note 4")
          yield* group.after(1, "never", 60_000, note(5))
          yield* group.sendAndWait(1, { _tag: "restart" })
          expect((yield* group.status(1))?.timers).toEqual([])
        }),
      )
      yield* life(
        place,
        Effect.gen(function* () {
          yield* open
          yield* Effect.sleep("1 day")
          expect(seen).toHaveLength(4)
        }),
      )
    })
    await run(program).finally(place.remove)
  })

  it("no machine plans more than its share before the others have their turn", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const order: Array<string | number> = []
        const group = yield* make({
          planner: recording([], 1),
          step: (_state, { id }) => Effect.sync(() => order.push(id)),
          settings: { eventsPerTurn: 10, journal: false },
        })
        for (const id of ["greedy", "modest"]) yield* group.sendAndWait(id, note(0))
        yield* Effect.sleep(1)
        order.length = 0
        for (let n = 0; n < 1_000; n++) yield* group.send("greedy", note(n))
        for (let n = 0; n < 10; n++) yield* group.send("modest", note(n))
        yield* group.getAfter("greedy")
        expect(order.lastIndexOf("modest")).toBeLessThan(40)
      }),
    ))

  it("a room's own writes and their journal entries are one commit", () =>
    onStore(kind, () =>
      Effect.gen(function* () {
        const store = yield* StateStore
        const journal = yield* Journal
        const entry = { at: 1, kind: "room", id: "x", event: "Renamed", from: "", to: "", detail: null }
        expect(yield* store.write(Effect.succeed(5), [entry])).toBe(5)
        expect(yield* Effect.flip(store.write(Effect.fail("no"), [entry]))).toBe("no")
        expect((yield* journal.read(0, 10)).map(({ event }) => event)).toEqual(["Renamed"])
      }),
    ))
})
