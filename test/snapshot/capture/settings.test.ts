/** What a user can set about captures reaches the browser, and only the hosts it is meant for. */
import { describe, expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, it as plainIt } from "vitest"
import { adHosts } from "../../../src/snapshot/capture/guard/adHosts.ts"
import { startFixtureSite } from "../../support/fixtureSite.ts"
import { captureLayer, captureUrl, only, warcOf } from "./support.ts"

const site = await startFixtureSite()
const folder = mkdtempSync(join(tmpdir(), "linkseal-settings-"))
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await site.close()
})

const slow = { timeout: 60_000 }
const here = "127.0.0.1"

layer(captureLayer(site.allow), { timeout: 60_000, excludeTestServices: true })(
  "settings of captures",
  (it) => {
    it.effect(
      "send header lines to their host and to no other, redirects to and fro included",
      () =>
        Effect.gen(function* () {
          const settings = {
            ...only("page.html", "page.wacz"),
            headers: { [here]: { "X-Key": "secret" } },
          }
          const { files, result } = yield* captureUrl(`${site.origin}/to-other`, settings)
          expect(result.text).toContain("Welcome back")
          // Whoever is given the recording must not have the key.
          const warc = yield* Effect.promise(() => warcOf(files.get("page.wacz")!))
          expect(warc).toMatch(/^user-agent: /im)
          expect(warc).not.toMatch(/^x-key:/im)
          for (const path of ["/to-other", "/members", "/icon.png", "/assets/wide.png"]) {
            expect([path, site.headersOf(path)?.["x-key"]]).toEqual([path, "secret"])
          }
          for (const path of ["/to-back", "/assets/square.png", "/to-wide"]) {
            expect([path, site.headersOf(path)?.["x-key"]]).toEqual([path, undefined])
          }
        }),
      slow,
    )

    it.effect(
      "get behind a login with a cookies file, and give its cookies to no other host",
      () =>
        Effect.gen(function* () {
          const refused = yield* Effect.flip(captureUrl(`${site.origin}/members`, only("page.html")))
          expect(refused).toMatchObject({ code: "http-403" })
          const cookiesFile = join(folder, "cookies.txt")
          writeFileSync(
            cookiesFile,
            `# Netscape HTTP Cookie File\n#HttpOnly_${here}\tFALSE\t/\tFALSE\t0\tsession\t1\n${here}\tFALSE\t/\tFALSE\t1\told\t1\n`,
          )
          const { result } = yield* captureUrl(`${site.origin}/members`, {
            ...only("page.html"),
            cookiesFile,
          })
          expect(result).toMatchObject({ verdict: { kind: "good" }, title: "Members" })
          expect(site.headersOf("/members")?.cookie).toBe("session=1")
          expect(site.headersOf("/assets/square.png")?.cookie).toBe(undefined)
        }),
      slow,
    )

    it.effect(
      "say which cookies file cannot be read",
      () =>
        Effect.gen(function* () {
          const settings = { ...only("page.html"), cookiesFile: join(folder, "nowhere.txt") }
          const failure = yield* Effect.flip(captureUrl(`${site.origin}/`, settings))
          expect(failure).toMatchObject({ code: "bad-settings" })
          expect((failure as Error).message).toContain("nowhere.txt")
        }),
      slow,
    )

    it.effect(
      "are seen by the server and by scripts: language, user agent, window, taste, time zone",
      () =>
        Effect.gen(function* () {
          const settings = {
            ...only("page.html", "screenshot"),
            language: "zh-CN",
            userAgent: "Reader/1.0 (archive)",
            viewportWidth: 640,
            viewportHeight: 480,
            colorScheme: "dark" as const,
            timezone: "Asia/Shanghai",
          }
          const { files, result } = yield* captureUrl(`${site.origin}/who`, settings)
          expect(result.text).toContain("zh-CN | Reader/1.0 (archive)")
          expect(result.text).toContain("zh-CN | Reader/1.0 (archive) | 640 | 480 | true | Asia/Shanghai")
          const picture = yield* Effect.promise(() => sharp(files.get("screenshot")).metadata())
          expect([picture.width, picture.height]).toEqual([640, 480])
          expect(site.headersOf("/who")?.["sec-ch-ua"] ?? "").not.toContain("Chrom")
          const plain = yield* captureUrl(`${site.origin}/who`, only("page.html"))
          expect(plain.result.text).toMatch(/en-US \| Mozilla\/5\.0 .* \| 1280 \| 800 \| false/)
          expect(plain.result.text).not.toContain("Headless")
          expect(site.headersOf("/who")?.["sec-ch-ua"]).toMatch(/^(?!.*Headless).*"Chromium";v="\d+"/)
        }),
      slow,
    )

    it.effect(
      "leave advertising and measurement out when that is asked, and only then",
      () =>
        Effect.gen(function* () {
          const leftOut =
            /Left out: (ad\.doubleclick\.net|www\.google-analytics\.com|cdn\.taboola\.com) serves advertising/g
          const kept = (blockAds: boolean) =>
            captureUrl(`${site.origin}/with-ads`, { ...only("page.html", "page.wacz"), blockAds })
          const without = yield* kept(true)
          expect(without.result).toMatchObject({ partial: false, verdict: { kind: "good" } })
          const warc = yield* Effect.promise(() => warcOf(without.files.get("page.wacz")!))
          expect(new Set(warc.match(leftOut)).size).toBe(3)
          expect(warc).not.toMatch(/^WARC-Target-URI: \S*doubleclick/m)
          const plain = yield* kept(false)
          const other = yield* Effect.promise(() => warcOf(plain.files.get("page.wacz")!))
          expect(other).not.toMatch(leftOut)
        }),
      slow,
    )

    it.effect(
      "take the picture of a window that is wide in tiles, cut at the height",
      () =>
        Effect.gen(function* () {
          const settings = { ...only("screenshot"), viewportWidth: 3_000 }
          const { files } = yield* captureUrl(`${site.origin}/tall.html`, settings)
          const { data, info } = yield* Effect.promise(() =>
            sharp(files.get("screenshot")).extractChannel(0).raw().toBuffer({ resolveWithObject: true }),
          )
          expect([info.width, info.height]).toEqual([3_000, 12_000])
          // Each thousand lines hold text, so no tile is empty.
          for (let y = 0; y < 12_000; y += 1_000) {
            expect([y, data.subarray(y * 3_000, (y + 1_000) * 3_000).some((value) => value < 100)]).toEqual([
              y,
              true,
            ])
          }
        }),
      slow,
    )

    it.effect(
      "read a page that names no encoding and never ends",
      () =>
        Effect.gen(function* () {
          const settings = { ...only("page.html"), navigationMillis: 3_000 }
          const { result, text } = yield* captureUrl(`${site.origin}/never-ends-nor-says`, settings)
          expect(result).toMatchObject({ partial: true, title: "没有结尾" })
          expect(text("page.html")).toContain("快照的开头在这里")
        }),
      slow,
    )
  },
)

describe("advertising", () => {
  const isAd = (page: string, host: string) =>
    Effect.runPromise(Effect.map(adHosts([page]), (test) => test(host)))

  plainIt.each([
    ["stats.g.doubleclick.net", true],
    ["pagead2.googlesyndication.com", true],
    ["www.google-analytics.com", true],
    ["hm.baidu.com", true],
    ["mc.yandex.ru", true],
    ["cdn.taboola.com", true],
    ["fonts.gstatic.com", false],
    ["www.youtube.com", false],
    ["cdn.jsdelivr.net", false],
    ["news.test", false],
    ["127.0.0.1", false],
    ["localhost", false],
    ["", false],
  ])("%s: left out %s", async (host, expected) => {
    expect(await isAd("https://news.test/story", host)).toBe(expected)
  })

  plainIt("is not what a site of an advertiser loads from itself", async () => {
    expect(await isAd("https://www.taboola.com/about", "cdn.taboola.com")).toBe(false)
    expect(await isAd("https://www.taboola.com/about", "stats.g.doubleclick.net")).toBe(true)
  })
})
