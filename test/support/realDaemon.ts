/**
 * The built daemon as a process of its own and the command beside it, as a user has them. `npm test` has built them; a
 * test that is run alone builds what is missing or old.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { projectRoot } from "./projectRoot.ts"

const root = projectRoot
const daemonScript = join(root, "dist/daemon/main.js")
const command = join(root, "bin/linkseal")

const newestUnder = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  )

/** Builds when `dist` is missing or older than the sources. */
export const ensureBuilt = (): void => {
  if (existsSync(daemonScript) && statSync(daemonScript).mtimeMs >= newestUnder(join(root, "src"))) return
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root, stdio: "inherit" })
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly json: any
}

export interface RealDaemon {
  readonly home: string
  readonly url: string
  readonly token: string
  readonly pid: number
  /** Runs `bin/linkseal` against this daemon. */
  readonly linkseal: (...args: ReadonlyArray<string>) => Promise<Ran>
  /** Asks the HTTP API with the token. */
  readonly api: (path: string, init?: RequestInit) => Promise<Response>
  /** Gives the exit code. */
  readonly stop: (signal: "SIGTERM" | "SIGKILL") => Promise<number | null>
}

export const newHome = (): string => mkdtempSync(join(tmpdir(), "linkseal-whole-"))
export const removeHome = (home: string): void =>
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const runLinkseal = (home: string, args: ReadonlyArray<string>): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [command, ...args], {
      env: { ...process.env, LINKSEAL_HOME: home },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let [out, err] = ["", ""]
    child.stdout.on("data", (chunk) => (out += chunk))
    child.stderr.on("data", (chunk) => (err += chunk))
    child.on("close", (code) => resolve({ code: code ?? -1, out, err, json: parsed(out) }))
  })

/** Waits for the ready line; rejects with what the daemon said when it ends before. */
const ready = (child: ChildProcess): Promise<RegExpExecArray> =>
  new Promise((resolve, reject) => {
    let [out, err] = ["", ""]
    child.stderr!.on("data", (chunk) => (err += chunk))
    child.stdout!.on("data", (chunk) => {
      out += chunk
      const found = /^linkseal ready (http:\/\/127\.0\.0\.1:\d+)\/\?token=(\S+)\n/.exec(out)
      if (found !== null) resolve(found)
    })
    child.on("close", (code) => reject(new Error(`the daemon ended with ${code}: ${out}${err}`)))
  })

export interface StartOptions {
  readonly home: string
  readonly args?: ReadonlyArray<string>
  /** Options of Node for the daemon, for example a limit of its heap. */
  readonly nodeOptions?: ReadonlyArray<string>
}

export const startDaemon = async ({
  home,
  args = [],
  nodeOptions = [],
}: StartOptions): Promise<RealDaemon> => {
  const child = spawn(
    process.execPath,
    [...nodeOptions, daemonScript, "--port", "0", "--home", home, ...args],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  )
  const ended = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)))
  const [, url, token] = await ready(child)
  return {
    home,
    url: url!,
    token: token!,
    pid: child.pid!,
    linkseal: (...words) => runLinkseal(home, words),
    api: (path, init) =>
      fetch(`${url}/api/v1${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...init?.headers },
      }),
    stop: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}

/** Command lines of the living processes that have this text in them. */
export const processesWith = (text: string): ReadonlyArray<string> =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return []
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      return line.includes(text) ? [line] : []
    } catch {
      return []
    }
  })
