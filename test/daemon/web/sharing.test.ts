/** What other programs give to the page: the share target of the installed app, and the bookmarklet on a foreign site. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser, BrowserContext } from "playwright"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { buildPage, distWeb } from "../../support/builtPage.ts"
import { launchChromium } from "../../support/pageBrowser.ts"
import { serve, type Served } from "../support/serve.ts"

let browser: Browser
let context: BrowserContext
let served: Served

beforeAll(async () => {
  buildPage()
  browser = await launchChromium()
})
afterAll(() => browser.close())

beforeEach(async () => {
  served = await serve({ webRoot: distWeb })
  context = await browser.newContext({ locale: "en" })
})
afterEach(async () => {
  await context.close()
  await served.stop()
})

/** The page with its cookie, as a reader has it. */
const logIn = async () => {
  const page = await context.newPage()
  await page.goto(`${served.url}/?token=${served.token}`)
  await page.locator("main").waitFor()
  return page
}

const kept = async () =>
  ((await served.ask("/api/v1/links")).json.links as ReadonlyArray<{ readonly url: string }>).map(
    ({ url }) => url,
  )

describe("the installed app", () => {
  it("has a manifest in which the browser finds no fault", async () => {
    const page = await logIn()
    const client = await context.newCDPSession(page)
    const manifest = await client.send("Page.getAppManifest")
    expect(manifest.errors).toEqual([])
    expect(new URL(manifest.url).pathname).toBe("/manifest.webmanifest")
    const { installabilityErrors } = await client.send("Page.getInstallabilityErrors")
    // A window of a test is a private one; nothing else stands in the way.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual(
      [],
    )
    for (const { src, type } of JSON.parse(manifest.data ?? "{}").icons) {
      const icon = await served.ask(src, { token: false })
      expect([icon.status, icon.headers["content-type"]]).toEqual([200, type])
    }
  })

  it("takes what is shared with it as its manifest says, also an address inside a text", async () => {
    const page = await logIn()
    const { share_target: target } = JSON.parse(
      (await served.ask("/manifest.webmanifest", { token: false })).text,
    ) as {
      share_target: { action: string; method: string; params: Record<"title" | "text" | "url", string> }
    }
    expect(target.method).toBe("GET")
    const shared = new URLSearchParams([
      [target.params.title, "A page"],
      [target.params.text, "Read this: https://shared.example/页面?a=1&b=2 it is good"],
      [target.params.url, ""],
    ])
    await page.goto(`${served.url}${target.action}?${shared.toString()}`)
    const box = page.getByRole("textbox", { name: "Addresses, one per line" })
    expect(await box.inputValue()).toBe("https://shared.example/页面?a=1&b=2")
    expect(await page.getByRole("textbox", { name: "Note" }).inputValue()).toBe("Read this … it is good")
    await page.getByRole("button", { name: "Add 1 link" }).click()
    await expect.poll(kept).toEqual(["https://shared.example/%E9%A1%B5%E9%9D%A2?a=1&b=2"])
  })
})

describe("the bookmarklet", () => {
  it("brings the address of a foreign page, which may add it although it was opened from there", async () => {
    const page = await logIn()
    await page.goto(`${served.url}/add`)
    const code = await page.getByText("Save to Linkseal").getAttribute("href")
    expect(code).toMatch(/^javascript:/)
    const foreign = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" })
      response.end("<title>Foreign</title><p>Somebody else's page</p>")
    })
    await new Promise<void>((done) => foreign.listen(0, "localhost", done))
    try {
      const { port } = foreign.address() as AddressInfo
      const address = `http://localhost:${port}/a%20b?q=1&r=%E9%A1%B5`
      await page.goto(address)
      await page.locator("p").evaluate((paragraph, href) => {
        paragraph.innerHTML = "<a>bookmark</a>"
        paragraph.firstElementChild?.setAttribute("href", href ?? "")
      }, code)
      const opened = context.waitForEvent("page")
      await page.getByText("bookmark").click()
      const adding = await opened
      await adding.getByRole("button", { name: "Add 1 link" }).click()
      await expect.poll(kept).toEqual([address])
    } finally {
      await new Promise((done) => foreign.close(done))
    }
  })
})
