/** Where page.html could easily look otherwise than the page: bars over it, frames, pages without a doctype. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { launchChromium } from "../../support/pictures.ts"
import { captureLayer, captureUrl, only, site, type Page } from "./support.ts"

const slow = { timeout: 60_000 }
const story = "<p>Words of a story that goes on for a while and then some more.".repeat(40)
const box = (style: string, words: string) => `<div style="position:fixed;${style}"><p>${words}</p></div>`

const captured = (page: Page, policy?: string) =>
  Effect.gen(function* () {
    const { origin } = yield* site({ "/": page, "/quirky": "<p>A frame without a doctype" })
    const { result, text } = yield* captureUrl(`${origin}/`, only("page.html"))
    const seen = yield* opened(text("page.html"), policy)
    return { result, html: text("page.html"), ...seen }
  })

/** What can be seen of the file where it is served as the product's viewer serves it. */
const opened = (html: string, policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:") =>
  Effect.gen(function* () {
    const { origin } = yield* site({
      "/": (_request, response) => {
        response.writeHead(200, {
          "Content-Type": "text/html; charset=utf-8",
          "Content-Security-Policy": `sandbox; ${policy}`,
        })
        response.end(html)
      },
    })
    return yield* Effect.promise(async () => {
      const browser = await launchChromium()
      try {
        const page = await browser.newPage()
        await page.goto(`${origin}/`)
        const texts = await Promise.all(page.frames().map((frame) => frame.locator("body").innerText()))
        const frames = await page.locator("iframe").all()
        const boxes = await Promise.all(
          frames.map(async (frame) => {
            const { height, width, x, y } = (await frame.boundingBox())!
            return [x, y, width, height].map(Math.round)
          }),
        )
        return { boxes, texts, mode: await page.evaluate("document.compatMode") }
      } finally {
        await browser.close()
      }
    })
  })

layer(captureLayer(["127.0.0.1"]), { timeout: 60_000, excludeTestServices: true })("page.html", (it) => {
  it.scoped(
    "keeps what is fixed over the page, which only the picture does without, and no consent wall",
    () =>
      Effect.gen(function* () {
        const bars =
          box("left:0;right:0;top:20px;height:90px;background:#36c", "The bar of the site") +
          box("left:0;right:0;bottom:0;height:120px;background:#c33", "The bar at the foot") +
          box("left:20%;right:20%;top:20%;bottom:20%;background:#fff", "We use cookies, you know.")
        const { texts } = yield* captured(
          `<!doctype html><title>Bars</title><body style="overflow:hidden">${story}${bars}`,
        )
        expect(texts[0]).toContain("The bar of the site")
        expect(texts[0]).toContain("The bar at the foot")
        expect(texts[0]).not.toContain("cookies")
      }),
    slow,
  )

  it.scoped(
    "keeps frames of data, of blobs and without a doctype, also where frames with an address are forbidden",
    () =>
      Effect.gen(function* () {
        const { texts } = yield* captured(`<!doctype html><title>Frames</title>${story}
          <iframe src="data:text/html,<p>A frame of data"></iframe><iframe src=/quirky></iframe><iframe id=b></iframe>
          <script>b.src = URL.createObjectURL(new Blob(["<p>A frame of a blob"], { type: "text/html" }))</script>`)
        expect(texts.slice(1).map((text) => text.trim())).toEqual([
          "A frame of data",
          "A frame without a doctype",
          "A frame of a blob",
        ])
      }),
    slow,
  )

  it.scoped(
    "of a frameset shows its frames where they were, also where frames with an address are forbidden",
    () =>
      Effect.gen(function* () {
        const { boxes, texts } = yield* captured(`<title>Old manual</title>
          <frameset cols="200,*"><frame src="data:text/html,<p>Contents">
            <frameset rows="30%,70%" border=10><frame src="data:text/html,<p>The packages"><frame src=/quirky></frameset>
            <noframes><body>You need frames.</body></noframes></frameset>`)
        expect(texts.slice(1).map((text) => text.trim())).toEqual([
          "Contents",
          "The packages",
          "A frame without a doctype",
        ])
        // Of a window of 1280 to 720, less the borders of 6 and 10 px.
        expect(boxes).toEqual([
          [0, 0, 200, 720],
          [206, 0, 1074, 213],
          [206, 223, 1074, 497],
        ])
      }),
    slow,
  )

  it.scoped(
    "of XHTML without a doctype is laid out by the standard",
    () =>
      Effect.gen(function* () {
        const { mode } = yield* captured((_request, response) => {
          response.writeHead(200, { "Content-Type": "application/xhtml+xml" })
          response.end(
            `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>X</title></head><body>${story.replaceAll("more.", "more.</p>")}</body></html>`,
          )
        })
        expect(mode).toBe("CSS1Compat")
      }),
    slow,
  )

  it.scoped(
    "of XML with an error in it is what the browser shows, and its article fails in no words of a machine",
    () =>
      Effect.gen(function* () {
        const { origin } = yield* site({
          "/": (_request, response) => {
            response.writeHead(200, { "Content-Type": "application/xhtml+xml" })
            response.end(`<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Never closed</body></html>`)
          },
        })
        const { reasonOf, result } = yield* captureUrl(`${origin}/`, only("page.html", "article.html"))
        expect(result.artefacts.find(({ name }) => name === "page.html")?.status).toBe("ok")
        expect(reasonOf("article.html") ?? "").not.toMatch(/properties|undefined|null/)
      }),
    slow,
  )
})
