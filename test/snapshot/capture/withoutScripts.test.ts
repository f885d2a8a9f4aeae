/** page.html beside the page itself, opened where no script runs, as the product's viewer opens it. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import pixelmatch from "pixelmatch"
import { readFileSync } from "node:fs"
import { PNG } from "pngjs"
import { launchChromium } from "../../support/pictures.ts"
import { captureLayer, captureUrl, only, site, type Page } from "./support.ts"

const slow = { timeout: 60_000 }
const story = "<p>Words of a story that goes on for a while and then some more.".repeat(20)

const sheet =
  (text: string): Page =>
  (_request, response) => {
    response.writeHead(200, { "Content-Type": "text/css" })
    response.end(text)
  }

/** The page with its scripts, and what was kept of it without; `read` is an expression for both. */
const beside = (body: string, read: string, others: Readonly<Record<string, Page>> = {}) =>
  Effect.gen(function* () {
    const { origin } = yield* site({ ...others, "/": `<!doctype html><title>Page</title>${body}${story}` })
    const { text } = yield* captureUrl(`${origin}/`, only("page.html"))
    const html = text("page.html")
    const copy = yield* site({ "/": html })
    const [live, kept] = yield* Effect.promise(async () => {
      const browser = await launchChromium()
      try {
        const one = await look(browser, `${origin}/`, true, read)
        return [one, await look(browser, `${copy.origin}/`, false, read)] as const
      } finally {
        await browser.close()
      }
    })
    const { height, width } = live.picture
    const different = pixelmatch(live.picture.data, kept.picture.data, undefined, width, height, {
      threshold: 0.1,
    })
    return { html, live: live.value, kept: kept.value, different }
  })

const look = async (
  browser: Awaited<ReturnType<typeof launchChromium>>,
  url: string,
  scripts: boolean,
  read: string,
) => {
  const context = await browser.newContext({ javaScriptEnabled: scripts })
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForFunction("document.readyState === 'complete' && document.fonts.status === 'loaded'")
  const picture = PNG.sync.read(await page.screenshot({ animations: "disabled" }))
  return { picture, value: (await page.evaluate(read)) as unknown }
}

const boxes = `[...document.querySelectorAll("canvas")].map((canvas) => {
  const { x, y, width, height } = canvas.getBoundingClientRect()
  return [x, y, width, height]
})`
const colours = `[...document.querySelectorAll(".c")].map((element) => getComputedStyle(element).color)`

layer(captureLayer(["127.0.0.1"]), { timeout: 60_000, excludeTestServices: true })("page.html", (it) => {
  it.scoped(
    "shows canvases of every kind where they were and as large, by the page's own rules",
    () =>
      Effect.gen(function* () {
        const { different, kept, live } = yield* beside(
          `<style>canvas { border: 2px solid teal; background-color: #eee } .half { width: 50% } .low { height: 60px }
            .own { display: block; box-sizing: border-box; padding: 7px } .small { max-width: 120px }
            .fit { width: 90px; height: 90px; object-fit: contain } .row { display: flex; align-items: flex-start }</style>
          <p>before <canvas></canvas> after <canvas class=low></canvas></p><canvas class=own></canvas><canvas class="own half" height=30></canvas>
          <canvas class=small></canvas><canvas class=fit></canvas><div class=row><canvas></canvas><canvas class=low></canvas></div>
          <div id=host></div><canvas id=gl width=60 height=30></canvas><canvas id=off width=60 height=30></canvas>
          <script>
            host.attachShadow({ mode: "open" }).innerHTML = "<canvas width=70 height=40></canvas>"
            for (const canvas of [...document.querySelectorAll("canvas:not([id])"), host.shadowRoot.firstChild]) {
              const context = canvas.getContext("2d")
              context.fillStyle = "green"; context.fillRect(10, 10, canvas.width / 2, 20)
            }
            const drawing = gl.getContext("webgl", { preserveDrawingBuffer: true })
            drawing.clearColor(1, 0.5, 0, 1); drawing.clear(drawing.COLOR_BUFFER_BIT)
            const far = off.transferControlToOffscreen().getContext("2d")
            far.fillStyle = "blue"; far.fillRect(0, 0, 30, 30)
          </script>`,
          boxes,
        )
        expect(kept).toEqual(live)
        expect(different).toBeLessThan(50)
      }),
    slow,
  )

  it.scoped(
    "leaves the place of a canvas that nobody may read",
    () =>
      Effect.gen(function* () {
        const svg =
          "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><foreignObject/></svg>"
        const other = yield* site({
          "/a.svg": (_request, response) => {
            response.writeHead(200, { "Content-Type": "image/svg+xml" })
            response.end(decodeURIComponent(svg.slice(svg.indexOf(",") + 1)))
          },
        })
        const { kept, live } = yield* beside(
          `<canvas width=80 height=50></canvas><script>
            const canvas = document.querySelector("canvas"), picture = new Image()
            picture.onload = () => canvas.getContext("2d").drawImage(picture, 0, 0)
            picture.src = "${other.origin}/a.svg"</script>`,
          boxes,
        )
        expect(kept).toEqual(live)
        expect(kept).toMatchObject([[expect.anything(), expect.anything(), 80, 50]])
      }),
    slow,
  )

  const sets = {
    "/light.css": sheet(".c { color: rgb(1, 1, 1) }"),
    "/dark.css": sheet(".c { color: rgb(2, 2, 2) }"),
  }
  const titled = `<link rel=stylesheet title=Light href=/light.css><link rel=stylesheet title=Dark href=/dark.css><style title=Dark>.c { color: rgb(3, 3, 3) }</style>`
  const alternate = `<link rel=stylesheet title=Light href=/light.css><link id=dark rel="alternate stylesheet" title=Dark href=/dark.css>`

  it.scoped.each([
    { of: "two sets with names, the first", page: titled, colour: "rgb(1, 1, 1)" },
    { of: "an alternate set nobody chose, nothing", page: alternate, colour: "rgb(1, 1, 1)" },
    {
      of: "an alternate set without another, nothing",
      page: "<style>.c { color: rgb(9, 9, 9) }</style><link rel='stylesheet alternate' title=Dark href=/dark.css>",
      colour: "rgb(9, 9, 9)",
    },
    {
      of: "an alternate set that a script chose, that one",
      page: `${alternate}<script>addEventListener("load", () => { for (const one of document.querySelectorAll("link")) { one.disabled = true; one.disabled = one.title !== "Dark" } })</script>`,
      colour: "rgb(2, 2, 2)",
    },
  ])(
    "applies of $of",
    ({ colour, page }) =>
      Effect.gen(function* () {
        const { kept, live } = yield* beside(`${page}<p class=c>Text`, colours, sets)
        expect(live).toEqual([colour])
        expect(kept).toEqual([colour])
      }),
    slow,
  )

  it.scoped(
    "has rules as scripts left them, in sheets of the page and of links, and the source of those left alone",
    () =>
      Effect.gen(function* () {
        const { html, kept, live } = yield* beside(
          `<style>.one { color: red }</style><style>.two { color: red }</style><link rel=stylesheet href=/three.css>
          <link rel=stylesheet href=/alone.css><style>.five { -moz-old: 5; color: rgb(5, 5, 5) }</style>
          <p class="c one">One<p class="c two">Two<p class="c three">Three<p class="c four">Four<p class="c five">Five
          <script>addEventListener("load", () => {
            const [one, two, three] = document.styleSheets
            one.deleteRule(0); one.insertRule(".one { color: rgb(1, 1, 1) }")
            two.cssRules[0].style.color = "rgb(2, 2, 2)"
            three.insertRule(".three { color: rgb(3, 3, 3) }", 1)
          })</script>`,
          colours,
          {
            "/three.css": sheet(".three { -moz-old: 3; color: red }"),
            "/alone.css": sheet(".four { -moz-old: 4; color: rgb(4, 4, 4) }"),
          },
        )
        expect(live).toEqual([1, 2, 3, 4, 5].map((each) => `rgb(${each}, ${each}, ${each})`))
        expect(kept).toEqual(live)
        // What only other browsers know is in the source alone.
        expect(html.match(/-moz-old: \d/g)).toEqual(["-moz-old: 3", "-moz-old: 4", "-moz-old: 5"])
      }),
    slow,
  )

  it.scoped(
    "shows an open popover and a modal dialog where they were, with what dims the page behind",
    () =>
      Effect.gen(function* () {
        const popover = yield* beside(
          `<div id=pop popover>Words of the popover</div><script>pop.showPopover()</script>`,
          "0",
        )
        expect(popover.different).toBeLessThan(50)
        const dialog = yield* beside(
          `<style>dialog::backdrop { background: rgba(200, 0, 0, 0.5) }</style><dialog id=box style="width:300px;height:80px">Words of the dialog</dialog><script>box.showModal()</script>`,
          "0",
        )
        expect(dialog.different).toBeLessThan(2_000)
      }),
    slow,
  )

  it.scoped(
    "has what its markup declares to be in closed shadow roots, also one inside the other",
    () =>
      Effect.gen(function* () {
        const { different, html } = yield* beside(
          `<div><template shadowrootmode=closed><style>p { color: purple }</style><p>Words in a closed root <slot></slot></p>
            <div><template shadowrootmode="closed"><b>and further in</b></template></div></template>slotted</div>`,
          "0",
        )
        expect(html).toContain("and further in")
        expect(different).toBeLessThan(50)
      }),
    slow,
  )

  it.scoped(
    "has documents in objects, and drawings in objects and frames with the pictures in them",
    () =>
      Effect.gen(function* () {
        const inner = Buffer.from(
          "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'><rect width='40' height='40' fill='teal'/></svg>",
        )
        const svg: (text: string | Buffer) => Page = (text) => (_request, response) => {
          response.writeHead(200, { "Content-Type": "image/svg+xml" })
          response.end(text)
        }
        const drawing = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="120" height="60">
          <rect width="120" height="60" fill="#eee"/><image xlink:href="inner.svg" x="5" y="5" width="40" height="40"/><image href='/inner.svg' x="60" width="40" height="40"/></svg>`
        const { different, html } = yield* beside(
          `<object data=/drawing.svg type="image/svg+xml"></object> <embed src=/drawing.svg width=120 height=60><iframe src=/drawing.svg width=140 height=80></iframe>
          <object data=/inside.html type="text/html" width=300 height=80>Not seen</object><object data=/nothing.html>Seen</object>`,
          "0",
          {
            "/drawing.svg": svg(drawing),
            "/inner.svg": svg(inner),
            "/inside.html": "<!doctype html><p>Inside the object",
          },
        )
        expect(html).not.toContain("Not seen")
        expect(different).toBeLessThan(50)
      }),
    slow,
  )

  it.scoped(
    "has the fonts that scripts made, of an address and of bytes",
    () =>
      Effect.gen(function* () {
        const { different, kept, live } = yield* beside(
          `<style>b { font-size: 30px } #one { font-family: One, serif } #two { font-family: "Two words", serif }</style>
          <p><b id=one>Blocks</b> <b id=two>Blocks</b> <b id=three>Blocks</b>
          <script>
            document.fonts.add(new FontFace("One", "url(/blocks.ttf)", { weight: "700" }))
            fetch("/blocks.ttf").then((answer) => answer.arrayBuffer()).then((bytes) => document.fonts.add(new FontFace("Two words", bytes)))
          </script>`,
          `document.fonts.ready.then(() => [...document.querySelectorAll("b")].map((element) => element.getBoundingClientRect().width))`,
          {
            "/blocks.ttf": (_request, response) => {
              response.writeHead(200, { "Content-Type": "font/ttf" })
              response.end(readFileSync(new URL("../../fixtures/pages/blocks.ttf", import.meta.url)))
            },
          },
        )
        expect(kept).toEqual(live)
        const [one, two, three] = live as ReadonlyArray<number>
        expect([one === three, two === three]).toEqual([false, false])
        expect(different).toBeLessThan(50)
      }),
    slow,
  )

  it.scoped(
    "has its words apart in the article where slots, blocks of its own and fields keep them apart",
    () =>
      Effect.gen(function* () {
        const { origin } = yield* site({
          "/": `<!doctype html><title>Slots</title><h1>Slots</h1>
            <x-c><b slot=title>Slotted</b>default<i slot=nowhere>unseen</i></x-c><x-d>left<input>right</x-d>
            <details open><summary>Summary</summary>Details</details>${story}
            <style>x-d { display: block }</style>
            <script>customElements.define("x-c", class extends HTMLElement { constructor() { super()
              this.attachShadow({ mode: "open" }).innerHTML = "<h3><slot name=title></slot></h3><div><slot></slot></div>" } })</script>`,
        })
        const { text } = yield* captureUrl(`${origin}/`, only("article.txt"))
        const words = text("article.txt").split(/\s+/)
        expect(words.slice(words.indexOf("Slotted"), words.indexOf("Words"))).toEqual([
          "Slotted",
          "default",
          "left",
          "right",
          "Summary",
          "Details",
        ])
      }),
    slow,
  )
})
