import { describe, expect, it } from "vitest"
import { findChromium, type ChromiumWorld } from "../../../src/snapshot/capture/findChromium.ts"

const world = (programs: ReadonlyArray<string>, env: ChromiumWorld["env"] = {}): ChromiumWorld => ({
  env: { PATH: "/usr/local/bin:/usr/bin", ...env },
  isExecutable: (path) => programs.includes(path),
  list: (folder) => [
    ...new Set(
      programs
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1).split("/")[0]!),
    ),
  ],
  home: "/srv/me",
  platform: "linux",
})

const registry = "/srv/me/.cache/ms-playwright"
const shell = (revision: number) =>
  `${registry}/chromium_headless_shell-${revision}/chrome-headless-shell-linux64/chrome-headless-shell`
const full = `${registry}/chromium-1300/chrome-linux64/chrome`

describe("looking for Chromium", () => {
  it("takes what the user names before all else", () => {
    const found = findChromium(
      world(["/opt/chrome", full, "/usr/bin/chromium"], { LINKSEAL_CHROMIUM: "/opt/chrome" }),
    )
    expect(found).toEqual({ path: "/opt/chrome", from: "LINKSEAL_CHROMIUM" })
  })

  it("says so when what the user names is not there, and looks no further", () => {
    const found = findChromium(world(["/usr/bin/chromium"], { LINKSEAL_CHROMIUM: "/opt/gone" }))
    expect(found).toEqual({ path: null, reason: expect.stringContaining("/opt/gone") as string })
  })

  it("takes Playwright's newest, the shell before the full browser, before what is on the PATH", () => {
    expect(findChromium(world([shell(1290), shell(1301), full, "/usr/bin/chromium"])).path).toBe(shell(1301))
    expect(findChromium(world([full, "/usr/bin/chromium-headless-shell"])).path).toBe(full)
    const elsewhere = "/srv/browsers/chromium-7/chrome-linux/chrome"
    expect(findChromium(world([elsewhere, full], { PLAYWRIGHT_BROWSERS_PATH: "/srv/browsers" })).path).toBe(
      elsewhere,
    )
  })

  it("takes the headless shell, then chromium, then Chrome, wherever on the PATH", () => {
    const names = [
      "/usr/bin/chromium-headless-shell",
      "/usr/local/bin/chromium",
      "/usr/local/bin/google-chrome",
    ]
    expect(findChromium(world(names)).path).toBe(names[0])
    expect(findChromium(world(names.slice(1))).path).toBe(names[1])
    expect(findChromium(world(names.slice(2))).path).toBe(names[2])
  })

  it("says what to install when there is none", () => {
    expect(findChromium(world([]))).toEqual({
      path: null,
      reason: expect.stringMatching(/apt-get install .*LINKSEAL_CHROMIUM/) as string,
    })
  })
})
