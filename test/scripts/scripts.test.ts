/**
 * The parts of set-up and of the test command that decide something: what counts as passed, when `npm ci` is due, what is
 * tried when no browser is there, that one set-up waits for another and that a child never outlives its deadline.
 */
import { execFile, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { afterAll, describe, expect, it } from "vitest"
import { root } from "../support/sources.ts"

const script = (name: string) => pathToFileURL(join(root, "scripts", name)).href
const load = (name: string) => import(script(name))
const { count, lastLine } = await load("test.mjs")
const { matchesLock, ownHeaders, refuseLink } = await load("dependencies.mjs")
const { ensureBrowser } = await load("browser.mjs")
const { filesUnder, fingerprint } = await load("fingerprint.mjs")
const { run } = await load("child.mjs")
const { which } = await load("apt.mjs")

const folder = mkdtempSync(join(tmpdir(), "linkseal-scripts-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe("the count of the tests", () => {
  const file = (status: string, ...tests: ReadonlyArray<string>) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  })
  const report = (
    passed: number,
    failed: number,
    skipped: number,
    ...testResults: ReadonlyArray<unknown>
  ) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: 0,
    testResults,
  })
  const cases: ReadonlyArray<readonly [string, unknown, number | null, string]> = [
    ["all good", report(2, 0, 0, file("passed", "passed", "passed")), 0, "2 passed, 0 failed"],
    ["skipped ones", report(1, 0, 3, file("passed", "passed")), 0, "1 passed, 0 failed, 3 skipped"],
    ["a failed test", report(1, 1, 0, file("failed", "passed", "failed")), 1, "1 passed, 1 failed"],
    [
      "a file that does not load",
      report(1, 0, 0, file("failed"), file("passed", "passed")),
      1,
      "1 passed, 1 failed",
    ],
    ["an error nobody handled", report(1, 0, 0, file("passed", "passed")), 1, "1 passed, 1 failed"],
    ["a vitest ended by a signal", report(1, 0, 0, file("passed", "passed")), null, "1 passed, 1 failed"],
    ["no report", undefined, 0, "0 passed, 1 failed"],
  ]
  for (const [name, json, exitCode, line] of cases) {
    it(`of ${name} is "${line}"`, () => expect(lastLine(count(json, exitCode))).toBe(line))
  }
})

describe("dependencies", () => {
  const lock = {
    packages: {
      "": {},
      "node_modules/a": { version: "1.0.0" },
      "node_modules/a-win32": { version: "1.0.0", optional: true },
    },
  }
  const installed = (packages: Record<string, { version: string }>) => matchesLock(lock, { packages })

  it("are left alone when npm's own record agrees with the lock", () => {
    expect(installed({ "node_modules/a": { version: "1.0.0" } })).toBe(true)
  })

  it("are installed when one is missing, of another version or too many, or nothing is recorded", () => {
    const right = { "node_modules/a": { version: "1.0.0" } }
    expect(installed({})).toBe(false)
    expect(installed({ "node_modules/a": { version: "1.0.1" } })).toBe(false)
    expect(installed({ ...right, "node_modules/b": { version: "1.0.0" } })).toBe(false)
    expect(matchesLock(lock, undefined)).toBe(false)
  })

  it("are not installed through a link, which would empty another checkout", () => {
    const mine = join(folder, "modules")
    mkdirSync(mine)
    symlinkSync(mine, join(folder, "linked"))
    expect(() => refuseLink(join(folder, "linked"))).toThrow(`a link to ${mine}`)
    expect([refuseLink(mine), refuseLink(join(folder, "none"))]).toEqual([undefined, undefined])
  })

  it("are compiled with Node's own headers only when they are of this very version", () => {
    const include = join(folder, "node", "include", "node")
    mkdirSync(include, { recursive: true })
    const lines = [20, 20, 2].map((n, at) => `#define NODE_${["MAJOR", "MINOR", "PATCH"][at]}_VERSION ${n}`)
    writeFileSync(join(include, "node_version.h"), lines.join("\n"))
    const executable = join(folder, "node", "bin", "node")
    expect(ownHeaders(executable, "v20.20.2")).toBe(join(folder, "node"))
    expect(ownHeaders(executable, "v20.20.3")).toBeUndefined()
    expect(ownHeaders(join(folder, "elsewhere", "bin", "node"), "v20.20.2")).toBeUndefined()
  })
})

describe("the browser", () => {
  const attempt = async (
    found: string | undefined,
    downloaded: string | undefined,
    packaged: string | undefined,
  ) => {
    const tried: Array<string> = []
    const way = (name: string, answer: string | undefined) => async () => {
      tried.push(name)
      return answer
    }
    const ways = {
      find: way("find", found),
      download: way("download", downloaded),
      installPackage: way("package", packaged),
      ensureFont: way("font", undefined),
    }
    const path = await ensureBrowser(ways).catch((error: Error) => error.message)
    return { tried, path }
  }

  it("is taken as it is when there is one", async () => {
    expect(await attempt("/a", "/b", "/c")).toEqual({ tried: ["find"], path: "/a" })
  })

  it("is downloaded, else installed as a package, with a font", async () => {
    expect(await attempt(undefined, "/b", "/c")).toEqual({ tried: ["find", "download", "font"], path: "/b" })
    expect(await attempt(undefined, undefined, "/c")).toEqual({
      tried: ["find", "download", "package", "font"],
      path: "/c",
    })
  })

  it("that cannot be had gives a message that says what to install", async () => {
    const { tried, path } = await attempt(undefined, undefined, undefined)
    expect(tried).toEqual(["find", "download", "package"])
    expect(path).toMatch(/install the package chromium.*LINKSEAL_CHROMIUM/s)
  })
})

describe("the hash of the sources", () => {
  it("changes with a file's name and content, and with nothing else", () => {
    const sources = join(folder, "sources")
    mkdirSync(join(sources, "below"), { recursive: true })
    writeFileSync(join(sources, "a.ts"), "1")
    writeFileSync(join(sources, "below", "b.ts"), "2")
    const now = () => fingerprint(sources, filesUnder(sources), "lock")
    const before = now()
    writeFileSync(join(sources, "a.ts"), "1")
    expect(now()).toBe(before)
    writeFileSync(join(sources, "a.ts"), "3")
    const changed = now()
    expect(changed).not.toBe(before)
    writeFileSync(join(sources, "c.ts"), "")
    expect(now()).not.toBe(changed)
    expect(filesUnder(join(folder, "nowhere"))).toEqual([])
  })
})

describe("a child", () => {
  it("that runs too long is ended with all it has started", async () => {
    const pidFile = join(folder, "grandchild")
    const result = await run("sh", ["-c", `sleep 60 & echo $! > ${pidFile}; wait`], { timeoutMillis: 500 })
    expect(result).toMatchObject({ code: null, timedOut: true })
    const pid = Number(readFileSync(pidFile, "utf8"))
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
  })

  it("that does not exist is an answer, not an exception", async () => {
    expect(await run(join(folder, "no-such-command"), [])).toMatchObject({ code: null, timedOut: false })
    expect(which("no-such-command", folder)).toBeUndefined()
  })

  it("gives its exit code and what it wrote on both streams", async () => {
    const result = await run("sh", ["-c", "echo out; echo err >&2; exit 3"])
    expect(result.code).toBe(3)
    expect(result.output).toContain("out")
    expect(result.output).toContain("err")
  })
})

describe("the lock of set-up", () => {
  const holdLock = (lock: string, log: string) => {
    const code = `
      import { appendFileSync } from "node:fs"
      import { setTimeout } from "node:timers/promises"
      import { withLock } from ${JSON.stringify(script("lock.mjs"))}
      await withLock(${JSON.stringify(lock)}, async () => {
        appendFileSync(${JSON.stringify(log)}, "in ")
        await setTimeout(300)
        appendFileSync(${JSON.stringify(log)}, "out ")
      })`
    return promisify(execFile)(process.execPath, ["--input-type=module", "-e", code])
  }

  it("lets one in at a time", async () => {
    const [lock, log] = [join(folder, "lock"), join(folder, "log")]
    await Promise.all([holdLock(lock, log), holdLock(lock, log), holdLock(lock, log)])
    expect(readFileSync(log, "utf8")).toBe("in out in out in out ")
    expect(existsSync(lock)).toBe(false)
  })

  it("of a process that is gone is nobody's", async () => {
    const gone = spawn("true")
    await new Promise((resolve) => gone.on("close", resolve))
    const [lock, log] = [join(folder, "stale"), join(folder, "stale-log")]
    writeFileSync(lock, String(gone.pid))
    await holdLock(lock, log)
    expect(readFileSync(log, "utf8")).toBe("in out ")
  })
})

describe("a long run or a benchmark", () => {
  for (const name of ["bench.mjs", "soak.mjs"]) {
    it(`of ${name} that does not exist is wrong usage, with the list of those that do`, async () => {
      const result = await run(process.execPath, [join(root, "scripts", name), "no-such-suite"])
      expect(result.code).toBe(2)
      expect(result.output).toMatch(/^error: no .* no-such-suite\. There are: .+\n$/)
    })
  }
})

describe("bin/linkseal", () => {
  it("in a checkout that is not built says so, through a symbolic link too", async () => {
    const checkout = join(folder, "checkout")
    mkdirSync(join(checkout, "bin"), { recursive: true })
    writeFileSync(join(checkout, "package.json"), '{"type":"module"}')
    writeFileSync(join(checkout, "bin", "linkseal"), readFileSync(join(root, "bin", "linkseal")))
    const link = join(folder, "linkseal")
    symlinkSync(join(checkout, "bin", "linkseal"), link)
    const result = await run(process.execPath, [link, "status"])
    expect(result.code).toBe(1)
    expect(result.output).toBe("error: linkseal is not built yet, run npm start (or npm run build) once\n")
  })

  it("runs the command of its own checkout with the arguments as they are", async () => {
    const command = join(folder, "checkout", "dist", "daemon", "cli")
    mkdirSync(command, { recursive: true })
    writeFileSync(join(command, "main.js"), "console.log(JSON.stringify(process.argv.slice(2)))")
    const result = await run(process.execPath, [join(folder, "linkseal"), "add", "--json"])
    expect(result).toMatchObject({ code: 0, output: '["add","--json"]\n' })
  })
})
