/** The artefact origin: where archived files come from, and everything that keeps them from doing harm. */
import { it as effectIt } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as TestClock from "effect/TestClock"
import { renameSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { artefactUrlMillis, ArtefactUrls } from "../../../src/daemon/http/ArtefactUrls.ts"
import { parseRange } from "../../../src/daemon/http/ranges.ts"
import type { Asking, Served } from "../support/serve.ts"
import { askUrl, serve } from "../support/serve.ts"

let served: Served
let snapshot: string
beforeAll(async () => {
  served = await serve()
  const { json } = await served.ask("/api/v1/links", { method: "POST", body: { url: "http://a.example/x" } })
  await served.run(served.handles.finish(json.links[0].id, "archived"))
  snapshot = `${json.links[0].id}-v1`
})
afterAll(async () => void (await served.stop()))

const addressOf = async (name: string, query = "") => {
  const answer = await served.ask(`/api/v1/snapshots/${snapshot}/artefacts/${name}${query}`)
  expect(answer.status).toBe(302)
  return answer.headers.location!
}
/** Connects by number, as a test must, and says the name. */
const fetchAt = (address: string, { headers = {}, ...asking }: Asking = {}) => {
  const url = new URL(address)
  return askUrl(address.replace("localhost", "127.0.0.1"), {
    ...asking,
    headers: { host: url.host, ...headers },
  })
}

describe("the artefact origin", () => {
  it("has another host name and another port than the page", async () => {
    const url = new URL(await addressOf("page.html"))
    expect(url.hostname).toBe("localhost")
    expect(url.port).not.toBe(String(served.port))
  })

  it("serves a page in a sandbox, without script, cookie, referrer or sniffing", async () => {
    const { status, headers, text } = await fetchAt(await addressOf("page.html"))
    expect([status, text]).toEqual([200, expect.stringContaining("<script>")])
    expect(headers["content-security-policy"]).toBe(
      "sandbox; default-src 'none'; img-src data: blob:; style-src 'unsafe-inline' data:; font-src data:; media-src data:; " +
        `base-uri 'none'; form-action 'none'; frame-ancestors ${served.url}`,
    )
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "content-disposition": 'inline; filename="page.html"',
    })
    expect(headers["set-cookie"]).toBeUndefined()
  })

  it.each([
    ["page.html", "inline", true, "same-origin"],
    ["article.txt", "inline", true, "same-origin"],
    ["screenshot", "inline", true, "cross-origin"],
    ["original", "inline", true, "cross-origin"],
    ["page.pdf", "inline", false, "same-origin"],
    ["page.wacz", "attachment", true, "same-origin"],
  ])("serves %s %s, sandboxed: %s, embeddable: %s", async (name, disposition, sandboxed, embeddable) => {
    const { headers } = await fetchAt(await addressOf(name))
    expect(headers["content-disposition"]).toMatch(new RegExp(`^${disposition};`))
    expect(String(headers["content-security-policy"]).startsWith("sandbox;")).toBe(sandboxed)
    expect(headers["content-security-policy"]).toContain("default-src 'none'")
    expect(headers["cross-origin-resource-policy"]).toBe(embeddable)
  })

  it("saves instead of showing when that is asked", async () => {
    const { headers } = await fetchAt(await addressOf("article.txt", "?download"))
    expect(headers["content-disposition"]).toBe('attachment; filename="article.txt"')
  })

  it.each([
    ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
    ["bytes=4-", 206, "456789", "bytes 4-9/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=8-99", 206, "89", "bytes 8-9/10"],
    ["bytes=10-", 416, "no such range\n", "bytes */10"],
    ["bytes=0-1,4-5", 200, "0123456789", undefined],
    ["lines=1-2", 200, "0123456789", undefined],
  ])("answers the range %s with %i", async (range, status, text, contentRange) => {
    const answer = await fetchAt(await addressOf("article.txt"), { headers: { range } })
    expect([answer.status, answer.text, answer.headers["content-range"]]).toEqual([
      status,
      text,
      contentRange,
    ])
  })

  it("answers an unchanged file with 304 and a HEAD without a body", async () => {
    const address = await addressOf("article.txt")
    const { headers } = await fetchAt(address)
    expect((await fetchAt(address, { headers: { "if-none-match": headers.etag! } })).status).toBe(304)
    const head = await fetchAt(address, { method: "HEAD" })
    expect([head.status, head.text, head.headers["content-length"]]).toEqual([200, "", "10"])
  })

  it("answers to its own name only", async () => {
    const address = await addressOf("page.html")
    for (const host of [
      `127.0.0.1:${new URL(address).port}`,
      "evil.example",
      `[::1]:${new URL(address).port}`,
    ]) {
      expect((await fetchAt(address, { headers: { host } })).status).toBe(421)
    }
  })

  it("takes no other verb and no other address, token or not", async () => {
    const address = await addressOf("page.html")
    expect((await fetchAt(address, { method: "POST", body: {} })).status).toBe(405)
    const { origin, pathname } = new URL(address)
    const changed = [
      pathname.replace(/.$/, "x"),
      pathname.replace("page.html", "article.txt"),
      pathname.replace("/v/", "/d/"),
      `${pathname}/`,
      `/${pathname}`,
      "/",
      "/api/v1/links",
      "/%E0%A4%A",
    ]
    for (const path of changed) {
      const answer = await fetchAt(`${origin}${path}`, {
        headers: { authorization: `Bearer ${served.token}` },
      })
      expect(answer.status).toBe(404)
      expect(answer.headers["content-security-policy"]).toMatch(/^sandbox/)
    }
  })

  it("says where a file lies, for a program on the same machine", async () => {
    const { json } = await served.ask(`/api/v1/snapshots/${snapshot}/artefacts/page.html/location`)
    expect(json).toEqual({
      path: expect.stringMatching(/page\.html$/),
      url: expect.stringMatching(/^http:\/\/localhost:/),
    })
  })

  it("says that a file is gone or damaged, and who knows more", async () => {
    const place = `/api/v1/snapshots/${snapshot}/artefacts/page.html/location`
    const { path } = (await served.ask(place)).json
    renameSync(path, `${path}.away`)
    const gone = await served.ask(place)
    renameSync(`${path}.away`, path)
    expect([gone.status, gone.json.error.code]).toEqual([404, "no-artefact"])
    expect(gone.json.error.message).toMatch(
      /^the file page\.html of \S+ is missing or damaged: linkseal verify \S+ says/,
    )
    const unknown = await served.ask(place.replace("page.html", "poster"))
    expect(unknown.json.error.message).toMatch(/^no artefact poster of \S+: it has page\.html, /)
  })
})

describe("addresses", () => {
  const reference = { snapshotId: "a/b ü", name: "page.html", download: false }
  const pathOf = (url: string) => new URL(url).pathname

  effectIt.effect("work for ten minutes and less than half an hour", () =>
    Effect.gen(function* () {
      const urls = ArtefactUrls.make({ port: 1, public: false })
      const path = pathOf(yield* urls.sign(reference, "127.0.0.1:7460"))
      yield* TestClock.adjust(artefactUrlMillis)
      expect(yield* urls.verify(path)).toEqual(reference)
      yield* TestClock.adjust(20 * 60_000)
      expect(yield* urls.verify(path)).toBeUndefined()
    }),
  )

  effectIt.effect("of one daemon are nothing to another", () =>
    Effect.gen(function* () {
      const path = pathOf(yield* ArtefactUrls.make({ port: 1, public: false }).sign(reference, ""))
      expect(yield* ArtefactUrls.make({ port: 1, public: false }).verify(path)).toBeUndefined()
    }),
  )

  effectIt.effect("stay the same for a while, so that a browser's cache helps", () =>
    Effect.gen(function* () {
      const urls = ArtefactUrls.make({ port: 1, public: false })
      const first = yield* urls.sign(reference, "")
      yield* TestClock.adjust(60_000)
      expect(yield* urls.sign(reference, "")).toBe(first)
    }),
  )

  effectIt.effect("keep to the address from which a public daemon was asked", () =>
    Effect.gen(function* () {
      const urls = ArtefactUrls.make({ port: 9, public: true })
      expect(yield* urls.sign(reference, "192.168.1.5:7460")).toMatch(/^http:\/\/192\.168\.1\.5:9\//)
      expect(yield* urls.sign(reference, "127.0.0.1:7460")).toMatch(/^http:\/\/localhost:9\//)
    }),
  )
})

describe("ranges", () => {
  it("never reach outside the file", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string(), FastCheck.nat(20), (text, bytes) => {
        for (const header of [text, `bytes=${text}`]) {
          const range = parseRange(header, bytes)
          if (range === undefined || range === "unsatisfiable") continue
          expect(range.start).toBeGreaterThanOrEqual(0)
          expect(range.end).toBeLessThan(bytes)
          expect(range.start).toBeLessThanOrEqual(range.end)
        }
      }),
    )
  })
})
