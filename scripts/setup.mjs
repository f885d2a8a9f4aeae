/**
 * Makes a fresh checkout ready: dependencies, build, browser. Uses only what Node brings, asks nothing, says what it does
 * on stderr, and does nothing (in well under a second) when all is there.
 */
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { build as buildAll } from "./compile.mjs"
import { ensureBrowser } from "./browser.mjs"
import { endOnSignal } from "./child.mjs"
import { installDependencies } from "./dependencies.mjs"
import { withLock } from "./lock.mjs"
import { root } from "./root.mjs"
import { runMain, SetupError } from "./say.mjs"

const oldestNode = [20, 19]

const checkNode = () => {
  const [major, minor] = process.versions.node.split(".").map(Number)
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return
  throw new SetupError(
    `Linkseal needs Node ${oldestNode.join(".")} or newer, and this is ${process.versions.node}: install Node 20 from https://nodejs.org`,
  )
}

/**
 * Resolves when everything asked for is there; throws SetupError with what the user must do otherwise. While it runs, a
 * signal ends it and all it has started; afterwards signals are as they were. The browser is looked for by the compiled
 * daemon's own code, so `browser` implies `build`.
 */
export const prepare = async ({ browser = false, build = false } = {}) => {
  checkNode()
  const restoreSignals = endOnSignal()
  try {
    await withLock(join(root, ".cache", "setup.lock"), async () => {
      await installDependencies()
      if (build || browser) await buildAll()
      if (browser) await ensureBrowser()
    })
  } finally {
    restoreSignals()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runMain(() => prepare({ browser: true, build: true }))
}
