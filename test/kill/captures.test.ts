/** A small dose of `npm run soak -- capture`: pages that misbehave, and kill -9 of the daemon and of its browser. */
import { expect, it } from "vitest"
import { runStorm } from "../support/captureStorm.ts"

it("loses nothing, keeps nothing twice and leaves no browser, whoever is killed", async () => {
  const { crashed, faults, states } = await runStorm({ captures: 31, kills: 3 })
  expect(faults).toEqual([])
  expect(states).toEqual({ archived: 31 })
  expect(crashed).toBeGreaterThan(0)
}, 300_000)
