/**
 * Durable events on SQLite at `synchronous = full`: each is written to the inbox and committed before its sender goes
 * on, then planned, and state, log and the emptied inbox are committed before its step runs. In groups, and with each
 * write in a transaction of its own (the same writer with a batch of one).
 */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { layerSqlWith } from "../../src/actors/sql/SqlStore.ts"
import { alternating, median, timed, type BenchResult } from "../measure.ts"
import { counters, next, Steps } from "./machine.ts"

const rounds = 5

const log = {
  entry: () => '{"kind":"event;counter.Next","message":"{\\"User\\":{}}"}',
  failure: () => "{}",
}

const full = Layer.effectDiscard(Effect.flatMap(SqlClient, (sql) => sql.unsafe("pragma synchronous = full")))

interface Rates {
  /** Transitions per second of wall time, and of process CPU. */
  readonly wall: number
  readonly cpu: number
}

const transitions = async (machines: number, events: number, batchWorks: number): Promise<Rates> => {
  const folder = mkdtempSync(join(tmpdir(), "linkseal-bench-"))
  const client = SqliteClient.layer({ filename: join(folder, "bench.db") })
  const store = Layer.provide(layerSqlWith({ batchWorks }), Layer.provideMerge(full, client))
  const program = Effect.gen(function* () {
    const steps = new Steps()
    const group = yield* counters(steps, { log })
    const ids = Array.from({ length: machines }, (_, id) => id)
    yield* Effect.forEach(ids, (id) => group.begin(id, { name: "a", n: 0 }), { concurrency: "unbounded" })
    const sender = (id: number) => {
      let sent = 0
      return Effect.whileLoop({
        while: () => sent++ < events,
        body: () => group.sendDurable(id, next),
        step: () => undefined,
      })
    }
    const send = Effect.forEach(ids, sender, { concurrency: "unbounded", discard: true })
    const total = machines * events
    const { wallSeconds, cpuSeconds } = yield* Effect.promise(() =>
      timed(() => Effect.runPromise(Effect.zipRight(send, steps.until(total)))),
    )
    return { wall: total / wallSeconds, cpu: total / cpuSeconds }
  })
  try {
    return await Effect.runPromise(Effect.scoped(Effect.provide(program, store)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const grouped = 4_096

/**
 * What waits for a commit outlives V8's usual 16 MB of young objects, and copying it took a third of the time: a process
 * that writes this much is started with more.
 */
const youngGenerationMegabytes = 192

interface Task {
  readonly machines: number
  readonly events: number
  readonly batchWorks: number
}

/** Runs the measure in a thread of its own with its own heap. */
const measured = async (machines: number, events: number, batchWorks: number): Promise<Rates> => {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { machines, events, batchWorks } satisfies Task,
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMegabytes },
  })
  const [rates] = (await once(worker, "message")) as [Rates]
  await worker.terminate()
  return rates
}

if (!isMainThread && parentPort !== null) {
  const { machines, events, batchWorks } = workerData as Task
  if (batchWorks > 1) await transitions(machines, Math.ceil(events / 2), batchWorks)
  parentPort.postMessage(await transitions(machines, events, batchWorks))
}

export const durableEvents = async (): Promise<ReadonlyArray<BenchResult>> => {
  const cpu: Array<number> = []
  const wall = async (machines: number, events: number, batchWorks: number): Promise<number> => {
    const rates = await measured(machines, events, batchWorks)
    if (machines === 1_000) cpu.push(rates.cpu)
    return rates.wall
  }
  const many = await alternating(rounds, {
    grouped: () => wall(1_000, 100, grouped),
    each: () => wall(100, 2, 1),
  })
  const lonely = await alternating(rounds, {
    grouped: () => wall(1, 200, grouped),
    each: () => wall(1, 200, 1),
  })
  const unit = "transitions/s"
  return [
    {
      name: "durable, 1,000 machines, group commit",
      unit,
      value: many.grouped,
      peers: { "commit each": many.each },
    },
    { name: "durable, 1,000 machines, group commit, by CPU", unit: `${unit} of CPU`, value: median(cpu) },
    {
      name: "durable, one lonely machine",
      unit,
      value: lonely.grouped,
      peers: { "commit each": lonely.each },
    },
  ]
}
