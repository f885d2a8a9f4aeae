/** The built page for tests that look at it: `npm test` has built it; a test that is run alone builds it when it is old. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../", import.meta.url))

const newestUnder = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs),
  )

const madeAt = (): number => {
  try {
    return statSync(`${root}dist/web/index.html`).mtimeMs
  } catch {
    return 0
  }
}

export const distWeb = `${root}dist/web`

const isOld = (): boolean => {
  const sources = Math.max(newestUnder(`${root}src/daemon/web`), statSync(`${root}vite.config.ts`).mtimeMs)
  return madeAt() < sources
}

const build = () =>
  execFileSync(process.execPath, [`${root}node_modules/vite/bin/vite.js`, "build", "--logLevel", "error"], {
    cwd: root,
    stdio: "inherit",
  })

const lock = `${root}node_modules/.page-build`
const lockMillis = 120_000
const lookMillis = 200

/** One of the test files that run side by side builds; the others wait until it is done. */
const takeLock = (): boolean => {
  try {
    mkdirSync(lock)
    return true
  } catch {
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
    if (since !== undefined && Date.now() - since > lockMillis) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

/** Returns when `dist/web` is there and not older than its sources. */
export const buildPage = () => {
  while (!takeLock()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookMillis)
  try {
    if (isOld()) build()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}
