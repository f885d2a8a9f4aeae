/** A page that tries every way out it knows, against the guard; the canary says what got through. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createSocket } from "node:dgram"
import { createServer } from "node:http"
import { startFixtureSite } from "../../support/fixtureSite.ts"
import { captureLayer, captureUrl, only, quickSettings } from "./support.ts"

/** Listens on one port for TCP and UDP and writes down whatever comes. */
const startCanary = async () => {
  const heard: Array<string> = []
  const server = createServer((request, response) => {
    heard.push(request.url ?? "")
    response.setHeader("Access-Control-Allow-Origin", "*")
    response.end("caught")
  })
  server.on("connection", () => heard.push("connection"))
  server.on("upgrade", (request, socket) => {
    heard.push(request.url ?? "")
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
  const { port } = server.address() as { port: number }
  const datagrams = createSocket("udp4", () => heard.push("datagram"))
  await new Promise<void>((resolve) => datagrams.bind(port, "127.0.0.1", () => resolve()))
  const close = async () => {
    datagrams.close()
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { heard, port, close }
}

const visit = (isAllowed: boolean) =>
  Effect.gen(function* () {
    const site = yield* Effect.acquireRelease(Effect.promise(startFixtureSite), ({ close }) =>
      Effect.promise(close),
    )
    const canary = yield* Effect.acquireRelease(Effect.promise(startCanary), ({ close }) =>
      Effect.promise(close),
    )
    site.canary = `http://127.0.0.1:${canary.port}`
    const allow = [...site.allow, ...(isAllowed ? [`127.0.0.1:${canary.port}`] : [])]
    const settings = { ...only("page.html"), navigationMillis: quickSettings.navigationMillis }
    const { result, text } = yield* Effect.provide(
      captureUrl(`${site.origin}/hostile.html`, settings),
      captureLayer(allow),
    )
    expect(result.text).toContain("A page that reaches where it should not")
    expect(text("page.html")).not.toContain("root:")
    return { heard: [...new Set(canary.heard)], requests: [...site.requests] }
  }).pipe(Effect.scoped)

it.live("nothing of a hostile page reaches a host that is not allowed", () =>
  Effect.map(visit(false), ({ heard, requests }) => {
    expect(heard).toEqual([])
    expect(requests).not.toContain("/assets/service-worker.js")
  }),
)

it.live("the same page does reach a host that is allowed, or the test above would prove nothing", () =>
  Effect.map(visit(true), ({ heard }) => {
    const expected = ["/img", "/iframe", "/fetch", "/xhr", "/socket", "/events", "/beacon", "/worker", "/sheet.css", "/import.css", "/script.js", "/form", "/refresh", "/background.png", "/decimal"] // prettier-ignore
    expect(heard).toEqual(expect.arrayContaining(expected))
    // Datagrams never, allowed or not: they would go around the guard.
    expect(heard).not.toContain("datagram")
  }),
)
