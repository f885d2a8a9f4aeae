/** Opens pages and archived pages in a browser, takes their picture as a capture does, and counts what differs. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright"
import pixelmatch from "pixelmatch"
import { PNG } from "pngjs"
import sharp from "sharp"
import { findChromium } from "../../src/snapshot/capture/findChromium.ts"

export const launchChromium = (args: ReadonlyArray<string> = []): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium().path!, args: ["--no-sandbox", ...args] })

export interface Opened {
  readonly page: Page
  readonly picture: Buffer
  /** What the page asked for, but for itself and what it carries within. */
  readonly requests: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

export interface OpenOptions extends BrowserContextOptions {
  readonly maxHeight?: number
}

/** Opens an address, or the text of a page as a file would be, and takes its picture down to the height. */
export const openForPicture = async (
  browser: Browser,
  what: { readonly url: string } | { readonly html: string },
  { maxHeight = 12_000, ...options }: OpenOptions = {},
): Promise<Opened> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  const requests: Array<string> = []
  const own = "url" in what ? what.url : "about:blank"
  page.on("request", (request) => {
    const url = request.url()
    if (!/^(data|blob|about):/.test(url) && url.split("#")[0] !== own.split("#")[0]) requests.push(url)
  })
  if ("url" in what) await page.goto(what.url, { waitUntil: "load", timeout: 120_000 })
  else await page.setContent(what.html, { waitUntil: "load", timeout: 120_000 })
  await page.evaluate("document.fonts.ready.then(() => undefined)")
  return { page, picture: await pictureOf(page, maxHeight), requests, close: () => context.close() }
}

/** The page down to the height, without loss. */
const pictureOf = async (page: Page, maxHeight = 12_000): Promise<Buffer> => {
  const cdp = await page.context().newCDPSession(page)
  const { cssContentSize } = await cdp.send("Page.getLayoutMetrics")
  const { height: screen, width } = page.viewportSize()!
  const height = Math.min(maxHeight, Math.max(screen, Math.ceil(cssContentSize.height)))
  const clip = { x: 0, y: 0, width, height, scale: 1 }
  const shot = await cdp.send("Page.captureScreenshot", {
    format: "png",
    optimizeForSpeed: true,
    captureBeyondViewport: height > screen,
    clip,
  })
  await cdp.detach()
  return Buffer.from(shot.data, "base64")
}

export interface Difference {
  /** Of all pixels, 0 to 1; where one picture is longer, its rest counts as different. */
  readonly share: number
  readonly size: readonly [width: number, height: number]
  readonly otherSize: readonly [width: number, height: number]
  /** The differing pixels in red. */
  readonly image: () => Buffer
}

export const compare = async (one: Buffer, other: Buffer): Promise<Difference> => {
  const [a, b] = await Promise.all(
    [one, other].map(async (it) => PNG.sync.read(await sharp(it).png().toBuffer())),
  )
  const width = Math.max(a!.width, b!.width)
  const height = Math.min(a!.height, b!.height)
  const rest = Math.abs(a!.height - b!.height) * width
  const [left, right] = [a!, b!].map((it) => it.data.subarray(0, it.width * height * 4))
  const image = new PNG({ width, height })
  const different =
    a!.width === b!.width
      ? pixelmatch(left!, right!, image.data, width, height, { threshold: 0.1 })
      : width * height
  return {
    share: (different + rest) / (width * (height + rest / width)),
    size: [a!.width, a!.height],
    otherSize: [b!.width, b!.height],
    image: () => PNG.sync.write(image),
  }
}
