/** The page's files: its routes, caching, compression and policy. */
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Served } from "../support/serve.ts"
import { serve } from "../support/serve.ts"

let served: Served
beforeAll(async () => void (served = await serve()))
afterAll(async () => void (await served.stop()))

const get = (path: string, headers: Record<string, string> = {}) =>
  served.ask(path, { token: false, headers })
const bytes = async (path: string, headers: Record<string, string>) => {
  const message = await served.open(path, { headers })
  const chunks: Array<Buffer> = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return { headers: message.headers, content: Buffer.concat(chunks) }
}

describe("the page", () => {
  it.each([
    "/",
    "/add",
    "/links/abc",
    "/sealing",
    "/sealing/7",
    "/settings",
    "/duplicates",
    "/import",
    "/simulate",
    "/simulate/3",
  ])("is index.html at %s, never cached", async (path) => {
    const { status, text, headers } = await get(path)
    expect([status, headers["content-type"], headers["cache-control"]]).toEqual([
      200,
      "text/html; charset=utf-8",
      "no-store",
    ])
    expect(text).toContain("<title>Linkseal</title>")
  })

  it("says itself that there is no such page, to who opens an unknown path in a browser", async () => {
    const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for (const path of ["/nosuchpage", "/tags", "/schedules", "/links", "/a/b.html"]) {
      const { headers, status, text } = await get(path, { accept })
      expect([path, status, headers["content-type"]]).toEqual([path, 404, "text/html; charset=utf-8"])
      expect(text).toContain("<title>Linkseal</title>")
      const asked = await get(path, { accept: "*/*" })
      expect([asked.status, asked.json]).toMatchObject([404, { error: { code: "no-route" } }])
    }
    expect((await get("/api/v1/nosuch", { accept })).json).toHaveProperty("error")
    expect((await get("/assets/nosuch.js")).headers["content-type"]).toMatch(/^application\/json/)
    const moved = await get("/tags?token=wrong", { accept })
    expect([moved.status, moved.headers.location]).toEqual([302, "/tags"])
  })

  it("runs only its own scripts, and shows frames and pictures of the artefact origin", async () => {
    const policy = (await get("/")).headers["content-security-policy"]!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toMatch(/frame-src [^;]*http:\/\/localhost:\d+/)
    expect(policy).not.toContain("unsafe-eval")
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/)
  })

  it("has assets that are cached for ever and come compressed", async () => {
    const path = "/assets/main-abc123.js"
    const plain = await bytes(path, {})
    expect(plain.headers["cache-control"]).toBe("public, max-age=31536000, immutable")
    expect(plain.headers["content-encoding"]).toBeUndefined()
    const brotli = await bytes(path, { "accept-encoding": "gzip, deflate, br" })
    expect(brotli.headers).toMatchObject({ "content-encoding": "br", vary: "accept-encoding" })
    expect(brotli.content.length).toBeLessThan(plain.content.length / 10)
    expect(brotliDecompressSync(brotli.content).equals(plain.content)).toBe(true)
    const gzip = await bytes(path, { "accept-encoding": "gzip, br;q=0" })
    expect(gunzipSync(gzip.content).equals(plain.content)).toBe(true)
    const again = await get(path, { "if-none-match": String(plain.headers.etag) })
    expect([again.status, again.text]).toEqual([304, ""])
  })

  it.each(["/assets/none.js", "/../package.json", "/%2e%2e/daemon.json", "/token", "/nothing"])(
    "has nothing at %s",
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )
})
