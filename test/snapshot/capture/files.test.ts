/** Links that are files: what is read from them, and what is said when they are not what they seem. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import sharp from "sharp"
import { captureLayer, captureUrl, only, site, type Page } from "./support.ts"

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/encodings/${name}.txt`, import.meta.url))

const sent =
  (mediaType: string, body: Buffer | string): Page =>
  (_, response) => {
    response.writeHead(200, { "Content-Type": mediaType })
    response.end(body)
  }

const settings = only("original", "article.txt", "thumbnail")

layer(captureLayer(["127.0.0.1"]), { timeout: 60_000, excludeTestServices: true })("a file", (it) => {
  it.scoped("is kept as it came, with its text as it is meant", () =>
    Effect.gen(function* () {
      const { origin } = yield* site({
        "/utf16.txt": sent("text/plain", fixture("utf-16le")),
        "/sjis.txt": sent("text/plain", fixture("shift_jis")),
        "/pic.svg": sent(
          "image/svg+xml",
          '<svg xmlns="http://www.w3.org/2000/svg"><title>Drawn</title><text>words</text></svg>',
        ),
      })
      const marked = yield* captureUrl(`${origin}/utf16.txt`, settings)
      expect(marked.text("article.txt")).toMatch(/^快照不只是一张图片。/)
      expect(marked.files.get("original")).toEqual(fixture("utf-16le"))
      const japanese = yield* captureUrl(`${origin}/sjis.txt`, settings)
      expect(japanese.result.text).toMatch(/^これはシフトジスのテキストです。/)
      const picture = yield* captureUrl(`${origin}/pic.svg`, settings)
      expect([picture.result.title, picture.text("article.txt")]).toEqual(["Drawn", "Drawn\nwords"])
    }),
  )

  it.scoped("that is damaged is kept and says so", () =>
    Effect.gen(function* () {
      const noise = { create: { width: 200, height: 200, channels: 3, background: "#246" } } as const
      const png = yield* Effect.promise(() => sharp(noise).png({ compressionLevel: 0 }).toBuffer())
      const { origin } = yield* site({
        "/page.pdf": sent("application/pdf", "<!doctype html><title>Sorry</title><p>Not found"),
        "/cut.png": sent("image/png", png.subarray(0, png.length / 2)),
        "/none.png": sent("image/png", "<p>Not found"),
        "/whole.png": sent("image/png", png),
      })
      const pdf = yield* captureUrl(`${origin}/page.pdf`, settings)
      expect(pdf.files.has("original")).toBe(true)
      expect(pdf.reasonOf("article.txt")).toBe(
        "the file seems damaged, or is no PDF: no text can be read from it",
      )
      const cut = yield* captureUrl(`${origin}/cut.png`, settings)
      expect(cut.reasonOf("thumbnail")).toBe("the file seems damaged: a part of the picture is missing")
      expect(cut.files.has("thumbnail")).toBe(true)
      const none = yield* captureUrl(`${origin}/none.png`, settings)
      expect(none.reasonOf("thumbnail")).toMatch(/^the file seems damaged: the picture cannot be read/)
      const whole = yield* captureUrl(`${origin}/whole.png`, settings)
      expect([whole.reasonOf("thumbnail"), whole.result.partial]).toEqual([null, false])
    }),
  )

  it.scoped("or page that is not compressed as its server says is said to be unreadable", () =>
    Effect.gen(function* () {
      const { origin } = yield* site({
        "/": (_, response) => {
          response.writeHead(200, { "Content-Type": "text/html", "Content-Encoding": "gzip" })
          response.end("<!doctype html><title>Not gzip</title><p>Not gzip")
        },
      })
      const failure = yield* Effect.flip(captureUrl(`${origin}/`, settings))
      expect(failure).toMatchObject({ code: "bad-response" })
      expect((failure as Error).message).toMatch(
        /could not be read: it is not compressed as it says\. It is tried/,
      )
    }),
  )
})
