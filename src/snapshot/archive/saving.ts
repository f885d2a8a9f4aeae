/** How much the archive saves by keeping the same bytes once and text compressed. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ArchiveError } from "./ArchiveError.ts"
import { ContentStore } from "./ContentStore.ts"
import { ManifestStore } from "./ManifestStore.ts"
import { manifestNames } from "./scan.ts"

export interface Saving {
  /** What plain files, one folder per snapshot, would take. */
  readonly logicalBytes: number
  /** Each content once, not compressed. */
  readonly uniqueBytes: number
  /** On disk. */
  readonly storedBytes: number
  /** `logicalBytes / storedBytes`; 1 for an empty archive. */
  readonly ratio: number
}

/** What sharing and compression saved when it was last measured. */
export interface MeasuredSaving extends Saving {
  /** ISO 8601. */
  readonly measuredAt: string
}

/** Reads all manifests and looks at each object once. Unreadable manifests are left out. */
export const saving: Effect.Effect<Saving, ArchiveError, ContentStore | ManifestStore> = Effect.gen(
  function* () {
    const manifests = yield* ManifestStore
    const store = yield* ContentStore
    const sizes = new Map<string, number>()
    let logicalBytes = 0
    yield* Stream.runForEach(manifestNames, (name) =>
      manifests.read(name).pipe(
        Effect.map((manifest) => {
          for (const artefact of manifest.snapshot.artefacts) {
            if (artefact.status !== "ok") continue
            logicalBytes += artefact.bytes
            sizes.set(artefact.sha256, artefact.bytes)
          }
          // Ours, for search and rebuild: it takes its place, but nobody would keep it as a file.
          const { textBytes, textSha256 } = manifest
          if (textBytes !== undefined && textSha256 !== null) sizes.set(textSha256, textBytes)
        }),
        Effect.ignore,
      ),
    )
    let uniqueBytes = 0
    let storedBytes = 0
    for (const [sha256, bytes] of sizes) {
      uniqueBytes += bytes
      storedBytes += (yield* store.stat(sha256))?.storedBytes ?? 0
    }
    return {
      logicalBytes,
      uniqueBytes,
      storedBytes,
      ratio: storedBytes === 0 ? 1 : logicalBytes / storedBytes,
    }
  },
)
