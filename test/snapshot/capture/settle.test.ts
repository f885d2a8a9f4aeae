/** When a page is there: one that draws late, still waits for an answer, goes elsewhere, or never stops going. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { captureLayer, captureUrl, only, site, type Page } from "./support.ts"

const slow = { timeout: 60_000 }
const words = "The harbour wakes before the town does, and the first voices are loud."
/** Less than the usual ten seconds: a page that wrongly never comes to rest is over within the time of a test. */
const settings = { ...only("page.html"), settleMillis: 6_000 }

const page = (body: string) => `<!doctype html><title>Late</title><body>${body}`
const later =
  (millis: number): Page =>
  (_request, response) =>
    void setTimeout(() => response.end(words), millis)

const captured = (pages: Readonly<Record<string, Page>>) =>
  Effect.flatMap(site(pages), ({ origin }) => captureUrl(`${origin}/`, settings))

layer(captureLayer(["127.0.0.1"]), { timeout: 60_000, excludeTestServices: true })(
  "the end of a page",
  (it) => {
    it.scoped.each([
      ["nothing", ""],
      ["a word that it loads", "<p>Loading…</p>"],
      ["a word in Chinese", "<p>页面加载中，请稍候</p>"],
    ])(
      "is waited for while it shows %s",
      ([, first]) =>
        Effect.gen(function* () {
          const script = `<script>setTimeout(() => { document.body.innerHTML = "<h1>${words}</h1>" }, 1500)</script>`
          const { result, text } = yield* captured({ "/": page(first + script) })
          expect(result).toMatchObject({ verdict: { kind: "good" }, partial: false })
          expect(text("page.html")).toContain(words)
        }),
      slow,
    )

    it.scoped(
      "is waited for while an answer is on its way",
      () =>
        Effect.gen(function* () {
          const script = `<p>${words}<script>fetch("/slow").then((r) => r.text()).then((t) => { document.body.append("It said: " + t) })</script>`
          const { result } = yield* captured({ "/": page(script), "/slow": later(4_500) })
          expect(result.text).toContain("It said: The harbour")
          expect(result.partial).toBe(false)
        }),
      slow,
    )

    it.scoped(
      "is that of the page it goes to after a moment, which is looked at whole",
      () =>
        Effect.gen(function* () {
          const away = `<p>You are being redirected</p><script>setTimeout(() => location.replace("/there"), 300)</script>`
          const there = `<h1>${words}</h1><div style=height:4000px></div><p id=end></p><script>
        new IntersectionObserver(([e]) => { if (e.isIntersecting) end.textContent = "The end was seen." }).observe(end)</script>`
          const { result } = yield* captured({ "/": page(away), "/there": page(there) })
          expect(new URL(result.finalUrl).pathname).toBe("/there")
          expect(result.text).toContain("The end was seen.")
          expect(result.partial).toBe(false)
        }),
      slow,
    )

    it.scoped(
      "does not come when the page leads round in a circle, and is not tried again",
      () =>
        Effect.gen(function* () {
          const loop = `<meta http-equiv=refresh content="0;url=/"><p>${words}`
          const failure = yield* Effect.flip(captured({ "/": page(loop) }))
          expect(failure).toMatchObject({ code: "too-many-redirects", retryable: false })
        }),
      slow,
    )

    for (const [name, cut] of [
      ["of a length that does not come", { "Content-Length": 99_999 }],
      ["in chunks of which the last does not come", {}],
      ["that does not say what it is written in", { "Content-Type": "text/html" }],
    ] as const)
      it.scoped(
        `comes at once with an answer ${name}`,
        () =>
          Effect.gen(function* () {
            const answer: Page = (_request, response) => {
              response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...cut })
              response.write(page(`<h1>${words}</h1>`))
              setTimeout(() => response.destroy(), 300)
            }
            const { result } = yield* captured({ "/": answer })
            expect(result.text).toContain(words)
            expect(result.partial).toBe(true)
            expect(result.steps.find(({ name: step }) => step === "open")?.reason).toContain("broke off")
          }),
        slow,
      )
  },
)
