/** The daemon as a process: the ready line, the lock, signals, and what is left after each kind of end. */
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import type { Built } from "./support/doubleDaemonBuild.ts"
import { buildDoubleDaemon } from "./support/doubleDaemonBuild.ts"
import { askUrl, openUrl } from "./support/serve.ts"
import { listenTo } from "./support/sse.ts"

let built: Built
beforeAll(async () => void (built = await buildDoubleDaemon()))
afterAll(() => built.remove())

interface Ended {
  readonly code: number | null
  readonly signal: string | null
}

interface Running {
  readonly child: ChildProcess
  readonly home: string
  readonly ended: Promise<Ended>
  readonly stdout: () => string
  readonly stderr: () => string
  readonly url: string
  readonly token: string
}

const children = new Set<ChildProcess>()
afterEach(() => {
  for (const child of children) child.kill("SIGKILL")
  children.clear()
})

const newHome = () => mkdtempSync(join(tmpdir(), "linkseal-process-"))

const begin = (home: string, env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [built.script], {
    env: { PATH: process.env.PATH, LINKSEAL_HOME: home, LINKSEAL_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  children.add(child)
  let [out, err] = ["", ""]
  child.stderr!.on("data", (chunk) => (err += chunk))
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal })),
  )
  const ready = new Promise<string>((resolve) => {
    child.stdout!.on("data", (chunk) => {
      out += chunk
      if (out.includes("\n")) resolve(out)
    })
    void ended.then(() => resolve(out))
  })
  return { child, home, ended, ready, stdout: () => out, stderr: () => err }
}

const start = async (home: string, env?: Record<string, string>): Promise<Running> => {
  const begun = begin(home, env)
  const [, url, token] =
    /^linkseal ready (http:\/\/127\.0\.0\.1:\d+)\/\?token=(\S+)\n$/.exec(await begun.ready) ?? []
  if (url === undefined || token === undefined)
    throw new Error(`not ready: ${begun.stdout()}${begun.stderr()}`)
  return { ...begun, url, token }
}

const place = (home: string) => JSON.parse(readFileSync(join(home, "daemon.json"), "utf8"))
const isOpen = async ({ url }: Running) => (await askUrl(`${url}/api/v1/health`)).status
const events = ({ url, token }: Running) =>
  openUrl(`${url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } })

describe("the daemon's process", () => {
  it("says where it is in one line and two files, and takes both away when it stops, also with an open event stream", async () => {
    const running = await start(newHome())
    const { home, child } = running
    expect(place(home)).toEqual({
      url: running.url,
      pid: child.pid,
      startedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
    })
    expect(readFileSync(join(home, "token"), "utf8").trim()).toBe(running.token)
    expect(statSync(join(home, "token")).mode & 0o777).toBe(0o600)
    const stream = listenTo(await events(running))
    await stream.until("queue", 1)
    child.kill("SIGTERM")
    expect(await running.ended).toEqual({ code: 0, signal: null })
    await stream.ended
    expect(existsSync(join(home, "daemon.json"))).toBe(false)
    expect(existsSync(join(home, "token"))).toBe(false)
    expect(running.stdout().split("\n")).toHaveLength(2)
  })

  it("stops on SIGINT, and takes the same signal a moment later for a forwarded one", async () => {
    const running = await start(newHome())
    running.child.kill("SIGINT")
    running.child.kill("SIGINT")
    running.child.kill("SIGTERM")
    expect(await running.ended).toEqual({ code: 0, signal: null })
  })

  it("refuses a second daemon on the same home by the pid of the first, which does not notice", async () => {
    const running = await start(newHome())
    const second = begin(running.home)
    expect(await second.ended).toEqual({ code: 1, signal: null })
    expect(second.stderr()).toContain(`pid ${running.child.pid}`)
    expect(second.stdout()).toBe("")
    expect(await isOpen(running)).toBe(200)
    expect(place(running.home).pid).toBe(running.child.pid)
  })

  it("lets exactly one of two start at the same moment", async () => {
    const home = newHome()
    const both = [begin(home), begin(home)]
    const firstLines = await Promise.all(both.map(({ ready }) => ready))
    expect(firstLines.filter((line) => line.startsWith("linkseal ready"))).toHaveLength(1)
  })

  it("starts after kill -9 as if nothing had been, with the token an open page still has", async () => {
    const home = newHome()
    const killed = await start(home)
    killed.child.kill("SIGKILL")
    expect(await killed.ended).toEqual({ code: null, signal: "SIGKILL" })
    expect(place(home).pid).toBe(killed.child.pid)
    const again = await start(home)
    expect(place(home).pid).toBe(again.child.pid)
    expect(again.token).toBe(killed.token)
  })

  it("exits 0 within drainMillis although a room never lets go", async () => {
    const running = await start(newHome(), { STUCK_ROOM: "1", LINKSEAL_DRAIN_MILLIS: "1500" })
    running.child.kill("SIGTERM")
    expect(await running.ended).toEqual({ code: 0, signal: null })
    expect(running.stderr()).toContain("stop the rooms did not end in time")
    expect(existsSync(join(running.home, "daemon.json"))).toBe(false)
  })

  it("writes its log as JSON lines to stderr when that is no terminal", async () => {
    const running = await start(newHome())
    running.child.kill("SIGTERM")
    await running.ended
    const lines = running
      .stderr()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    expect(lines.map(({ message }) => message)).toContain("stopping")
  })

  it.each([
    [{ LINKSEAL_PORT: "nine" }, 2, "setting port"],
    [{ LINKSEAL_HOST: "0.0.0.0" }, 2, "--i-know-this-is-public"],
    [{ LINKSEAL_HOME: join(fileURLToPath(import.meta.url), "home") }, 1, "cannot write to "],
    [{ LINKSEAL_HOME: "/proc/linkseal/home" }, 1, "cannot write to /proc/linkseal/home (ENOENT)"],
  ])("does not start with %j: exit %i and why", async (env, code, message) => {
    const begun = begin(newHome(), env)
    expect((await begun.ended).code).toBe(code)
    expect(begun.stderr()).toContain(message)
  })

  it("does not start on a port that is taken, and leaves the home to the next", async () => {
    const running = await start(newHome())
    const home = newHome()
    const refused = begin(home, { LINKSEAL_PORT: new URL(running.url).port })
    expect((await refused.ended).code).toBe(1)
    expect(refused.stderr()).toMatch(/port \d+ of 127\.0\.0\.1 is taken: .*--port/)
    expect(existsSync(join(home, "daemon.json"))).toBe(false)
    expect(await isOpen(await start(home))).toBe(200)
  })
})
