/**
 * Sweeps bytes that no manifest names: what cancelled captures left, and what removed links held. Nothing that is
 * young or held by a draft is touched, and if one manifest cannot be read nothing is swept at all, for it might name
 * what would be lost.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { archiveError, type ArchiveError } from "./ArchiveError.ts"
import { ContentStore } from "./ContentStore.ts"
import { Drafts } from "./Drafts.ts"
import { namesIn } from "./files.ts"
import { ManifestStore } from "./ManifestStore.ts"
import { manifestNames } from "./scan.ts"

/** Bytes put within this time stay: their capture may be about to write its manifest. */
const sweepGraceMillis = 60 * 60 * 1000

export interface Swept {
  readonly removed: number
  /** Won on disk. */
  readonly bytes: number
  readonly kept: number
}

/** Hashes that the manifests name. 100,000 links with ten artefacts are about 100 MB of them. */
const markedObjects = Effect.gen(function* () {
  const store = yield* ManifestStore
  const marked = new Set<string>()
  yield* Stream.runForEach(manifestNames, (name) =>
    Effect.map(store.read(name), (manifest) => {
      for (const artefact of manifest.snapshot.artefacts) {
        if (artefact.status === "ok") marked.add(artefact.sha256)
      }
      if (manifest.textSha256 !== null) marked.add(manifest.textSha256)
    }),
  )
  return marked
})

export interface SweepOptions {
  /** Default `sweepGraceMillis`. */
  readonly graceMillis?: number
  /** Hashes that something else than a manifest names: captures that are stored but not yet recorded. */
  readonly named?: ReadonlySet<string>
}

/** Sweeps. Fails without having removed anything when a manifest is unreadable. */
export const sweep = (
  options: SweepOptions = {},
): Effect.Effect<Swept, ArchiveError, ContentStore | ManifestStore | Drafts> =>
  Effect.gen(function* () {
    const store = yield* ContentStore
    const drafts = yield* Drafts
    // The time is taken before the marking: what is put from now on is young, whatever its manifest says later.
    const youngSince = (yield* Clock.currentTimeMillis) - (options.graceMillis ?? sweepGraceMillis)
    const marked = yield* markedObjects
    const isNamed = (sha256: string) => marked.has(sha256) || options.named?.has(sha256) === true
    let removed = 0
    let bytes = 0
    let kept = 0
    yield* Stream.runForEach(store.list, (object) =>
      Effect.gen(function* () {
        const won =
          isNamed(object.sha256) || object.putAt > youngSince
            ? 0
            : yield* store.remove(object.sha256, (now) => now.putAt > youngSince || drafts.holds(now.sha256))
        if (won > 0) {
          removed += 1
          bytes += won
        } else kept += 1
      }),
    )
    yield* removeOldCopies(store.layout.plain, youngSince)
    return { removed, bytes, kept }
  })

/** Copies made for programs that opened them a while ago. */
const removeOldCopies = (folder: string, youngSince: number) =>
  Effect.tryPromise({
    try: async () => {
      for (const name of await namesIn(folder)) {
        const file = path.join(folder, name)
        const { mtimeMs } = await fs.stat(file)
        if (mtimeMs <= youngSince) await fs.rm(file, { force: true })
      }
    },
    catch: archiveError(folder),
  })
