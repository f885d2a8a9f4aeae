/**
 * `npm run soak -- kills [KILLS] [SEED]`: a process doing durable work is killed with SIGKILL at random moments, 2,000 times
 * when nothing is said; after each kill the database is looked through, and the next life goes on from it.
 */
import { join } from "node:path"
import { kill } from "../actors/kill/harness.ts"
import type { WorkerProgram } from "../actors/kill/worker.ts"

/** Each database takes so many kills, so that looking through it stays quick. */
const killsEach = 50

export default async ([count = "2000", seed = "1"]: ReadonlyArray<string>): Promise<void> => {
  const total = Number(count)
  const program: WorkerProgram = "worker.js"
  const worker = join(import.meta.dirname, "..", "actors", "kill", program)
  let [kills, acknowledged, planned] = [0, 0, 0]
  while (kills < total) {
    const report = await kill({
      kills: Math.min(killsEach, total - kills),
      seed: `${seed}/${kills}`,
      worker,
      execArguments: [],
      lifeMillis: 400,
    })
    kills += report.kills
    acknowledged += report.acknowledged
    planned += report.planned
    process.stdout.write(
      `${kills} kills: ${acknowledged} events acknowledged, ${planned} planned, none lost, doubled or out of order\n`,
    )
  }
}
