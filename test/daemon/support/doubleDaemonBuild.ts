/**
 * The double daemon, compiled once for a test file: a start then takes a third of the time it takes through tsx. Lies
 * inside node_modules, so that what it imports is found, and keeps the tree, so that paths relative to a module hold.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "vite"

const root = fileURLToPath(new URL("../../..", import.meta.url))

export interface Built {
  readonly script: string
  readonly remove: () => void
}

export const buildDoubleDaemon = async (): Promise<Built> => {
  const cache = join(root, "node_modules", ".cache")
  mkdirSync(cache, { recursive: true })
  const out = mkdtempSync(join(cache, "linkseal-double-"))
  await build({
    root,
    configFile: false,
    logLevel: "error",
    build: {
      ssr: "test/daemon/support/doubleDaemon.ts",
      outDir: out,
      target: "node20",
      rollupOptions: {
        output: { preserveModules: true, preserveModulesRoot: root, entryFileNames: "[name].mjs" },
      },
    },
  })
  copyFileSync(join(root, "package.json"), join(out, "package.json"))
  return {
    script: join(out, "test", "daemon", "support", "doubleDaemon.mjs"),
    remove: () => rmSync(out, { recursive: true, force: true }),
  }
}
