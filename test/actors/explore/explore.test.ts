/** A small dose of `npm run soak -- schedules`, and the proof that it finds what is wrong: defects planted on purpose. */
import { describe, expect, it } from "vitest"
import { caught, defects } from "./defects.ts"
import { explore } from "./explore.ts"

/** A defect that is not found in so many schedules counts as not found. */
const schedulesEach = 300

const again = (seed: number, problem: string) => `npm run soak -- schedules --seed ${seed}: ${problem}`

it("200 schedules of senders, timers, stop, passivation and failures break no promise", async () => {
  const broken: Array<string> = []
  for (let seed = 1; seed <= 200; seed++) {
    const problem = await explore(seed)
    if (problem !== null) broken.push(again(seed, problem))
  }
  expect(broken).toEqual([])
})

it("a seed is the whole recipe: the same happens again, line by line", async () => {
  const told = async () => {
    const lines: Array<string> = []
    await explore(7, (line) => lines.push(line))
    return lines
  }
  const first = await told()
  expect(first.length).toBeGreaterThan(20)
  expect(await told()).toEqual(first)
})

describe("the explorer finds a planted defect", () => {
  it.each(Object.entries(defects))("%s", async (_, plant) => {
    const found = await caught(plant, schedulesEach, explore)
    expect(found).not.toBeNull()
    expect(await explore(found!.seed), "and it is out again").toBeNull()
  })
})
