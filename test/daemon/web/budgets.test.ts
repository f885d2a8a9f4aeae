import axe from "axe-core"
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import type { Browser, Page } from "playwright"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { buildPage, distWeb } from "../../support/builtPage.ts"
import { MockDaemon } from "../../support/mockDaemon.ts"
import { launchChromium, openPage } from "../../support/pageBrowser.ts"

const firstPageBytes = 180_000
const routeBytes = 60_000
const paths = [
  "/",
  "/?q=wal",
  "/add",
  "/links/k00131",
  "/links/k00134",
  "/links/k00133?compare=1..4",
  "/sealing",
  "/sealing?view=table&sector=18",
  "/sealing?view=batches",
  "/sealing?view=world",
  "/settings",
]

let browser: Browser
let daemon: MockDaemon
beforeAll(async () => {
  buildPage()
  browser = await launchChromium()
  daemon = await new MockDaemon({
    sectors: { CommitFailed: 1, WaitSeed: 4, PreCommit1: 2, Removed: 3, Proving: 12 },
  }).start()
})
afterAll(async () => {
  await browser.close()
  await daemon.stop()
})

const violations = async (page: Page) => {
  if (!(await page.evaluate("'axe' in window"))) {
    // As the browser's own tool and not as a script of the page, which its policy would refuse.
    await page.evaluate(axe.source)
  }
  const found = (await page.evaluate("axe.run(document)")) as axe.AxeResults
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
  )
}

/** To another page without loading all again, as a reader goes. */
const go = async (page: Page, path: string) => {
  await page.evaluate((to) => {
    const { history, dispatchEvent } = globalThis as unknown as {
      history: { pushState: (state: unknown, title: string, to: string) => void }
      dispatchEvent: (event: Event) => void
    }
    history.pushState(null, "", to)
    dispatchEvent(new Event("popstate"))
  }, path)
  await page.waitForTimeout(150)
  await page.locator("main h1").first().waitFor({ state: "attached" })
  await expect.poll(() => page.locator("main [aria-busy=true]").count()).toBe(0)
}

// Each language and each theme on every page; the other two pairs where the colours are.
describe.each([
  ["en", "light", paths],
  ["zh-CN", "dark", paths],
  ["en", "dark", ["/", "/sealing"]],
  ["zh-CN", "light", ["/", "/sealing"]],
] as const)("accessibility in %s, %s", (language, theme, shown) => {
  it("has no violation on any page, nor in a dialog or menu", async () => {
    const { page, context, errors } = await openPage(browser, daemon.origin, { language, theme })
    const found: Record<string, ReadonlyArray<string>> = {}
    for (const path of shown) {
      await go(page, path)
      found[path] = await violations(page)
    }
    await go(page, "/")
    await page.locator('[data-do="check"]').first().click()
    await page.locator('[data-do="menu"]').nth(4).click()
    await page.getByRole("menu").waitFor()
    found["menu"] = await violations(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.getByRole("dialog").waitFor()
    found["add dialog"] = await violations(page)
    expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({})
    expect(errors).toEqual([])
    await context.close()
  })
})

describe("size", () => {
  it.each(["en", "zh-CN"] as const)("fits 320 px without scrolling sideways, %s", async (language) => {
    const { page, context } = await openPage(browser, daemon.origin, { language, width: 320, height: 640 })
    const wide: Array<string> = []
    for (const path of paths) {
      await go(page, path)
      const over = await page.evaluate(
        "Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth) - innerWidth",
      )
      if (Number(over) > 0) wide.push(`${path} by ${String(over)} px`)
    }
    expect(wide).toEqual([])
    await context.close()
  })

  const scriptOf = (file: string) => readFileSync(`${distWeb}/assets/${file}`, "utf8")
  const importsOf = (file: string): ReadonlySet<string> => {
    const all = new Set([file])
    for (const each of all) {
      for (const [, name] of scriptOf(each).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
        all.add(name as string)
    }
    return all
  }
  const zipped = (files: Iterable<string>) =>
    [...files].reduce((sum, file) => sum + gzipSync(scriptOf(file)).length, 0)
  it("loads less than 180 kB of script for the first page, and less than 60 kB more for another", () => {
    const html = readFileSync(`${distWeb}/index.html`, "utf8")
    const main = [...html.matchAll(/<script[^>]*src="\/assets\/([^"]+\.js)"/g)].map(
      (found) => found[1] as string,
    )
    expect(main).toHaveLength(2)
    const first = new Set(main.flatMap((file) => [...importsOf(file)]))
    const index = main.find((file) => file.startsWith("index")) as string
    const lazy = [...scriptOf(index).matchAll(/import\("\.\/([^"]+\.js)"\)/g)].map(
      (found) => found[1] as string,
    )
    const language = Math.max(
      ...lazy.filter((file) => /^(en|zh-CN)-/.test(file)).map((file) => zipped([file])),
    )
    expect(lazy.length).toBeGreaterThan(6)
    expect(zipped(first) + language).toBeLessThan(firstPageBytes)
    const tooBig = lazy.filter((file) => {
      const more = [...importsOf(file)].filter((each) => !first.has(each))
      return zipped(more) >= routeBytes
    })
    expect(tooBig).toEqual([])
  })

  it("has no inline script, and asks nothing of another host", () => {
    const html = readFileSync(`${distWeb}/index.html`, "utf8")
    expect([...html.matchAll(/<script(?![^>]*src=)/g)]).toEqual([])
    expect([...html.matchAll(/(?:src|href)="(?!\/assets\/|\/manifest\.webmanifest")[^"]*"/g)]).toEqual([])
  })
})
