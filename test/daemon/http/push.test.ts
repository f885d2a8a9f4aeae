/** A page pushed the way the SingleFile extension does it: a form with `file` and `url`, a bearer token, 201 or it failed. */
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, expect, it } from "vitest"
import { pushMaxBytes, pushPath } from "../../../src/daemon/api/links.ts"
import type { Served } from "../support/serve.ts"
import { serve } from "../support/serve.ts"

let served: Served
beforeAll(async () => void (served = await serve()))
afterAll(async () => void (await served.stop()))

const page = (text: string) => new File([text], "SingleFile.html", { type: "text/html" })

const push = async (
  fields: Readonly<Record<string, string | File>>,
  headers: Record<string, string> = {},
) => {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  const response = await fetch(`${served.url}${pushPath}`, {
    method: "POST",
    body,
    headers: { authorization: `Bearer ${served.token}`, accept: "multipart/form-data", ...headers },
  })
  return { status: response.status, json: (await response.json()) as any }
}

it("keeps the page and answers the link", async () => {
  const html = `<!doctype html><title>存</title>${"网页 ".repeat(10_000)}`
  const origin = "chrome-extension://mpiodijhokgodhhofbcjdecpffjipkle"
  const fields = { file: page(html), url: "http://pushed.example/a", tags: "one, 二", note: "n" }
  const { json, status } = await push(fields, { origin })
  expect(status).toBe(201)
  expect(json.links[0]).toMatchObject({ url: "http://pushed.example/a", tags: ["one", "二"], note: "n" })
  expect(served.handles.pushed.get(json.links[0].id)).toBe(html)
})

it("takes a page larger than other bodies may be", async () => {
  const html = `<p>${"x".repeat(12_000_000)}`
  const { json, status } = await push({ file: page(html), url: "http://pushed.example/large" })
  expect(status).toBe(201)
  expect(served.handles.pushed.get(json.links[0].id)).toHaveLength(html.length)
})

it.each([
  ["no file", { url: "http://pushed.example/" }],
  ["no address", { file: page("<p>") }],
  ["a file that is no page", { file: page("words"), url: "http://pushed.example/" }],
])("refuses %s with 400 and a sentence", async (_, fields) => {
  const { json, status } = await push(fields)
  expect([status, json]).toEqual([400, { error: { code: "bad-request", message: expect.any(String) } }])
})

it("refuses what is no form, has no token, or is too large", async () => {
  const json = await served.ask(pushPath, { method: "POST", body: { url: "http://a.example/" } })
  expect(json.status).toBe(400)
  const fields = { file: page("<p>"), url: "http://pushed.example/" }
  expect((await push(fields, { authorization: "Bearer wrong" })).status).toBe(401)
  const large = await served.ask(pushPath, {
    method: "POST",
    headers: {
      "content-type": "multipart/form-data; boundary=x",
      "content-length": String(pushMaxBytes + 1),
    },
    body: "",
  })
  expect(large.status).toBe(413)
})

it("says that a text is no file, and that a form without a boundary cannot be read", async () => {
  const text = await push({ file: "", url: "http://pushed.example/" })
  expect([text.status, text.json.error.message]).toEqual([400, "file: must be one file"])
  const response = await fetch(`${served.url}${pushPath}`, {
    method: "POST",
    body: "--x",
    headers: { authorization: `Bearer ${served.token}`, "content-type": "multipart/form-data" },
  })
  expect([response.status, await response.json()]).toEqual([
    400,
    { error: { code: "bad-request", message: expect.stringContaining("has no boundary") } },
  ])
})

it("is offered to phones as a target for sharing", () => {
  const file = new URL("../../../src/daemon/web/public/manifest.webmanifest", import.meta.url)
  const { share_target: target } = JSON.parse(readFileSync(file, "utf8"))
  expect(target).toMatchObject({ action: "/add", method: "GET", params: { url: "url" } })
})
