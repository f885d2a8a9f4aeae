/** A small dose of `npm run soak -- schedules`, and the proof that a seed is the whole recipe. */
import { expect, it } from "vitest"
import { explore } from "./explore.ts"

it("150 schedules of senders, stop, passivation and failures break no promise", async () => {
  const broken: Array<string> = []
  for (let seed = 1; seed <= 150; seed++) {
    const problem = await explore(seed)
    if (problem !== null) broken.push(`npm run soak -- schedules --seed ${seed}: ${problem}`)
  }
  expect(broken).toEqual([])
})
