/** Who may speak to the daemon: the whole matrix as a function, and each refusal once through a real server. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Facts } from "../../../src/daemon/http/Guard.ts"
import { judge } from "../../../src/daemon/http/Guard.ts"
import type { Served } from "../support/serve.ts"
import { serve } from "../support/serve.ts"

const settings = { port: 7460, public: false, token: "right" }
const facts = (given: Partial<Facts>): Facts => ({
  method: "GET",
  path: "/api/v1/links",
  host: "127.0.0.1:7460",
  origin: undefined,
  authorization: "Bearer right",
  cookieToken: undefined,
  ...given,
})
const answerTo = (given: Partial<Facts>, more: Partial<typeof settings> = {}) =>
  judge(facts(given), { ...settings, ...more })?.status ?? 200

describe("the guard", () => {
  it.each([
    ["127.0.0.1:7460", 200],
    ["localhost:7460", 200],
    ["LOCALHOST:7460", 200],
    ["[::1]:7460", 200],
    ["127.0.0.1", 200],
    ["127.0.0.1:1", 421],
    ["localhost:80", 421],
    ["[::1]:74600", 421],
    ["localhost:", 421],
    ["evil.example", 421],
    ["evil.example:7460", 421],
    ["127.0.0.1.evil.example:7460", 421],
    ["localhost.evil.example", 421],
    ["evil.example#127.0.0.1", 421],
    ["192.168.1.5:7460", 421],
    ["", 421],
    [undefined, 421],
  ])("takes the host %s as %i", (host, expected) => {
    expect(answerTo({ host })).toBe(expected)
  })

  it("takes addresses, never names, when it listens to everybody", () => {
    expect(answerTo({ host: "192.168.1.5:7460" }, { public: true })).toBe(200)
    expect(answerTo({ host: "evil.example:7460" }, { public: true })).toBe(421)
  })

  it.each([
    ["http://127.0.0.1:7460", 200],
    ["http://localhost:7460", 200],
    ["http://localhost:9999", 403],
    ["https://127.0.0.1:7460", 403],
    ["http://evil.example", 403],
    ["http://evil.example:7460", 403],
    ["null", 403],
  ])("takes a POST with the right token from the page %s as %i", (origin, expected) => {
    expect(answerTo({ method: "POST", origin })).toBe(expected)
    expect(answerTo({ method: "POST", origin, authorization: undefined, cookieToken: "right" })).toBe(
      expected,
    )
  })

  it.each([
    ["chrome-extension://mpiodijhokgodhhofbcjdecpffjipkle", 200],
    ["moz-extension://0f2a8b0c-1111-4222-8333-944445555666", 200],
    ["chrome-extension://a.evil.example/", 403],
    ["http://chrome-extension.example", 403],
    ["null", 403],
  ])("takes a page pushed from %s with the token as %i, and nothing else from there", (origin, expected) => {
    const push = { method: "POST", path: "/api/v1/links/singlefile", origin }
    expect(answerTo(push)).toBe(expected)
    expect(answerTo({ ...push, path: "/api/v1/links" })).toBe(403)
    expect(answerTo({ ...push, method: "GET" })).toBe(403)
    const without = answerTo({ ...push, authorization: "Bearer wrong" })
    expect(without).toBe(expected === 200 ? 401 : 403)
    const cookie = { ...push, authorization: undefined, cookieToken: "right" }
    expect(answerTo(cookie)).toBe(expected === 200 ? 401 : 403)
  })

  it("lets the port that leads into a container speak to itself, when it listens to everybody", () => {
    const page = { method: "POST", host: "localhost:8080", origin: "http://localhost:8080" }
    expect(answerTo(page, { public: true })).toBe(200)
    expect(answerTo(page)).toBe(421)
    expect(answerTo({ method: "POST", host: "127.0.0.1:7460", origin: "http://localhost:8080" })).toBe(403)
  })

  it.each([
    [{ authorization: undefined }, 401],
    [{ authorization: "Bearer wrong" }, 401],
    [{ authorization: "Bearer " }, 401],
    [{ authorization: "right" }, 401],
    [{ authorization: "bearer right" }, 200],
    [{ authorization: undefined, cookieToken: "right" }, 200],
    [{ authorization: undefined, cookieToken: "wrong" }, 401],
    [{ authorization: "Bearer wrong", cookieToken: "right" }, 401],
  ] as const)("takes a GET with %j as %i", (given, expected) => {
    expect(answerTo(given)).toBe(expected)
  })

  it("lets a cookie change something only from our page", () => {
    const cookie = { authorization: undefined, cookieToken: "right" }
    for (const method of ["POST", "PATCH", "DELETE", "PUT"]) {
      expect(answerTo({ ...cookie, method })).toBe(403)
      expect(answerTo({ ...cookie, method, origin: "http://127.0.0.1:7460" })).toBe(200)
      expect(answerTo({ method })).toBe(200)
    }
  })

  it.each([
    ["/", 200],
    ["/assets/main.js", 200],
    ["/api/v1/health", 200],
    ["/api/openapi.json", 200],
    ["/api/docs", 200],
    ["/api/v1/health/", 401],
    ["/api/v1/status", 401],
    ["/api", 401],
    ["/metrics", 401],
  ])("asks no token for %s: %i", (path, expected) => {
    expect(answerTo({ path, authorization: undefined })).toBe(expected)
  })
})

describe("the server", () => {
  let served: Served
  beforeAll(async () => void (served = await serve()))
  afterAll(async () => void (await served.stop()))

  it.each([
    ["no token", { token: false }, 401, "no-token"],
    ["a wrong token", { headers: { authorization: "Bearer wrong" } }, 401, "no-token"],
    ["a foreign host", { headers: { host: "evil.example" } }, 421, "foreign-host"],
    [
      "a foreign page",
      { method: "POST", headers: { origin: "http://evil.example" }, body: {} },
      403,
      "foreign-origin",
    ],
  ] as const)("answers %s in the shape of all errors", async (_, asking, status, code) => {
    const answer = await served.ask("/api/v1/links", asking)
    expect(answer.status).toBe(status)
    expect(answer.json).toEqual({ error: { code, message: expect.any(String) } })
  })

  it("puts the token of the printed address into a cookie that opens the API, and takes it out of the address", async () => {
    const entry = await served.ask(`/add?token=${served.token}&url=x`, { token: false })
    expect(entry.status).toBe(302)
    expect(entry.headers.location).toBe("/add?url=x")
    const cookie = entry.headers["set-cookie"]![0]!
    expect(cookie).toMatch(/; HttpOnly/)
    expect(cookie).toMatch(/; SameSite=Strict/)
    expect(cookie).toMatch(/; Path=\//)
    const headers = { cookie: cookie.split(";")[0]! }
    expect((await served.ask("/api/v1/links", { token: false, headers })).status).toBe(200)
    const post = { token: false, method: "POST", body: { url: "http://a.example/" } }
    expect((await served.ask("/api/v1/links", { ...post, headers })).status).toBe(403)
    expect(
      (await served.ask("/api/v1/links", { ...post, headers: { ...headers, origin: served.url } })).status,
    ).toBe(202)
  })

  it("gives no cookie for a wrong token", async () => {
    const entry = await served.ask("/?token=wrong", { token: false })
    expect(entry.status).toBe(302)
    expect(entry.headers["set-cookie"]).toBeUndefined()
  })

  it("moves the page from localhost, the artefacts' name, to the number", async () => {
    const asked = await served.ask("/add?url=x", {
      token: false,
      headers: { host: `localhost:${served.port}` },
    })
    expect([asked.status, asked.headers.location]).toEqual([302, `${served.url}/add?url=x`])
    const api = await served.ask("/api/v1/links", { headers: { host: `localhost:${served.port}` } })
    expect(api.status).toBe(200)
  })
})
