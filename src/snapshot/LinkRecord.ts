/**
 * What a link's machine knows of itself and what can happen to it. Only what its planner reads is here; titles, notes
 * and tags are the catalogue's.
 */
import { createHash } from "node:crypto"
import * as Codec from "../actors/Codec.ts"
import type { ProbeResult } from "./capture/Probe.ts"
import { urlKey } from "./catalog/urlKeys.ts"
import type { LinkState } from "./Link.ts"
import type { Snapshot } from "./Snapshot.ts"

/** What a finished capture hands to the storing step; the bytes are in the content store already. */
export interface CapturedFacts {
  readonly snapshot: Snapshot
  readonly title: string
  readonly lang: string
  readonly mediaType: string
  readonly textSha256: string | null
  /** Of the text, which is in the content store; absent in records from before it was kept there. */
  readonly textBytes?: number
  readonly resourcesSha256: string | null
  readonly steps: ReadonlyArray<{
    readonly name: string
    readonly millis: number
    readonly bytes: number
    readonly reason: string | null
  }>
}

/** The capture under way. */
export interface Job {
  readonly snapshotId: string
  readonly version: number
  readonly probe: ProbeResult | null
  readonly captured: CapturedFacts | null
}

/** A version as the catalogue keeps it. */
export interface MergedVersion {
  readonly snapshot: Snapshot
  readonly mediaType: string
  readonly lang: string
  readonly textSha256: string | null
  readonly resourcesSha256: string | null
}

export interface LinkFailure {
  readonly code: string
  readonly message: string
  /** Milliseconds since 1970; null when no retry is planned. */
  readonly retryAt: number | null
}

export type RestedState = "archived" | "doubtful" | "failed" | "cancelled"

export interface LinkRecord {
  readonly id: string
  readonly url: string
  /** `new`: nobody has added it yet; never seen outside. */
  readonly state: LinkState | "new"
  /** Milliseconds since 1970. */
  readonly addedAt: number
  /** Tries of the current version that failed. */
  readonly attempts: number
  /** The newest version there is, 0 when there is none. */
  readonly version: number
  /** A version with a good verdict exists. */
  readonly hasGood: boolean
  readonly job: Job | null
  readonly failure: LinkFailure | null
  /** What it was before it was removed. */
  readonly rested: RestedState | null
  readonly forEver: boolean
  /** SHA-256 of a page that a browser pushed and that the next capture keeps; null: the address is opened. */
  readonly pushed: string | null
  /** Those that were pushed after it, oldest first: each becomes a version of its own, one after the other. */
  readonly pushes: ReadonlyArray<string>
}

export type LinkEvent =
  | {
      readonly _tag: "LinkAdded"
      readonly url: string
      readonly note: string
      readonly tags: ReadonlyArray<string>
      readonly at: number
      /** SHA-256 of the pushed page, when it came with one. */
      readonly pushed?: string
    }
  | { readonly _tag: "CaptureStarted"; readonly snapshotId: string }
  | { readonly _tag: "Probed"; readonly probe: ProbeResult }
  | { readonly _tag: "Captured"; readonly captured: CapturedFacts }
  | { readonly _tag: "SnapshotStored"; readonly captured: CapturedFacts }
  /** The content is that of the newest version: a check, and no version of its own. */
  | {
      readonly _tag: "SnapshotUnchanged"
      readonly snapshotId: string
      readonly version: number
      /** Of that version. Absent in events of a time when only good ones were compared. */
      readonly verdict?: "good" | "doubtful"
    }
  /** Another link's versions are this one's too; without any, a merging was undone. */
  | {
      readonly _tag: "VersionsMerged"
      readonly versions: ReadonlyArray<MergedVersion>
      /** The highest number there is. */
      readonly version: number
      readonly hasGood: boolean
      readonly rests: RestedState
      readonly failure: LinkFailure | null
    }
  | { readonly _tag: "PagePushed"; readonly sha256: string }
  | { readonly _tag: "CaptureFailed"; readonly failure: LinkFailure }
  | { readonly _tag: "RetryDue" }
  | { readonly _tag: "RetryRequested" }
  | { readonly _tag: "SnapshotRequested" }
  | { readonly _tag: "CancelRequested" }
  | { readonly _tag: "RemoveRequested"; readonly forEver: boolean }
  | { readonly _tag: "Removed" }
  | { readonly _tag: "Restored" }

export const linkEvents: ReadonlyArray<LinkEvent["_tag"]> = [
  "LinkAdded",
  "CaptureStarted",
  "Probed",
  "Captured",
  "SnapshotStored",
  "SnapshotUnchanged",
  "VersionsMerged",
  "PagePushed",
  "CaptureFailed",
  "RetryDue",
  "RetryRequested",
  "SnapshotRequested",
  "CancelRequested",
  "RemoveRequested",
  "Removed",
  "Restored",
]

export const initialLink = (id: string): LinkRecord => ({
  id,
  url: "",
  state: "new",
  addedAt: 0,
  attempts: 0,
  version: 0,
  hasGood: false,
  job: null,
  failure: null,
  rested: null,
  forEver: false,
  pushed: null,
  pushes: [],
})

/** How states and events of links are written; what an older version wrote is brought up to date when it is read. */
export const linkShelf = {
  state: Codec.json<LinkRecord>({
    version: 3,
    migrations: {
      1: (old) => ({ pushed: null, ...(old as object) }),
      2: (old) => ({ pushes: [], ...(old as object) }),
    },
  }),
  event: Codec.json<LinkEvent>(),
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
const idCharacters = 20

/**
 * The id of an address: 100 bits of the SHA-256 of how the URL standard writes it. The same address is so the same
 * machine, and two who add it at once add one link.
 */
export const linkIdOf = (url: string): string => {
  const hash = createHash("sha256")
    .update(urlKey(url) ?? url)
    .digest()
  let id = ""
  for (let index = 0; index < idCharacters; index++) id += alphabet[hash[index]! & 31]
  return id
}
