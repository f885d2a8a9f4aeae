/**
 * Makes the pictures of the README: `node scripts/pictures.mjs [FOLDER]`, into `docs/pictures` by default. The page is the
 * built one, the data behind it is the made-up daemon of the tests at a fixed moment, so the pictures change only when the
 * page does.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { tsImport } from "tsx/esm/api"
import { root } from "./root.mjs"
import { say } from "./say.mjs"

const { MockDaemon } = await tsImport("../test/support/mockDaemon.ts", import.meta.url)
const { buildPage } = await tsImport("../test/support/builtPage.ts", import.meta.url)
const { launchChromium } = await tsImport("../test/support/pageBrowser.ts", import.meta.url)
const { baseTime } = await tsImport("../test/support/mock/links.ts", import.meta.url)

const folder = process.argv[2] ?? join(root, "docs", "pictures")

/** A capture at work, so that the list shows one. */
const capturing = async (daemon, page) => {
  daemon.emit("progress", { kind: "link", id: daemon.links[0].id, step: "screenshot", done: 8, total: 13 })
  await page.getByText("8/13").waitFor()
}

const pictures = [
  { name: "links", path: "/", act: capturing },
  { name: "links-zh-dark", path: "/", language: "zh-CN", theme: "dark", act: capturing },
  { name: "link", path: "/links/k00136" },
  { name: "compare", path: "/links/k00133?compare=1..4", width: 1440, height: 900 },
  {
    name: "compare-picture-zh-dark",
    path: "/links/k00133?compare=2..4&as=picture",
    language: "zh-CN",
    theme: "dark",
  },
  { name: "search-zh", path: `/?q=${encodeURIComponent("网页快照")}`, language: "zh-CN" },
  { name: "add", path: "/add?url=https%3A%2F%2Flwn.net%2F&url=https%3A%2F%2Fwww.w3.org%2FTR%2Fclreq%2F" },
  { name: "sealing", path: "/sealing", height: 1040 },
  { name: "sealing-dark", path: "/sealing", theme: "dark", height: 1040 },
  { name: "sealing-sector", path: "/sealing?view=table&sector=9850", height: 900 },
  { name: "sealing-batches", path: "/sealing?view=batches" },
  { name: "sealing-world", path: "/sealing?view=world" },
  { name: "settings", path: "/settings" },
  { name: "phone", path: "/", width: 390, height: 780, act: capturing },
  {
    name: "phone-sealing-zh-dark",
    path: "/sealing",
    width: 390,
    height: 780,
    language: "zh-CN",
    theme: "dark",
  },
]

const take = async (browser, daemon, picture) => {
  const { name, path, language = "en", theme = "light", width = 1360, height = 800, act } = picture
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language,
    timezoneId: "UTC",
    reducedMotion: "reduce",
  })
  const page = await context.newPage()
  await page.clock.setFixedTime(baseTime)
  await page.goto(daemon.origin + path)
  await page.locator("main h1").first().waitFor({ state: "attached" })
  await page.locator("main [aria-busy=true]").waitFor({ state: "detached" })
  await page.locator("[data-connection=live]").first().waitFor({ state: "attached" })
  if (act !== undefined) await act(daemon, page)
  // Pictures of sites and frames come in by themselves.
  await page.waitForTimeout(600)
  await page.screenshot({ path: join(folder, `${name}.png`) })
  await context.close()
}

buildPage()
mkdirSync(folder, { recursive: true })
const daemon = await new MockDaemon({ now: baseTime }).start()
const browser = await launchChromium()
try {
  for (const picture of pictures) await take(browser, daemon, picture)
  say(`${pictures.length} pictures in ${folder}`)
} finally {
  await browser.close()
  await daemon.stop()
}
