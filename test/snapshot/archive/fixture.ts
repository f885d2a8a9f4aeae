/** A fresh archive in a folder of its own, gone with the test. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { ContentStore } from "../../../src/snapshot/archive/ContentStore.ts"
import { Drafts } from "../../../src/snapshot/archive/Drafts.ts"
import type { ManifestInput } from "../../../src/snapshot/archive/Manifest.ts"
import { ManifestStore } from "../../../src/snapshot/archive/ManifestStore.ts"
import type { Artefact } from "../../../src/snapshot/Snapshot.ts"

export const temporaryHome = Effect.acquireRelease(
  Effect.promise(() => fs.mkdtemp(path.join(os.tmpdir(), "linkseal-archive-"))),
  (home) => Effect.promise(() => fs.rm(home, { recursive: true, force: true })),
)

export const archiveLayer = (home: string) =>
  Layer.mergeAll(ManifestStore.layer, Drafts.layer).pipe(Layer.provideMerge(ContentStore.layer({ home })))

/** Runs against a fresh archive; the folder's path is given. */
export const inArchive = <A, E>(
  body: (home: string) => Effect.Effect<A, E, ContentStore | ManifestStore | Drafts>,
) => Effect.scoped(Effect.flatMap(temporaryHome, (home) => Effect.provide(body(home), archiveLayer(home))))

export const link = (id: string) => ({
  id,
  url: `https://example.org/${id}`,
  title: `Title of ${id}`,
  titleSetByUser: false,
  note: "",
  tags: ["one", "二"],
  addedAt: "2026-01-02T03:04:05.678Z",
})

export const manifestInput = (
  linkId: string,
  version: number,
  artefacts: ReadonlyArray<Artefact>,
): ManifestInput => ({
  tool: { name: "linkseal", version: "0.1.0" },
  link: link(linkId),
  snapshot: {
    id: `${linkId}-s${version}`,
    version,
    takenAt: "2026-01-02T03:04:06.000Z",
    finalUrl: `https://example.org/${linkId}`,
    httpStatus: 200,
    verdict: { kind: "good", reasons: [] },
    artefacts,
    bytes: artefacts.reduce((sum, each) => sum + each.bytes, 0),
    millis: 1234,
    partial: false,
  },
  mediaType: "text/html",
  lang: "en",
  steps: [{ name: "open", millis: 800, status: "ok", reason: null }],
  textSha256: null,
  resourcesSha256: null,
})
