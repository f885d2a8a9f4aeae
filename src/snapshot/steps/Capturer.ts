/**
 * What the steps of links ask of the capture pipeline: look at an address, and capture it. A service, so that the life
 * of links can be tried without a browser.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ArtefactSink, type SinkError } from "../archive/ArtefactSink.ts"
import { Browser } from "../capture/Browser.ts"
import { capture, type CaptureOptions } from "../capture/Capture.ts"
import type { CaptureFailure } from "../capture/CaptureFailure.ts"
import type { CaptureResult } from "../capture/CaptureResult.ts"
import type { Progress } from "../capture/Capturing.ts"
import { Guard } from "../capture/Guard.ts"
import { probe, type ProbeResult } from "../capture/Probe.ts"
import type { CaptureSettings } from "../capture/Settings.ts"

export class Capturer extends Context.Tag("linkseal/snapshot/Capturer")<
  Capturer,
  {
    readonly probe: (url: string) => Effect.Effect<ProbeResult, CaptureFailure>
    readonly capture: (
      url: string,
      probed: ProbeResult,
      progress: Progress,
      options: CaptureOptions,
    ) => Effect.Effect<CaptureResult, CaptureFailure | SinkError, ArtefactSink>
  }
>() {
  /** The real one: Chromium behind the guard. */
  static readonly layer = (settings: CaptureSettings): Layer.Layer<Capturer, never, Browser | Guard> =>
    Layer.effect(
      Capturer,
      Effect.map(Effect.context<Browser | Guard>(), (context) => ({
        probe: (url) => Effect.provide(probe(url, settings), context),
        capture: (url, probed, progress, options) =>
          Effect.flatMap(ArtefactSink, (sink) =>
            Effect.provide(
              capture(url, probed, settings, progress, options),
              Context.add(context, ArtefactSink, sink),
            ),
          ),
      })),
    )
}
