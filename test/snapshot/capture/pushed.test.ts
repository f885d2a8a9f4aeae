/** A page that a user's browser saved, and the WACZ of one that was loaded, through a real Chromium. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll } from "vitest"
import { startFixtureSite } from "../../support/fixtureSite.ts"
import { checkWacz } from "../archive/waczChecker.ts"
import { captureLayer, captureUrl, only, pushUrl } from "./support.ts"

const site = await startFixtureSite()
afterAll(() => site.close())

const slow = { timeout: 90_000 }
const picture = `data:image/png;base64,${(
  await sharp({ create: { width: 60, height: 60, channels: 3, background: "#c00" } })
    .png()
    .toBuffer()
).toString("base64")}`

const saved = (
  canary: string,
) => `<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>存下的网页</title>
<link rel="icon" href="${picture}"><meta http-equiv="refresh" content="0;url=${canary}/refresh">
<script>document.title = "ran"; fetch("${canary}/script")</script>
<style>body { background: url("${canary}/background.png") } p { color: #123456 }</style></head>
<body onload="document.title='ran'"><h1>一篇文章</h1>
<p>${"这是在浏览器里保存的文字。".repeat(40)}</p><p><a href="javascript:alert(1)">run</a> <a href="${canary}/next">next</a></p>
<img src="${picture}"><img src="${canary}/tracker.gif" onerror="document.title='ran'">
<iframe srcdoc="<p>inside</p><script>fetch('${canary}/frame')</script>"></iframe></body></html>`

layer(captureLayer(site.allow), { timeout: 60_000, excludeTestServices: true })("a pushed page", (it) => {
  it.effect(
    "gives every artefact that needs no network, runs nothing and asks for nothing",
    () =>
      Effect.gen(function* () {
        const before = site.requests.length
        const { files, reasonOf, result, text } = yield* pushUrl(
          `${site.origin}/private/page`,
          saved(site.origin),
        )
        expect(site.requests.slice(before)).toEqual([])
        expect(result).toMatchObject({ title: "存下的网页", finalUrl: `${site.origin}/private/page` })
        expect(result.verdict.kind).toBe("good")
        const failed = result.artefacts.filter(({ status }) => status === "failed")
        expect(failed).toEqual([])
        const html = text("page.html")
        expect(html).not.toMatch(/<script|onload|onerror|javascript:|http-equiv="refresh"/i)
        expect(html).toContain("这是在浏览器里保存的文字")
        expect(html).toContain("inside")
        expect(html).toContain(picture)
        expect(text("article.txt")).toContain("这是在浏览器里保存的文字")
        expect(JSON.parse(text("metadata.json"))).toMatchObject({ links: [`${site.origin}/next`] })
        for (const name of ["screenshot", "thumbnail", "page.pdf", "favicon"] as const)
          expect([name, files.has(name)]).toEqual([name, true])
        expect(reasonOf("page.wacz")).toContain("browser")
        expect(files.has("page.wacz")).toBe(false)
      }),
    slow,
  )

  it.effect(
    "is read in the encoding that it says",
    () =>
      Effect.gen(function* () {
        const html = Buffer.concat([
          Buffer.from("<html><head><meta charset=iso-8859-1><title>t</title></head><body><p>Gr"),
          Buffer.from([0xfc, 0xdf]),
          Buffer.from("e aus dem Hafen</body></html>"),
        ])
        const { result } = yield* pushUrl(`${site.origin}/old`, html, only("page.html"))
        expect(result.text).toContain("Grüße aus dem Hafen")
      }),
    slow,
  )
})

layer(captureLayer(site.allow), { timeout: 60_000, excludeTestServices: true })("page.wacz", (it) => {
  it.effect(
    "of a real capture has no fault, holds the page as it was sent, and no secret that was sent",
    () =>
      Effect.gen(function* () {
        const url = `${site.origin}/rich.html`
        const folder = mkdtempSync(join(tmpdir(), "linkseal-wacz-"))
        const cookies = join(folder, "cookies.txt")
        writeFileSync(cookies, `127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tsecret-value\n`)
        const settings = { ...only("page.wacz", "page.html"), cookiesFile: cookies }
        const { files } = yield* captureUrl(url, settings)
        expect(site.headersOf("/rich.html")?.cookie).toContain("secret-value")
        const path = join(folder, "page.wacz")
        writeFileSync(path, files.get("page.wacz")!)
        const checked = yield* Effect.promise(() => checkWacz(path))
        expect(checked.faults).toEqual([])
        const sent = yield* Effect.promise(async () => (await fetch(url)).text())
        const response = checked.records.find(
          ({ headers }) => headers.get("WARC-Type") === "response" && headers.get("WARC-Target-URI") === url,
        )
        expect(response?.payload.toString()).toBe(sent)
        expect(checked.records.some(({ block }) => block.includes("secret-value"))).toBe(false)
        rmSync(folder, { recursive: true })
      }),
    slow,
  )
})
