/**
 * The documents of the HTTP API as the page sees them: the schemas of the server, by type only, so that page and daemon
 * share one definition and nothing of a schema reaches the browser.
 */
import type { ClockDocument as ClockSchema } from "../../api/clock.ts"
import type { BatchingDocument } from "../../api/batching.ts"
import type { DiffDocument } from "../../api/diff.ts"
import type { Change as ChangeSchema, Progress as ProgressSchema } from "../../api/events.ts"
import type { TableDocument as TableSchema } from "../../api/fsm.ts"
import type { BulkDocument as BulkSchema } from "../../api/links.ts"
import type { AutoPledgeDocument } from "../../api/sealing.ts"
import type {
  SectorLogEntry as LogSchema,
  SectorRecord as RecordSchema,
  SectorRow as RowSchema,
} from "../../api/sectors.ts"
import type { PiecesDocument, WorldDocument } from "../../api/world.ts"
import type {
  Entry as EntrySchema,
  HitPage as HitPageSchema,
  Link as LinkSchema,
  LinkDetail as LinkDetailSchema,
  LinkPage as LinkPageSchema,
  LinkState as LinkStateSchema,
  QueueStatus as QueueSchema,
  TagCount as TagCountSchema,
} from "../../../snapshot/Link.ts"
import type { Artefact as ArtefactSchema, Snapshot as SnapshotSchema } from "../../../snapshot/Snapshot.ts"

export type Link = typeof LinkSchema.Type
export type LinkState = typeof LinkStateSchema.Type
export type LinkDetail = typeof LinkDetailSchema.Type
export type LinkPage = typeof LinkPageSchema.Type
export type HitPage = typeof HitPageSchema.Type
export type Entry = typeof EntrySchema.Type
export type TagCount = typeof TagCountSchema.Type
export type Queue = typeof QueueSchema.Type
export type Snapshot = typeof SnapshotSchema.Type
export type Artefact = typeof ArtefactSchema.Type
export type BulkDocument = typeof BulkSchema.Type

export type Diff = DiffDocument
export type TextDiff = NonNullable<Diff["text"]>
export type DiffBlock = TextDiff["blocks"][number]
export type PictureDiff = NonNullable<Diff["picture"]>
export type LinksDiff = NonNullable<Diff["links"]>

export type ClockDocument = typeof ClockSchema.Type
export type SectorSummary = typeof RowSchema.Type
export type SectorRecord = typeof RecordSchema.Type
export type SectorLogEntry = typeof LogSchema.Type
export type Batching = BatchingDocument
export type SentBatch = Batching["sent"][number]
export type World = WorldDocument
export type WorldSetting = World["settings"][number]
export type Pieces = PiecesDocument
export type OfferedPiece = Pieces["pieces"][number]
export type AutoPledge = AutoPledgeDocument
export type TableDocument = typeof TableSchema.Type
export type Change = typeof ChangeSchema.Type
export type Progress = typeof ProgressSchema.Type

export type Counts = Readonly<Record<string, number>>

export interface StatusDocument {
  readonly version: string
  readonly uptimeMillis: number
  readonly links: Counts
  readonly sectors: Counts
  readonly sectorsNeedingOperator?: number
  /** There only while the settings file is wrong. */
  readonly config?: { readonly error: string }
  readonly queue: Queue
  readonly clock: ClockDocument
}

/** The table as the board draws it: one row for each pair of states, rows from any state left out. */
export interface Machine {
  readonly states: ReadonlyArray<string>
  readonly transitions: ReadonlyArray<{ readonly from: string; readonly event: string; readonly to: string }>
}
