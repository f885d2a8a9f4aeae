/**
 * The least that a script of one's own would do: open, scroll, take the capped picture, MHTML and PDF, in a warm
 * browser with a context per page. No guard, no recording, no waiting for quiet, nothing checked.
 */
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { chromium, type Browser } from "playwright"

const maxHeight = 12_000
const viewport = { width: 1280, height: 800 }

export const launchPlain = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ["--no-sandbox"] })

export const plainCapture = async (browser: Browser, url: string, folder: string): Promise<void> => {
  const context = await browser.newContext({ viewport })
  try {
    const page = await context.newPage()
    await page.goto(url, { waitUntil: "load" })
    await page.evaluate(`(async () => {
      for (let top = 0; top < document.scrollingElement.scrollHeight; top += innerHeight) {
        scrollTo(0, top)
        await new Promise((resolve) => requestAnimationFrame(resolve))
      }
      scrollTo(0, 0)
    })()`)
    const cdp = await context.newCDPSession(page)
    const { cssContentSize } = await cdp.send("Page.getLayoutMetrics")
    const height = Math.min(Math.max(Math.ceil(cssContentSize.height), viewport.height), maxHeight)
    const clip = { x: 0, y: 0, width: viewport.width, height, scale: 1 }
    const shot = await cdp.send("Page.captureScreenshot", {
      format: "jpeg",
      quality: 80,
      optimizeForSpeed: true,
      captureBeyondViewport: true,
      clip,
    })
    await writeFile(join(folder, "plain.jpg"), Buffer.from(shot.data, "base64"))
    const { data } = await cdp.send("Page.captureSnapshot", { format: "mhtml" })
    await writeFile(join(folder, "plain.mhtml"), data)
    await page.pdf({ path: join(folder, "plain.pdf"), printBackground: true, preferCSSPageSize: true })
  } finally {
    await context.close()
  }
}
