/** A small dose of random worlds; `npm run soak -- worlds` takes a large one. */
import { expect, it } from "vitest"
import { checkWorlds } from "./randomWorlds.ts"

it("when the trouble is over, every sector is proven, removed, or says what it needs", async () => {
  await expect(checkWorlds(12, null)).resolves.toBeUndefined()
}, 60_000)
