/** The capture pipeline against the fixture site, with a real Chromium. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import sharp from "sharp"
import { afterAll } from "vitest"
import { artefactNames } from "../../../src/snapshot/Snapshot.ts"
import { startFixtureSite } from "../../support/fixtureSite.ts"
import { captureLayer, captureUrl, only, quickSettings, warcOf } from "./support.ts"

const site = await startFixtureSite()
const pagesFolder = fileURLToPath(new URL("../../fixtures/pages/", import.meta.url))
afterAll(() => site.close())

const slow = { timeout: 90_000 }

layer(captureLayer(site.allow), { timeout: 60_000, excludeTestServices: true })("a capture", (it) => {
  it.effect(
    "keeps every artefact of a Chinese page",
    () =>
      Effect.gen(function* () {
        const { files, result, text } = yield* captureUrl(`${site.origin}/chinese.html`)
        expect(result.verdict).toEqual({ kind: "good", reasons: [] })
        expect(result.artefacts.map(({ name }) => name)).toEqual(artefactNames)
        expect(result.artefacts.filter(({ status }) => status === "failed")).toEqual([])
        expect(result).toMatchObject({
          title: "网页快照与存储",
          language: "zh-CN",
          httpStatus: 200,
          partial: false,
        })
        expect(result.text).toContain("快照不只是一张图片")
        expect(result.links).toContain(`${site.origin}/rich.html`)
        expect(text("article.txt")).toContain("多年以后")
        expect(text("article.txt")).not.toContain("首页")
        expect(text("article.html")).toMatch(/<h\d>网页快照与存储<\/h\d>/)
        expect(JSON.parse(text("metadata.json"))).toMatchObject({
          title: "网页快照与存储",
          description: "一篇关于网页快照的短文",
          authors: ["李明", "王芳"],
          publishedAt: "2024-05-01T08:00:00Z",
          openGraph: { "og:title": ["网页快照"] },
          canonicalUrl: `${site.origin}/chinese.html`,
        })
        expect(files.get("page.pdf")!.subarray(0, 5).toString()).toBe("%PDF-")
        const icon = yield* Effect.promise(() => sharp(files.get("favicon")).metadata())
        expect([icon.format, icon.width]).toEqual(["png", 32])
        const small = yield* Effect.promise(() => sharp(files.get("thumbnail")).metadata())
        expect([small.format, small.width]).toEqual(["webp", 480])
        expect(result.steps.map(({ name }) => name)).toEqual(
          expect.arrayContaining(["open", "settle", "page.html"]),
        )
      }),
    slow,
  )

  it.effect(
    "records the bytes that came, in whatever encoding, with the redirect before them",
    () =>
      Effect.gen(function* () {
        const gbk = yield* captureUrl(`${site.origin}/gbk.html`, only("page.wacz"))
        const warc = yield* Effect.promise(() => warcOf(gbk.files.get("page.wacz")!))
        expect(warc).toContain(readFileSync(join(pagesFolder, "gbk.html")).toString("latin1"))
        const moved = yield* captureUrl(`${site.origin}/to-home`, only("page.wacz"))
        const hops = yield* Effect.promise(() => warcOf(moved.files.get("page.wacz")!))
        expect(hops).toMatch(/WARC-Target-URI: \S+\/to-home\r\n[\s\S]*HTTP\/1\.1 302[\s\S]*HTTP\/1\.1 200/)
      }),
    slow,
  )

  it.effect(
    "cuts the picture of a page over 100,000 px, and keeps all its text",
    () =>
      Effect.gen(function* () {
        const { files, result } = yield* captureUrl(
          `${site.origin}/tall.html`,
          only("screenshot", "page.html"),
        )
        const picture = yield* Effect.promise(() => sharp(files.get("screenshot")).metadata())
        expect([picture.width, picture.height]).toEqual([1280, 12_000])
        expect(result.text).toContain("Paragraph number 2600 of the tall page.")
        expect(files.get("page.html")!.toString()).toContain("Paragraph number 2600")
      }),
    slow,
  )

  it.effect(
    "loads what is only loaded when it is seen, and leaves an endless page",
    () =>
      Effect.gen(function* () {
        const { result, text } = yield* captureUrl(`${site.origin}/lazy.html`, only("page.html"))
        for (const id of ["native", "observed", "wechat"]) {
          expect(text("page.html")).toMatch(new RegExp(`<img id="${id}"[^>]* src="data:image/png;base64,`))
        }
        expect(result.text).toContain("endless item 10")
        expect(result.text).not.toContain("endless item 1000")
      }),
    slow,
  )

  it.effect(
    "leaves a column of links beside the text in the picture, and hides what floats over it",
    () =>
      Effect.gen(function* () {
        const { files } = yield* captureUrl(`${site.origin}/sidebar`, only("screenshot"))
        const colourAt = (left: number, top: number) =>
          Effect.promise(() =>
            sharp(files.get("screenshot"))
              .extract({ left, top, width: 1, height: 1 })
              .raw()
              .toBuffer()
              .then((bytes) => [...bytes].map((value) => Math.round(value / 51).toString(16)).join("")),
          )
        expect(yield* colourAt(280, 400)).toBe("124")
        expect(yield* colourAt(1_200, 700)).toBe("555")
      }),
    slow,
  )

  it.effect(
    "declines what asks for consent and keeps the story behind it",
    () =>
      Effect.gen(function* () {
        const { result, text } = yield* captureUrl(
          `${site.origin}/consent-ok.html`,
          only("page.html", "article.txt"),
        )
        expect(result.verdict.kind).toBe("good")
        expect(text("page.html")).not.toContain("812 partners")
        expect(result.title).not.toBe("accepted")
        expect(text("article.txt")).toContain("painter who paints nothing but the sea")
      }),
    slow,
  )

  for (const [path, reason] of [
    ["/consent-wall.html", "consent wall"],
    ["/login-wall.html", "login wall"],
    ["/challenge.html", "bot challenge"],
    ["/403-challenge", "bot challenge"],
    ["/soft-404.html", "error page"],
    ["/blank.html", "blank page"],
    ["/to-home", "redirected to the home page"],
  ] as const) {
    it.effect(
      `doubts ${path}: ${reason}`,
      () =>
        Effect.gen(function* () {
          const { files, result } = yield* captureUrl(site.origin + path, only("page.html"))
          expect(result.verdict).toEqual({ kind: "doubtful", reasons: [reason] })
          expect(files.has("page.html")).toBe(true)
        }),
      slow,
    )
  }

  for (const [path, words] of [
    ["/gbk.html", "快照里的文字必须完好无损"],
    ["/no-charset.html", "Grüße aus dem Hafen"],
    ["/rtl.html", "لا أحد يتذكر"],
  ] as const) {
    it.effect(
      `reads ${path} as it is meant`,
      () =>
        Effect.gen(function* () {
          const { result, text } = yield* captureUrl(site.origin + path, only("page.html", "article.html"))
          expect(result.text).toContain(words)
          expect(text("page.html")).toContain(words)
          if (path === "/rtl.html") expect(text("article.html")).toContain('dir="rtl"')
        }),
      slow,
    )
  }

  it.effect(
    "prints what the print style sheet would hide",
    () =>
      Effect.gen(function* () {
        const empty = yield* captureUrl(`${site.origin}/blank.html`, only("page.pdf"))
        const { files } = yield* captureUrl(`${site.origin}/no-print.html`, only("page.pdf"))
        expect(files.get("page.pdf")!.length).toBeGreaterThan(empty.files.get("page.pdf")!.length * 3)
      }),
    slow,
  )

  it.effect(
    "keeps a PDF as it is, with its title and text",
    () =>
      Effect.gen(function* () {
        const { files, result, text, reasonOf } = yield* captureUrl(`${site.origin}/paper.pdf`)
        expect(files.get("original")!.subarray(0, 5).toString()).toBe("%PDF-")
        expect(text("article.txt")).toContain("Words inside a small paper")
        expect(result).toMatchObject({ title: "A small paper", verdict: { kind: "good" } })
        expect(reasonOf("page.html")).toBe("the link is a file")
      }),
    slow,
  )

  it.effect(
    "keeps a picture as it is, with a thumbnail",
    () =>
      Effect.gen(function* () {
        const { files, result } = yield* captureUrl(`${site.origin}/picture.png`)
        const [original, small] = yield* Effect.promise(() =>
          Promise.all([sharp(files.get("original")).metadata(), sharp(files.get("thumbnail")).metadata()]),
        )
        expect([original.width, original.height]).toEqual([640, 400])
        expect([small.format, small.width]).toEqual(["webp", 480])
        expect(result.artefacts.find(({ name }) => name === "original")?.mediaType).toBe("image/png")
      }),
    slow,
  )

  it.effect(
    "keeps what is offered as a download, and text in its encoding",
    () =>
      Effect.gen(function* () {
        expect((yield* captureUrl(`${site.origin}/download`)).text("original")).toBe("<p>kept as it is</p>")
        expect((yield* captureUrl(`${site.origin}/notes.txt`)).text("article.txt")).toBe("快照")
        expect((yield* captureUrl(`${site.origin}/feed.xml`)).result.title).toBe("News of the site")
      }),
    slow,
  )

  for (const [path, failure] of [
    ["/404", { code: "http-404", retryable: false }],
    ["/500", { code: "http-500", retryable: true }],
    ["/204", { code: "empty-answer", retryable: false }],
    ["/304", { code: "empty-answer", retryable: false }],
    ["/busy", { code: "http-429", retryable: true, notBefore: Date.UTC(2100, 0, 1) }],
    ["/403", { code: "http-403", retryable: false }],
    ["/loop", { code: "too-many-redirects", retryable: false }],
    ["/resets", { code: "connection-reset", retryable: true }],
    ["/never-answers", { code: "timeout", retryable: true }],
    ["/to-metadata", { code: "blocked-address", retryable: false }],
    ["/script-to-metadata", { code: "blocked-address", retryable: false }],
    ["/to-file", { code: "blocked-address", retryable: false }],
    ["/huge.bin", { code: "too-large", retryable: false }],
    ["/huge-said.bin", { code: "too-large", retryable: false }],
  ] as const) {
    it.effect(
      `fails for ${path}: ${failure.code}`,
      () =>
        Effect.gen(function* () {
          const settings = {
            ...quickSettings,
            maxBytes: 20_000_000,
            probeMillis: path === "/never-answers" ? 500 : 4_000,
          }
          const found = yield* Effect.flip(captureUrl(site.origin + path, settings))
          expect(found).toMatchObject({ _tag: "CaptureFailure", ...failure })
          expect((found as { message: string }).message).toMatch(/^[A-Z0-9].{20,}[.)]$/)
        }),
      slow,
    )
  }

  it.effect(
    "fails for what is no address, an unknown host and a closed port, each by name",
    () =>
      Effect.gen(function* () {
        const codes = yield* Effect.forEach(
          ["no url", "ftp://x.test/", "http://nobody.invalid/", "http://10.1.2.3/"],
          (url) => Effect.map(Effect.flip(captureUrl(url)), (failure) => (failure as { code: string }).code),
        )
        expect(codes).toEqual(["bad-url", "bad-url", "unknown-host", "blocked-address"])
      }),
    slow,
  )

  it.effect(
    "keeps what there is of pages that never end, never load or hang",
    () =>
      Effect.gen(function* () {
        const settings = { ...only("page.html", "screenshot"), navigationMillis: 1_500 }
        for (const [path, words] of [
          ["/never-ends", "The beginning is here."],
          ["/never-loads", "the text is here"],
          ["/drip", "Drop by drop"],
          ["/hang.html", "before the script that never ends"],
        ] as const) {
          const { files, result } = yield* captureUrl(site.origin + path, settings)
          expect(result.partial).toBe(true)
          expect(result.text).toContain(words)
          expect([...files.keys()].sort()).toEqual(["page.html", "screenshot"])
          expect(result.steps.find(({ reason }) => reason !== null)?.reason).toContain(
            "did not finish loading",
          )
        }
      }),
    slow,
  )

  it.effect(
    "records with the page and its picture what was still on its way when they were taken",
    () =>
      Effect.gen(function* () {
        // All of that time is used up: the page waits for an answer that never comes.
        const settings = { ...only("page.wacz", "screenshot"), settleMillis: 500 }
        const { files } = yield* captureUrl(`${site.origin}/asks-on`, settings)
        const warc = yield* Effect.promise(() => warcOf(files.get("page.wacz")!))
        expect(warc).toContain("All of it is here, and still it asks.")
        expect(warc).toMatch(/"url": "\S+\/never-answers"[^}]*"reason": "it had not ended/)
        expect(warc).toContain(files.get("screenshot")!.toString("latin1"))
      }),
    slow,
  )

  it.effect(
    "leaves out what the settings leave out",
    () =>
      Effect.gen(function* () {
        const { files, reasonOf } = yield* captureUrl(`${site.origin}/`, only("metadata.json"))
        expect([...files.keys()]).toEqual(["metadata.json"])
        expect(reasonOf("page.html")).toBe("left out by the settings")
      }),
    slow,
  )

  it.effect(
    "stops when it is interrupted, and the browser serves on",
    () =>
      Effect.gen(function* () {
        const fiber = yield* Effect.fork(
          captureUrl(`${site.origin}/never-loads`, { ...quickSettings, navigationMillis: 30_000 }),
        )
        yield* Effect.iterate(0, {
          while: () => !site.requests.slice(-3).includes("/never-answers"),
          body: (turn) => Effect.as(Effect.sleep(20), turn + 1),
        })
        expect((yield* Fiber.interrupt(fiber))._tag).toBe("Failure")
        expect((yield* captureUrl(`${site.origin}/`, only("page.html"))).result.title).toBe("Home")
      }),
    slow,
  )
})
