/**
 * `npm run soak -- capture [CAPTURES] [KILLS]`: 500 captures of which one in twenty crashes, hangs or has no end, and 20
 * kills of the daemon or its browser in between. `npm test` holds a small dose (test/kill/captures.test.ts).
 */
import { runStorm, type HeapSample } from "../support/captureStorm.ts"

/** Growth of the daemon's resident memory over the undisturbed third beyond which it is not flat. */
const maxGrowth = 1.35
/** A look into the heap every so many captures; the first are those of a program that warms up. */
const heapEvery = 20
/** Bytes a capture may leave in the heap for good: code that is compiled late, links that are not yet put away. */
const maxLeftPerCapture = 30_000

/** Bytes a capture that the heap has grown by, between its second sample and its last; 0 for too few of them. */
const slopeOf = (heap: ReadonlyArray<HeapSample>): number => {
  const [first, last] = [heap[1], heap.at(-1)]
  if (first === undefined || last === undefined || first === last) return 0
  return Math.round((last.held - first.held) / (last.captures - first.captures))
}

export default async (args: ReadonlyArray<string>): Promise<void> => {
  const [captures, kills] = [Number(args[0] ?? 500), Number(args[1] ?? 20)]
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  const report = await runStorm({ captures, kills, heapEvery, say })
  const [first, last] = report.memory.map((bytes) => Math.round(bytes / 1e6)) as [number, number]
  const slope = slopeOf(report.heap)
  say(
    `${captures} captures and ${kills} kills in ${Math.round(report.seconds)} s: ${JSON.stringify(report.states)}; ${report.crashed} renderers crashed; resident ${first} MB, then ${last} MB; heap ${slope} bytes a capture`,
  )
  const growth = last > first * maxGrowth ? [`memory grew from ${first} to ${last} MB`] : []
  const leak = slope > maxLeftPerCapture ? [`each capture leaves ${slope} bytes in the heap`] : []
  const faults = [...report.faults, ...growth, ...leak]
  if (faults.length > 0) throw new Error(`${faults.length} faults:\n${faults.slice(0, 50).join("\n")}`)
}
