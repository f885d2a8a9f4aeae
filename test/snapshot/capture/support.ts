/** What the capture tests share: services over a throw-away folder, a sink in memory, quick budgets. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import yauzl from "yauzl"
import { ArtefactSink } from "../../../src/snapshot/archive/ArtefactSink.ts"
import { Browser, type BrowserOptions } from "../../../src/snapshot/capture/Browser.ts"
import { capture } from "../../../src/snapshot/capture/Capture.ts"
import type { Progress } from "../../../src/snapshot/capture/Capturing.ts"
import type { CaptureResult } from "../../../src/snapshot/capture/CaptureResult.ts"
import { Guard, parseAllowList } from "../../../src/snapshot/capture/Guard.ts"
import { probe } from "../../../src/snapshot/capture/Probe.ts"
import { defaultCaptureSettings, type CaptureSettings } from "../../../src/snapshot/capture/Settings.ts"
import type { ArtefactName } from "../../../src/snapshot/Snapshot.ts"

/** Budgets short enough for a test of what never ends, long enough for what does on a busy machine. */
export const quickSettings: CaptureSettings = {
  ...defaultCaptureSettings,
  navigationMillis: 8_000,
  probeMillis: 4_000,
  captureMillis: 45_000,
}

export const runDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "linkseal-run-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true })),
)

export const captureLayer = (allow: ReadonlyArray<string>, options: Partial<BrowserOptions> = {}) =>
  Layer.unwrapScoped(
    Effect.map(runDirectory, (runDir) =>
      Layer.merge(
        Browser.layer({ runDir, ...options }),
        Guard.layer(Either.getOrThrow(parseAllowList(allow))),
      ),
    ),
  )

export interface Captured {
  readonly result: CaptureResult
  readonly files: ReadonlyMap<ArtefactName, Buffer>
  readonly text: (name: ArtefactName) => string
  readonly reasonOf: (name: ArtefactName) => string | null
}

/** Runs a capture with its files kept in memory. */
const kept = (
  run: (sink: Layer.Layer<ArtefactSink>) => Effect.Effect<CaptureResult, unknown, Browser | Guard>,
) =>
  Effect.gen(function* () {
    const files = new Map<ArtefactName, Buffer>()
    const sink = Layer.succeed(ArtefactSink, {
      put: (name, mediaType, content) =>
        Effect.sync(() => {
          const bytes = Buffer.from(content instanceof Uint8Array ? content : readFileSync(content.path))
          files.set(name, bytes)
          const sha256 = createHash("sha256").update(bytes).digest("hex")
          return { name, mediaType, bytes: bytes.length, sha256, status: "ok" as const, reason: null }
        }),
    })
    const result = yield* run(sink)
    const text = (name: ArtefactName) => files.get(name)?.toString() ?? ""
    const reasonOf = (name: ArtefactName) => result.artefacts.find((a) => a.name === name)?.reason ?? null
    return { result, files, text, reasonOf } satisfies Captured
  })

/** Probes and captures. */
export const captureUrl = (url: string, settings: CaptureSettings = quickSettings, progress?: Progress) =>
  kept((sink) =>
    Effect.flatMap(probe(url, settings), (probed) =>
      Effect.provide(capture(url, probed, settings, progress), sink),
    ),
  )

/** Captures a page that a browser saved. */
export const pushUrl = (url: string, html: string | Uint8Array, settings: CaptureSettings = quickSettings) =>
  kept((sink) =>
    Effect.provide(
      capture(
        url,
        { kind: "page", finalUrl: url, status: 200, mediaType: "text/html", contentLength: null },
        settings,
        undefined,
        { pushed: { html: typeof html === "string" ? Buffer.from(html) : html } },
      ),
      sink,
    ),
  )

/** Only these artefacts, for tests that look at one thing. */
export const only = (...names: ReadonlyArray<ArtefactName>): CaptureSettings => ({
  ...quickSettings,
  artefacts: Object.fromEntries(
    Object.keys(quickSettings.artefacts).map((name) => [name, names.includes(name as ArtefactName)]),
  ) as CaptureSettings["artefacts"],
})

export type Page = string | ((request: IncomingMessage, response: ServerResponse) => void)

/** A small site on a free port of loopback, for as long as the scope lives; text is sent as HTML. */
export const site = (pages: Readonly<Record<string, Page>>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer((request, response) => {
        const page = pages[request.url ?? ""]
        response.on("error", () => undefined)
        if (typeof page === "function") return page(request, response)
        response.writeHead(page === undefined ? 404 : 200, { "Content-Type": "text/html; charset=utf-8" })
        response.end(page ?? "<p>Not here")
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
      return { server, origin: `http://127.0.0.1:${(server.address() as { port: number }).port}` }
    }),
    ({ server }) =>
      Effect.promise(async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }),
  )

/** The records of `archive/data.warc.gz` in a WACZ, as one text of single-byte characters. */
export const warcOf = (wacz: Buffer) =>
  new Promise<string>((resolve, reject) => {
    yauzl.fromBuffer(wacz, { lazyEntries: true }, (error, zip) => {
      if (error !== null) return reject(error)
      zip.on("entry", (entry: yauzl.Entry) => {
        if (entry.fileName !== "archive/data.warc.gz") return zip.readEntry()
        zip.openReadStream(entry, (failed, stream) => {
          if (failed !== null) return reject(failed)
          const chunks: Array<Buffer> = []
          stream.on("data", (chunk: Buffer) => chunks.push(chunk))
          stream.on("error", reject)
          stream.on("end", () => resolve(gunzipSync(Buffer.concat(chunks)).toString("latin1")))
        })
      })
      zip.on("error", reject)
      zip.readEntry()
    })
  })
