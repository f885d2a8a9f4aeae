/** The doctor: every check is named, a healthy machine passes, and what is wrong fails with what to do. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import type { Check } from "../../src/daemon/doctor.ts"
import { diagnose } from "../../src/daemon/doctor.ts"

const newHome = () => mkdtempSync(join(tmpdir(), "linkseal-doctor-"))
const { PATH = "" } = process.env
/** Starts nothing: these tests are not about the browser. */
const noBrowser = { PATH, LINKSEAL_CHROMIUM: "/nowhere/chromium" }
const named = (checks: ReadonlyArray<Check>, name: string) => checks.find((check) => check.name === name)!

it("finds a machine that can run the tests able to run the daemon, and leaves nothing behind", async () => {
  const home = newHome()
  const checks = await diagnose(home, { ...process.env, LINKSEAL_PORT: "0", LINKSEAL_HOST: "" })
  const needed = [
    "node",
    "settings",
    "home",
    "disk",
    "database",
    "archive",
    "browser",
    "browser starts",
    "port",
  ]
  expect(checks.filter(({ name, ok }) => needed.includes(name) && !ok)).toEqual([])
  expect(checks.map(({ name }) => name)).toEqual([...needed.slice(0, 8), "font", "port", "page"])
  expect(named(checks, "database").detail).toMatch(/SQLite 3\.\d+.* with FTS5/)
  expect(readdirSync(home)).toEqual([])
})

it("does not make a home that is not there", async () => {
  const home = join(newHome(), "a", "b")
  const checks = await diagnose(home, noBrowser)
  expect(named(checks, "home")).toEqual({ name: "home", ok: true, detail: `${home} (will be made)` })
  expect(existsSync(home)).toBe(false)
})

it("says what is wrong and what to do", async () => {
  const home = newHome()
  writeFileSync(join(home, "config.json"), '{"prot":1}')
  const wrong = await diagnose(home, noBrowser)
  expect(named(wrong, "settings")).toMatchObject({
    ok: false,
    detail: expect.stringContaining("did you mean port?"),
  })
  expect(named(wrong, "browser")).toMatchObject({
    ok: false,
    detail: expect.stringContaining("/nowhere/chromium"),
  })
  expect(named(wrong, "browser starts").ok).toBe(false)
  expect(named(wrong, "port")).toMatchObject({
    ok: false,
    detail: expect.stringContaining("did you mean port?"),
  })
  writeFileSync(join(home, "daemon.json"), JSON.stringify({ pid: process.pid }))
  expect(named(await diagnose(home, noBrowser), "port")).toEqual({
    name: "port",
    ok: true,
    detail: `the daemon runs (pid ${process.pid})`,
  })
})

it("sees that a port is taken", async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const { port } = server.address() as AddressInfo
  const checks = await diagnose(newHome(), { ...noBrowser, LINKSEAL_PORT: String(port) })
  server.close()
  expect(named(checks, "port")).toMatchObject({
    ok: false,
    detail: expect.stringContaining(`${port} of 127.0.0.1: EADDRINUSE`),
  })
})
