import axe from "axe-core"
import type { Browser } from "playwright"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { changesIn, rowsOf } from "../../../src/daemon/web/link/compare/rows.ts"
import type { DiffBlock } from "../../../src/daemon/web/lib/types.ts"
import { buildPage } from "../../support/builtPage.ts"
import { MockDaemon } from "../../support/mockDaemon.ts"
import { launchChromium, openPage, type View } from "../../support/pageBrowser.ts"

let browser: Browser
beforeAll(async () => {
  buildPage()
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** A link of four versions; 2 and 3 are the same, 1 has no picture. */
const id = "k00133"

const start = async (query: string, view: View = {}) => {
  const daemon = await new MockDaemon({ sectors: {} }).start()
  const open = await openPage(browser, `${daemon.origin}/links/${id}${query}`, view)
  onTestFinished(async () => {
    await open.context.close()
    await daemon.stop()
  })
  const search = () => new URL(open.page.url()).search
  return { ...open, daemon, search, compare: open.page.getByRole("region", { name: "Compare" }) }
}

describe("rows of a compared text", () => {
  const same = (text: string): DiffBlock => ({ kind: "same", text })
  const added = (text: string): DiffBlock => ({ kind: "added", text })

  it("keep one unchanged paragraph beside a change and fold the rest", () => {
    const blocks = [same("a"), same("b"), same("c"), added("x"), added("y"), same("d"), same("e"), same("f")]
    const rows = rowsOf(blocks, new Set())
    expect(rows.map((row) => (row.kind === "fold" ? `${row.from}+${row.count}` : row.at))).toEqual([
      "0+2",
      2,
      3,
      4,
      5,
      "6+2",
    ])
    expect(changesIn(rows)).toBe(1)
    expect(rowsOf(blocks, new Set([0, 6])).every((row) => row.kind === "block")).toBe(true)
  })

  it("do not fold a single paragraph, and number changes that stand apart", () => {
    const rows = rowsOf([added("x"), same("a"), same("b"), same("c"), added("y")], new Set())
    expect(rows.map((row) => (row.kind === "fold" ? "fold" : row.change))).toEqual([0, null, null, null, 1])
  })
})

describe("comparing two versions", () => {
  it("begins with what is shown and the version before it, in the address, and Back leads out", async () => {
    const { page, compare, search, errors } = await start("")
    await page.getByRole("button", { name: "Compare" }).click()
    await compare.getByRole("button", { name: /^Text/ }).waitFor()
    expect(search()).toBe("?compare=3..4")
    await compare.getByText("更正：上一版的数字有误，已改正。").waitFor()
    await page.goBack()
    await compare.waitFor({ state: "detached" })
    await page.locator("iframe").waitFor()
    expect(errors).toEqual([])
  })

  it("marks words that came and went, by word in Chinese too, and goes from change to change", async () => {
    const { page, compare } = await start("?compare=1..2", { width: 1000 })
    await expect
      .poll(() => compare.locator(".diff-changed del").allInnerTexts())
      .toEqual(["不到四成", "month"])
    expect(await compare.locator(".diff-changed ins").allInnerTexts()).toEqual(["约三成", "week"])
    await compare.getByText("4 changes").waitFor()
    await page.keyboard.press("n")
    await compare.getByText("change 1 of 4").waitFor()
    await page.keyboard.press("p")
    await compare.getByText("change 4 of 4").waitFor()
    const marked = compare.locator('[data-current="true"]')
    expect(await marked.count()).toBe(1)
    expect(await marked.innerText()).toContain("one in three left a redirect")
    expect(await page.getByRole("dialog").count()).toBe(0)
    await compare.getByRole("button", { name: "3 unchanged paragraphs" }).click()
    await compare.getByText("Keep your own copy on the day you read it.").waitFor()
  })

  it("stands side by side where there is room: left what was, right what is", async () => {
    const { compare } = await start("?compare=1..2", { width: 1400 })
    const first = compare.locator(".diff-changed")
    await expect.poll(() => first.count()).toBe(4)
    expect(await first.nth(0).locator("ins").count()).toBe(0)
    expect(await first.nth(1).locator("del").count()).toBe(0)
    await compare.getByRole("button", { name: "In one text" }).click()
    await expect.poll(() => first.count()).toBe(2)
  })

  it("lays pictures over each other with a slider that the keyboard moves, and boxes where they differ", async () => {
    const { page, compare, search } = await start("?compare=2..4")
    await compare.getByRole("button", { name: /^Picture 3\.2%/ }).click()
    expect(search()).toBe("?compare=2..4&as=picture")
    await compare.getByText("3.2% of the picture differs").waitFor()
    const slider = compare.getByRole("slider", { name: "Where the pictures meet" })
    await slider.focus()
    for (let times = 0; times < 10; times += 1) await page.keyboard.press("ArrowRight")
    const later = compare.getByRole("img", { name: "Picture of version 4" })
    expect(await later.evaluate((image) => image.style.clipPath)).toBe("inset(0px 0px 0px 60%)")
    const box = await later.boundingBox()
    if (box === null) throw new Error("no picture")
    await page.mouse.move(box.x + box.width * 0.6, box.y + 100)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.25, box.y + 100)
    await page.mouse.up()
    await expect.poll(() => slider.inputValue()).toBe("25")
    expect(await compare.locator(".diff-box").count()).toBe(2)
    await compare.getByRole("checkbox", { name: "Mark what differs" }).uncheck()
    expect(await compare.locator(".diff-box").count()).toBe(0)
    await compare.getByRole("button", { name: "Fade" }).click()
    expect(await later.evaluate((image) => image.style.opacity)).toBe("0.25")
    await expect
      .poll(() => later.evaluate((image) => (image as { naturalWidth?: number }).naturalWidth))
      .toBe(1200)
  })

  it("lists links that came and went", async () => {
    const { compare } = await start("?compare=1..2&as=links")
    await compare.getByText("2 links came").waitFor()
    await compare.getByRole("link", { name: "https://research.example.cn/link-rot-2016" }).waitFor()
    await compare.getByText("41 links are in both.").waitFor()
  })

  it("takes another pair from the list of versions and from the choice above", async () => {
    const { page, compare, search } = await start("?compare=3..4")
    await page.getByRole("radio", { name: "Version 1 is the earlier one" }).check()
    await expect.poll(search).toBe("?compare=1..4")
    await compare.getByRole("combobox", { name: "Later version" }).selectOption({ index: 2 })
    await expect.poll(search).toBe("?compare=1..2")
    await compare.getByRole("button", { name: "Swap the two" }).click()
    await expect.poll(search).toBe("?compare=2..1")
    await page.keyboard.press("d")
    await expect.poll(search).toBe("")
  })

  it("says so when nothing changed, when a part is missing, and when a version is not there", async () => {
    const { page, compare, daemon } = await start("?compare=2..3")
    await compare.getByRole("heading", { name: "Nothing changed" }).waitFor()
    await compare.getByText("Version 2 and version 3 are the same, byte for byte.").waitFor()
    await page.goto(`${daemon.origin}/links/${id}?compare=1..2&as=picture`)
    await compare.getByText("Version 1 has no screenshot: not ready after 20 s").waitFor()
    await page.goto(`${daemon.origin}/links/${id}?compare=1..9`)
    await compare.getByRole("heading", { name: "There is no version 9" }).waitFor()
    expect(daemon.requests.filter(({ path }) => path.includes("to=9"))).toEqual([])
  })

  it.each([
    ["en", "light", 1280],
    ["zh-CN", "dark", 360],
  ] as const)("is accessible and fits, in %s, %s, at %i px", async (language, theme, width) => {
    const { page, errors } = await start("?compare=2..4", { language, theme, width, height: 800 })
    const wrong: Array<unknown> = []
    for (const button of await page.locator(".seg").first().getByRole("button").all()) {
      await button.click()
      await page.evaluate(axe.source)
      const found = (await page.evaluate("axe.run(document)")) as axe.AxeResults
      wrong.push(...found.violations.map((one) => `${one.id} ${one.nodes[0]?.html ?? ""}`))
    }
    expect(wrong).toEqual([])
    expect(
      await page.evaluate(
        "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth",
      ),
    ).toBe(0)
    expect(errors).toEqual([])
  })
})
