/** Requests that are nearly right: each is refused with a sentence that names the field, and never half taken. */
import { request } from "node:http"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Served } from "../support/serve.ts"
import { serve } from "../support/serve.ts"

let served: Served
beforeAll(async () => void (served = await serve()))
afterAll(async () => void (await served.stop()))

const ask = (method: string, path: string, body?: unknown) =>
  served.ask(`/api/v1${path}`, { method, ...(body === undefined ? {} : { body }) })
const newLink = async (url: string) => (await ask("POST", "/links", { url })).json.links[0].id as string

describe("names that are not known", () => {
  it.each([
    ["POST", "/links", { bogus: 1 }, "no field bogus"],
    ["POST", "/links", { url: "http://x.example/", tag: ["a"] }, "did you mean tags?"],
    ["PATCH", "/links/L1", { titel: "x" }, "did you mean title?"],
    ["POST", "/links/bulk", { ids: [], action: "remove", forever: true }, "did you mean forEver?"],
    ["POST", "/undo", { changes: "1" }, "did you mean change?"],
    ["POST", "/tags/merge", { into: "a", form: ["b"] }, "did you mean from?"],
    ["GET", "/links?stat=failed", undefined, "did you mean state?"],
    ["GET", "/search?q=a&limti=5", undefined, "did you mean limit?"],
    ["GET", "/queue?x=1", undefined, "no parameter x here: this takes none"],
    ["DELETE", "/links/L1?forever=true", undefined, "did you mean forEver?"],
  ])("%s %s %j", async (method, path, body, text) => {
    const { json, status } = await ask(method, path, body)
    expect(status).toBe(400)
    expect(json.error.message).toContain(text)
  })

  it("lets lists be written with brackets", async () => {
    expect((await ask("GET", "/links?tag=a&tag=b&state=failed")).status).toBe(200)
  })
})

describe("what is wrong is said in words", () => {
  it.each([
    ["POST", "/links", { url: 5 }, "url: must be a text"],
    ["POST", "/links", { url: "http://x.example/", tags: "one" }, "tags: must be a list"],
    ["POST", "/links", [], "send a JSON object with the fields of this request"],
    ["POST", "/links", 7, "send a JSON object with the fields of this request"],
    ["POST", "/links", {}, "give either url or urls"],
    ["POST", "/links", { urls: [] }, "urls: must name at least one address"],
    ["POST", "/links", { urls: ["http://x.example/", null] }, "urls.1: must be a text"],
    [
      "POST",
      "/links/bulk",
      { ids: ["a"], action: "explode" },
      "action: must be tag, untag, snapshot, retry, cancel or remove",
    ],
    ["POST", "/links/bulk", { ids: ["a"], action: "tag" }, "tags: must name at least one tag to tag"],
    [
      "POST",
      "/links/bulk",
      { ids: ["a"], action: "untag", tags: [] },
      "tags: must name at least one tag to untag",
    ],
    [
      "POST",
      "/links/bulk",
      { ids: ["a"], action: "remove", forEver: "yes" },
      "forEver: must be true or false",
    ],
    ["GET", "/search", undefined, "q: is missing"],
    ["GET", "/links?limit=ten", undefined, "limit: must be a number"],
    ["GET", `/search?q=${"x".repeat(2_001)}`, undefined, "q: is too long: at most 2000 characters are taken"],
  ])("%s %s %j", async (method, path, body, message) => {
    const { json, status } = await ask(method, path, body)
    expect([status, json.error.message]).toEqual([400, message])
  })
})

describe("the route", () => {
  it.each([
    ["PUT", "/links", "GET, POST"],
    ["DELETE", "/links", "GET, POST"],
    ["POST", "/search?q=a", "GET"],
    ["GET", "/queue/pause", "POST"],
    ["PUT", "/links/L1", "DELETE, GET, PATCH"],
    ["GET", "/links/L1/retry", "POST"],
    ["DELETE", "/tags/", "GET"],
  ])("%s %s is 405 and says what is allowed", async (method, path, allow) => {
    const answer = await ask(method, path)
    expect([answer.status, answer.headers.allow, answer.json.error.code]).toEqual([
      405,
      allow,
      "method-not-allowed",
    ])
  })

  it("is the same with a slash behind it", async () => {
    const id = await newLink("http://slash.example/")
    expect((await ask("GET", "/links/?query=slash.example")).json.total).toBe(1)
    expect((await ask("GET", `/links/${id}/`)).json.id).toBe(id)
    expect((await ask("POST", "/links/", { url: "http://slash.example/2" })).status).toBe(202)
  })

  it("is answered to HEAD as to GET", async () => {
    expect((await served.open("/api/v1/links", { method: "HEAD" })).resume().statusCode).toBe(200)
  })
})

it("answers 413 to a body that grows beyond the limit without having said so", async () => {
  const answered = new Promise<number>((resolve, reject) => {
    const sent = request(`${served.url}/api/v1/links`, {
      method: "POST",
      headers: { authorization: `Bearer ${served.token}`, "transfer-encoding": "chunked" },
    })
    sent.on("response", (message) => resolve(message.resume().statusCode!)).on("error", reject)
    for (let i = 0; i < 12; i++) sent.write("x".repeat(1_000_000))
    sent.end()
  })
  expect(await answered).toBe(413)
})

it("names the artefacts that exist when one is asked for that does not", async () => {
  const id = await newLink("http://names.example/")
  await served.run(served.handles.finish(id, "archived"))
  const { json, status } = await ask("GET", `/snapshots/${id}-v1/artefacts/poster/location`)
  expect([status, json.error.known.slice(0, 2)]).toEqual([404, ["page.html", "screenshot"]])
})

it("gives a downloaded picture the ending of what it is", async () => {
  const id = await newLink("http://ending.example/")
  await served.run(served.handles.finish(id, "archived"))
  const name = async (artefact: string) => {
    const { headers } = await ask("GET", `/snapshots/${id}-v1/artefacts/${artefact}?download`)
    const message = await new Promise<string>((resolve, reject) =>
      request(headers.location!, (answer) => resolve(answer.resume().headers["content-disposition"]!))
        .on("error", reject)
        .end(),
    )
    return /filename="(.*)"/.exec(message)?.[1]
  }
  expect(await name("screenshot")).toBe("screenshot.png")
  expect(await name("original")).toBe("original.svg")
  expect(await name("page.html")).toBe("page.html")
})
