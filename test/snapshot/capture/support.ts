/** What the capture tests share: services over a throw-away folder, a sink in memory, quick budgets. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ArtefactSink } from "../../../src/snapshot/archive/ArtefactSink.ts"
import { Browser, type BrowserOptions } from "../../../src/snapshot/capture/Browser.ts"
import { capture } from "../../../src/snapshot/capture/Capture.ts"
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

/** Probes and captures, with the files kept in memory. */
export const captureUrl = (url: string, settings: CaptureSettings = quickSettings) =>
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
    const probed = yield* probe(url, settings)
    const result = yield* Effect.provide(capture(url, probed, settings), sink)
    const text = (name: ArtefactName) => files.get(name)?.toString() ?? ""
    const reasonOf = (name: ArtefactName) => result.artefacts.find((a) => a.name === name)?.reason ?? null
    return { result, files, text, reasonOf } satisfies Captured
  })

/** Only these artefacts, for tests that look at one thing. */
export const only = (...names: ReadonlyArray<ArtefactName>): CaptureSettings => ({
  ...quickSettings,
  artefacts: Object.fromEntries(
    Object.keys(quickSettings.artefacts).map((name) => [name, names.includes(name as ArtefactName)]),
  ) as CaptureSettings["artefacts"],
})
