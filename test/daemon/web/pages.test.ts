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

const start = async (path: string, options: MockOptions = {}, view: View = {}) => {
  const daemon = await new MockDaemon({ sectors: {}, ...options }).start()
  const open = await openPage(browser, daemon.origin + path, view)
  onTestFinished(async () => {
    await open.context.close()
    await daemon.stop()
  })
  const sent = (method: string, from: string) =>
    daemon.requests.filter((request) => request.method === method && request.path.startsWith(from))
  return { ...open, daemon, sent }
}

describe("a settings file that was made wrong while the daemon runs", () => {
  it("is told on every page, with what is wrong, until it is mended", async () => {
    const { page, daemon } = await start("/")
    await page.getByRole("main").waitFor()
    expect(await page.getByText("The settings file is wrong").count()).toBe(0)
    daemon.configError = "setting sealing.config.MaxSealingSectors (from config.json): not -1"
    await page.reload()
    const band = page.getByRole("alert")
    await band.getByText("The settings file is wrong").waitFor()
    await band.getByText("sealing.config.MaxSealingSectors").waitFor()
  })
})

describe("adding", () => {
  it("sends what it recognised, with the tags, and says so", async () => {
    const { page, sent } = await start("/add")
    await page.getByLabel("Addresses, one per line").fill("https://one.example/\nsee notes\ntwo.example/x")
    await page.getByText("1 line is not an address").waitFor()
    await page.getByRole("combobox", { name: "Tags" }).fill("存储")
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: "Add 2 links" }).click()
    await page.getByText("2 links added").waitFor()
    expect(sent("POST", "/links")[0]?.body).toEqual({
      urls: ["https://one.example/", "https://two.example/x"],
      tags: ["存储"],
    })
    expect(await page.getByLabel("Addresses, one per line").inputValue()).toBe("see notes")
  })

  it("offers a new version for what was there already", async () => {
    const { page, sent } = await start("/add?url=https%3A%2F%2Flwn.net%2FArticles%2F250967%2F")
    await page.getByRole("button", { name: "Add 1 link" }).click()
    await page.getByText(/already here since/).waitFor()
    await page.getByRole("button", { name: "New version" }).click()
    await expect.poll(() => sent("POST", "/links/k00135/snapshots")).toHaveLength(1)
  })

  it("completes tags from the daemon, twenty at a time", async () => {
    const { page, sent } = await start("/add")
    await page.getByRole("combobox", { name: "Tags" }).fill("typ")
    await page.getByRole("option", { name: /typography/ }).click()
    await page.getByRole("button", { name: "Remove tag typography" }).waitFor()
    expect(sent("GET", "/tags?q=typ").map(({ path }) => path)).toEqual(["/tags?q=typ&limit=20"])
  })

  it("opens over any page with n, and closes when everything was new", async () => {
    const { page } = await start("/settings")
    await page.keyboard.press("n")
    const dialog = page.getByRole("dialog", { name: "Add links" })
    await dialog.getByLabel("Addresses, one per line").fill("https://three.example/")
    await page.keyboard.press("Control+Enter")
    await dialog.waitFor({ state: "detached" })
    await page.getByText("1 link added").waitFor()
  })
})

describe("a link", () => {
  it("shows the last good version, from another origin and without script", async () => {
    const { page, daemon } = await start("/links/k00131")
    await page.getByText("Version 2 looks like a login wall; version 1 is shown.").waitFor()
    const frame = page.locator("iframe")
    expect(await frame.getAttribute("sandbox")).toBe("")
    await expect.poll(() => page.frames().map((each) => new URL(each.url()).host)).toHaveLength(2)
    const shown = page.frames()[1]
    expect(new URL(shown?.url() ?? "").hostname).toBe("localhost")
    expect(daemon.origin).toContain("127.0.0.1")
    await page.frameLocator("iframe").getByRole("heading", { level: 1 }).waitFor()
    await page.getByRole("button", { name: "Picture" }).click()
    await expect
      .poll(() =>
        page
          .locator("main img")
          .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
      )
      .toBe(1200)
  })

  it("steps through versions, lists the parts with reasons, and follows the capture", async () => {
    const { page, daemon } = await start("/links/k00132")
    await page.getByRole("button", { name: "Parts" }).click()
    await page.getByText("the link is a page, not a file").waitFor()
    await page.getByText("Timeline").click()
    await page.getByText("checked, unchanged").waitFor()
    await page.getByText("the address answered · HTTP 200 · text/html").waitFor()
    expect(await page.locator("main").innerText()).not.toMatch(/Snapshot(?:Stored|Unchanged)|httpStatus/)
    daemon.changeLink("k00132", { state: "capturing" })
    daemon.emit("progress", { kind: "link", id: "k00132", step: "settle", done: 3, total: 11 })
    await page.getByText("Being captured: waiting until it is quiet").waitFor()
    daemon.changeLink("k00132", {
      state: "failed",
      failure: { code: "timeout", message: "It did not answer.", retryAt: null },
    })
    await page.getByText("took too long · The site did not answer in time.").waitFor()
    expect(await page.getByText("It did not answer.").count()).toBe(0)
  })

  it("takes a new title and new tags in place", async () => {
    const { page, sent } = await start("/links/k00136")
    await page.keyboard.press("e")
    await page.getByRole("textbox", { name: "Title" }).fill("新标题")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { level: 1, name: "新标题" }).waitFor()
    expect(sent("PATCH", "/links/k00136").map(({ body }) => body)).toEqual([{ title: "新标题" }])
  })
})

describe("a Chinese reader", () => {
  it("gets failures, events and reasons in Chinese, and the daemon's details marked as English", async () => {
    const { page, daemon } = await start("/links/k00134", {}, { language: "zh-CN" })
    await page.getByText("连接被拒绝 · 那里目前没有服务在监听。").waitFor()
    await page.getByText("抓取失败 · 连接被拒绝").waitFor()
    expect(await page.locator("main").innerText()).not.toContain("refused the connection")
    daemon.changeLink("k00134", {
      state: "failed",
      failure: { code: "internal-error", message: "a bolt came loose", retryAt: null },
    })
    await page.getByText("内部错误").first().waitFor()
    expect(await page.getByText("a bolt came loose").getAttribute("lang")).toBe("en")
    daemon.changeLink("k00134", {
      state: "failed",
      failure: { code: "http-418", message: "teapot", retryAt: null },
    })
    await page.getByText("HTTP 418 · 站点拒绝了请求：请检查地址。").waitFor()
  })
})

describe("a page without its token", () => {
  it("says so, and does not knock again and again", async () => {
    const { page, daemon, sent } = await start("/settings")
    daemon.refusing = true
    daemon.cut()
    await page.getByRole("heading", { name: "This page needs its token" }).waitFor()
    await page.getByText("no access").first().waitFor()
    expect(await page.getByText("reconnecting").count()).toBe(0)
    expect(sent("GET", "/clock")).toHaveLength(0)
  })
})

describe("language and theme", () => {
  it("switch without a reload and are remembered", async () => {
    const { page } = await start("/settings")
    const html = page.locator("html")
    await page.getByRole("button", { name: "简体中文" }).click()
    await page.getByRole("heading", { name: "设置" }).waitFor()
    expect(await html.getAttribute("lang")).toBe("zh-CN")
    await page.getByRole("button", { name: "深色", exact: true }).click()
    const background = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    expect(await background()).toBe("rgb(19, 21, 25)")
    await page.reload()
    await page.getByRole("heading", { name: "设置" }).waitFor()
    expect(await html.getAttribute("data-theme")).toBe("dark")
    expect(await background()).toBe("rgb(19, 21, 25)")
  })

  it("follow the browser and the system until they are chosen", async () => {
    const { page } = await start("/settings", {}, { language: "zh-CN", theme: "dark" })
    await page.getByRole("heading", { name: "设置" }).waitFor()
    expect(await page.locator("html").getAttribute("data-theme")).toBeNull()
    expect(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).toBe(
      "rgb(19, 21, 25)",
    )
  })
})

describe("tags", () => {
  it("are renamed, and merged when the name is taken", async () => {
    const { page, sent } = await start("/")
    await page.setViewportSize({ width: 1300, height: 800 })
    await page.getByRole("button", { name: "Manage" }).click()
    const dialog = page.getByRole("dialog", { name: "Tags" })
    await dialog.getByRole("button", { name: "Rename sqlite" }).click()
    await dialog.getByRole("textbox", { name: "New name of sqlite" }).fill("storage")
    await dialog.getByRole("button", { name: "Merge" }).click()
    await expect
      .poll(() => sent("POST", "/tags/merge").map(({ body }) => body))
      .toEqual([{ into: "storage", from: ["sqlite"] }])
    await expect.poll(() => dialog.getByText("sqlite", { exact: true }).count()).toBe(0)
  })
})
