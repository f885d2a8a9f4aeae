/**
 * Writes and finds the manifests of snapshots and the small files of links. The rename of a manifest is the point
 * of no return of a capture: before it the snapshot does not exist, after it a restart finds and finishes it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { archiveError, type ArchiveError, damaged } from "./ArchiveError.ts"
import { ContentStore } from "./ContentStore.ts"
import { makeFolder, namesIn, replaceFile, syncFolder } from "./files.ts"
import { linkFile, manifestFile, manifestFolder } from "./layout.ts"
import { isIntact, LinkFile, makeManifest, Manifest, type ManifestInput } from "./Manifest.ts"

/** One manifest's place, known from its file name alone. */
export interface ManifestName {
  readonly linkId: string
  readonly version: number
  readonly snapshotId: string
}

const fileName = /^(\d{1,9})-([A-Za-z0-9_-]{1,64})\.json$/

export class ManifestStore extends Context.Tag("linkseal/snapshot/ManifestStore")<
  ManifestStore,
  {
    /** Resolves when the manifest is on the disk under its name. Writing the same snapshot again replaces it. */
    readonly write: (input: ManifestInput) => Effect.Effect<Manifest, ArchiveError>
    /** Fails with `missing`, or `damaged` when it is not JSON, not a manifest, or not as it was written. */
    readonly read: (name: ManifestName) => Effect.Effect<Manifest, ArchiveError>
    /** The manifest of this snapshot if the capture got that far: how a restart tells done from not done. */
    readonly find: (linkId: string, snapshotId: string) => Effect.Effect<Manifest | undefined, ArchiveError>
    /** The snapshots of a link, oldest first. */
    readonly list: (linkId: string) => Effect.Effect<ReadonlyArray<ManifestName>, ArchiveError>
    /** Ids of all links that have at least one manifest, sorted. */
    readonly linksWithSnapshots: Effect.Effect<ReadonlyArray<string>, ArchiveError>
    readonly remove: (name: ManifestName) => Effect.Effect<void, ArchiveError>

    readonly writeLink: (
      link: Omit<LinkFile, "format" | "formatVersion">,
    ) => Effect.Effect<void, ArchiveError>
    readonly readLink: (linkId: string) => Effect.Effect<LinkFile, ArchiveError>
    /** Ids of all links that have a file, sorted. */
    readonly links: Effect.Effect<ReadonlyArray<string>, ArchiveError>
    /** Forgets a link for ever: its file and all its manifests. The bytes go with the next sweep. */
    readonly removeLink: (linkId: string) => Effect.Effect<void, ArchiveError>
  }
>() {
  static readonly layer: Layer.Layer<ManifestStore, never, ContentStore> = Layer.effect(
    ManifestStore,
    Effect.suspend(() => Effect.map(ContentStore, make)),
  )
}

const encode = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)

const decodeFile = async <A, I>(schema: Schema.Schema<A, I>, file: string): Promise<A> => {
  const text = await fs.readFile(file, "utf8")
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged(file, "it is not JSON")
  }
  const decoded = Schema.decodeUnknownEither(schema)(value)
  if (decoded._tag === "Right") return decoded.right
  throw damaged(file, ParseResult.ArrayFormatter.formatErrorSync(decoded.left)[0]?.message ?? "wrong shape")
}

const readManifest = async (file: string, name: ManifestName): Promise<Manifest> => {
  const manifest = await decodeFile(Manifest, file)
  if (!isIntact(manifest)) throw damaged(file, "its own SHA-256 does not match")
  const { link, snapshot } = manifest
  const isIts =
    snapshot.id === name.snapshotId && snapshot.version === name.version && link.id === name.linkId
  if (!isIts) throw damaged(file, "it belongs to another snapshot")
  return manifest
}

const readLinkFile = async (file: string, linkId: string): Promise<LinkFile> => {
  const link = await decodeFile(LinkFile, file)
  if (link.id !== linkId) throw damaged(file, "it belongs to another link")
  return link
}

const make = (store: Context.Tag.Service<ContentStore>) => {
  const { layout, temporaryPath } = store
  const attempt = <A>(file: string, run: () => Promise<A>) =>
    Effect.tryPromise({ try: run, catch: archiveError(file) })

  const write = (input: ManifestInput) => {
    const manifest = makeManifest(input)
    const file = manifestFile(layout, {
      linkId: manifest.link.id,
      version: manifest.snapshot.version,
      snapshotId: manifest.snapshot.id,
    })
    return attempt(file, async () => {
      await makeFolder(layout.temporary)
      await replaceFile(file, encode(manifest), temporaryPath())
      return manifest
    }).pipe(Effect.uninterruptible)
  }

  const list = (linkId: string) => {
    const folder = manifestFolder(layout, linkId)
    return attempt(folder, async () => {
      const names = (await namesIn(folder)).flatMap((name) => {
        const parts = fileName.exec(name)
        return parts === null ? [] : [{ linkId, version: Number(parts[1]), snapshotId: parts[2]! }]
      })
      return names.sort((a, b) => a.version - b.version)
    })
  }

  const read = (name: ManifestName) => {
    const file = manifestFile(layout, name)
    return attempt(file, () => readManifest(file, name))
  }

  const idsIn = (folder: string, suffix: string) =>
    attempt(folder, async () =>
      (await namesIn(folder))
        .filter((name) => name.endsWith(suffix))
        .map((name) => name.slice(0, name.length - suffix.length))
        .filter((id) => /^[A-Za-z0-9_-]{1,64}$/.test(id)),
    )

  return ManifestStore.of({
    write,
    read,
    list,
    find: (linkId, snapshotId) =>
      Effect.flatMap(list(linkId), (names) => {
        const name = names.find((each) => each.snapshotId === snapshotId)
        return name === undefined ? Effect.succeed(undefined) : read(name)
      }),
    linksWithSnapshots: idsIn(layout.snapshots, ""),
    remove: (name) => {
      const file = manifestFile(layout, name)
      return attempt(file, async () => {
        await fs.rm(file, { force: true })
        await syncFolder(path.dirname(file)).catch(() => undefined)
      })
    },
    writeLink: (link) => {
      const file = linkFile(layout, link.id)
      return attempt(file, async () => {
        await makeFolder(layout.temporary)
        await replaceFile(
          file,
          encode({ format: "linkseal-link", formatVersion: 1, ...link }),
          temporaryPath(),
        )
      }).pipe(Effect.uninterruptible)
    },
    readLink: (linkId) => {
      const file = linkFile(layout, linkId)
      return attempt(file, () => readLinkFile(file, linkId))
    },
    links: idsIn(layout.links, ".json"),
    removeLink: (linkId) =>
      attempt(linkFile(layout, linkId), async () => {
        await fs.rm(manifestFolder(layout, linkId), { recursive: true, force: true })
        await fs.rm(linkFile(layout, linkId), { force: true })
        await syncFolder(layout.links)
        await syncFolder(layout.snapshots)
      }),
  })
}
