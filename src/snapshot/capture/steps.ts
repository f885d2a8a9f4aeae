/** The steps of a page's capture before its artefacts, as data: their order, and how long each may take. */
import type * as Effect from "effect/Effect"
import { openPage } from "./behaviour/openPage.ts"
import { answerConsent, hideOverlays, scrollPage } from "./behaviour/prepare.ts"
import { readPage } from "./behaviour/readPage.ts"
import { settle } from "./behaviour/settle.ts"
import type { CaptureFailure } from "./CaptureFailure.ts"
import type { CapturingPage } from "./Capturing.ts"
import type { PageError } from "./PageWorld.ts"
import type { CaptureSettings } from "./Settings.ts"

export interface Step {
  readonly name: string
  readonly limitMillis: (settings: CaptureSettings) => number
  /** Without it there is nothing to keep: when it does not end well the capture fails. */
  readonly required: boolean
  /** Gives null, or why it ended early. */
  readonly run: (
    capturing: CapturingPage,
    limitMillis: number,
  ) => Effect.Effect<string | null, CaptureFailure | PageError>
}

export const pageSteps: ReadonlyArray<Step> = [
  { name: "open", limitMillis: (s) => s.navigationMillis, required: true, run: openPage },
  { name: "scroll", limitMillis: (s) => s.scrollMillis, required: false, run: scrollPage },
  { name: "consent", limitMillis: (s) => s.settleMillis, required: false, run: answerConsent },
  { name: "settle", limitMillis: (s) => s.settleMillis, required: false, run: settle },
  { name: "overlays", limitMillis: (s) => s.settleMillis, required: false, run: hideOverlays },
  { name: "read", limitMillis: (s) => s.artefactMillis, required: true, run: readPage },
]
