/**
 * One capture under way: what its steps and artefacts share. The steps write down here what they find; `Capture.ts`
 * reads it at the end. Nothing of it outlives the capture's scope.
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Artefact, ArtefactName } from "../Snapshot.ts"
import type { ArtefactSink } from "../archive/ArtefactSink.ts"
import type { OpenPage } from "./Browser.ts"
import type { FetchOptions } from "./fetch.ts"
import type { GuardSession } from "./Guard.ts"
import type { FrameTree } from "./html/buildPage.ts"
import type { PageFacts } from "./inpage/facts.ts"
import type { PageWorld } from "./PageWorld.ts"
import type { Recording } from "./Recording.ts"
import type { CaptureSettings } from "./Settings.ts"
import type { StepReport } from "./CaptureResult.ts"

export interface Findings {
  finalUrl: string
  httpStatus: number
  facts: PageFacts | null
  /** As `metadata.json` has them; null before it is made. */
  title: string | null
  description: string | null
  /** Text of frames, which `facts.text` has not. */
  frameText: string
  /** Text of what floated over the page and was put away for the picture, walls excepted. */
  floatingText: string
  tree: FrameTree | null
  /** The page without styles, for the article extractors. */
  plainHtml: string | null
  picture: Buffer | null
  partial: boolean
  resourcesSha256: string | null
  readonly artefacts: Map<ArtefactName, Artefact>
  readonly steps: Array<StepReport>
}

export const newFindings = (url: string): Findings => ({
  finalUrl: url,
  httpStatus: 0,
  facts: null,
  title: null,
  description: null,
  frameText: "",
  floatingText: "",
  tree: null,
  plainHtml: null,
  picture: null,
  partial: false,
  resourcesSha256: null,
  artefacts: new Map(),
  steps: [],
})

/** A page saved in a browser as one file. */
export interface PushedPage {
  readonly html: Uint8Array
}

export interface Capturing {
  readonly url: string
  /** What to read the page in when neither its server nor it says so; null leaves it to the browser. */
  readonly charset: string | null
  /** The address of the page whose server names another encoding than it is in; null: believed. */
  readonly misread: string | null
  readonly settings: CaptureSettings
  readonly takenAt: string
  /** The page as a user's browser gave it: then nothing is loaded from anywhere. Null: the address is opened. */
  readonly pushed: PushedPage | null
  /** Unix milliseconds at which the whole budget ends. */
  readonly deadline: number
  readonly guard: GuardSession
  readonly sink: Context.Tag.Service<typeof ArtefactSink>
  readonly scratch: string
  readonly fetchOptions: FetchOptions
  readonly found: Findings
  readonly progress: Progress
}

/** A capture with a page open: what the steps work on. */
export interface CapturingPage extends Capturing {
  readonly open: OpenPage
  readonly world: PageWorld
  readonly recording: Recording
  readonly frameId: string
}

/** Told before each step: its name, and that it is the `part`-th `of` so many. */
export type Progress = (step: string, part: number, of: number) => Effect.Effect<void>

/** Milliseconds left of the whole budget, at most `limit`; 0 when it is used up. */
export const remaining = (capturing: Capturing, limit: number): Effect.Effect<number> =>
  Effect.map(Clock.currentTimeMillis, (now) => Math.max(0, Math.min(limit, capturing.deadline - now)))
