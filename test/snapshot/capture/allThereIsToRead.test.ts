/** What the search text holds, what is answered and put away before the page is read, and what is no blank page. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import sharp from "sharp"
import { captureLayer, captureUrl, only, site } from "./support.ts"

const slow = { timeout: 60_000 }
const words = "The harbour wakes before the town does, and the first voices are loud. "
const story = `<h1>Harbour</h1><p>${words.repeat(30)}</p>`
const page = (body: string) => `<!doctype html><title>Page</title><body>${body}`
/** Less than the usual ten seconds: a page that wrongly never comes to rest is over within the time of a test. */
const settings = { ...only("article.txt", "screenshot", "page.html"), settleMillis: 6_000 }
const captured = (body: string) =>
  Effect.flatMap(site({ "/": page(body), "/sea.png": sea }), ({ origin }) =>
    captureUrl(`${origin}/`, settings),
  )
const sea = (_request: unknown, response: { end: (bytes: Buffer) => void }) =>
  void sharp({ create: { width: 800, height: 600, channels: 3, background: "teal" } })
    .png()
    .toBuffer()
    .then((bytes) => response.end(bytes))
type Case = readonly [name: string, body: string, expected: string]
const wordsOf = (text: string) => new Set(text.toLowerCase().match(/\p{L}+/gu))

const inShadow = (mode: string, inner: string) =>
  `<div id=host></div><script>{ const root = host.attachShadow({ mode: "${mode}" })
  root.innerHTML = ${JSON.stringify(inner)}
  for (const button of root.querySelectorAll("button")) button.onclick = () => { document.title = button.textContent; host.remove() } }</script>`
const wall = (label: string) =>
  `<div style="position:fixed;inset:0;background:#000;z-index:9"><p style="color:#fff">We use cookies. Your privacy matters.</p><button>${label}</button></div>`

layer(captureLayer(["127.0.0.1"]), { timeout: 60_000, excludeTestServices: true })(
  "what there is to read",
  (it) => {
    it.scoped.each<Case>([
      [
        "answers in closed details",
        `<details><summary>Why</summary><p>Because of <b>okapi</b>s<script>no = "scripted"</script><span hidden>unseen</span></p><details><summary>And</summary>nested ibis</details></details>`,
        "okapis nested ibis why",
      ],
      [
        "what is only drawn when it is scrolled to",
        `<div style="height:4000px"></div><article style="content-visibility:auto"><p>Far <i>zebra</i>finch</p></article><div style="content-visibility:auto">plain uakari</div>`,
        "far zebrafinch plain uakari",
      ],
      [
        "shadow roots within shadow roots",
        `<x-a></x-a><script>for (const [name, text] of [["x-a", "<style>p{}</style>bare one <x-b></x-b>"], ["x-b", "<p>two lyrebird</p><x-c>slotted potoo</x-c>"], ["x-c", "<p>three cassowary</p><slot></slot>"]])
        customElements.define(name, class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: "open" }).innerHTML = text } })</script>`,
        "bare one two lyrebird three cassowary slotted potoo",
      ],
      [
        "words that stand side by side in slots",
        `<div id=h><b slot=t>slotted mandrill</b>default vervet</div><script>h.attachShadow({ mode: "open" }).innerHTML = "<h3><slot name=t></slot></h3><div><slot></slot></div>"</script>`,
        "slotted mandrill default vervet",
      ],
      [
        "an open dialog",
        `<dialog id=d style="width:400px;height:300px"><h2>Modal marmoset</h2></dialog><script>d.showModal()</script>`,
        "modal marmoset",
      ],
      [
        "what floats over the page and is put away",
        `<div style="position:fixed;right:20px;bottom:20px;width:300px;height:400px;background:#cfc">Chat with gibbon</div>`,
        "chat with gibbon",
      ],
      ["text that waits to be found", `<div hidden="until-found">A kagu is here</div>`, "kagu"],
    ])(
      "holds %s",
      ([, body, expected]) =>
        Effect.gen(function* () {
          const { result, text } = yield* captured(`${story}${body}<div style="display:none">nowhere</div>`)
          const found = wordsOf(result.text)
          for (const word of expected.split(" ")) expect(found).toContain(word)
          for (const word of ["scripted", "unseen", "nowhere"]) expect(found).not.toContain(word)
          // The extractor takes what is not displayed too.
          const extracted = [...wordsOf(text("article.txt"))].filter(
            (word) => word !== "nowhere" && word !== "unseen",
          )
          for (const word of extracted) expect(found).toContain(word)
        }),
      slow,
    )

    it.scoped.each<readonly [string, string, string | null]>([
      ["in an open shadow root", story + inShadow("open", wall("Alle akzeptieren")), "Alle akzeptieren"],
      [
        "of a known kind in a shadow root",
        story + inShadow("open", wall("Nope").replace("<button", "<button data-testid=uc-deny-all-button")),
        "Nope",
      ],
      ["in a closed shadow root of a script", story + inShadow("closed", wall("Accept")), "Accept"],
      [
        "in a closed shadow root of the document",
        `${story}<div><template shadowrootmode="closed">${wall("Accept")}</template></div>`,
        null,
      ],
      [
        "that is the whole page",
        `<div id=gate><h2>We value your privacy</h2><p>We use cookies.</p><button onclick="gate.innerHTML = art.innerHTML; document.title = 'in'">Accept all</button><button>Reject all</button></div><template id=art>${story}</template>`,
        "in",
      ],
      [
        "at the foot, whose button does nothing",
        `${story}<div style="position:fixed;bottom:0;left:0;right:0;background:#000;padding:10px">This site uses cookies. <button>OK</button></div>`,
        null,
      ],
    ])(
      "is what is behind a question of consent %s",
      ([, body, title]) =>
        Effect.gen(function* () {
          const { files, result } = yield* captured(body)
          expect(result.verdict.kind).toBe("good")
          expect(result.title).toBe(title ?? "Page")
          expect(result.text).toContain(words.trim())
          const { data, info } = yield* Effect.promise(() =>
            sharp(files.get("screenshot")).greyscale().raw().toBuffer({ resolveWithObject: true }),
          )
          const dark = data.filter((value) => value < 30).length
          expect(dark / (info.width * info.height)).toBeLessThan(0.03)
        }),
      slow,
    )

    it.scoped(
      "is read although a drawing stands in a shadow root, or floats over the page",
      () =>
        Effect.gen(function* () {
          const drawing = (style: string) =>
            `<svg class=cookie style="${style}"><rect width=900 height=600 /></svg>`
          const { result } = yield* captured(
            story +
              inShadow("open", drawing("width:50px")) +
              drawing("position:fixed;inset:0;width:900px;height:600px"),
          )
          expect(result).toMatchObject({ partial: false, verdict: { kind: "good" } })
          expect(result.text).toContain(words.trim())
        }),
      slow,
    )

    it.scoped(
      "is not left for the till, nor is a form filled in",
      () =>
        Effect.gen(function* () {
          const button = (label: string) => `<button onclick="document.title = 'clicked'">${label}</button>`
          const till = yield* captured(
            `<h2>Tu privacidad</h2><p>Usamos cookies.</p>${button("Rechazar y suscribirse")}`,
          )
          const form = yield* captured(
            `<h2>Join</h2><input name=mail><p>By joining you agree to our privacy policy.</p>${button("Agree and join")}`,
          )
          const footer = `<a href="/privacy">Privacy and cookies</a>`
          const tool = yield* captured(`<h2>Wipe the disk?</h2>${button("Accept")}${button("OK")}${footer}`)
          expect([till, form, tool].map(({ result }) => result.title)).toEqual(["Page", "Page", "Page"])
        }),
      slow,
    )

    it.scoped.each<Case>([
      ["a drawing", "<svg width=900 height=600><circle cx=400 cy=300 r=200 /></svg>", "good"],
      ["a canvas", "<canvas width=900 height=600></canvas>", "good"],
      ["a film with its poster", '<video poster="/sea.png" style="width:100%"></video>', "good"],
      ["a background", '<div style="height:800px;background:url(/sea.png)"></div>', "good"],
      ["a line", "<p>It works!", "good"],
      ["a small sign that turns", "<svg width=60 height=60><circle cx=30 cy=30 r=20 /></svg>", "doubtful"],
      ["nothing", "", "doubtful"],
    ])(
      "may be %s",
      ([, body, kind]) =>
        Effect.gen(function* () {
          expect((yield* captured(body)).result.verdict.kind).toBe(kind)
        }),
      slow,
    )

    it.scoped(
      "is that of the page that one is sent on to after a while",
      () =>
        Effect.gen(function* () {
          const away = `<p>Please wait, you are being sent on<script>setTimeout(() => location.replace("/there"), 1500)</script>`
          const { origin } = yield* site({ "/": page(away), "/there": page(story) })
          const { result } = yield* captureUrl(`${origin}/`, settings)
          expect(new URL(result.finalUrl).pathname).toBe("/there")
          expect(result.verdict.kind).toBe("good")
        }),
      slow,
    )
  },
)
