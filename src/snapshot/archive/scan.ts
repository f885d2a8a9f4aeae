/**
 * Reads the whole archive from its files: every link with its manifests, link by link. This is what `rebuild` makes
 * the database from. What cannot be read is told, never skipped in silence.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ArchiveError } from "./ArchiveError.ts"
import { ContentStore } from "./ContentStore.ts"
import { linkFile, manifestFile } from "./layout.ts"
import type { LinkFile, LinkMeta, Manifest } from "./Manifest.ts"
import { ManifestStore, type ManifestName } from "./ManifestStore.ts"

export interface Lost {
  readonly file: string
  readonly reason: string
}

export interface ScannedLink {
  readonly id: string
  /** The link's own file, or what its newest manifest says; null when neither can be read. */
  readonly link: LinkFile | null
  /** Oldest version first. */
  readonly manifests: ReadonlyArray<Manifest>
  readonly lost: ReadonlyArray<Lost>
}

const fromManifest = (link: LinkMeta, takenAt: string): LinkFile => ({
  format: "linkseal-link",
  formatVersion: 1,
  ...link,
  updatedAt: takenAt,
  removedAt: null,
})

/** One link with all that is kept of it. Never fails: what is unreadable is in `lost`. */
const scanLink = (id: string): Effect.Effect<ScannedLink, never, ManifestStore | ContentStore> =>
  Effect.gen(function* () {
    const store = yield* ManifestStore
    const { layout } = yield* ContentStore
    const lost: Array<Lost> = []
    const orLost = <A>(file: string, read: Effect.Effect<A, ArchiveError>, absentIsFine = false) =>
      Effect.catchAll(read, (error) =>
        Effect.sync(() => {
          if (!(absentIsFine && error.reason === "missing")) lost.push({ file, reason: error.message })
          return null
        }),
      )
    const names = (yield* orLost(id, store.list(id))) ?? []
    const manifests: Array<Manifest> = []
    for (const name of names) {
      const manifest = yield* orLost(manifestFile(layout, name), store.read(name))
      if (manifest !== null) manifests.push(manifest)
    }
    const newest = manifests.at(-1)
    const own = yield* orLost(linkFile(layout, id), store.readLink(id), newest !== undefined)
    return {
      id,
      link: own ?? (newest === undefined ? null : fromManifest(newest.link, newest.snapshot.takenAt)),
      manifests,
      lost,
    }
  })

/** Every link that has a file or a manifest, by id. One link is in memory at a time. */
export const scan: Stream.Stream<ScannedLink, ArchiveError, ManifestStore | ContentStore> = Stream.unwrap(
  Effect.gen(function* () {
    const store = yield* ManifestStore
    const ids = new Set([...(yield* store.links), ...(yield* store.linksWithSnapshots)])
    return Stream.mapEffect(Stream.fromIterable([...ids].sort()), scanLink)
  }),
)

/** Every manifest's name, without reading the manifests. */
export const manifestNames: Stream.Stream<ManifestName, ArchiveError, ManifestStore> = Stream.unwrap(
  Effect.map(ManifestStore, (store) =>
    Stream.fromIterableEffect(store.linksWithSnapshots).pipe(
      Stream.mapEffect((id) => store.list(id)),
      Stream.flatMap(Stream.fromIterable),
    ),
  ),
)
