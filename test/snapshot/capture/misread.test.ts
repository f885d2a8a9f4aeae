/** Pages whose server says UTF-8 and sends something else. */
import { describe, expect, it as plainIt, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { encodingOf, isMisread } from "../../../src/snapshot/capture/misread.ts"
import { captureLayer, captureUrl, only, site } from "./support.ts"

const gbk = readFileSync(new URL("../../fixtures/pages/gbk.html", import.meta.url))
const silent = Buffer.from(gbk.toString("latin1").replace(/<meta[^>]+charset[^>]*>/i, ""), "latin1")

describe("the encoding of a page", () => {
  plainIt("is what the page says, or what its bytes look like, when it is not UTF-8", () => {
    expect(encodingOf(gbk, "")).toMatch(/^gb/)
    expect(encodingOf(Buffer.from("快照".repeat(20)), "")).toBe(null)
    const accents = Buffer.from("Gr\xfc\xdfe aus dem Hafen von gestern und heute", "latin1")
    expect(encodingOf(accents, "de")).toBe("windows-1252")
    const japanese = Buffer.from(Array.from({ length: 40 }, () => [0x82, 0xa0]).flat())
    expect(encodingOf(japanese, "ja")).toBe("shift_jis")
  })

  plainIt("is not doubted for a few letters that are lost", () => {
    expect(isMisread(`${"a story ".repeat(500)}\ufffd\ufffd`)).toBe(false)
    expect(isMisread("\ufffd".repeat(30))).toBe(true)
  })
})

layer(captureLayer(["127.0.0.1"]), { timeout: 60_000, excludeTestServices: true })("a page", (it) => {
  it.scoped(
    "in GBK that its server calls UTF-8 is read as it is meant",
    () =>
      Effect.gen(function* () {
        const { origin } = yield* site({
          "/": (_request, response) => {
            response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" })
            response.end(gbk)
          },
          "/silent": (_request, response) => {
            response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" })
            response.end(silent)
          },
        })
        for (const path of ["/", "/silent"]) {
          const { result, text } = yield* captureUrl(origin + path, only("page.html"))
          expect(result.text).toContain("快照里的文字必须完好无损")
          expect(result.title).not.toContain("\ufffd")
          expect(text("page.html")).toContain("快照里的文字必须完好无损")
          expect(result.partial).toBe(false)
        }
      }),
    { timeout: 60_000 },
  )
})
