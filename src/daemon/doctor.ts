/**
 * Checks what the daemon needs, each by doing it: a folder is written to, a database opened, the browser started.
 * No check changes anything that stays, and none fails because another did.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { findChromium, realWorld } from "../snapshot/capture/findChromium.ts"
import type { Settings } from "./Config.ts"
import { loadSettings } from "./Config.ts"
import { builtPage } from "./Daemon.ts"

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What was found, or what to do. */
  readonly detail: string
}

type Environment = Readonly<Record<string, string | undefined>>

const leastNode = [20, 19] as const
/** Below this a capture may fill the disk. */
const leastFreeBytes = 1_073_741_824
const browserStartMillis = 30_000
const execute = promisify(execFile)

const message = (error: unknown) => (error instanceof Error ? error.message.split("\n")[0]! : String(error))

/** Runs a check; whatever it throws is its failure. */
const check = async (name: string, work: () => string | Promise<string>): Promise<Check> => {
  try {
    return { name, ok: true, detail: await work() }
  } catch (error) {
    return { name, ok: false, detail: message(error) }
  }
}

const nodeVersion = () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  const enough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])
  if (!enough) throw new Error(`${process.version}: install Node ${leastNode.join(".")} or newer`)
  return process.version
}

/** The home may not exist yet: then the nearest folder above must be writable. */
const existingFolder = (path: string): string => (existsSync(path) ? path : existingFolder(dirname(path)))

const homeWritable = (home: string) => {
  const folder = existingFolder(home)
  const probe = join(folder, `.linkseal-doctor-${process.pid}`)
  mkdirSync(probe)
  try {
    writeFileSync(join(probe, "probe"), "x")
  } finally {
    rmSync(probe, { recursive: true, force: true })
  }
  return folder === home ? home : `${home} (will be made)`
}

const diskSpace = (home: string) => {
  const { bavail, bsize } = statfsSync(existingFolder(home))
  const free = bavail * bsize
  const text = `${(free / 1_073_741_824).toFixed(1)} GiB free`
  if (free < leastFreeBytes) throw new Error(`${text}: make room, captures need at least 1 GiB`)
  return text
}

const database = () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const sql = yield* SqliteClient.make({ filename: ":memory:" })
        const [row] = yield* sql<{ version: string }>`SELECT sqlite_version() AS version`
        yield* sql`CREATE VIRTUAL TABLE probe USING fts5(body)`
        yield* sql`INSERT INTO probe VALUES ('快照 snapshot')`
        const found = yield* sql`SELECT * FROM probe WHERE probe MATCH 'snapshot'`
        return found.length === 1
          ? `SQLite ${row?.version} with FTS5`
          : yield* Effect.dieMessage("FTS5 finds nothing")
      }),
    ).pipe(Effect.provide(Reactivity.layer)),
  )

const browser = (settings: Settings | undefined, env: Environment) => {
  const found = findChromium({
    ...realWorld(),
    env: settings?.chromium == null ? env : { ...env, LINKSEAL_CHROMIUM: settings.chromium },
  })
  if (found.path === null) throw new Error(found.reason)
  return found.path
}

const browserStarts = async (path: string) => {
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : []
  const { stdout } = await execute(
    path,
    [
      "--headless",
      ...sandbox,
      "--disable-gpu",
      "--disable-background-networking",
      "--dump-dom",
      "data:text/html,<p>alive",
    ],
    { timeout: browserStartMillis, env: process.env },
  )
  if (!stdout.includes("alive")) throw new Error(`${path} starts but shows no page`)
  return "starts and shows a page"
}

const fontFolders = ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts"]
const cjkFont =
  /noto.*cjk|source-?han|wqy|wenquan|droid.*fallback|ipag|nanum|unfonts|uming|ukai|pingfang|hiragino/i

const fontFiles = (folder: string) => {
  try {
    return readdirSync(folder, { recursive: true }).map(String)
  } catch {
    return []
  }
}

/** Without one, Chinese pages are pictures of boxes; text and search work all the same. */
const chineseFont = async () => {
  const listed = await execute("fc-list", [":lang=zh", "family"]).then(
    ({ stdout }) => stdout.split("\n")[0]?.trim(),
    () => fontFolders.flatMap(fontFiles).find((file) => cjkFont.test(file)),
  )
  if (listed === undefined || listed === "") {
    throw new Error("no Chinese font: pictures of Chinese pages will show boxes; install fonts-noto-cjk")
  }
  return listed
}

const runningPid = (home: string): number | undefined => {
  try {
    const { pid } = JSON.parse(readFileSync(join(home, "daemon.json"), "utf8")) as { pid: number }
    process.kill(pid, 0)
    return pid
  } catch {
    return undefined
  }
}

const portFree = (settings: Settings) => {
  return new Promise<string>((resolve, reject) => {
    const server = createServer()
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `${settings.port} of ${settings.host}: ${error.code}; stop what uses it, or set LINKSEAL_PORT`,
        ),
      ),
    )
    server.listen(settings.port, settings.host, () => server.close(() => resolve(`${settings.port} is free`)))
  })
}

/** Longer than this a large archive is not measured while somebody waits. */
const measureMillis = 10_000

const archive = async (home: string) => {
  const [{ measureSaving }, { formatBytes }] = await Promise.all([
    import("./archiveWork.ts"),
    import("./cli/render/table.ts"),
  ])
  const found = await measureSaving(home, measureMillis)
  if (found === null) return "too large to measure in passing; linkseal status says what was measured last"
  if (found.logicalBytes === 0) return "empty"
  const { logicalBytes, ratio, storedBytes } = found
  return `${formatBytes(storedBytes)} on disk for ${formatBytes(logicalBytes)} of files (1 : ${ratio.toFixed(1)})`
}

const pageBuilt = () => {
  if (!existsSync(join(builtPage, "index.html"))) throw new Error("not built: run npm run build")
  return "built"
}

/** All checks, in the order in which they matter. */
export const diagnose = async (home: string, env: Environment): Promise<ReadonlyArray<Check>> => {
  const settings = loadSettings({ home, iKnowThisIsPublic: true }, env)
  const known = Either.isRight(settings) ? settings.right : undefined
  const found = await check("browser", () => browser(known, env))
  return [
    await check("node", nodeVersion),
    await check("settings", () => {
      if (Either.isLeft(settings)) throw settings.left
      return "all known"
    }),
    await check("home", () => homeWritable(home)),
    await check("disk", () => diskSpace(home)),
    await check("database", database),
    await check("archive", () => archive(home)),
    found,
    await check("browser starts", () => {
      if (!found.ok) throw new Error("there is none to start")
      return browserStarts(found.detail)
    }),
    await check("font", chineseFont),
    await check("port", () => {
      const pid = runningPid(home)
      if (pid !== undefined) return `the daemon runs (pid ${pid})`
      if (Either.isLeft(settings)) throw new Error(`which one is not known: ${settings.left.message}`)
      return portFree(settings.right)
    }),
    await check("page", pageBuilt),
  ]
}
