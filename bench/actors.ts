/**
 * The runtime against its peers, in one process, medians of alternating runs: events in memory beside XState 5, the cost
 * of a lonely event, durable events at `synchronous = full` in groups and one by one, memory per machine, and virtual
 * time beside bare generators on a heap. Events per second are of process CPU where the name says so, else of wall time.
 */
import { lonelySend, memoryEvents } from "./actors/memory.ts"
import { durableEvents } from "./actors/durable.ts"
import { memoryPerMachine } from "./actors/footprint.ts"
import { virtualTime } from "./actors/virtual.ts"
import type { BenchResult } from "./measure.ts"

const parts: Readonly<Record<string, () => Promise<ReadonlyArray<BenchResult>>>> = {
  memory: memoryEvents,
  lonely: lonelySend,
  durable: durableEvents,
  footprint: memoryPerMachine,
  virtual: virtualTime,
}

/** All parts, or those that are named. */
export default async (names: ReadonlyArray<string>): Promise<ReadonlyArray<BenchResult>> => {
  const chosen = names.length === 0 ? Object.keys(parts) : names
  const results: Array<BenchResult> = []
  for (const name of chosen) {
    const part = parts[name]
    if (part === undefined) throw new Error(`no part ${name}; there are: ${Object.keys(parts).join(", ")}`)
    results.push(...(await part()))
  }
  return results
}
