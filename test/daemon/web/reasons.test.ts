/** The reasons why a sector waits: each sentence that the sources of the sealing room can make is Chinese on the page. */
import { readdirSync, readFileSync } from "node:fs"
import type { Browser } from "playwright"
import { afterAll, beforeAll, expect, it } from "vitest"
import { buildPage } from "../../support/builtPage.ts"
import { MockDaemon } from "../../support/mockDaemon.ts"
import { launchChromium, openPage } from "../../support/pageBrowser.ts"

let browser: Browser
beforeAll(async () => {
  buildPage()
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** What stands for an expression of a template; the others stand for a number. */
const values: Readonly<Record<string, ReadonlyArray<string>>> = {
  'message.executed ? "is" : "will be"': ["is", "will be"],
  "batchNames[kind]": ["a pre-commit batch", "an aggregate of proofs", "a batch of terminations"],
  turn: ["it is the next", "3 before it"],
  down: ["", "; every worker that does it is down"],
  waysOut: [
    "SectorProving when the chain counts it as sound again, SectorTerminate or SectorRemove to give it up",
  ],
  "why.text": ["PreCommit1 is under way (PC1)"],
  what: ["reading the head", "checking the pieces"],
  "error.message": ["getting chain head: the chain does not answer (world setting)"],
  "broken.message": ["piece 0 (of 2) of sector 7 had non-zero PieceCID baga7"],
  "landed.error.message": ["the chain does not answer (world setting)"],
  "released.error.message": ["Finalize failed (world setting)"],
  problem: ["AddPiece failed (world setting)"],
  reason: ["sector in state WaitSeed does not take the event SectorPacked"],
  "machine.reason": ["sector in state WaitSeed does not take the event SectorPacked"],
}

const filled = (template: string): ReadonlyArray<string> => {
  const hole = /\$\{((?:[^{}]|\{[^{}]*\})*)\}/.exec(template)
  if (hole === null) return [template]
  return (values[hole[1] ?? ""] ?? ["7"]).flatMap((value) => filled(template.replace(hole[0], () => value)))
}

const text = /("(?:[^"\\]|\\.)*"|`[^`]*`)/.source
/** Where a sentence stands in the sources. */
const places: ReadonlyArray<readonly [file: RegExp, place: RegExp]> = [
  [/stages/, new RegExp(`idle\\(\\s*"\\w+",\\s*${text}`, "g")],
  [/stages/, new RegExp(`sleepUntil\\([^,]+,\\s*${text}`, "g")],
  [/stages\/Stage/, new RegExp(`"chain",\\s*${text}`, "g")],
  [/describe|Waits/, new RegExp(`\\b(?:worker|chain|batch|operator)\\(\\s*${text}`, "g")],
  [/describe|Waits|World\.ts|Batchers\.ts|Sealing\.ts/, new RegExp(`\\btext:\\s*${text}`, "g")],
  [/World\.ts/, new RegExp(`const text = ${text}`, "g")],
  [/Waits/, new RegExp(`\\s[?:]\\s*${text}`, "g")],
]
const asked = new RegExp(`chainTrouble\\(\\s*${text}`, "g")

const sources = readdirSync("src/sealing", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => [path, readFileSync(`src/sealing/${path}`, "utf8")] as const)
const found = (pattern: RegExp, file: RegExp) =>
  sources
    .filter(([path]) => file.test(path))
    .flatMap(([, source]) => [...source.matchAll(pattern)].map(([, literal = ""]) => literal.slice(1, -1)))

const reasons = [
  ...new Set([
    ...places.flatMap(([file, place]) => found(place, file)).flatMap(filled),
    ...found(asked, /stages/).map(
      (what) =>
        `${what}: the chain does not answer (world setting). The sector rests here; SectorRestart, or a restart of the process, tries again`,
    ),
  ]),
].filter((reason) => reason.includes(" "))

/** Names that are Lotus's in every language, commands, and the test's own figures. */
const names =
  /\b(?:Sector[A-Z]\w+|Pre[Cc]ommit[12]|AP|PC1|PC2|C1|C2|FIN|CommR|FaultReportMsg|Proving|WaitSeed|AddPiece|Finalize|SectorPacked|worker|baga7)\b/g

it("every sentence of the sources is Chinese in the panel and in the table", async () => {
  expect(reasons.length).toBeGreaterThan(60)
  const daemon = await new MockDaemon({ sectors: { PreCommit1: reasons.length }, links: 1 }).start()
  reasons.forEach((reason, index) => {
    const sector = daemon.sectors[index]
    if (sector !== undefined) sector.why = reason
  })
  const { page, context, errors } = await openPage(browser, `${daemon.origin}/sealing?view=table`, {
    language: "zh-CN",
    width: 1440,
    height: 400 + 36 * reasons.length,
  })
  try {
    const row = page.locator("[data-sector]")
    await expect.poll(() => row.count()).toBe(reasons.length)
    const shown = await page.locator("[data-why]").allInnerTexts()
    const english = shown.filter((reason) => /[A-Za-z]{2,}/.test(reason.replaceAll(names, "")))
    expect(english).toEqual([])
    await page.locator('[data-sector="1"]').click()
    await page.getByRole("region", { name: /1/ }).waitFor()
    expect(errors).toEqual([])
  } finally {
    await context.close()
    await daemon.stop()
  }
})
