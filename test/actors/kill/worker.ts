/**
 * The process that is killed: durable work on SQLite, with every acknowledgement written out before anything else is
 * done. A line on stdout is written straight to its descriptor, so what was said before the kill is never lost.
 */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { writeSync } from "node:fs"
import { json } from "../../../src/actors/Codec.ts"
import { plan } from "../../../src/actors/Planner.ts"
import { layerSql } from "../../../src/actors/sql/SqlStore.ts"
import { StateGroup } from "../../../src/actors/StateGroup.ts"
import { draws } from "../../../src/actors/time/Randomness.ts"

/** What this program is called when it is compiled; importing the type makes the compiler take the program along. */
export type WorkerProgram = "worker.js"

interface Ledger {
  /** The last number planned of each sender. */
  readonly last: Readonly<Record<string, number>>
  readonly planned: number
  /** How many stages have run in this state; grows by events that the steps send. */
  readonly stages: number
}

type LedgerEvent =
  { readonly _tag: "Entry"; readonly sender: string; readonly n: number } | { readonly _tag: "Stage" }

const say = (line: string) => writeSync(1, `${line}\n`)

/** Takes one event at a time; an entry out of order is kept as it came, for the check to find. */
const next = (state: Ledger, event: LedgerEvent): Ledger =>
  event._tag === "Stage"
    ? { ...state, stages: state.stages + 1 }
    : { ...state, planned: state.planned + 1, last: { ...state.last, [event.sender]: event.n } }

const program = (life: number, machines: number) =>
  Effect.gen(function* () {
    const random = draws(`worker ${life}`)
    const group = yield* StateGroup.make<Ledger, LedgerEvent>({
      kind: "ledger",
      planner: (pending, state) => {
        const event = pending.at(0)
        const after = next(state, event)
        const from = String(state.planned)
        return plan(after, 1, { applied: [{ event, from, to: String(after.planned) }] })
      },
      initial: () => ({ last: {}, planned: 0, stages: 0 }),
      stateName: (state) => String(state.planned),
      step: (state, context) =>
        state.planned % 3 === 0 && state.stages < state.planned / 3 ? context.send({ _tag: "Stage" }) : null,
      state: json<Ledger>(),
      event: json<LedgerEvent>(),
      log: { entry: (event) => JSON.stringify(event), failure: () => "{}" },
      settings: { resume: true, idleTimeToPassivateMillis: 20, mailboxCapacity: 64 },
    })
    say("ready")
    const sender = (name: string) =>
      Effect.gen(function* () {
        for (let n = 1; ; n++) {
          const machine = `m${random.between(0, machines)}`
          const id = `${name}/${n}`
          yield* group.sendDurable(machine, { _tag: "Entry", sender: name, n }, id)
          say(`ack ${machine} ${name} ${n}`)
          if (random.chance(0.05)) {
            const again = yield* group.sendDurable(machine, { _tag: "Entry", sender: name, n }, id)
            if (!again.duplicate) say(`bad the re-send of ${id} had a second effect`)
          }
          if (random.chance(0.2)) yield* Effect.sleep(random.between(0, 3))
        }
      })
    yield* Effect.forEach([1, 2, 3, 4], (index) => sender(`${life}-${index}`), {
      concurrency: "unbounded",
      discard: true,
    })
  })

const [filename, life, machines] = process.argv.slice(2)
if (filename === undefined) throw new Error("which database?")
const client = SqliteClient.layer({ filename })
await Effect.runPromise(
  Effect.scoped(Effect.provide(program(Number(life), Number(machines)), Layer.provide(layerSql, client))),
)
