/**
 * Where the browser is: what the user names, then Playwright's own download, then the distribution's. The headless
 * shell comes before the full browser in each, for it is two to three times as quick and takes a third less memory.
 */
import { accessSync, constants, readdirSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { delimiter, join } from "node:path"

const namesOnPath = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
]

/** Folders of Playwright's registry, newest revision first, and the executable inside. */
const playwrightLayouts: ReadonlyArray<readonly [RegExp, ReadonlyArray<string>]> = [
  [
    /^chromium_headless_shell-(\d+)$/,
    [
      "chrome-headless-shell-linux64/chrome-headless-shell",
      "chrome-linux/headless_shell",
      "chrome-headless-shell-mac-arm64/chrome-headless-shell",
      "chrome-headless-shell-mac-x64/chrome-headless-shell",
    ],
  ],
  [
    /^chromium-(\d+)$/,
    [
      "chrome-linux64/chrome",
      "chrome-linux/chrome",
      "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
      "chrome-mac/Chromium.app/Contents/MacOS/Chromium",
    ],
  ],
]

/** What the search looks at; a test gives another world. */
export interface ChromiumWorld {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isExecutable: (path: string) => boolean
  readonly list: (folder: string) => ReadonlyArray<string>
  readonly home: string
  readonly platform: NodeJS.Platform
}

export const realWorld = (): ChromiumWorld => ({
  env: process.env,
  isExecutable: (path) => {
    try {
      accessSync(path, constants.X_OK)
      return statSync(path).isFile()
    } catch {
      return false
    }
  },
  list: (folder) => {
    try {
      return readdirSync(folder)
    } catch {
      return []
    }
  },
  home: homedir(),
  platform: process.platform,
})

/** The path, or null and the reason as a sentence for the user. */
export const findChromium = (
  world: ChromiumWorld = realWorld(),
): { readonly path: string; readonly from: string } | { readonly path: null; readonly reason: string } => {
  const named = world.env["LINKSEAL_CHROMIUM"]
  if (named !== undefined && named !== "") {
    return world.isExecutable(named)
      ? { path: named, from: "LINKSEAL_CHROMIUM" }
      : {
          path: null,
          reason: `LINKSEAL_CHROMIUM names ${named}, which is not a program: correct or unset it.`,
        }
  }
  const downloaded = inPlaywrightRegistry(world)
  if (downloaded !== null) return { path: downloaded, from: "Playwright" }
  for (const name of namesOnPath) {
    for (const folder of (world.env["PATH"] ?? "").split(delimiter)) {
      const path = join(folder, name)
      if (folder !== "" && world.isExecutable(path)) return { path, from: "PATH" }
    }
  }
  return {
    path: null,
    reason:
      "No Chromium was found: install one (Debian: apt-get install chromium-headless-shell) or name it in LINKSEAL_CHROMIUM.",
  }
}

const inPlaywrightRegistry = (world: ChromiumWorld): string | null => {
  const root =
    world.env["PLAYWRIGHT_BROWSERS_PATH"] ??
    join(world.home, world.platform === "darwin" ? "Library/Caches" : ".cache", "ms-playwright")
  const folders = world.list(root)
  for (const [pattern, executables] of playwrightLayouts) {
    const newestFirst = folders
      .filter((folder) => pattern.test(folder))
      .sort((a, b) => Number(pattern.exec(b)![1]) - Number(pattern.exec(a)![1]))
    for (const folder of newestFirst) {
      const found = executables.map((name) => join(root, folder, name)).find(world.isExecutable)
      if (found !== undefined) return found
    }
  }
  return null
}
