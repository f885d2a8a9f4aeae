/**
 * `npm run soak -- capture [CAPTURES] [KILLS]`: 500 captures of which one in twenty crashes, hangs or has no end, and 20
 * kills of the daemon or its browser in between. `npm test` holds a small dose (test/kill/captures.test.ts).
 */
import { runStorm } from "../support/captureStorm.ts"

/** Growth of the daemon's memory over the undisturbed third beyond which it is not flat. */
const maxGrowth = 1.35

export default async (args: ReadonlyArray<string>): Promise<void> => {
  const [captures, kills] = [Number(args[0] ?? 500), Number(args[1] ?? 20)]
  const report = await runStorm({ captures, kills, say: (line) => void process.stdout.write(`${line}\n`) })
  const [first, last] = report.memory.map((bytes) => Math.round(bytes / 1e6)) as [number, number]
  process.stdout.write(
    `${captures} captures and ${kills} kills in ${Math.round(report.seconds)} s: ${JSON.stringify(report.states)}; ${report.crashed} renderers crashed; memory ${first} MB, then ${last} MB\n`,
  )
  const growth = last > first * maxGrowth ? [`memory grew from ${first} to ${last} MB`] : []
  const faults = [...report.faults, ...growth]
  if (faults.length > 0) throw new Error(`${faults.length} faults:\n${faults.slice(0, 50).join("\n")}`)
}
