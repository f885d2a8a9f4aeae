/** Random sealing worlds in number: `npm run soak -- worlds [RUNS] [SEED]`. */
import { checkWorlds } from "../sealing/lifecycles/randomWorlds.ts"

const defaultRuns = 1_000

export default async (given: ReadonlyArray<string>): Promise<void> => {
  const runs = given[0] === undefined ? defaultRuns : Number(given[0])
  const seed = given[1] === undefined ? null : Number(given[1])
  if (!Number.isInteger(runs) || runs < 1 || (seed !== null && !Number.isInteger(seed)))
    throw new Error("worlds takes how many runs (1000) and a seed, both whole numbers")
  await checkWorlds(runs, seed)
  process.stdout.write(`${runs} worlds: every sector is proven, removed, or says what it needs\n`)
}
