/** A small dose of random worlds, the same in every run; `npm run soak -- worlds` draws new ones, in number. */
import { expect, it } from "vitest"
import { checkWorlds } from "./randomWorlds.ts"

it("when the trouble is over, every sector is proven, removed, or says what it needs", async () => {
  await expect(checkWorlds(12, 20_240_101)).resolves.toBeUndefined()
}, 60_000)
