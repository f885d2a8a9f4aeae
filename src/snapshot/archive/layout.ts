/**
 * Where things lie under `<home>/archive`. This is the layout a user sees and the one `rebuild` reads: objects by
 * their SHA-256, one manifest per snapshot, one small file per link.
 */
import * as path from "node:path"

export interface ArchiveLayout {
  readonly root: string
  readonly objects: string
  readonly snapshots: string
  readonly links: string
  /** Files being written. Same file system as the rest, so that a rename is atomic; emptied at start. */
  readonly temporary: string
  /** Plain copies of compressed objects, made for programs that need a path. Can be deleted at any time. */
  readonly plain: string
}

export const archiveLayout = (home: string): ArchiveLayout => {
  const root = path.join(home, "archive")
  return {
    root,
    objects: path.join(root, "objects"),
    snapshots: path.join(root, "snapshots"),
    links: path.join(root, "links"),
    temporary: path.join(root, "tmp"),
    plain: path.join(root, "plain"),
  }
}

const safeName = /^[A-Za-z0-9_-]{1,64}$/

/** Ids become file names; one that could leave its folder is a broken invariant, not an operating error. */
const fileNameOf = (id: string): string => {
  if (!safeName.test(id)) throw new Error(`not usable as a file name: ${JSON.stringify(id)}`)
  return id
}

/** 64 lower-case hex digits. */
export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

export const objectFolder = (layout: ArchiveLayout, sha256: string): string => {
  if (!isSha256(sha256)) throw new Error(`not a SHA-256: ${JSON.stringify(sha256)}`)
  return path.join(layout.objects, sha256.slice(0, 2))
}

export const objectFile = (layout: ArchiveLayout, sha256: string): string =>
  path.join(objectFolder(layout, sha256), sha256.slice(2))

export const linkFile = (layout: ArchiveLayout, linkId: string): string =>
  path.join(layout.links, `${fileNameOf(linkId)}.json`)

export const manifestFolder = (layout: ArchiveLayout, linkId: string): string =>
  path.join(layout.snapshots, fileNameOf(linkId))

export const manifestFile = (
  layout: ArchiveLayout,
  snapshot: { readonly linkId: string; readonly version: number; readonly snapshotId: string },
): string =>
  path.join(
    manifestFolder(layout, snapshot.linkId),
    `${snapshot.version}-${fileNameOf(snapshot.snapshotId)}.json`,
  )
