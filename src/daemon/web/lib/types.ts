/**
 * The documents of the HTTP API as the page sees them. Links and snapshots are the server's own schemas, by type only;
 * sectors and the clock are written out here, for their documents are Lotus's words and not a schema of ours.
 */
import type {
  Entry as EntrySchema,
  Hit as HitSchema,
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
export type Hit = typeof HitSchema.Type
export type HitPage = typeof HitPageSchema.Type
export type Entry = typeof EntrySchema.Type
export type TagCount = typeof TagCountSchema.Type
export type Queue = typeof QueueSchema.Type
export type Snapshot = typeof SnapshotSchema.Type
export type Artefact = typeof ArtefactSchema.Type

export interface ClockDocument {
  /** ISO time of the sealing world. */
  readonly now: string
  readonly epoch: number
  readonly mode: "scaled" | "paused"
  readonly scale: number
}

export type Counts = Readonly<Record<string, number>>

export interface StatusDocument {
  readonly version: string
  readonly uptimeMillis: number
  readonly links: Counts
  readonly sectors: Counts
  readonly queue: Queue
  readonly clock: ClockDocument
}

export interface SectorSummary {
  readonly number: number
  readonly state: string
  readonly type: number | string
  readonly pieces: number
  readonly deals: number
  /** Since when in this state, on the sealing clock. */
  readonly since: string
  readonly why: string
  readonly lastError: string
  /** When the wait ends, on the sealing clock; absent when nothing is scheduled or nobody can know. */
  readonly until?: string | null
}

export type SectorRecord = Readonly<Record<string, unknown>>

export interface SectorLogEntry {
  /** Unix seconds of the sealing clock. */
  readonly Timestamp: number
  readonly Kind: string
  readonly Message: string
  readonly Trace: string
}

export interface MachineState {
  readonly name: string
  readonly category: string
  readonly count: number
  readonly column?: number
  readonly row?: number
}

export interface MachineRow {
  readonly from: string
  readonly event: string
  readonly to: string
}

export interface MachineDocument {
  readonly kind: string
  readonly states: ReadonlyArray<MachineState>
  readonly transitions: ReadonlyArray<MachineRow>
  readonly counts: Counts
}

export interface AutoPledge {
  readonly enabled: boolean
  readonly every: string
}

export interface Change {
  readonly seq: number
  readonly at: string
  readonly kind: "link" | "sector"
  readonly id: string
  readonly event: string
  readonly from: string
  readonly to: string
}

export interface Progress {
  readonly id: string
  readonly step: string
  readonly part: number
  readonly of: number
}
