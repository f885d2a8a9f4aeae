/**
 * What a capture gives back: the artefacts in order, what the page said of itself, and the timeline of its steps.
 */
import type { Artefact, ArtefactName, Verdict } from "../Snapshot.ts"

export interface StepReport {
  readonly name: string
  readonly millis: number
  /** Bytes that came over the network during the step. */
  readonly bytes: number
  /** Why the step ended early or badly; null when all went well. */
  readonly reason: string | null
}

export interface CaptureResult {
  readonly finalUrl: string
  readonly httpStatus: number
  readonly title: string
  readonly description: string
  /** BCP 47 as the page declares it; empty when it does not. */
  readonly language: string
  /** All text a reader sees, frames included: what search indexes. */
  readonly text: string
  readonly verdict: Verdict
  /** One for each name, in the order of `artefactNames`. */
  readonly artefacts: ReadonlyArray<Artefact>
  /** Sum of the artefacts' bytes. */
  readonly bytes: number
  readonly millis: number
  /** A budget ran out on the way, or an artefact failed. */
  readonly partial: boolean
  readonly steps: ReadonlyArray<StepReport>
  /** Equal in two captures: pictures, styles, fonts and media (or the file itself) are the same. Null: unknown. */
  readonly resourcesSha256: string | null
  /** Absolute http(s) addresses that the page links to. */
  readonly links: ReadonlyArray<string>
}

export const skipped = (name: ArtefactName, reason: string): Artefact => ({
  name,
  mediaType: "",
  bytes: 0,
  sha256: "",
  status: "skipped",
  reason,
})

export const failed = (name: ArtefactName, reason: string): Artefact => ({
  ...skipped(name, reason),
  status: "failed",
})
