/**
 * `npm run soak -- schedules [COUNT] [FIRST]` or `--seed SEED`: plays schedules, one per seed, 20,000 when nothing is said;
 * stops at the first that breaks a promise and says how to play it again; one seed alone tells what happens in it.
 */
import { explore } from "../actors/explore/explore.ts"

const sayEvery = 500

export default async (args: ReadonlyArray<string>): Promise<void> => {
  const one = args[0] === "--seed" ? Number(args[1]) : null
  const first = one ?? Number(args[1] ?? 1)
  const count = one === null ? Number(args[0] ?? 20_000) : 1
  for (let seed = first; seed < first + count; seed++) {
    const say = one === null ? undefined : (line: string) => void process.stdout.write(`${line}\n`)
    const problem = await explore(seed, say)
    if (problem !== null)
      throw new Error(`seed ${seed}: ${problem}; again with: npm run soak -- schedules --seed ${seed}`)
    const played = seed - first + 1
    if (played % sayEvery === 0 || played === count)
      process.stdout.write(`${played} schedules, seeds ${first} to ${seed}: no promise broken\n`)
  }
}
