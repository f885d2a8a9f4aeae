/**
 * Many captures by the built daemon while pages crash, hang or have no end, and while the daemon and its browser are
 * killed in between. What must hold whatever happens: nothing lost, nothing twice, no browser left, memory flat.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { freePort, heldMemory } from "./heapOf.ts"
import { renderersOf } from "./renderers.ts"
import { createServer, type ServerResponse } from "node:http"
import { join } from "node:path"
import {
  ensureBuilt,
  newHome,
  processesWith,
  removeHome,
  startDaemon,
  type RealDaemon,
} from "./realDaemon.ts"

export interface Storm {
  readonly captures: number
  /** Half of the daemon, half of its browser. */
  readonly kills: number
  readonly say?: (line: string) => void
  /** Look into the daemon's heap every so many captures once nobody kills it any more; left out: never. */
  readonly heapEvery?: number
}

/** What the daemon held after a full collection when so many captures were done since its last start. */
export interface HeapSample {
  readonly captures: number
  /** Heap and what hangs on it outside, bytes. */
  readonly held: number
}

export interface StormReport {
  readonly faults: ReadonlyArray<string>
  readonly states: Readonly<Record<string, number>>
  readonly seconds: number
  /** Resident memory of the daemon while nobody kills it, bytes: at the beginning and at the end of that time. */
  readonly memory: readonly [first: number, last: number]
  readonly heap: ReadonlyArray<HeapSample>
  /** Renderers that a page's crash has killed. */
  readonly crashed: number
}

/** Every twentieth page misbehaves, each in turn in one of these ways. */
const misdeeds = ["crash", "hang", "huge", "huge-file"] as const
type Misdeed = (typeof misdeeds)[number]
const misdeedOf = (n: number): Misdeed | null =>
  n % 20 === 10 ? misdeeds[Math.floor(n / 20) % misdeeds.length]! : null

/** The crash kills the page's renderer this many times before it lets the page be. */
const crashes = 2
/** Without a limit Node lets garbage lie for hundreds of captures, and a leak looks the same. */
const heapLimit = "--max-old-space-size=256"
const crashAfterMillis = 300
const pollMillis = 250
/** The storm is over when so long nothing has moved. */
const stillMillis = 120_000

const settings = {
  capture: {
    navigationMillis: 2_000,
    settleMillis: 2_000,
    captureMillis: 30_000,
    maxBytes: 5_000_000,
    artefacts: { "page.pdf": false, "article.html": false, thumbnail: false },
  },
  queue: { perHostSlots: 8, perHostGapMillis: 1 },
  retry: { pausesMillis: [200, 200, 500, 500, 1_000, 1_000, 1_000, 1_000] },
}

interface StormSite {
  readonly url: (n: number) => string
  readonly host: string
  readonly close: () => Promise<void>
}

const startSite = async (crashNow: () => void): Promise<StormSite> => {
  const crashed = new Map<string, number>()
  const page = (n: string, more: string) =>
    `<!doctype html><html lang=en><title>Page ${n}</title><h1>Page ${n}</h1><p>${`Sentence of page ${n}. `.repeat(40)}</p><img src=/icon.svg?${n}>${more}`
  const misbehave: Readonly<Record<Misdeed, (n: string, response: ServerResponse) => void>> = {
    crash: (n, response) => {
      const before = crashed.get(n) ?? 0
      crashed.set(n, before + 1)
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" })
      if (before >= crashes) return void response.end(page(n, ""))
      response.write(page(n, ""))
      // Not before the page is open in it; the answer never ends, the renderer does.
      setTimeout(crashNow, crashAfterMillis)
    },
    hang: (n, response) => {
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" })
      response.end(page(n, "<script>setTimeout(() => { for (;;); }, 50)</script>"))
    },
    huge: (n, response) => endless(response, "text/html; charset=utf-8", page(n, "")),
    "huge-file": (_n, response) => endless(response, "application/octet-stream", "x".repeat(50_000)),
  }
  const server = createServer((request, response) => {
    response.on("error", () => undefined)
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site")
    if (pathname === "/icon.svg") {
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="19"/></svg>'
      return void response.writeHead(200, { "Content-Type": "image/svg+xml" }).end(svg)
    }
    const misdeed = misdeeds.find((name) => pathname === `/${name}`)
    const n = searchParams.get("n") ?? ""
    if (misdeed !== undefined) return misbehave[misdeed](n, response)
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(page(n, ""))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
  const { port } = server.address() as { port: number }
  const host = `127.0.0.1:${port}`
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { host, url: (n) => `http://${host}/${misdeedOf(n) ?? "page"}?n=${n}`, close }
}

const endless = (response: ServerResponse, type: string, chunk: string) => {
  response.writeHead(200, { "Content-Type": type })
  const more = () => {
    while (!response.destroyed && response.write(chunk)) continue
  }
  response.on("drain", more)
  more()
}

const killAll = (pids: ReadonlyArray<number>) => {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      continue
    }
  }
}

/** The browsers that the daemon of this home has recorded. */
const browsersOf = (home: string): ReadonlyArray<{ readonly pid: number }> => {
  const folder = join(home, "run", "browsers")
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as { pid: number })
  } catch {
    return []
  }
}

const residentOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024

const pause = (millis: number) => new Promise<void>((resolve) => void setTimeout(resolve, millis))

interface Row {
  readonly id: string
  readonly url: string
  readonly state: string
  readonly failure: { readonly code: string; readonly retryAt: string | null } | null
}

const allLinks = async (daemon: RealDaemon): Promise<ReadonlyArray<Row>> => {
  const rows: Array<Row> = []
  for (let cursor: string | null = ""; cursor !== null;) {
    const response = await daemon.api(
      `/links?limit=500${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    const body = (await response.json()) as { links: ReadonlyArray<Row>; nextCursor: string | null }
    rows.push(...body.links)
    cursor = body.nextCursor
  }
  return rows
}

const isDone = ({ failure, state }: Row) =>
  state === "archived" || state === "doubtful" || (state === "failed" && failure?.retryAt === null)

/** What each page must end as. */
const expected = (n: number): string => {
  const misdeed = misdeedOf(n)
  return misdeed === "huge" || misdeed === "huge-file" ? "failed" : "archived"
}

export const runStorm = async ({
  captures,
  heapEvery,
  kills,
  say = () => undefined,
}: Storm): Promise<StormReport> => {
  ensureBuilt()
  const startedAt = Date.now()
  const home = newHome()
  writeFileSync(join(home, "config.json"), JSON.stringify(settings))
  let crashed = 0
  const site = await startSite(() => {
    const renderers = browsersOf(home).flatMap(({ pid }) => renderersOf(pid))
    crashed += renderers.length
    killAll(renderers)
  })
  let inspector = 0
  const start = async () => {
    inspector = await freePort()
    const nodeOptions = [heapLimit, ...(heapEvery === undefined ? [] : [`--inspect=127.0.0.1:${inspector}`])]
    return startDaemon({ home, args: ["--allow-host", site.host], nodeOptions })
  }
  let daemon = await start()
  try {
    const urls = Array.from({ length: captures }, (_, n) => site.url(n))
    await addAll(daemon, urls)
    let [killed, before, movedAt] = [0, -1, Date.now()]
    const memory: Array<number> = []
    const heap: Array<HeapSample> = []
    let doneAtStart = 0
    for (;;) {
      const rows = await allLinks(daemon)
      const done = rows.filter(isDone).length
      if (done !== before) [before, movedAt] = [done, Date.now()]
      if (done >= captures) break
      if (Date.now() - movedAt > stillMillis) break
      // The kills are spread over the first two thirds; what is left shows whether memory grows.
      if (killed < kills && done >= ((killed + 0.5) * captures * 2) / 3 / kills) {
        killed++
        if (killed % 2 === 1) {
          await daemon.stop("SIGKILL")
          daemon = await start()
          doneAtStart = done
        } else killAll(browsersOf(home).map(({ pid }) => pid))
        say(`${done} of ${captures} done; killed the ${killed % 2 === 1 ? "daemon" : "browser"} (${killed})`)
      } else if (killed === kills) {
        memory.push(residentOf(daemon.pid))
        const since = done - doneAtStart
        if (heapEvery !== undefined && since >= (heap.at(-1)?.captures ?? 0) + heapEvery) {
          const { external, heapUsed, rss } = await heldMemory(inspector)
          heap.push({ captures: since, held: heapUsed + external })
          const [held, resident] = [heapUsed + external, rss].map((bytes) => (bytes / 1e6).toFixed(1))
          say(`${since} captures since its last start: the daemon holds ${held} MB, resident ${resident} MB`)
        }
      }
      await pause(pollMillis)
    }
    const rows = await allLinks(daemon)
    const faults = [...faultsOf(rows, urls), ...(await archiveFaults(daemon, home, rows))]
    if (killed < kills) faults.push(`only ${killed} of ${kills} kills`)
    const code = await daemon.stop("SIGTERM")
    if (code !== 0) faults.push(`the daemon ended with ${code}`)
    faults.push(...processesWith(home).map((line) => `still running: ${line.slice(0, 120)}`))
    const states = Object.fromEntries(
      [...new Set(rows.map(({ state }) => state))].map((state) => [
        state,
        rows.filter((row) => row.state === state).length,
      ]),
    )
    return {
      faults,
      states,
      seconds: (Date.now() - startedAt) / 1000,
      memory: endsOf(memory),
      heap,
      crashed,
    }
  } finally {
    await daemon.stop("SIGKILL")
    killAll(browsersOf(home).map(({ pid }) => pid))
    await site.close()
    removeHome(home)
  }
}

/** The middle of the first fifth, and of the last; the first samples are those of a program that warms up. */
const endsOf = (samples: ReadonlyArray<number>): readonly [number, number] => {
  const warm = samples.slice(Math.floor(samples.length / 6))
  const part = Math.max(1, Math.floor(warm.length / 5))
  const middle = (values: ReadonlyArray<number>) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  return [middle(warm.slice(0, part)), middle(warm.slice(-part))]
}

const addAll = async (daemon: RealDaemon, urls: ReadonlyArray<string>) => {
  for (let at = 0; at < urls.length; at += 100) {
    const response = await daemon.api("/links", {
      method: "POST",
      body: JSON.stringify({ urls: urls.slice(at, at + 100) }),
    })
    if (!response.ok) throw new Error(`adding links: ${response.status} ${await response.text()}`)
  }
}

const faultsOf = (rows: ReadonlyArray<Row>, urls: ReadonlyArray<string>): ReadonlyArray<string> => {
  const byUrl = new Map(rows.map((row) => [row.url, row]))
  const lost = urls.filter((url) => !byUrl.has(url)).map((url) => `lost: ${url}`)
  const twice = rows.length > byUrl.size ? [`${rows.length - byUrl.size} links are there twice`] : []
  const wrong = urls.flatMap((url, n) => {
    const row = byUrl.get(url)
    return row === undefined || row.state === expected(n)
      ? []
      : [`${url}: ${row.state} ${row.failure?.code ?? ""}, not ${expected(n)}`]
  })
  return [...lost, ...twice, ...wrong]
}

/** One version of each archived link, in the catalogue and on the disk, and every byte as its hash says. */
const archiveFaults = async (
  daemon: RealDaemon,
  home: string,
  rows: ReadonlyArray<Row>,
): Promise<ReadonlyArray<string>> => {
  const faults: Array<string> = []
  for (const { id, state, url } of rows) {
    if (state !== "archived") continue
    const response = await daemon.api(`/links/${id}/snapshots`)
    const { snapshots } = (await response.json()) as { snapshots: ReadonlyArray<{ version: number }> }
    if (snapshots.length !== 1) faults.push(`${url}: ${snapshots.length} versions`)
    const files = readdirSync(join(home, "archive", "snapshots", id))
    if (files.length !== 1) faults.push(`${url}: ${files.length} manifests`)
  }
  const verified = await daemon.linkseal("verify", "--json")
  if (verified.code !== 0) faults.push(`verify: ${verified.out}${verified.err}`)
  return faults
}
