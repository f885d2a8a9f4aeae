/** SQLite itself says that it is full, and rolls back by itself: that is the store's failure, and no defect of a machine. */
import { SqlClient } from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { defaults } from "../../../src/actors/RestartPolicy.ts"
import { layerSql } from "../../../src/actors/sql/SqlStore.ts"
import { StateStore } from "../../../src/actors/StateStore.ts"
import { run } from "../../../src/actors/time/VirtualTime.ts"
import { b, make, start } from "../support/machine.ts"

const inMemory = SqliteClient.layer({ filename: ":memory:" })

const onSql = <A, E>(program: Effect.Effect<A, E, any>): Promise<A> =>
  run(
    Effect.scoped(
      Effect.provide(program, Layer.orDie(Layer.provideMerge(layerSql, inMemory))) as Effect.Effect<A, E>,
    ),
  )

it("a database that is full parks its machines by name, and they come back", () =>
  onSql(
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const group = yield* make({
        settings: { restarts: { ...defaults, storeReturnMillis: 10_000 } },
        log: { entry: () => JSON.stringify("x".repeat(100_000)), failure: () => "{}" },
      })
      const [{ pages }] = (yield* sql.unsafe<{ pages: number }>(
        "SELECT page_count AS pages FROM pragma_page_count",
      )) as [{ pages: number }]
      yield* sql.unsafe(`PRAGMA max_page_count = ${pages}`)
      const refusal = yield* Effect.flip(group.sendAndWait(1, start))
      expect(refusal).toMatchObject({ _tag: "MachineParked" })
      expect(refusal.message).toContain("database or disk is full")
      yield* sql.unsafe("PRAGMA max_page_count = 100000")
      yield* Effect.sleep("11 seconds")
      yield* group.send(1, b(3))
      expect(yield* group.getAfter(1)).toEqual({ A: 2, B: 3 })
    }),
  ))

it("so is a room's own write", () =>
  onSql(
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const store = yield* StateStore
      yield* sql.unsafe("CREATE TABLE filled (text TEXT)")
      yield* sql.unsafe("PRAGMA max_page_count = 1")
      const large = store.write(sql`INSERT INTO filled VALUES (${"x".repeat(100_000)})`)
      const small = store.write(sql`INSERT INTO filled VALUES ('small')`)
      // Together in one transaction, which the large one takes away from under the others: these are written all the same.
      const written = yield* Effect.all([small, Effect.flip(large), small], { concurrency: "unbounded" })
      expect(written[1]).toMatchObject({ _tag: "StoreError" })
      expect(written[1].message).toContain("database or disk is full")
      expect(yield* sql`SELECT * FROM filled`).toEqual([{ text: "small" }, { text: "small" }])
    }),
  ))
