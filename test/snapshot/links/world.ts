/** A snapshot room on a real database and a real archive, with a capture pipeline that the test decides. */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate } from "../../../src/actors/sql/migrate.ts"
import { layerSql } from "../../../src/actors/sql/SqlStore.ts"
import { ArtefactSink } from "../../../src/snapshot/archive/ArtefactSink.ts"
import { ContentStore } from "../../../src/snapshot/archive/ContentStore.ts"
import { Drafts } from "../../../src/snapshot/archive/Drafts.ts"
import { ManifestStore } from "../../../src/snapshot/archive/ManifestStore.ts"
import type { CaptureOptions } from "../../../src/snapshot/capture/Capture.ts"
import { captureFailure, type CaptureFailure } from "../../../src/snapshot/capture/CaptureFailure.ts"
import { layerLinks, type LinksSettings } from "../../../src/snapshot/LinksRoom.ts"
import { catalogueMigrations, roomMigrations } from "../../../src/snapshot/migrations.ts"
import { Faults, faulty } from "../../actors/support/stores.ts"
import { Capturer } from "../../../src/snapshot/steps/Capturer.ts"

/** What the pipeline does with an address. */
export interface Site {
  readonly text?: string
  /** The part of it that is the article; all of it when left out. */
  readonly article?: string
  readonly title?: string
  /** The bytes of its screenshot; none when left out. */
  readonly picture?: string
  readonly doubtful?: boolean
  /** What the hash of the resources is; the same for all when left out. */
  readonly resources?: string | null
  readonly partial?: boolean
  readonly failures?: ReadonlyArray<CaptureFailure>
  /** The capture waits until it is interrupted or this resolves. */
  readonly gate?: Effect.Effect<void, CaptureFailure>
}

export const refusedConnection = captureFailure("connection-refused", "nobody listens there")
export const blocked = captureFailure("blocked-address", "the address is private")

export interface Pipeline {
  readonly captures: Array<string>
  readonly interrupted: Array<string>
  readonly sites: Map<string, Site>
  most: number
  /** What the steps said about the version before, and what was pushed. */
  readonly options: Array<CaptureOptions>
}

export const newPipeline = (sites: Record<string, Site> = {}): Pipeline => ({
  captures: [],
  interrupted: [],
  sites: new Map(Object.entries(sites)),
  most: 0,
  options: [],
})

const capturerOver = (pipeline: Pipeline) => {
  let running = 0
  const failed = new Map<string, number>()
  const siteOf = (url: string): Site => pipeline.sites.get(new URL(url).pathname) ?? {}
  return Layer.succeed(Capturer, {
    probe: (url) =>
      Effect.suspend(() => {
        const count = failed.get(url) ?? 0
        const failure = siteOf(url).failures?.[count]
        failed.set(url, count + 1)
        return failure === undefined
          ? Effect.succeed({
              kind: "page" as const,
              finalUrl: url,
              status: 200,
              mediaType: "text/html",
              contentLength: null,
            })
          : Effect.fail(failure)
      }),
    capture: (url, probed, progress, options) =>
      Effect.gen(function* () {
        const site = siteOf(url)
        pipeline.captures.push(url)
        pipeline.options.push(options)
        running++
        pipeline.most = Math.max(pipeline.most, running)
        yield* progress("screenshot", 1, 1)
        yield* site.gate ?? Effect.void
        const pushed = options.pushed == null ? null : new TextDecoder().decode(options.pushed.html)
        const text = pushed ?? site.text ?? `the words of ${url}`
        const sink = yield* ArtefactSink
        const article = yield* sink.put(
          "article.txt",
          "text/plain",
          new TextEncoder().encode(site.article ?? text),
        )
        const facts = new TextEncoder().encode(JSON.stringify({ title: site.title ?? "A title" }))
        const metadata = yield* sink.put("metadata.json", "application/json", facts)
        const picture =
          site.picture === undefined
            ? []
            : [yield* sink.put("screenshot", "image/jpeg", new TextEncoder().encode(site.picture))]
        return {
          finalUrl: probed.finalUrl,
          httpStatus: 200,
          title: site.title ?? "A title",
          description: "",
          language: "en",
          text,
          verdict:
            site.doubtful === true
              ? { kind: "doubtful" as const, reasons: ["login wall" as const] }
              : { kind: "good" as const, reasons: [] },
          artefacts: [article, metadata, ...picture],
          bytes: article.bytes,
          millis: 5,
          partial: site.partial ?? false,
          resourcesSha256: site.resources === undefined ? "same" : site.resources,
          steps: [{ name: "open", millis: 5, bytes: 10, reason: null }],
          links: [],
        }
      }).pipe(
        Effect.onInterrupt(() => Effect.sync(() => pipeline.interrupted.push(url))),
        Effect.ensuring(Effect.sync(() => running--)),
      ),
  })
}

export interface WorldOptions {
  readonly home: string
  readonly pipeline: Pipeline
  readonly settings?: Partial<LinksSettings>
  /** What the store of the machines fails at. */
  readonly faults?: Faults
}

const settingsOf = (given: Partial<LinksSettings> = {}): LinksSettings => ({
  queue: { slots: 2, perHostSlots: 2, perHostGapMillis: 1 },
  retry: { pausesMillis: [100, 100] },
  toolVersion: "0.0.0",
  ...given,
})

/** Database, store and archive of a home, as the room and `rebuild` need them. */
export const storageLayer = (home: string, faults = new Faults()) => {
  const sql = SqliteClient.layer({ filename: join(home, "linkseal.db") })
  const migrated = Layer.effectDiscard(
    Effect.zipRight(migrate("catalogue", catalogueMigrations), migrate("snapshot", roomMigrations)),
  )
  const archive = Layer.merge(ManifestStore.layer, Drafts.layer).pipe(
    Layer.provideMerge(ContentStore.layer({ home })),
  )
  return Layer.mergeAll(faulty(faults)(layerSql), archive, migrated).pipe(Layer.provideMerge(sql))
}

/** The room; building it is a start of the daemon, closing its scope a stop. */
export const roomLayer = ({ faults, home, pipeline, settings }: WorldOptions) =>
  layerLinks(settingsOf(settings)).pipe(
    Layer.provideMerge(Layer.merge(storageLayer(home, faults), capturerOver(pipeline))),
  )

/** A folder of its own for a test, removed with the scope. */
export const temporaryHome = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "linkseal-links-"))),
  (home) => Effect.sync(() => rmSync(home, { recursive: true, force: true })),
)
