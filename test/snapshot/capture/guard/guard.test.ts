import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { createServer, request, type Server } from "node:http"
import { connect } from "node:net"
import { Guard, parseAllowList, Resolver, type GuardSession } from "../../../../src/snapshot/capture/Guard.ts"
import { hostileHosts } from "../../../support/hostileAddresses.ts"
import { judge } from "../../../../src/snapshot/capture/guard/judge.ts"

interface Reply {
  readonly status: number
  readonly body: string
}

/** A request as a browser sends it to a proxy: the whole address in the first line. */
const forward = (session: GuardSession, url: string, body?: string): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const proxy = new URL(session.proxyUrl)
    const asked = request(
      { host: proxy.hostname, port: proxy.port, path: url, method: body === undefined ? "GET" : "POST" },
      (response) => {
        let text = ""
        response.on("data", (chunk: Buffer) => (text += chunk.toString()))
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }))
        response.on("error", () => resolve({ status: 0, body: text }))
      },
    )
    asked.on("error", reject)
    asked.end(body)
  })

const tunnel = (session: GuardSession, authority: string): Promise<string> =>
  new Promise((resolve) => {
    const proxy = new URL(session.proxyUrl)
    const socket = connect(Number(proxy.port), proxy.hostname, () => {
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
    })
    socket.once("data", (data) => {
      socket.destroy()
      resolve(data.toString().split("\r\n")[0] ?? "")
    })
    socket.once("error", () => resolve("error"))
    socket.once("close", () => resolve("closed"))
  })

const inner = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<{ server: Server; port: number; seen: Array<string> }>((resolve) => {
        const seen: Array<string> = []
        const server = createServer((asked, response) => {
          seen.push(`${asked.method} ${asked.url} ${asked.headers.host}`)
          if (asked.url === "/large") return void response.end("x".repeat(300_000))
          response.setHeader("Set-Cookie", ["a=1", "b=2"])
          asked.resume().on("end", () => response.end("inner secret"))
        })
        server.listen(0, () => resolve({ server, seen, port: (server.address() as { port: number }).port }))
      }),
  ),
  ({ server }) =>
    Effect.promise(
      () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    ),
)

const session = (
  allow: ReadonlyArray<string>,
  names: Parameters<typeof Resolver.layerTable>[0],
  maxBytes = 1e6,
) =>
  Effect.flatMap(Guard, (guard) => guard.open(maxBytes)).pipe(
    Effect.provide(
      Guard.layerResolver(Either.getOrThrow(parseAllowList(allow))).pipe(
        Layer.provide(Resolver.layerTable(names)),
      ),
    ),
  )

/** Names that the table below resolves to what their owner wants them to. */
const lies = {
  "private.test": ["10.0.0.7"],
  "mixed.test": ["93.184.216.34", "127.0.0.1"],
  "mixed6.test": ["2606:2800:220:1::1", "::1"],
  "metadata.test": ["169.254.169.254"],
  "nat64.test": ["64:ff9b::7f00:1"],
  "mapped.test": ["::ffff:127.0.0.1"],
  "localtest.me": ["127.0.0.1"],
  localhost: ["127.0.0.1", "::1"],
}

const isAscii = (text: string) => /^[\x20-\x7e]+$/.test(text)

const hostile = [...hostileHosts, ...Object.keys(lies)]

describe("the guard", () => {
  it.scopedLive(`refuses ${hostile.length} hostile addresses, as a request and as a tunnel`, () =>
    Effect.gen(function* () {
      const secret = yield* inner
      const guard = yield* session([], lies)
      for (const host of hostile) {
        const reply = yield* Effect.promise(() =>
          forward(guard, `http://${isAscii(host) ? host : encodeURI(host)}:${secret.port}/`),
        )
        expect(`${host} ${reply.status}`).toBe(`${host} 403`)
        expect(reply.body).toMatch(/^Refused: .*(not a public address|unreadable)/)
        if (!isAscii(host)) continue
        expect(`${host} ${yield* Effect.promise(() => tunnel(guard, `${host}:${secret.port}`))}`).toContain(
          "403",
        )
        expect(guard.failureOf(`https://${host}:${secret.port}/x`)?.code).toBe("blocked-address")
      }
      expect(secret.seen).toEqual([])
    }),
  )

  it.scopedLive("refuses what is not http, names a user, or is no host at all", () =>
    Effect.gen(function* () {
      const guard = yield* session([], {})
      for (const url of [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://127.0.0.1/",
        "/relative",
        "*",
      ]) {
        expect((yield* Effect.promise(() => forward(guard, url))).status).toBe(400)
      }
      for (const authority of ["user@127.0.0.1:80", "127.0.0.1:80/path", "a b:80", ":80"]) {
        expect(yield* Effect.promise(() => tunnel(guard, authority))).toMatch(/400|closed/)
      }
    }),
  )

  it.scopedLive("connects to the address it judged, whatever the name says later", () =>
    Effect.gen(function* () {
      const secret = yield* inner
      let asked = 0
      // First the allowed address of the test, then another: a name server that rebinds.
      const guard = yield* session([`127.0.0.1:${secret.port}`], {
        "rebind.test": () => (asked++ === 0 ? ["127.0.0.1"] : ["127.0.0.2"]),
      })
      for (let turn = 0; turn < 3; turn++) {
        const reply = yield* Effect.promise(() => forward(guard, `http://rebind.test:${secret.port}/${turn}`))
        expect(reply).toEqual({ status: 200, body: "inner secret" })
      }
      expect(asked).toBe(1)
      expect(secret.seen).toEqual(
        [0, 1, 2].map((turn) => `GET /${turn} rebind.test:${secret.port}`).map(withProxyHost(guard)),
      )
    }),
  )

  it.scopedLive("keeps bytes, refusals and the budget per capture", () =>
    Effect.gen(function* () {
      const secret = yield* inner
      const allow = [`127.0.0.1:${secret.port}`]
      const one = yield* session(allow, {}, 100_000)
      const two = yield* session(allow, {}, 100_000)
      const large = yield* Effect.promise(() =>
        forward(one, `http://127.0.0.1:${secret.port}/large`).catch(() => null),
      )
      expect(large?.body.length ?? 0).toBeLessThan(300_000)
      expect(one.overBudget).toBe(true)
      expect((yield* Effect.promise(() => forward(one, `http://127.0.0.1:${secret.port}/`))).status).toBe(403)
      expect(two.overBudget).toBe(false)
      expect(two.bytes).toBe(0)
      expect(
        (yield* Effect.promise(() => forward(two, `http://127.0.0.1:${secret.port}/`, "posted"))).body,
      ).toBe("inner secret")
      expect(two.bytes).toBe("inner secret".length + "posted".length)
      expect(two.failures.size).toBe(0)
    }),
  )

  it.scopedLive("says what is wrong with a host that cannot be reached", () =>
    Effect.gen(function* () {
      const guard = yield* session(["127.0.0.1"], {})
      expect((yield* Effect.promise(() => forward(guard, "http://nobody.test/"))).status).toBe(502)
      expect(guard.failureOf("http://nobody.test/page")).toMatchObject({
        code: "unknown-host",
        retryable: true,
      })
      expect(yield* Effect.promise(() => tunnel(guard, "127.0.0.1:1"))).toContain("502")
      expect(guard.failureOf("https://127.0.0.1:1/")).toMatchObject({
        code: "connection-refused",
        retryable: true,
      })
      expect(guard.failureOf("https://other.test/")).toBe(null)
    }),
  )

  it("lets public addresses through, on web ports only", () => {
    const none = Either.getOrThrow(parseAllowList([]))
    expect(judge(none, "example.com", 443, ["93.184.216.34", "2606:2800:220:1::1"])).toBe(null)
    expect(judge(none, "example.com", 25, ["93.184.216.34"])).toContain("not a web port")
    expect(judge(none, "example.com", 8443, ["93.184.216.34"])).toBe(null)
  })
})

/** Node names the proxy in the Host line of a request to it; a browser names the host. */
const withProxyHost = (guard: GuardSession) => (line: string) =>
  line.replace(/\S+$/, new URL(guard.proxyUrl).host)

describe("the allow list", () => {
  const allows = (
    entries: ReadonlyArray<string>,
    host: string,
    port: number,
    ...addresses: ReadonlyArray<string>
  ) => judge(Either.getOrThrow(parseAllowList(entries)), host, port, addresses) === null

  it("takes hosts, addresses and networks, each with or without a port", () => {
    expect(allows(["nas.lan"], "nas.lan", 80, "192.168.1.5")).toBe(true)
    expect(allows(["NAS.lan."], "nas.lan", 8080, "192.168.1.5")).toBe(true)
    expect(allows(["nas.lan:80"], "nas.lan", 81, "192.168.1.5")).toBe(false)
    expect(allows(["nas.lan"], "evil.nas.lan", 80, "192.168.1.5")).toBe(false)
    expect(allows(["192.168.0.0/16"], "any.lan", 80, "192.168.77.1")).toBe(true)
    expect(allows(["192.168.0.0/16:8080"], "any.lan", 80, "192.168.77.1")).toBe(false)
    expect(allows(["192.168.0.0/16"], "any.lan", 80, "192.168.77.1", "10.0.0.1")).toBe(false)
    expect(allows(["127.0.0.1, ::1"], "localhost", 80, "127.0.0.1", "::1")).toBe(true)
    expect(
      allows(
        ["[fd00::]/8"].map(() => "fd00::/8"),
        "six.lan",
        80,
        "fd12::1",
      ),
    ).toBe(true)
    expect(allows(["[::1]:8080"], "::1", 8080, "::1")).toBe(true)
    expect(allows(["[::1]:8080"], "::1", 8081, "::1")).toBe(false)
    expect(allows(["127.0.0.1"], "x.test", 80, "::ffff:127.0.0.1")).toBe(false)
  })

  it.each([
    "http://nas.lan",
    "10.0.0.0/33",
    "nas.lan:0",
    "nas.lan:99999",
    "nas.lan:",
    "a b",
    "*.lan",
    "10.0.0.0/8/8",
  ])("refuses %s with a sentence that names it", (entry) => {
    const parsed = parseAllowList(["ok.lan", entry])
    expect(Either.isLeft(parsed) && parsed.left.message).toContain(`"${entry}"`)
  })
})
