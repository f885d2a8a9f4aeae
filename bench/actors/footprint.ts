/** What machines weigh: the heap of a warm idle one, and a process that knows a million of which ten thousand are warm. */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { layerMemory } from "../../src/actors/memoryStore.ts"
import { layerSql } from "../../src/actors/sql/SqlStore.ts"
import { SqlClient } from "@effect/sql/SqlClient"
import { median, type BenchResult } from "../measure.ts"
import { counters, next, Steps } from "./machine.ts"

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

const heapBytes = (): number => {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

const warmMachines = 20_000

/** The heap that each warm idle machine takes, with its fiber and its cell in the memory store. */
const perWarmMachine = () =>
  Effect.gen(function* () {
    const steps = new Steps()
    const group = yield* counters(steps)
    const before = heapBytes()
    for (let id = 0; id < warmMachines; id++) yield* group.send(id, next)
    yield* steps.until(warmMachines)
    yield* Effect.sleep(10)
    const bytes = (heapBytes() - before) / warmMachines
    if (group.warm !== warmMachines) throw new Error("not all machines are warm")
    return bytes
  }).pipe(Effect.scoped, Effect.provide(layerMemory()), Effect.runPromise)

const storedMachines = 1_000_000
const warmOfThem = 10_000

const fill = Effect.flatMap(
  SqlClient,
  (
    sql,
  ) => sql`insert into machines (kind, id, version, state, ended, step_pending, log_length, log_tail, last_log_at)
    with recursive ids(id) as (select 0 union all select id + 1 from ids where id < ${storedMachines - 1})
    select 'counter', id, 1, '{"name":"a","n":0}', 0, 0, 0, 0, null from ids`,
)

const residentMegabytes = async (): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), "linkseal-bench-"))
  const client = SqliteClient.layer({ filename: join(folder, "bench.db") })
  const program = Effect.gen(function* () {
    yield* fill
    const steps = new Steps()
    const group = yield* counters(steps)
    yield* Effect.forEach(
      Array.from({ length: warmOfThem }, (_, index) => index * (storedMachines / warmOfThem)),
      (id) => group.send(id, next),
      { concurrency: 1_000, discard: true },
    )
    yield* steps.until(warmOfThem)
    if (group.warm !== warmOfThem) throw new Error("not all machines are warm")
    collect()
    return process.memoryUsage().rss / 1e6
  })
  try {
    return await Effect.runPromise(
      Effect.scoped(Effect.provide(program, Layer.provideMerge(layerSql, client))),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const memoryPerMachine = async (): Promise<ReadonlyArray<BenchResult>> => {
  const heap: Array<number> = []
  for (let round = 0; round < 5; round++) heap.push(await perWarmMachine())
  return [
    { name: "heap per warm idle machine", unit: "bytes", value: median(heap) },
    {
      name: "1,000,000 machines stored, 10,000 warm: RSS of this process",
      unit: "MB",
      value: await residentMegabytes(),
    },
  ]
}
