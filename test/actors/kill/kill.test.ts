/** A small dose of `npm run soak -- kills`. The worker is bundled first: it starts 24 times. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { build } from "vite"
import { expect, it } from "vitest"
import { root } from "../../support/sources.ts"
import { kill } from "./harness.ts"

const bundled = async (folder: string): Promise<string> => {
  await build({
    configFile: false,
    logLevel: "silent",
    root,
    ssr: { noExternal: true, external: ["better-sqlite3"] },
    build: {
      ssr: join(import.meta.dirname, "worker.ts"),
      outDir: folder,
      target: "node20",
      rollupOptions: { output: { entryFileNames: "worker.mjs" } },
    },
  })
  return join(folder, "worker.mjs")
}

it(
  "24 kills lose nothing that was acknowledged and leave no state without its log",
  { timeout: 120_000 },
  async () => {
    // Inside the checkout, so that the worker finds better-sqlite3.
    mkdirSync(join(root, ".cache"), { recursive: true })
    const folder = mkdtempSync(join(root, ".cache", "kill-"))
    try {
      const worker = await bundled(folder)
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
