/**
 * `npm run soak -- kills [KILLS] [SEED]`: a process doing durable work is killed with SIGKILL at random moments, 2,000 times
 * when nothing is said; after each kill the database is looked through, and the next life goes on from it.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { bundled } from "../actors/kill/bundle.ts"
import { kill } from "../actors/kill/harness.ts"
import type { WorkerProgram } from "../actors/kill/worker.ts"

/** Each database takes so many kills, so that looking through it stays quick. */
const killsEach = 50

export default async ([count = "2000", seed = "1"]: ReadonlyArray<string>): Promise<void> => {
  const total = Number(count)
  const program: WorkerProgram = "worker.js"
  const folder = mkdtempSync(join(import.meta.dirname, "kills-"))
  const worker = await bundled(join(import.meta.dirname, "..", "actors", "kill", program), folder)
  let [kills, acknowledged, planned, waiting] = [0, 0, 0, 0]
  try {
    while (kills < total) {
      const wanted = Math.min(killsEach, total - kills)
      const seeded = `${seed}/${kills}`
      const report = await kill({ kills: wanted, seed: seeded, worker, execArguments: [], lifeMillis: 400 })
      kills += report.kills
      acknowledged += report.acknowledged
      planned += report.planned
      waiting += report.waiting
      process.stdout.write(
        `${kills} kills: ${acknowledged} events acknowledged, ${planned} planned, ${waiting} left waiting by the last kills; none lost, doubled or out of order\n`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
