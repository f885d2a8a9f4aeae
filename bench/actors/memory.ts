/** Events in memory: one machine, a thousand, and a hundred thousand made with one event each; and a lonely event's way. */
import * as Effect from "effect/Effect"
import { layerMemory } from "../../src/actors/memoryStore.ts"
import { alternating, percentile, timed, type BenchResult } from "../measure.ts"
import { runXState } from "../peers/xstate.ts"
import { counters, next, Steps } from "./machine.ts"

const shapes = [
  { name: "1 machine x 100,000 events", machines: 1, events: 100_000 },
  { name: "1,000 machines x 100 events", machines: 1_000, events: 100 },
  { name: "100,000 machines made with 1 event each", machines: 100_000, events: 1 },
] as const

const rounds = 5

/** Sends in turn to all machines and waits for the last step; gives the events per CPU second. */
const ours = (machines: number, events: number): Promise<number> =>
  Effect.gen(function* () {
    const steps = new Steps()
    const group = yield* counters(steps)
    const total = machines * events
    let sent = 0
    const sendAll = Effect.whileLoop({
      while: () => sent < total,
      body: () => group.send(sent++ % machines, next),
      step: () => undefined,
    })
    const { cpuSeconds } = yield* Effect.promise(() =>
      timed(() => Effect.runPromise(Effect.zipRight(sendAll, steps.until(total)))),
    )
    return total / cpuSeconds
  }).pipe(Effect.scoped, Effect.provide(layerMemory()), Effect.runPromise)

const theirs = async (machines: number, events: number): Promise<number> => {
  const { cpuSeconds } = await timed(() => {
    const steps = runXState(machines, events)
    if (steps !== machines * events) throw new Error(`XState ran ${steps} steps`)
  })
  return (machines * events) / cpuSeconds
}

export const memoryEvents = async (): Promise<ReadonlyArray<BenchResult>> => {
  const results: Array<BenchResult> = []
  for (const { name, machines, events } of shapes) {
    const { linkseal, xstate } = await alternating(rounds, {
      linkseal: () => ours(machines, events),
      xstate: () => theirs(machines, events),
    })
    results.push({ name, unit: "events/s of CPU", value: linkseal, peers: { "XState 5": xstate } })
  }
  return results
}

/** Closed loop: the next event is sent when the step of the last has run. */
export const lonelySend = (): Promise<ReadonlyArray<BenchResult>> =>
  Effect.gen(function* () {
    const steps = new Steps()
    const group = yield* counters(steps)
    const micros: Array<number> = []
    for (let index = 1; index <= 20_000; index++) {
      const begun = performance.now()
      yield* group.send(1, next)
      yield* steps.until(index)
      if (index > 5_000) micros.push((performance.now() - begun) * 1_000)
    }
    return [
      { name: "send to step, closed loop, p50", unit: "us", value: percentile(micros, 0.5) },
      { name: "send to step, closed loop, p99", unit: "us", value: percentile(micros, 0.99) },
    ]
  }).pipe(Effect.scoped, Effect.provide(layerMemory()), Effect.runPromise)
