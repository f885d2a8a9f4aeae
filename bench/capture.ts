/**
 * Whole captures, all default artefacts kept in a content store, beside a bare Playwright script on the same pages in
 * the same run: turn by turn, medians of several rounds; then memory, and the disk of three versions of all thirty pages of
 * Debian's documentation. `--all` times all thirty too, `--only WORD` takes fewer, `--rounds N` other than 3.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readdirSync, readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser as PlainBrowser } from "playwright"
import { ContentStore } from "../src/snapshot/archive/ContentStore.ts"
import { Drafts } from "../src/snapshot/archive/Drafts.ts"
import { ArtefactSink } from "../src/snapshot/archive/ArtefactSink.ts"
import { Browser } from "../src/snapshot/capture/Browser.ts"
import { capture } from "../src/snapshot/capture/Capture.ts"
import { findChromium } from "../src/snapshot/capture/findChromium.ts"
import { Guard, parseAllowList } from "../src/snapshot/capture/Guard.ts"
import { probe } from "../src/snapshot/capture/Probe.ts"
import { defaultCaptureSettings } from "../src/snapshot/capture/Settings.ts"
import * as Either from "effect/Either"
import { debianPages, missingPackages, serveDebianPages } from "../test/support/debianPages.ts"
import { startFixtureSite } from "../test/support/fixtureSite.ts"
import { launchPlain, plainCapture } from "./peers/playwright.ts"

interface Result {
  readonly name: string
  readonly unit: string
  readonly value: number
  readonly peers: Readonly<Record<string, number>>
}

/** A mix of sizes and scripts, of several writers. */
const debianTen = [
  "python/library/os",
  "python/library/asyncio-task",
  "handbook/zh-CN/index",
  "handbook/ja-JP/index",
  "postgresql/sql-select",
  "postgresql/functions-json",
  "reference/ch01.zh-cn",
  "rust/book/ch04-01-what-is-ownership",
  "qt/qtcore/qstring",
  "django/ref/models/querysets",
]
const fixtureTen = [
  "chinese",
  "rich",
  "tall",
  "gbk",
  "lazy",
  "rtl",
  "consent-ok",
  "no-print",
  "schemes",
  "no-charset", // prettier-ignore
]

interface Pages {
  readonly what: string
  /** For the times and the memory. */
  readonly urls: ReadonlyArray<string>
  /** For the disk. */
  readonly kept: ReadonlyArray<string>
  readonly allow: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

const openPages = async (only: string, all: boolean): Promise<Pages> => {
  if (missingPackages().length > 0) {
    const site = await startFixtureSite()
    const urls = fixtureTen.map((name) => `${site.origin}/${name}.html`).filter((url) => url.includes(only))
    return {
      what: "fixture pages (Debian's documentation is not installed)",
      urls,
      kept: urls,
      allow: site.allow,
      close: site.close,
    }
  }
  const site = await serveDebianPages()
  const chosen = debianPages.filter(({ name }) => name.includes(only))
  const timed = chosen.filter(({ name }) => all || debianTen.includes(name))
  return {
    what: "pages of Debian's documentation",
    urls: timed.map((page) => page.url(site.origin)),
    kept: chosen.map((page) => page.url(site.origin)),
    allow: [new URL(site.origin).host],
    close: site.close,
  }
}

/** One capture as the daemon makes it, into the content store; gives the bytes of its artefacts. */
const ours = (url: string) =>
  Effect.gen(function* () {
    const draft = yield* Effect.flatMap(Drafts, (drafts) => drafts.open)
    const probed = yield* probe(url, defaultCaptureSettings)
    const result = yield* capture(url, probed, defaultCaptureSettings).pipe(
      Effect.provideService(ArtefactSink, draft.sink),
    )
    if (result.text !== "") yield* draft.keepText(result.text)
    const failed = result.artefacts.filter(({ status }) => status === "failed").map(({ name }) => name)
    if (failed.length > 0) process.stderr.write(`${url}: not in time: ${failed.join(", ")}\n`)
    return result.bytes
  }).pipe(Effect.scoped)

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const value = yield* effect
    return { value, millis: (yield* Clock.currentTimeMillis) - startedAt }
  })

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** Proportional set size of this process and the process groups, bytes. */
const proportionalBytes = (groups: ReadonlyArray<number>): number =>
  sum(
    readdirSync("/proc").map((pid) => {
      if (!/^\d+$/.test(pid)) return 0
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
        const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2])
        if (Number(pid) !== process.pid && !groups.includes(group)) return 0
        const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")
        return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024
      } catch {
        return 0
      }
    }),
  )

const samplePauseMillis = 250

/** The effect's value and the most memory that was seen while it ran. */
const withPeak = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { pids } = yield* Browser
    let peak = 0
    const sample = Effect.map(pids, (groups) => {
      peak = Math.max(peak, proportionalBytes(groups))
    })
    const sampler = Effect.forever(Effect.zipRight(sample, Effect.sleep(samplePauseMillis)))
    const value = yield* Effect.raceFirst(effect, sampler as Effect.Effect<never, never>)
    return { value, peak }
  })

/** Each page in turn, ours and theirs, the first place changing from round to round. */
const sideBySide = (urls: ReadonlyArray<string>, rounds: number, plain: PlainBrowser, folder: string) =>
  Effect.gen(function* () {
    const mine: Array<number> = []
    const theirs: Array<number> = []
    for (const url of urls) {
      const [oursOfPage, theirsOfPage]: [Array<number>, Array<number>] = [[], []]
      for (let round = 0; round < rounds; round++) {
        const runOurs = Effect.map(timed(ours(url)), ({ millis }) => void oursOfPage.push(millis))
        const runTheirs = Effect.map(
          timed(Effect.promise(() => plainCapture(plain, url, folder))),
          ({ millis }) => void theirsOfPage.push(millis),
        )
        yield* Effect.all(round % 2 === 0 ? [runOurs, runTheirs] : [runTheirs, runOurs], { discard: true })
      }
      mine.push(median(oursOfPage))
      theirs.push(median(theirsOfPage))
      process.stderr.write(`${url}: ${mine.at(-1)} ms; bare script ${theirs.at(-1)} ms\n`)
    }
    return { ours: sum(mine) / 1000, theirs: sum(theirs) / 1000 }
  })

/** Captures a minute, and the peak of memory, with so many at once. */
const throughput = (urls: ReadonlyArray<string>, atOnce: number) =>
  Effect.gen(function* () {
    const run = Effect.forEach(urls, ours, { concurrency: atOnce, discard: true })
    const { peak, value } = yield* withPeak(timed(run))
    return { perMinute: (urls.length * 60_000) / value.millis, peak }
  })

/** Bytes of all files under the folder. */
const storedBytes = (folder: string): Effect.Effect<number> =>
  Effect.promise(async () => {
    const { stat, readdir } = await import("node:fs/promises")
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    return sum(
      await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size)),
    )
  })

const megabyte = 1_000_000
const keptVersions = 3

/** What versions of the pages take in a store of their own, and what their files would take one by one. */
const diskOf = (urls: ReadonlyArray<string>, folder: string) =>
  Effect.gen(function* () {
    const versions = Array.from({ length: keptVersions }, () => urls).flat()
    const bytes = yield* Effect.forEach(versions, ours, { concurrency: 2 })
    return { stored: yield* storedBytes(join(folder, "archive")), plain: sum(bytes) }
  }).pipe(Effect.provide(storeIn(folder)))

const storeIn = (home: string) => Layer.provideMerge(Drafts.layer, ContentStore.layer({ home }))

const measure = ({ kept, urls, what }: Pages, rounds: number, home: string, plain: PlainBrowser) =>
  Effect.gen(function* () {
    // Both browsers warm, and the pages in the system's cache.
    yield* ours(urls[0]!)
    yield* Effect.promise(() => plainCapture(plain, urls[0]!, home))
    const times = yield* sideBySide(urls, rounds, plain, home)
    yield* Effect.promise(() => plain.close())
    const turns = yield* Effect.forEach(Array.from({ length: rounds }), () =>
      Effect.all({ one: throughput(urls, 1), two: throughput(urls, 2) }),
    )
    const disk = yield* diskOf(kept, join(home, "versions"))
    const best = (which: "one" | "two") => median(turns.map((turn) => turn[which].perMinute))
    const peak = (which: "one" | "two") => Math.max(...turns.map((turn) => turn[which].peak)) / megabyte
    const results: ReadonlyArray<Result> = [
      {
        name: `all artefacts of ${urls.length} ${what}, median of ${rounds}`,
        unit: "s",
        value: times.ours,
        peers: { "bare Playwright script": times.theirs },
      },
      {
        name: "two captures at once",
        unit: "captures/min",
        value: best("two"),
        peers: { "one at a time": best("one") },
      },
      {
        name: "peak memory, one at a time (PSS of browser and node)",
        unit: "MB",
        value: peak("one"),
        peers: { "allowed 1.3 GB": 1_300 },
      },
      {
        name: "peak memory, two at once (PSS of browser and node)",
        unit: "MB",
        value: peak("two"),
        peers: { "allowed 2 GB": 2_000 },
      },
      {
        name: `disk of ${keptVersions} versions of ${kept.length} pages`,
        unit: "MB",
        value: disk.stored / megabyte,
        peers: { "plain files": disk.plain / megabyte },
      },
    ]
    return results
  })

const argument = (args: ReadonlyArray<string>, name: string): string | undefined =>
  args.includes(name) ? args[args.indexOf(name) + 1] : undefined

export default async (args: ReadonlyArray<string>): Promise<ReadonlyArray<Result>> => {
  const rounds = Number(argument(args, "--rounds") ?? 3)
  const found = findChromium()
  if (found.path === null) throw new Error(found.reason)
  const pages = await openPages(argument(args, "--only") ?? "", args.includes("--all"))
  const home = await mkdtemp(join(tmpdir(), "linkseal-bench-"))
  const plain = await launchPlain(found.path)
  const services = Layer.mergeAll(
    Browser.layer({ runDir: join(home, "run") }),
    Guard.layer(Either.getOrThrow(parseAllowList(pages.allow))),
    storeIn(home),
  )
  try {
    return await Effect.runPromise(Effect.provide(measure(pages, rounds, home, plain), services))
  } finally {
    await plain.close()
    await pages.close()
    await rm(home, { recursive: true, force: true, maxRetries: 3 })
  }
}
