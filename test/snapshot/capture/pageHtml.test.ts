/** `page.html` of a page with everything in it, opened offline in a browser of its own. */
import { describe, expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { PNG } from "pngjs"
import pixelmatch from "pixelmatch"
import sharp from "sharp"
import { chromium } from "playwright"
import { afterAll, it as plainIt } from "vitest"
import { findChromium } from "../../../src/snapshot/capture/findChromium.ts"
import { startFixtureSite } from "../../support/fixtureSite.ts"
import { captureLayer, captureUrl, only } from "./support.ts"

const site = await startFixtureSite()
afterAll(() => site.close())

const slow = { timeout: 90_000 }

describe("page.html", () => {
  const opened = {
    html: "",
    live: Buffer.alloc(0) as Buffer,
    offline: Buffer.alloc(0) as Buffer,
    requests: [] as Array<string>,
    state: {} as Record<string, unknown>,
  }

  layer(captureLayer(site.allow), { timeout: 60_000, excludeTestServices: true })((it) => {
    it.effect(
      "is made of a page with everything in it",
      () =>
        Effect.gen(function* () {
          const { files, text } = yield* captureUrl(
            `${site.origin}/rich.html`,
            only("page.html", "screenshot"),
          )
          opened.html = text("page.html")
          opened.live = files.get("screenshot")!
          yield* Effect.promise(() => openOffline(opened))
        }),
      slow,
    )
  })

  plainIt("asks for nothing, although the network is there", () => {
    expect(opened.requests).toEqual([])
  })

  plainIt("runs nothing: no script, handler, script address, refresh, base or preload is left", () => {
    const own = opened.html.replace(/base64,[A-Za-z0-9+/=]+/g, "")
    expect(own).not.toMatch(
      /<script|\son\w+=|javascript:|http-equiv="refresh"|<base|preload|preconnect|<noscript|pixel\.gif/i,
    )
    expect(opened.state["ranInTheCopy"]).toBe(undefined)
    expect(own).toContain("default-src 'none'")
  })

  plainIt("says what it is a copy of, when and by what", () => {
    expect(opened.html).toContain(`<meta name="linkseal:url" content="${site.origin}/rich.html">`)
    expect(opened.html).toMatch(
      /<meta name="linkseal:taken-at" content="\d{4}-\d\d-\d\dT[\d:.]+Z"><meta name="linkseal:by"/,
    )
  })

  plainIt("keeps frames, shadow roots, fonts, styles, pictures, canvas and form state", () => {
    expect(opened.state).toMatchObject({
      made: "made by a script",
      madeColour: "rgb(0, 128, 0)",
      end: "rgb(255, 255, 0)",
      sprites: 2,
      asWritten: ["3px", "0px", "7px", "0.5"],
      shadowSprite: expect.stringMatching(/^#ls-[0-9a-f]{8}-star$/),
      fonts: true,
      imported: "4px",
      hidden: "inline",
      open: "inside the shadow",
      openBorder: "3px",
      closed: "inside the closed shadow",
      frames: ["text of the frame", "text of the frame", "from srcdoc"],
      text: 'typed <b>"now"',
      secret: "",
      check: true,
      choice: "two",
      area: "two\nlines",
      pictures: { srcset: 20, picture: 200, lazy: 20, blob: 16, broken: 0 },
    })
  })

  plainIt("keeps what WebGL drew, which is not there to be read in a page left to itself", async () => {
    const url = String(opened.state["gl"]).slice('url("'.length, -2)
    const drawn = await sharp(Buffer.from(url.split(",")[1]!, "base64"))
      .raw()
      .toBuffer()
    expect([...drawn.subarray(0, 3)]).toEqual([230, 26, 153])
  })

  plainIt("keeps links: to itself by name, elsewhere by address", () => {
    expect(opened.html).toMatch(/id="local"[^>]* href="#end"/)
    expect(opened.html).toMatch(new RegExp(`id="relative"[^>]* href="${site.origin}/chinese.html"`))
  })

  plainIt("looks the same as the page, but for the password that is left out", async () => {
    const [live, offline] = await Promise.all([opened.live, opened.offline].map(pixels))
    expect([offline!.width, offline!.height]).toEqual([live!.width, live!.height])
    const different = pixelmatch(live!.data, offline!.data, undefined, live!.width, live!.height, {
      threshold: 0.1,
    })
    expect(different / (live!.width * live!.height)).toBeLessThan(0.002)
  })
})

const pixels = async (picture: Buffer) => PNG.sync.read(await sharp(picture).png().toBuffer())

/** Opens the file in a browser that has the network, and writes down what it is and what it asks for. */
const openOffline = async (opened: {
  html: string
  offline: Buffer
  requests: Array<string>
  state: Record<string, unknown>
}) => {
  const browser = await chromium.launch({ executablePath: findChromium().path!, args: ["--no-sandbox"] })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.on("request", ({ url }) => /^(data|blob|about):/.test(url()) || opened.requests.push(url()))
    await page.setContent(opened.html, { waitUntil: "load" })
    const frames = await Promise.all(
      page
        .frames()
        .filter((frame) => frame !== page.mainFrame())
        .map((frame) => frame.locator("p").first().innerText()),
    )
    opened.state = { ...((await page.evaluate(readState)) as object), frames }
    const cdp = await page.context().newCDPSession(page)
    const { cssContentSize } = await cdp.send("Page.getLayoutMetrics")
    const clip = {
      x: 0,
      y: 0,
      width: 1280,
      height: Math.max(800, Math.ceil(cssContentSize.height)),
      scale: 1,
    }
    const shot = await cdp.send("Page.captureScreenshot", {
      format: "jpeg",
      quality: 80,
      captureBeyondViewport: true,
      clip,
    })
    opened.offline = Buffer.from(shot.data, "base64")
  } finally {
    await browser.close()
  }
}

const readState = `(async () => {
  await document.fonts.ready
  const one = (id) => document.getElementById(id)
  const style = (element) => getComputedStyle(element)
  const card = document.querySelector("fancy-card"), closed = document.querySelector("closed-card")
  return {
    ranInTheCopy: globalThis.ranInTheCopy,
    made: one("script-made").textContent, madeColour: style(one("script-made")).color,
    end: style(one("end")).backgroundColor,
    fonts: document.fonts.check("24px Blocks") && [...document.fonts].some((font) => font.status === "loaded"),
    imported: style(document.querySelector(".imported")).borderBottomWidth,
    hidden: style(document.querySelector("hidden-until-defined")).display,
    asWritten: [style(one("relative")).letterSpacing, style(one("relative")).paddingLeft, style(one("outside")).paddingLeft, style(one("lazy")).opacity],
    gl: style(one("gl")).backgroundImage,
    sprites: one("sprites").querySelectorAll("symbol").length,
    shadowSprite: card.shadowRoot.querySelector("svg > use").getAttribute("href"),
    open: card.shadowRoot.querySelector("p").textContent, openBorder: style(card).borderTopWidth,
    closed: closed.shadowRoot?.textContent,
    text: one("text").value, secret: one("secret").value, check: one("check").checked, choice: one("choice").value, area: one("area").value,
    pictures: Object.fromEntries(["srcset", "picture", "lazy", "blob", "broken"].map((id) => [id, one(id).naturalWidth])),
  }
})()`
