/**
 * The verbs of the link keeper: what the HTTP API and the command call. Each verb is one durable event to a link's
 * machine or one query of the catalogue; nothing here waits for a capture except `settled`.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { HitPage, Link, LinkDetail, LinkPage, LinkState, QueueStatus, TagCount } from "./Link.ts"
import type { ListRequest } from "./catalog/Catalog.ts"
import type { DuplicateGroup } from "./catalog/duplicates.ts"
import type { MeasuredSaving } from "./archive/saving.ts"
import type { SnapshotDiff } from "./archive/diff/compare.ts"
import type { BadRequest, CannotCompare, NotFound, NotInThisState } from "./LinkRefusals.ts"
import type { Schedule, Timing } from "./schedules/Schedule.ts"
import type { Snapshot } from "./Snapshot.ts"

export interface AddRequest {
  readonly urls: ReadonlyArray<string>
  readonly tags?: ReadonlyArray<string>
  readonly note?: string
}

export interface PushRequest {
  readonly url: string
  /** Path of the page as one HTML file. */
  readonly file: string
  readonly tags?: ReadonlyArray<string>
  readonly note?: string
}

export interface ScheduleRequest extends Timing {
  readonly target: Schedule["target"]
}

export interface Removal {
  readonly removed: ReadonlyArray<string>
  readonly failed: ReadonlyArray<{ readonly id: string; readonly error: NotFound }>
  /** For `undo`; null when nothing can be taken back. */
  readonly change: string | null
}

/** A change that was taken back, and the links as they are now. */
export interface Undone {
  readonly change: { readonly id: string; readonly kind: string; readonly at: string }
  readonly links: ReadonlyArray<Link>
}

export interface VersionDiff extends SnapshotDiff {
  readonly id: string
  readonly from: Snapshot
  readonly to: Snapshot
}

export class Links extends Context.Tag("linkseal/snapshot/Links")<
  Links,
  {
    /** All or nothing: resolves when every link is durably accepted. `added` counts those that were not there. */
    readonly add: (
      request: AddRequest,
    ) => Effect.Effect<{ readonly links: ReadonlyArray<Link>; readonly added: number }, BadRequest>
    /**
     * Keeps a page that a user's browser saved as the next version of its link, which is added when it is not there.
     * Resolves when that is durably accepted; the file has been moved away then. Pages that are pushed faster than they
     * are kept become versions one after the other; `NotInThisState` when too many wait.
     */
    readonly push: (
      request: PushRequest,
    ) => Effect.Effect<{ readonly link: Link; readonly added: boolean }, BadRequest | NotInThisState>
    readonly list: (request: ListRequest) => Effect.Effect<LinkPage, BadRequest>
    readonly show: (id: string) => Effect.Effect<LinkDetail, NotFound>
    readonly edit: (
      id: string,
      change: { readonly title?: string; readonly note?: string; readonly tags?: ReadonlyArray<string> },
    ) => Effect.Effect<Link, NotFound | BadRequest>
    /** Asks for a new version; a link that is being captured already answers `NotInThisState`. */
    readonly snapshot: (id: string) => Effect.Effect<Link, NotFound | NotInThisState>
    readonly retry: (id: string) => Effect.Effect<Link, NotFound | NotInThisState>
    readonly failedIds: Effect.Effect<ReadonlyArray<string>>
    readonly cancel: (id: string) => Effect.Effect<Link, NotFound | NotInThisState>
    /**
     * Removes each; what refused is told, the others are done. Unless it is for ever, all of it is one change, which
     * `undo` takes back for 30 days.
     */
    readonly remove: (ids: ReadonlyArray<string>, forEver: boolean) => Effect.Effect<Removal>
    /** Takes back a change, without an id the last one; `NotFound` when there is none that can be. */
    readonly undo: (change?: string) => Effect.Effect<Undone, NotFound | NotInThisState>
    /** Links whose addresses are alike though not the same, oldest first in each group. */
    readonly duplicates: Effect.Effect<ReadonlyArray<DuplicateGroup>>
    /**
     * Makes one link of several that rest: tags, notes and versions go to the one to keep, the others are removed.
     * Answers what is alike still.
     */
    readonly mergeDuplicates: (
      keep: string,
      others: ReadonlyArray<string>,
    ) => Effect.Effect<
      { readonly link: Link; readonly change: string; readonly groups: ReadonlyArray<DuplicateGroup> },
      NotFound | NotInThisState | BadRequest
    >
    /** What keeping the same bytes once and compressed saves, as it was last measured. */
    readonly saving: Effect.Effect<MeasuredSaving | null>
    /** Waits until the link rests (`archived`, `doubtful`, `failed`, `cancelled`, `removed`). */
    readonly settled: (id: string) => Effect.Effect<Link, NotFound>
    readonly tag: (
      ids: ReadonlyArray<string>,
      add: ReadonlyArray<string>,
      remove: ReadonlyArray<string>,
    ) => Effect.Effect<ReadonlyArray<Link>, NotFound | BadRequest>
    readonly tags: Effect.Effect<ReadonlyArray<TagCount>>
    readonly renameTag: (from: string, to: string) => Effect.Effect<void, NotFound | BadRequest>
    readonly mergeTags: (
      into: string,
      from: ReadonlyArray<string>,
    ) => Effect.Effect<void, NotFound | BadRequest>
    readonly deleteTag: (name: string) => Effect.Effect<void, NotFound>
    readonly search: (query: string, limit: number, cursor?: string) => Effect.Effect<HitPage, BadRequest>
    readonly snapshots: (id: string) => Effect.Effect<ReadonlyArray<Snapshot>, NotFound>
    readonly snapshotById: (id: string) => Effect.Effect<Snapshot & { readonly linkId: string }, NotFound>
    /** The file of an artefact: where it lies, what it is. */
    readonly artefactFile: (
      snapshotId: string,
      name: string,
    ) => Effect.Effect<
      { readonly path: string; readonly mediaType: string; readonly bytes: number; readonly sha256: string },
      NotFound
    >
    readonly schedules: Effect.Effect<ReadonlyArray<Schedule>>
    /** Captures links again from now on; the first run is after the first interval. */
    readonly addSchedule: (request: ScheduleRequest) => Effect.Effect<Schedule, NotFound | BadRequest>
    readonly removeSchedule: (id: string) => Effect.Effect<void, NotFound>
    /**
     * What changed between two versions: the newest and the one before it, unless named. Done beside the event loop.
     * `CannotCompare` when there are no two versions, or their files are damaged.
     */
    readonly diff: (
      id: string,
      from?: number,
      to?: number,
    ) => Effect.Effect<VersionDiff, NotFound | CannotCompare>
    readonly counts: Effect.Effect<Readonly<Partial<Record<LinkState, number>>>>
    readonly queue: Effect.Effect<QueueStatus>
    readonly pauseQueue: Effect.Effect<QueueStatus>
    readonly resumeQueue: Effect.Effect<QueueStatus>
    /** Emits after each change of the queue's numbers. */
    readonly queueChanges: Stream.Stream<QueueStatus>
  }
>() {}
