/**
 * Sees to it that a Chromium is there. Whether one is there is asked of the daemon's own compiled code, so that set-up and
 * daemon never disagree; what to do when none is, is here.
 */
import { rmSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { canInstall, install, which } from "./apt.mjs"
import { run } from "./child.mjs"
import { root } from "./root.mjs"
import { say, seconds, SetupError } from "./say.mjs"

const downloadMillis = 60_000
const firstRunMillis = 30_000
const debianPackages = ["chromium-headless-shell", "chromium"]
const finder = join(root, "dist", "snapshot", "capture", "findChromium.js")

const howToInstall =
  "no Chromium was found and none could be installed: install the package chromium (Debian: as root, " +
  "apt-get install -y chromium), or run npx playwright install --with-deps chromium-headless-shell, or set " +
  "LINKSEAL_CHROMIUM to the path of a Chromium or Chrome, then start again"

/** The browser the daemon would use, or undefined. A LINKSEAL_CHROMIUM that names nothing is the user's to mend. */
const find = async () => {
  const { findChromium } = await import(pathToFileURL(finder).href)
  const found = findChromium()
  if (found.path === null && process.env.LINKSEAL_CHROMIUM) throw new SetupError(found.reason)
  return found.path ?? undefined
}

/** A download is of no use where the system's libraries are missing: it must answer when asked its version. */
const runs = async (path) => {
  const result = await run(path, ["--version"], { timeoutMillis: firstRunMillis })
  return result.code === 0
}

/** A broken download must go: it would be found before the distribution's browser from now on. */
const discard = (path) => {
  const folder = /^.*[\\/]chromium(_headless_shell)?-\d+(?=[\\/])/.exec(path)?.[0]
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}

const download = async () => {
  const started = Date.now()
  say(`no Chromium found: downloading Playwright's (gives up after ${downloadMillis / 1000} s)`)
  const args = ["install", "--only-shell", "--no-progress", "chromium"]
  const playwright = join(root, "node_modules", "playwright", "cli.js")
  const result = await run(process.execPath, [playwright, ...args], {
    cwd: root,
    timeoutMillis: downloadMillis,
  })
  const found = await find()
  if (found !== undefined && result.code === 0 && (await runs(found))) {
    say(`downloaded in ${seconds(started)}`)
    return found
  }
  if (found !== undefined) discard(found)
  const problem = result.timedOut ? "not done in time" : /^.*\berror\b.*$/im.exec(result.output)?.[0]
  say(
    `the download did not work: ${problem ?? "the browser does not run here (libraries of the system are missing)"}`,
  )
  return undefined
}

const installPackage = async () => {
  if (!canInstall()) return undefined
  for (const name of debianPackages) {
    if (!(await install(name))) continue
    const found = await find()
    if (found !== undefined) return found
  }
  return undefined
}

/** Without a font for them, Chinese, Japanese and Korean pages are pictures of empty boxes. */
const hasCjkFont = async () => {
  if (which("fc-list") === undefined) return false
  const { output } = await run("fc-list", [":lang=zh-cn", "family"])
  return output.trim() !== ""
}

const ensureFont = async () => {
  if (!canInstall() || (await hasCjkFont())) return
  await install("fonts-noto-cjk")
}

const ways = { find, download, installPackage, ensureFont }

/** Answers the path of a Chromium; installs one, and a font for it, when none is found. */
export const ensureBrowser = async (by = ways) => {
  const found = await by.find()
  if (found !== undefined) return found
  const installed = (await by.download()) ?? (await by.installPackage())
  if (installed === undefined) throw new SetupError(howToInstall)
  await by.ensureFont()
  return installed
}
