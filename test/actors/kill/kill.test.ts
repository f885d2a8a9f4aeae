/** A small dose of `npm run soak -- kills`. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { root } from "../../support/sources.ts"
import { bundled } from "./bundle.ts"
import { kill } from "./harness.ts"

it(
  "24 kills lose nothing that was acknowledged and leave no state without its log",
  { timeout: 120_000 },
  async () => {
    mkdirSync(join(root, ".cache"), { recursive: true })
    const folder = mkdtempSync(join(root, ".cache", "kill-"))
    try {
      const worker = await bundled(join(import.meta.dirname, "worker.ts"), folder)
      const reports = await Promise.all(
        [1, 2].map((seed) => kill({ kills: 12, seed, worker, execArguments: [], lifeMillis: 250 })),
      )
      for (const { kills, acknowledged, planned, waiting } of reports) {
        expect(kills).toBe(12)
        expect(acknowledged).toBeGreaterThan(0)
        expect(planned + waiting).toBeGreaterThanOrEqual(acknowledged)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
