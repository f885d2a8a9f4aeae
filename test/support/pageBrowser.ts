/** A Chromium with the page open on a mock daemon; every console error and policy violation counts as a failure. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright"
import { findChromium } from "../../src/snapshot/capture/findChromium.ts"

export const launchChromium = (): Promise<Browser> => {
  const { path } = findChromium()
  if (path === null) throw new Error("no Chromium: set LINKSEAL_CHROMIUM")
  return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-background-networking"] })
}

export interface View {
  readonly language?: "en" | "zh-CN"
  readonly theme?: "light" | "dark"
  readonly width?: number
  readonly height?: number
}

export interface OpenPage {
  readonly page: Page
  readonly context: BrowserContext
  /** What went wrong in the browser so far. */
  readonly errors: Array<string>
}

const expected = /net::ERR_|status of (?:401|404|409|503)|EventSource/

export const openPage = async (browser: Browser, address: string, view: View = {}): Promise<OpenPage> => {
  const context = await browser.newContext({
    viewport: { width: view.width ?? 1280, height: view.height ?? 800 },
    colorScheme: view.theme ?? "light",
    locale: view.language ?? "en",
    reducedMotion: "reduce",
  })
  const page = await context.newPage()
  const errors: Array<string> = []
  page.on("pageerror", (error) => errors.push(error.message))
  page.on("console", (message) => {
    if (message.type() === "error" && !expected.test(message.text())) errors.push(message.text())
  })
  await page.goto(address)
  await page.locator("main h1, main h2").first().waitFor({ state: "attached" })
  return { page, context, errors }
}
