/** What stands many times on a page stands once in its file, and no file is larger than it may be. */
import { describe, expect, it as plainIt, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import sharp from "sharp"
import { PageBuilder, TooLarge, type FrameTree } from "../../../src/snapshot/capture/html/buildPage.ts"
import type { Part } from "../../../src/snapshot/capture/inpage/serialised.ts"
import type { Exchange } from "../../../src/snapshot/capture/Recording.ts"
import { compare, launchChromium, openForPicture } from "../../support/pictures.ts"
import { captureLayer, captureUrl, only, site } from "./support.ts"

const body = randomBytes(90_000)
const source = {
  find: (url: string) =>
    ({ url, mimeType: "image/png", body: { offset: 0, length: body.length }, truncated: false }) as Exchange,
  read: () => Promise.resolve(body),
}
const treeOf = (parts: ReadonlyArray<Part>): FrameTree => ({
  serialised: { parts, quirks: false, scheme: "light", url: "http://a.test/" },
  frames: new Map(),
})
const built = async (builder: PageBuilder, parts: ReadonlyArray<Part>) => {
  const pieces: Array<string> = []
  for await (const piece of builder.build(treeOf(parts), null)) pieces.push(piece)
  return pieces.join("")
}
const many = (part: Part) => Array.from({ length: 50 }, () => part)

describe("the size of page.html", () => {
  plainIt("is that of one picture when the page shows it many times", async () => {
    const builder = new PageBuilder(source)
    const html = await built(builder, [
      { kind: "head" },
      ...many({ kind: "picture", url: "http://a.test/p" }),
    ])
    expect(html.match(/base64,/g)).toHaveLength(1)
    expect(html.match(/data-ls-picture="0"/g)!.length).toBe(51)
    expect(builder.leftOut.size).toBe(0)
  })

  plainIt.each<[string, Part]>([
    ["pictures", { kind: "resource", url: "http://a.test/p", media: false }],
    ["styles", { kind: "css", text: "a{background:url(/p)}", base: "http://a.test/", attribute: false }],
  ])(
    "is bounded for %s that stand there again and again, and what is left out is named",
    async (_name, part) => {
      const builder = new PageBuilder(source, 1_000_000)
      const html = await built(builder, many(part))
      expect(html.length).toBeLessThan(1_000_000)
      expect(html.match(/base64,/g)!.length).toBeGreaterThan(5)
      expect([...builder.leftOut]).toEqual(["http://a.test/p"])
    },
  )

  plainIt("is bounded for frames, which take more room in a frame than alone", async () => {
    const inner = treeOf(['"'.repeat(400_000)])
    const builder = new PageBuilder(source, 1_000_000)
    const tree = {
      serialised: treeOf([{ kind: "frame", index: 0 }, "end"]).serialised,
      frames: new Map([[0, inner]]),
    }
    const pieces: Array<string> = []
    for await (const piece of builder.build(tree, null)) pieces.push(piece)
    expect(pieces.join("")).toBe("end")
    expect(builder.leftOut.size).toBe(1)
  })

  plainIt("is refused in words when the text alone is more", async () => {
    const builder = new PageBuilder(source, 1_000)
    await expect(built(builder, ["x".repeat(2_000)])).rejects.toThrow(new TooLarge(1_000))
  })
})

layer(captureLayer(["127.0.0.1"]), { timeout: 60_000, excludeTestServices: true })(
  "a page of one picture",
  (it) => {
    it.scoped(
      "300 times over looks as it does, in a file and an article of a few megabytes",
      () =>
        Effect.gen(function* () {
          const noise = { width: 400, height: 300, channels: 3 as const }
          const png = yield* Effect.promise(() =>
            sharp(randomBytes(400 * 300 * 3), { raw: noise })
              .png()
              .toBuffer(),
          )
          const pictures = Array.from(
            { length: 300 },
            (_, n) => `<img src=/p.png alt=no width=${20 + (n % 5) * 9}>`,
          )
          const { origin } = yield* site({
            "/": `<!doctype html><title>Many</title><style>img{border:1px solid;object-fit:cover}</style><h1>Many</h1>
            <article><p>${"A wall of one picture. ".repeat(60)}</p><p>${pictures.join(" ")}</p></article>`,
            "/p.png": (_request, response) => response.setHeader("Content-Type", "image/png").end(png),
          })
          const { files, result, text } = yield* captureUrl(`${origin}/`, only("page.html", "article.html"))
          expect(result.partial).toBe(false)
          expect(text("page.html").length).toBeLessThan(2_000_000)
          expect(files.get("article.html")!.length).toBeLessThan(2_000_000)
          const share = yield* Effect.promise(async () => {
            const browser = await launchChromium()
            try {
              const [live, kept] = [
                await openForPicture(browser, { url: `${origin}/` }),
                await openForPicture(browser, { html: text("page.html") }, { offline: true }),
              ]
              return (await compare(live.picture, kept.picture)).share
            } finally {
              await browser.close()
            }
          })
          expect(share).toBe(0)
        }),
      { timeout: 60_000 },
    )

    it.scoped(
      "whose pictures do not all fit says so, and is partial",
      () =>
        Effect.gen(function* () {
          const noise = { width: 1_000, height: 600, channels: 3 as const }
          const png = yield* Effect.promise(() =>
            sharp(randomBytes(1_000 * 600 * 3), { raw: noise })
              .png()
              .toBuffer(),
          )
          const boxes = Array.from(
            { length: 60 },
            () => `<div style="height:9px;background:url(/p.png)"></div>`,
          )
          const { origin } = yield* site({
            "/": `<!doctype html><title>Many</title><p>${"Words between pictures. ".repeat(20)}</p>${boxes.join("")}`,
            "/p.png": (_request, response) => response.setHeader("Content-Type", "image/png").end(png),
          })
          const { files, reasonOf, result } = yield* captureUrl(`${origin}/`, only("page.html"))
          expect(files.get("page.html")!.length).toBeLessThan(100_000_000)
          expect(reasonOf("page.html")).toBe(
            "a picture, style or frame is left out: the file would be larger than 100 MB",
          )
          expect(result.partial).toBe(true)
        }),
      { timeout: 60_000 },
    )
  },
)
