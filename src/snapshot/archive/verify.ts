/**
 * Re-reads what is kept and compares it with its manifests: every byte of one link or of all. Needs no database and
 * no daemon. A file that several snapshots share is read once and reported for each of them.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ArchiveError } from "./ArchiveError.ts"
import { ContentStore } from "./ContentStore.ts"
import { linkFile, manifestFile } from "./layout.ts"
import type { Manifest } from "./Manifest.ts"
import { ManifestStore, type ManifestName } from "./ManifestStore.ts"
import { manifestNames } from "./scan.ts"

export interface Damage {
  /** Id of the snapshot; the link's id when it is the link's own file. */
  readonly snapshot: string
  /** Name of the artefact, or the path of the manifest. */
  readonly file: string
  readonly reason: string
}

export interface Verification {
  /** Files read: manifests, link files and artefacts. */
  readonly checked: number
  /** Of the artefacts, plain, each file once. */
  readonly bytes: number
  readonly ok: boolean
  readonly damaged: ReadonlyArray<Damage>
}

interface Tally {
  checked: number
  bytes: number
  readonly damaged: Array<Damage>
  /** By SHA-256: the plain size, or why it is damaged. */
  readonly objects: Map<string, number | string>
}

const checkObject = (tally: Tally, sha256: string) =>
  Effect.gen(function* () {
    const known = tally.objects.get(sha256)
    if (known !== undefined) return known
    const store = yield* ContentStore
    const result = yield* Effect.match(store.check(sha256), {
      onSuccess: (bytes): number | string => bytes,
      onFailure: (error) => error.message,
    })
    tally.objects.set(sha256, result)
    tally.checked += 1
    if (typeof result === "number") tally.bytes += result
    return result
  })

interface Named {
  readonly file: string
  readonly sha256: string
  readonly bytes: number
}

/** What the manifest names: the artefacts, and the text that search reads. */
const namedBy = ({ snapshot, textBytes, textSha256 }: Manifest): ReadonlyArray<Named> => [
  ...snapshot.artefacts
    .filter(({ status }) => status === "ok")
    .map(({ bytes, name, sha256 }) => ({ file: name, sha256, bytes })),
  ...(textBytes === undefined || textSha256 === null
    ? []
    : [{ file: "text for search", sha256: textSha256, bytes: textBytes }]),
]

const checkNamed = (tally: Tally, snapshot: string, { bytes, file, sha256 }: Named) =>
  Effect.gen(function* () {
    const damage = (reason: string) => tally.damaged.push({ snapshot, file, reason })
    if (!/^[0-9a-f]{64}$/.test(sha256)) return void damage("the manifest names no SHA-256")
    const result = yield* checkObject(tally, sha256)
    if (typeof result === "string") damage(result)
    else if (result !== bytes) damage(`it has ${result} bytes, the manifest says ${bytes}`)
  })

const checkManifest = (tally: Tally, name: ManifestName) =>
  Effect.gen(function* () {
    const store = yield* ManifestStore
    const { layout } = yield* ContentStore
    tally.checked += 1
    const manifest = yield* Effect.catchAll(store.read(name), (error) => {
      tally.damaged.push({
        snapshot: name.snapshotId,
        file: manifestFile(layout, name),
        reason: error.message,
      })
      return Effect.succeed(null)
    })
    if (manifest === null) return
    yield* Effect.forEach(namedBy(manifest), (named) => checkNamed(tally, manifest.snapshot.id, named), {
      discard: true,
    })
  })

const checkLinkFile = (tally: Tally, id: string) =>
  Effect.gen(function* () {
    const store = yield* ManifestStore
    const { layout } = yield* ContentStore
    tally.checked += 1
    yield* Effect.catchAll(store.readLink(id), (error) =>
      Effect.sync(() =>
        tally.damaged.push({ snapshot: id, file: linkFile(layout, id), reason: error.message }),
      ),
    )
  })

/** Checks everything, or one link. Fails only when the archive itself cannot be listed. */
export const verify = (
  linkId?: string,
): Effect.Effect<Verification, ArchiveError, ManifestStore | ContentStore> =>
  Effect.gen(function* () {
    const store = yield* ManifestStore
    const tally: Tally = { checked: 0, bytes: 0, damaged: [], objects: new Map() }
    const names = linkId === undefined ? manifestNames : Stream.fromIterableEffect(store.list(linkId))
    yield* Stream.runForEach(names, (name) => checkManifest(tally, name))
    const files = (yield* store.links).filter((id) => linkId === undefined || id === linkId)
    yield* Effect.forEach(files, (id) => checkLinkFile(tally, id), { discard: true })
    return {
      checked: tally.checked,
      bytes: tally.bytes,
      ok: tally.damaged.length === 0,
      damaged: tally.damaged,
    }
  })
