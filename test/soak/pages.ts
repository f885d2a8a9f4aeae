/**
 * `npm run soak -- pages [--only WORD] [--out FOLDER]`: captures thirty real pages with all artefacts and compares what
 * was kept with what is there: the verdict, each page.html opened without a network, its picture, each WACZ against our
 * checker and its HTML against the file. `--out` keeps the pictures, for people to look at.
 */
import * as Effect from "effect/Effect"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Browser } from "playwright"
import { defaultCaptureSettings } from "../../src/snapshot/capture/Settings.ts"
import { captureLayer, captureUrl, type Captured } from "../snapshot/capture/support.ts"
import { checkWacz } from "../snapshot/archive/waczChecker.ts"
import { debianPages, missingPackages, serveDebianPages, type DebianPage } from "../support/debianPages.ts"
import { compare, launchChromium, openForPicture } from "../support/pictures.ts"

/** A page of 115,000 px on a busy machine takes its time; here it is about what is kept, not how soon. */
const settings = { ...defaultCaptureSettings, artefactMillis: 90_000, captureMillis: 600_000 }
const maxMedianDifference = 0.01
const maxDifference = 0.05

/** Pages that may differ more, and why. */
const exceptions: Readonly<Record<string, string>> = {}

interface Report {
  readonly name: string
  readonly millis: number
  readonly difference: number
  readonly faults: ReadonlyArray<string>
}

const argument = (args: ReadonlyArray<string>, name: string): string | null => {
  const at = args.indexOf(name)
  return at < 0 ? null : (args[at + 1] ?? null)
}

export default async (args: ReadonlyArray<string>): Promise<void> => {
  const missing = missingPackages()
  if (missing.length > 0) {
    throw new Error(`the pages are not here: apt-get install --no-install-recommends ${missing.join(" ")}`)
  }
  const only = argument(args, "--only") ?? ""
  const out = argument(args, "--out")
  if (out !== null) mkdirSync(out, { recursive: true })
  const pages = debianPages.filter(({ name }) => name.includes(only))
  const site = await serveDebianPages()
  const browser = await launchChromium()
  const folder = await mkdtemp(join(tmpdir(), "linkseal-pages-"))
  try {
    const all = Effect.forEach(pages, (page) =>
      Effect.gen(function* () {
        const url = page.url(site.origin)
        const captured = yield* captureUrl(url, settings)
        const report = yield* Effect.promise(() => inspect(browser, page, url, captured, folder, out))
        process.stdout.write(lineOf(report, captured))
        return report
      }),
    )
    const allow = [new URL(site.origin).host]
    conclude(await Effect.runPromise(Effect.provide(all, captureLayer(allow))))
  } finally {
    await browser.close()
    await site.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const inspect = async (
  browser: Browser,
  page: DebianPage,
  url: string,
  captured: Captured,
  folder: string,
  out: string | null,
): Promise<Report> => {
  const faults = [...faultsOf(captured), ...(await waczFaults(captured, page, url, folder))]
  const file = join(folder, "page.html")
  writeFileSync(file, captured.files.get("page.html") ?? "")
  const offline = await openForPicture(browser, { url: pathToFileURL(file).href }, { offline: true })
  const live = await openForPicture(browser, { url })
  faults.push(...offline.requests.map((request) => `page.html asks for ${request}`))
  const difference = await compare(live.picture, offline.picture)
  if (difference.share > maxDifference && exceptions[page.name] === undefined) {
    faults.push(`${percent(difference.share)} of the picture differ`)
  }
  if (out !== null) {
    const base = join(out, page.name.replaceAll("/", "_"))
    writeFileSync(`${base}.live.png`, live.picture)
    writeFileSync(`${base}.kept.png`, offline.picture)
    if (difference.share > 0) writeFileSync(`${base}.diff.png`, difference.image())
    for (const [name, bytes] of captured.files) {
      if (/^(page\.html|screenshot|page\.pdf|page\.wacz)$/.test(name))
        writeFileSync(`${base}.${extension(name)}`, bytes)
    }
  }
  await offline.close()
  await live.close()
  return { name: page.name, millis: captured.result.millis, difference: difference.share, faults }
}

const extension = (name: string) => (name === "screenshot" ? "screenshot.jpg" : name)

const faultsOf = ({ result }: Captured): ReadonlyArray<string> => [
  ...(result.verdict.kind === "good" ? [] : [`doubtful: ${result.verdict.reasons.join(", ")}`]),
  ...(result.partial ? ["partial"] : []),
  ...result.artefacts
    .filter(
      ({ name, status }) =>
        status === "failed" || (status === "skipped" && !/^(original|favicon)$/.test(name)),
    )
    .map(({ name, reason }) => `${name}: ${reason}`),
]

const waczFaults = async (
  { files }: Captured,
  page: DebianPage,
  url: string,
  folder: string,
): Promise<ReadonlyArray<string>> => {
  const file = join(folder, "page.wacz")
  writeFileSync(file, files.get("page.wacz") ?? "")
  const { faults, records } = await checkWacz(file)
  const html = records.find(
    ({ headers }) => headers.get("WARC-Type") === "response" && headers.get("WARC-Target-URI") === url,
  )
  const isSame = html !== undefined && html.payload.equals(readFileSync(page.file))
  return [
    ...faults.map((fault) => `page.wacz: ${fault}`),
    ...(isSame ? [] : ["page.wacz: not the HTML that was served"]),
  ]
}

const percent = (share: number) => `${(share * 100).toFixed(3)} %`

const lineOf = ({ difference, faults, millis, name }: Report, { result }: Captured): string =>
  `${name}: ${millis} ms, ${(result.bytes / 1e6).toFixed(1)} MB, ${percent(difference)} differ${
    exceptions[name] === undefined ? "" : ` (${exceptions[name]})`
  }${faults.map((fault) => `\n  FAULT ${fault}`).join("")}\n`

const conclude = (reports: ReadonlyArray<Report>): void => {
  const shares = reports.map(({ difference }) => difference).toSorted((a, b) => a - b)
  const median = shares[Math.floor(shares.length / 2)] ?? 1
  const faulty = reports.filter(({ faults }) => faults.length > 0)
  process.stdout.write(
    `${reports.length} pages: ${reports.length - faulty.length} as they should be; pictures differ by ${percent(median)} (median), ${percent(shares.at(-1) ?? 1)} (worst)\n`,
  )
  if (faulty.length > 0 || median > maxMedianDifference) {
    throw new Error(`${faulty.length} pages with faults; median difference ${percent(median)}`)
  }
}
