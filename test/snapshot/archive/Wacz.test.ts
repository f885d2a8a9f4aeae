import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash, randomBytes } from "node:crypto"
import { createReadStream } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { describe } from "vitest"
import { CDXIndexer, WARCParser } from "warcio"
import type {
  Collection,
  ExtraRecord,
  RecordedExchange,
} from "../../../src/snapshot/archive/RecordedTraffic.ts"
import { openWacz } from "../../../src/snapshot/archive/Wacz.ts"
import { temporaryHome } from "./fixture.ts"
import { checkWacz } from "./waczChecker.ts"

const time = (second: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, second, 56)).toISOString()

const exchange = (url: string, more: Partial<RecordedExchange> = {}): RecordedExchange => ({
  url,
  method: "GET",
  requestHeaders: [
    ["User-Agent", "test"],
    [":authority", "example.org"],
  ],
  status: 200,
  statusText: "OK",
  responseHeaders: [["Content-Type", "text/html; charset=utf-8"]],
  body: Buffer.from(`<p>${url}</p>`),
  startedAt: time(1),
  resourceType: "Document",
  ...more,
})

const page = "https://www.example.org/Page?b=2&a=1"

const collection: Collection = {
  id: "snapshot-1",
  title: "A page\nwith 快照",
  createdAt: time(9),
  software: "linkseal 0.1.0",
  pages: [{ url: page, title: "页面", ts: time(1), text: "words of the page" }],
}

const writeWacz = (
  folder: string,
  exchanges: ReadonlyArray<RecordedExchange>,
  extras: ReadonlyArray<ExtraRecord> = [],
) =>
  Effect.gen(function* () {
    const writer = yield* openWacz(collection, folder)
    yield* writer.add(exchanges)
    return yield* writer.finish(extras)
  }).pipe(Effect.scoped)

const inFolder = <A, E>(body: (folder: string) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.flatMap(temporaryHome, body))

const responseTo = (checked: Awaited<ReturnType<typeof checkWacz>>, url: string) =>
  checked.records.find(
    (record) =>
      record.headers.get("WARC-Type") === "response" && record.headers.get("WARC-Target-URI") === url,
  )!

/** What a browser's recorder gives, with all that makes writers stumble. */
const awkward = (spool: string): ReadonlyArray<RecordedExchange> => [
  exchange("http://www.example.org/Page", {
    status: 301,
    statusText: "",
    responseHeaders: [["Location", page]],
    body: null,
  }),
  exchange(page, {
    responseHeaders: [
      ["Content-Type", "text/html; charset=GBK"],
      ["content-encoding", "br"],
      ["Transfer-Encoding", "chunked"],
      ["Content-Length", "3"],
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
      ["X-Broken", "one\r\ntwo"],
      [":status", "200"],
    ],
    body: Buffer.from("<h1>快照</h1>"),
    decodedToUtf8: true,
    protocol: "h2",
    serverIp: "[2001:db8::1]",
  }),
  exchange("https://cdn.example.org/a.png", {
    responseHeaders: [["content-type", "image/png"]],
    body: { path: spool, offset: 1000, length: 3_000_000 },
    resourceType: "Image",
  }),
  exchange("https://cdn.example.org/lazy", { body: () => Promise.resolve(Buffer.from("asked for once")) }),
  exchange("https://cdn.example.org/empty", { status: 204, statusText: "No Content", body: null }),
  exchange("https://api.example.org/q", {
    method: "POST",
    requestHeaders: [["content-type", "application/json"]],
    requestBody: '{"query":"快照","page":2}',
    responseHeaders: [["content-type", "application/json"]],
    body: Buffer.from("{}"),
    resourceType: "Fetch",
  }),
  exchange("https://api.example.org/q", {
    method: "POST",
    requestHeaders: [["Content-Type", "application/x-www-form-urlencoded"]],
    requestBody: Buffer.from("a=1&b=2"),
    truncated: true,
  }),
  exchange("https://gone.example.org/x", { status: 0, failed: "net::ERR_NAME_NOT_RESOLVED", body: null }),
  exchange("data:text/plain,hello"),
  exchange("https://例子.example/路径?q=查询#part", { responseHeaders: [] }),
]

describe("a WACZ", () => {
  it.live("passes a checker written from the specification, with all that recorders give", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const spool = path.join(folder, "spool")
        const bytes = randomBytes(3_002_000)
        yield* Effect.promise(() => fs.writeFile(spool, bytes))
        const extras = [
          {
            type: "resource",
            uri: `urn:view:${page}`,
            mediaType: "image/jpeg",
            ts: time(5),
            body: { path: spool, length: 50_000 },
          },
          {
            type: "metadata",
            uri: `urn:info:${page}`,
            mediaType: "application/json",
            ts: time(6),
            body: Buffer.from("{}"),
          },
        ] as const
        const file = yield* writeWacz(folder, awkward(spool), extras)
        expect(file).toMatchObject({ responses: 8, failed: 1 })
        const checked = yield* Effect.promise(() => checkWacz(file.path))
        expect(checked.faults).toEqual([])
        expect(checked.index.map((entry) => entry.key)).toEqual(
          [
            "example,xn--fsqu00a)/%e8%b7%af%e5%be%84?q=%e6%9f%a5%e8%af%a2",
            "org,example)/page",
            "org,example)/page?a=1&b=2",
            "org,example,api)/q?__wb_method=post&a=1&b=2",
            "org,example,api)/q?__wb_method=post&page=2&query=%E5%BF%AB%E7%85%A7",
            "org,example,cdn)/a.png",
            "org,example,cdn)/empty",
            "org,example,cdn)/lazy",
            `urn:failed:${page}`,
            `urn:info:${page}`,
            `urn:view:${page}`,
          ].sort(),
        )

        const html = responseTo(checked, page)
        expect(html.payload.toString()).toBe("<h1>快照</h1>")
        expect(html.http!.headers).toEqual([
          ["Content-Type", "text/html; charset=utf-8"],
          ["x-orig-content-type", "text/html; charset=GBK"],
          ["x-orig-content-encoding", "br"],
          ["x-orig-transfer-encoding", "chunked"],
          ["x-orig-content-length", "3"],
          ["Set-Cookie", "a=1"],
          ["Set-Cookie", "b=2"],
          ["X-Broken", "one two"],
          ["Content-Length", String(Buffer.byteLength("<h1>快照</h1>"))],
        ])
        expect([html.headers.get("WARC-IP-Address"), html.headers.get("WARC-Protocol")]).toEqual([
          "2001:db8::1",
          "h2",
        ])
        expect(
          responseTo(checked, "https://cdn.example.org/a.png").payload.equals(
            bytes.subarray(1000, 3_001_000),
          ),
        ).toBe(true)
        expect(responseTo(checked, "https://cdn.example.org/lazy").payload.toString()).toBe("asked for once")
        expect(responseTo(checked, "http://www.example.org/Page").http!.first).toBe(
          "HTTP/1.1 301 Moved Permanently",
        )
        const report = checked.records.find((record) =>
          record.headers.get("WARC-Target-URI")?.startsWith("urn:failed:"),
        )
        expect(JSON.parse(report!.payload.toString()).failed).toEqual([
          expect.objectContaining({
            url: "https://gone.example.org/x",
            reason: "net::ERR_NAME_NOT_RESOLVED",
          }),
        ])
        expect(checked.pages).toEqual([
          expect.objectContaining({ url: page, title: "页面", text: "words of the page" }),
        ])
      }),
    ),
  )

  it.live("reads the same in warcio: records, digests and index", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const spool = path.join(folder, "spool")
        yield* Effect.promise(() => fs.writeFile(spool, randomBytes(3_002_000)))
        const file = yield* writeWacz(folder, awkward(spool))
        const checked = yield* Effect.promise(() => checkWacz(file.path))
        const warc = path.join(folder, "data.warc.gz")
        yield* Effect.promise(() => unpackWarc(file.path, warc, checked))
        const read = yield* Effect.promise(async () => {
          const digests: Array<readonly [string, string]> = []
          for await (const record of new WARCParser(createReadStream(warc))) {
            const payload = await record.readFully(false)
            if (record.warcType === "warcinfo") continue
            const digest = `sha256:${createHash("sha256").update(payload).digest("hex")}`
            digests.push([record.warcHeaders.headers.get("WARC-Payload-Digest")!, digest])
          }
          return digests
        })
        expect(read).toHaveLength(checked.records.length - 1)
        for (const [said, is] of read) expect(is).toBe(said)

        const lines = yield* Effect.promise(async () => {
          const indexer = new CDXIndexer({ format: "cdxj" })
          const found: Array<Record<string, unknown>> = []
          for await (const entry of indexer.iterIndex([
            { filename: "data.warc.gz", reader: createReadStream(warc) },
          ])) {
            found.push(entry)
          }
          return found
        })
        const ours = checked.index.map((entry) => ({
          urlkey: entry.key,
          timestamp: entry.timestamp,
          ...entry.fields,
          // warcio leaves out the name of the algorithm.
          digest: entry.fields["digest"]!.replace("sha256:", ""),
        }))
        const theirs = lines.map((line) =>
          Object.fromEntries(Object.entries(line).map(([name, value]) => [name, String(value ?? "")])),
        )
        const byOffset = (a: Record<string, unknown>, b: Record<string, unknown>) =>
          Number(a["offset"]) - Number(b["offset"])
        expect(ours.sort(byOffset)).toEqual(theirs.sort(byOffset))
      }),
    ),
  )

  it.live("that was changed anywhere in its WARC does not pass", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const file = yield* writeWacz(folder, [exchange(page)])
        const good = yield* Effect.promise(() => fs.readFile(file.path))
        for (const at of [80, 300, 500, 700]) {
          const changed = Buffer.from(good)
          changed[at]! ^= 4
          yield* Effect.promise(() => fs.writeFile(file.path, changed))
          const faults = yield* Effect.promise(() =>
            checkWacz(file.path).then(
              (checked) => checked.faults.length,
              () => 1,
            ),
          )
          expect(faults).toBeGreaterThan(0)
        }
      }),
    ),
  )

  it.live("is the same bytes for the same records, however many are added at once", () =>
    Effect.gen(function* () {
      const exchanges = [exchange(page), exchange("https://example.org/b"), exchange("https://example.org/c")]
      const write = (size: number) =>
        inFolder((folder) =>
          Effect.gen(function* () {
            const writer = yield* openWacz(collection, folder)
            for (let at = 0; at < exchanges.length; at += size)
              yield* writer.add(exchanges.slice(at, at + size))
            const file = yield* writer.finish([])
            return yield* Effect.promise(() => fs.readFile(file.path))
          }).pipe(Effect.scoped),
        )
      const first = yield* write(3)
      expect(first.equals(yield* write(1))).toBe(true)
    }),
  )

  it.live("never holds a whole body in memory: 120 MB of them from a file", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const bodyBytes = 40_000_000
        const spool = path.join(folder, "spool")
        yield* Effect.promise(() => fs.writeFile(spool, randomBytes(bodyBytes)))
        const exchanges = [0, 1, 2].map((index) =>
          exchange(index === 0 ? page : `https://example.org/${index}`, { body: { path: spool } }),
        )
        const before = process.memoryUsage().arrayBuffers
        let peak = 0
        const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers)), 5)
        const file = yield* writeWacz(folder, exchanges)
        clearInterval(watch)
        expect(file.responses).toBe(3)
        expect(peak - before).toBeLessThan(bodyBytes)
      }),
    ),
  )

  it.live("fails in words when a body is not as it was recorded", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const spool = path.join(folder, "spool")
        yield* Effect.promise(() => fs.writeFile(spool, "short"))
        const broken = [exchange(page, { body: { path: spool, offset: 2, length: 10 } })]
        const error = yield* Effect.flip(writeWacz(folder, broken))
        expect(error).toMatchObject({
          _tag: "WaczError",
          message: expect.stringContaining("3 bytes in place of 10"),
        })
      }),
    ),
  )
})

const unpackWarc = async (wacz: string, target: string, checked: Awaited<ReturnType<typeof checkWacz>>) => {
  const bytes = await fs.readFile(wacz)
  // The WARC is the first member and stored as it is: it lies behind the first local header.
  const start = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28)
  const last = checked.records.at(-1)!
  await fs.writeFile(target, bytes.subarray(start, start + last.offset + last.length))
}
