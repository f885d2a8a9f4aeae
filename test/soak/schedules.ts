/**
 * `npm run soak -- schedules [COUNT] [FIRST]` plays schedules, one per seed, 20,000 when nothing is said, and stops at the
 * first that breaks a promise; `--seed SEED` plays one and tells what happens in it; `--defects [COUNT]` plants each known
 * defect and says how many of so many schedules find it.
 */
import { defects } from "../actors/explore/defects.ts"
import { explore } from "../actors/explore/explore.ts"

const sayEvery = 500

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const one = async (seed: number): Promise<void> => {
  const problem = await explore(seed, say)
  say(problem === null ? `seed ${seed}: no promise broken` : `seed ${seed}: ${problem}`)
  if (problem !== null) throw new Error(problem)
}

const many = async (count: number, first: number): Promise<void> => {
  for (let played = 1; played <= count; played++) {
    const seed = first + played - 1
    const problem = await explore(seed)
    if (problem !== null)
      throw new Error(`seed ${seed}: ${problem}; again with: npm run soak -- schedules --seed ${seed}`)
    if (played % sayEvery === 0 || played === count)
      say(`${played} schedules, seeds ${first} to ${seed}: no promise broken`)
  }
}

const planted = async (count: number): Promise<void> => {
  for (const [name, plant] of Object.entries(defects)) {
    const takeOut = plant()
    let [found, first] = [0, 0]
    try {
      for (let seed = 1; seed <= count; seed++)
        if ((await explore(seed)) !== null) {
          found++
          first ||= seed
        }
    } finally {
      takeOut()
    }
    if (found === 0) throw new Error(`${name}: not found by ${count} schedules`)
    say(`${name}: found by ${found} of ${count} schedules, the first is seed ${first}`)
  }
}

export default async ([what = "20000", which]: ReadonlyArray<string>): Promise<void> => {
  if (what === "--seed") await one(Number(which))
  else if (what === "--defects") await planted(Number(which ?? 300))
  else await many(Number(what), Number(which ?? 1))
}
