import type { Browser } from "playwright"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { buildPage } from "../../support/builtPage.ts"
import { MockDaemon, type MockOptions } from "../../support/mockDaemon.ts"
import { launchChromium, openPage, type View } from "../../support/pageBrowser.ts"

let browser: Browser
beforeAll(async () => {
  buildPage()
  browser = await launchChromium()
})
afterAll(() => browser.close())

const start = async (
  path: string,
  options: MockOptions = {},
  view: View = {},
  before: (daemon: MockDaemon) => void = () => {},
) => {
  const daemon = await new MockDaemon({ sectors: {}, ...options }).start()
  before(daemon)
  const open = await openPage(browser, daemon.origin + path, view)
  onTestFinished(async () => {
    await open.context.close()
    await daemon.stop()
  })
  const sent = (method: string, from: string) =>
    daemon.requests.filter((request) => request.method === method && request.path.startsWith(from))
  return { ...open, daemon, sent, rows: open.page.locator("[role=row][data-id]") }
}

const rowOf = (page: Awaited<ReturnType<typeof start>>["page"], id: string) =>
  page.locator(`[role=row][data-id="${id}"]`)

describe("the list", () => {
  it("shows links with their state, tags and what is not normal about them", async () => {
    const { page, rows, errors } = await start("/")
    await expect.poll(() => rows.count()).toBeGreaterThan(15)
    const text = await rowOf(page, "k00134").innerText()
    expect(text).toContain("failed")
    expect(text).toContain("connection refused")
    expect(text).toMatch(/retry in/)
    expect(await rowOf(page, "k00131").innerText()).toContain("looks like a login wall")
    expect(await page.title()).toBe("3 failed · Links · Linkseal")
    expect(errors).toEqual([])
  })

  it("follows the event stream in place: state, progress, title", async () => {
    const { page, daemon } = await start("/")
    const row = rowOf(page, "k00137")
    await row.getByText("queued").waitFor()
    daemon.changeLink("k00137", { state: "capturing" })
    await row.getByText("capturing").waitFor()
    daemon.emit("progress", { kind: "link", id: "k00137", step: "screenshot", done: 4, total: 9 })
    await row.getByText("4/9").waitFor()
    await row.getByText("picture").waitFor()
    daemon.changeLink("k00137", { state: "archived", title: "Done now" })
    await row.getByText("Done now").waitFor()
    await row.getByText("saved").waitFor()
    expect(await row.getByText("4/9").count()).toBe(0)
  })

  it("misses nothing that happens between its first answer and the opening of the stream", async () => {
    let openStreams = () => {}
    const { page, daemon, rows } = await start("/", {}, {}, (mock) => {
      mock.streamsAfter = new Promise((open) => (openStreams = open))
    })
    await rowOf(page, "k00137").getByText("queued").waitFor()
    daemon.changeLink("k00137", { state: "archived", title: "Before the stream" })
    daemon.addLink("https://between.example/")
    openStreams()
    await page.getByText("Before the stream").waitFor()
    await expect.poll(() => rows.first().innerText()).toContain("https://between.example/")
    await page.getByRole("link", { name: /^All/ }).getByText("141").waitFor()
  })

  it("misses nothing that the stream tells while the first answer is still on its way", async () => {
    let giveAnswers = () => {}
    const daemon = await new MockDaemon({ sectors: {} }).start()
    daemon.answersAfter = new Promise((give) => (giveAnswers = give))
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    onTestFinished(async () => {
      await context.close()
      await daemon.stop()
    })
    const page = await context.newPage()
    await page.goto(daemon.origin)
    await page.getByText("live", { exact: true }).waitFor()
    await expect.poll(() => daemon.requests.map(({ path }) => path)).toContain("/links?limit=100")
    daemon.changeLink("k00137", { state: "archived", title: "Overtaken" })
    daemon.addLink("https://overtaken.example/")
    daemon.answersAfter = null
    giveAnswers()
    await page.getByText("Overtaken").waitFor()
    await page.getByText("https://overtaken.example/").first().waitFor()
    await page.getByRole("link", { name: /^All/ }).getByText("141").waitFor()
  })

  it("puts new links on top at once when nobody is reading", async () => {
    const { daemon, rows } = await start("/")
    await rows.first().waitFor()
    daemon.addLink("https://new.example/a")
    await expect.poll(() => rows.first().innerText()).toContain("https://new.example/a")
  })

  it("keeps new links behind a pill while somebody reads, and moves nothing", async () => {
    const { page, daemon, rows } = await start("/")
    await rows.first().waitFor()
    // What is added before the stream is there comes with the first list, not behind a pill.
    await page.getByText("live", { exact: true }).waitFor()
    await rows.nth(3).hover()
    const before = await rows.first().getAttribute("data-id")
    daemon.addLink("https://new.example/b")
    daemon.addLink("https://new.example/c")
    await page.getByRole("button", { name: "2 new · show" }).click()
    await expect.poll(() => rows.first().innerText()).toContain("https://new.example/c")
    expect(before).toBe("k00140")
  })

  it("keeps a row that no longer matches the filter, dimmed, and says so", async () => {
    const { page, daemon } = await start("/?q=state%3Afailed")
    const row = rowOf(page, "k00134")
    await row.waitFor()
    daemon.changeLink("k00134", { state: "archived", failure: null })
    await row.getByText("moved: saved").waitFor()
  })

  it("narrows by tag when a tag is pressed, and shows how the query was understood", async () => {
    const { page, rows } = await start("/")
    await rowOf(page, "k00136").getByRole("button", { name: "研究" }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("tag:研究")
    await page.locator('[data-term="tag"]').waitFor()
    await expect
      .poll(async () => (await rows.allInnerTexts()).every((text) => text.includes("研究")))
      .toBe(true)
    await page.getByRole("button", { name: "Take out tag:研究" }).click()
    await expect.poll(() => new URL(page.url()).search).toBe("")
  })

  it("returns to the same place after a link was opened", async () => {
    const { page, rows } = await start("/", { links: 400 })
    await rows.first().waitFor()
    const table = page.getByRole("table", { name: "Links" })
    await table.evaluate((element) => element.scrollTo(0, 5_000))
    await expect
      .poll(() => table.evaluate((element) => element.querySelectorAll("[data-id]").length))
      .toBeGreaterThan(5)
    const before = await table.evaluate((element) => element.scrollTop)
    expect(before).toBeGreaterThan(2_000)
    await rows.nth(12).getByRole("link").dispatchEvent("click")
    await page.getByRole("heading", { level: 1 }).waitFor()
    await page.goBack()
    await expect.poll(() => table.evaluate((element) => element.scrollTop)).toBe(before)
  })

  it("loads the next page before its end is reached", async () => {
    const { page, rows, sent } = await start("/", { links: 400 })
    await rows.first().waitFor()
    await page.getByRole("table", { name: "Links" }).evaluate((element) => element.scrollTo(0, 3_000))
    await expect.poll(() => sent("GET", "/links?").some(({ path }) => path.includes("cursor=100"))).toBe(true)
  })

  it("removes with a way back: nothing is sent when it is undone", async () => {
    const { page, rows, sent } = await start("/")
    await rows.first().waitFor()
    await page.keyboard.press("j")
    await page.keyboard.press("#")
    await expect.poll(() => rows.first().getAttribute("data-id")).toBe("k00139")
    await page.getByRole("button", { name: "Undo" }).click()
    await expect.poll(() => rows.first().getAttribute("data-id")).toBe("k00140")
    await page.keyboard.press("j")
    await page.keyboard.press("#")
    await page.getByRole("status").getByRole("button", { name: "Close" }).click()
    await expect.poll(() => sent("DELETE", "/links/").map(({ path }) => path)).toHaveLength(1)
  })

  it("selects a range and tags it in one call", async () => {
    const { page, rows, sent } = await start("/")
    await rows.nth(4).getByRole("checkbox").click()
    await rows
      .nth(7)
      .getByRole("checkbox")
      .click({ modifiers: ["Shift"] })
    const bar = page.getByRole("toolbar", { name: "Selection" })
    await bar.getByText("4 selected").waitFor()
    await bar.getByRole("button", { name: "Tag" }).click()
    await page.getByRole("combobox", { name: "Tags to add" }).fill("later")
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: "Save" }).click()
    await expect
      .poll(() => sent("POST", "/links/bulk").map(({ body }) => body))
      .toEqual([{ ids: ["k00136", "k00135", "k00134", "k00133"], action: "tag", tags: ["later"] }])
    await rows.nth(5).getByRole("button", { name: "later" }).waitFor()
  })

  it("says when the daemon is gone, switches its buttons off, and catches up by itself", async () => {
    const { page, daemon } = await start("/")
    await page.getByText("live", { exact: true }).waitFor()
    daemon.broken = true
    daemon.cut()
    await page.getByText(/Reconnecting to the daemon\. Shown as of \d\d:\d\d:\d\d/).waitFor()
    expect(await page.getByRole("button", { name: "Pause captures" }).isDisabled()).toBe(true)
    daemon.changeLink("k00137", { state: "archived", title: "Meanwhile" })
    daemon.broken = false
    await page.getByText("Meanwhile").waitFor({ timeout: 15_000 })
    await page.getByText("live", { exact: true }).waitFor()
  })

  it("offers one field and nothing else on the first run", async () => {
    const { page } = await start("/", { links: 0 })
    await page.getByRole("textbox", { name: "Address" }).fill("https://first.example/")
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: "Add 1 link" }).waitFor()
  })
})

describe("search", () => {
  it("asks once the words stand still, and marks the hits", async () => {
    const { page, rows, sent } = await start("/")
    await page.keyboard.press("/")
    await page.keyboard.insertText("wal")
    await expect.poll(() => rows.first().locator("mark").first().textContent()).toMatch(/^wal$/i)
    expect(sent("GET", "/search").map(({ path }) => path)).toEqual(["/search?q=wal&limit=100"])
    expect(new URL(page.url()).searchParams.get("q")).toBe("wal")
  })

  it("does not search or submit while Chinese is being composed", async () => {
    const { page, context, rows, sent } = await start("/")
    await page.getByRole("searchbox", { name: "Search links" }).focus()
    const client = await context.newCDPSession(page)
    for (const text of ["k", "ku", "kuai", "kuai zhao"]) {
      await client.send("Input.imeSetComposition", {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      })
    }
    // Enter while composing arrives as key code 229: it confirms characters.
    await client.send("Input.dispatchKeyEvent", {
      type: "rawKeyDown",
      key: "Process",
      code: "Enter",
      windowsVirtualKeyCode: 229,
    })
    await page.waitForTimeout(400)
    expect(sent("GET", "/search")).toEqual([])
    await client.send("Input.insertText", { text: "快照" })
    await expect
      .poll(() => sent("GET", "/search").map(({ path }) => decodeURIComponent(path)))
      .toEqual(["/search?q=快照&limit=100"])
    await expect.poll(() => rows.first().locator("mark").first().textContent()).toBe("快照")
  })

  it("shows why a search cannot be read, and keeps the rows", async () => {
    const { page } = await start(`/?q=${encodeURIComponent('"open')}`)
    await page.getByText("This search cannot be read: a quote is not closed").waitFor()
  })
})

describe("keys", () => {
  it("move, select and open, but do nothing inside a field", async () => {
    const { page, rows } = await start("/")
    await rows.first().waitFor()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.getByText("1 selected").waitFor()
    expect(await rows.nth(1).getAttribute("data-cursor")).toBe("true")
    await page.keyboard.press("Escape")
    await page.keyboard.press("s")
    await page.keyboard.type("jx?")
    expect(await page.getByRole("searchbox").inputValue()).toBe("jx?")
    expect(await page.getByRole("dialog").count()).toBe(0)
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await page.getByRole("heading", { name: "Sealing" }).waitFor()
  })
})
