/**
 * Delayed events in virtual time: each machine sets a timer, its event goes through a mailbox and a planner, and the step
 * sends the next delayed. On the loop driver beside bare generators on a heap; on fibers the figure alone.
 */
import * as Effect from "effect/Effect"
import { LoopDriver } from "../../src/actors/LoopDriver.ts"
import { layerMemory } from "../../src/actors/memoryStore.ts"
import { draws } from "../../src/actors/time/Randomness.ts"
import { run } from "../../src/actors/time/VirtualTime.ts"
import { alternating, median, timed, type BenchResult } from "../measure.ts"
import { runGenerators } from "../peers/generators.ts"
import { counterPlanner, counters, next, Steps, type Counter, type Next } from "./machine.ts"

const rounds = 5

/** Whole milliseconds, up to ten thousand, the same for all. */
const delays = () => {
  const random = draws("virtual time")
  return () => 1 + random.between(0, 10_000)
}

const onLoop = (machines: number, events: number): number => {
  const delay = delays()
  const loop = new LoopDriver<Counter, Next>({
    planner: counterPlanner,
    initial: () => ({ name: "a", n: 0 }),
    step: (id, state, done) => {
      if (state.n <= events) loop.sendAfter(delay(), id, next)
      done(null)
    },
  })
  for (let id = 0; id < machines; id++) loop.send(id, next)
  loop.run()
  return loop.events - machines
}

const perCpuSecond = async (work: () => number | Promise<number>): Promise<number> => {
  let fired = 0
  const { cpuSeconds } = await timed(async () => {
    fired = await work()
  })
  return fired / cpuSeconds
}

const onFibers = (machines: number, events: number): Promise<number> =>
  run(
    Effect.gen(function* () {
      const delay = delays()
      const steps = new Steps()
      const group = yield* counters(steps, {
        settings: { durableTimers: false },
        timers: (planned, at) =>
          planned.state.n <= events ? [{ _tag: "Set", name: "next", at: at + delay(), event: next }] : [],
      })
      for (let id = 0; id < machines; id++) yield* group.send(id, next)
      yield* steps.until(machines * (events + 1))
      return machines * events
    }).pipe(Effect.scoped, Effect.provide(layerMemory())),
  )

export const virtualTime = async (): Promise<ReadonlyArray<BenchResult>> => {
  const results: Array<BenchResult> = []
  for (const machines of [10_000, 100_000]) {
    const events = 1_000_000 / machines
    const { loop, generators } = await alternating(rounds, {
      loop: () => perCpuSecond(() => onLoop(machines, events)),
      generators: () => perCpuSecond(() => runGenerators(machines, events, delays())),
    })
    results.push({
      name: `virtual time, loop driver, ${machines.toLocaleString("en")} pending timers`,
      unit: "delayed events/s of CPU",
      value: loop,
      peers: { "generators on a heap": generators },
    })
  }
  const fibers: Array<number> = []
  for (let round = 0; round < rounds; round++) fibers.push(await perCpuSecond(() => onFibers(10_000, 10)))
  results.push({
    name: "virtual time, supervised fibers, 10,000 pending timers",
    unit: "delayed events/s of CPU",
    value: median(fibers),
  })
  return results
}
