/**
 * The miner's store in the daemon's database. The sector rows and the time they were written at go into the commit of
 * the plan that caused them, so that after a kill the world's clock is never behind what a sector remembers.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { StateStore } from "../actors/StateStore.ts"
import { storeError } from "../actors/StoreError.ts"
import {
  MinerStore,
  rowAfter,
  type RowMemory,
  type SectorRow,
  type StoredClock,
  type WorldRow,
} from "./MinerStore.ts"

const columns =
  'number, state, type, pieces, deals, since, last_error AS "lastError", events, started_at AS "startedAt", proven_at AS "provenAt"'

/** The most states that one question names: all 43, and room. */
const mostStates = 64

const makeStore = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const store = yield* StateStore
  const reading = <A, E>(operation: string, effect: Effect.Effect<A, E>) =>
    Effect.mapError(effect, storeError(operation))
  const writing = <A, E>(operation: string, effect: Effect.Effect<A, E>) =>
    Effect.asVoid(Effect.mapError(store.write(effect), storeError(operation)))
  const reached = (at: number) =>
    sql.unsafe("UPDATE sealing_clock SET now = max(now, ?) WHERE id = 1", [Math.round(at)])
  const writeRow = (row: SectorRow) =>
    sql.unsafe(
      `INSERT INTO sectors
         (number, state, type, pieces, deals, since, last_error, events, started_at, proven_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (number) DO UPDATE SET state = excluded.state, type = excluded.type, pieces = excluded.pieces,
       deals = excluded.deals, since = excluded.since, last_error = excluded.last_error, events = excluded.events,
       started_at = excluded.started_at, proven_at = excluded.proven_at`,
      [
        row.number,
        row.state,
        row.type,
        row.pieces,
        row.deals,
        row.since,
        row.lastError,
        row.events,
        row.startedAt,
        row.provenAt,
      ],
    )
  const known = (number: number) =>
    sql.unsafe<RowMemory>(`SELECT ${columns} FROM sectors WHERE number = ?`, [number])
  return MinerStore.of({
    fact: (name) =>
      reading(
        "read a fact",
        Effect.map(
          sql.unsafe<{ value: string }>("SELECT value FROM sealing_facts WHERE name = ?", [name]),
          (rows) => rows[0]?.value ?? null,
        ),
      ),
    setFact: (name, value) =>
      writing(
        "keep a fact",
        sql.unsafe(
          "INSERT INTO sealing_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
          [name, value],
        ),
      ),
    clock: reading(
      "read the clock",
      Effect.map(
        sql.unsafe<{ now: number; scale: number; paused: number; givenUntil: number }>(
          'SELECT now, scale, paused, given_until AS "givenUntil" FROM sealing_clock WHERE id = 1',
        ),
        (rows): StoredClock | null =>
          rows[0] === undefined ? null : { ...rows[0], paused: rows[0].paused === 1 },
      ),
    ),
    setClock: ({ now, scale, paused, givenUntil }) =>
      writing(
        "keep the clock",
        sql.unsafe(
          `INSERT INTO sealing_clock (id, now, scale, paused, given_until) VALUES (1, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET now = max(now, excluded.now), scale = excluded.scale, paused = excluded.paused,
           given_until = excluded.given_until`,
          [Math.round(now), scale, paused ? 1 : 0, Math.ceil(givenUntil)],
        ),
      ),
    world: reading(
      "read the world",
      sql.unsafe<WorldRow>("SELECT kind, body FROM sealing_world ORDER BY seq"),
    ),
    keepWorld: ({ kind, body }, at) =>
      writing(
        "keep the world",
        Effect.gen(function* () {
          if (kind === "checkpoint") yield* sql.unsafe("DELETE FROM sealing_world")
          yield* sql.unsafe("INSERT INTO sealing_world (kind, body) VALUES (?, ?)", [kind, body])
          yield* reached(at)
        }),
      ),
    rows: (states) => {
      const asked = states?.slice(0, mostStates) ?? []
      const some = `SELECT ${columns} FROM sectors WHERE state IN (${asked.map(() => "?").join(", ")}) ORDER BY number`
      return reading(
        "list sectors",
        states === null
          ? sql.unsafe<SectorRow>(`SELECT ${columns} FROM sectors ORDER BY number`)
          : sql.unsafe<SectorRow>(some, asked),
      )
    },
    project: (changes) =>
      Effect.gen(function* () {
        let latest = 0
        for (const change of changes) {
          latest = Math.max(latest, change.at)
          const number = Number(change.id)
          yield* writeRow(rowAfter((yield* known(number))[0], change, number))
        }
        yield* reached(latest)
      }),
  })
})

/** Over StateStore's one writer and the database that it writes. Needs `sealingMigrations` to have run. */
export const layerMinerStoreSql = Layer.effect(MinerStore, makeStore)
