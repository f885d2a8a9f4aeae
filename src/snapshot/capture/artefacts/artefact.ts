/**
 * The frame around each artefact: left out by setting, made within its own deadline, stored at once. An artefact that
 * fails says why and never stops the others; only a sink that refuses ends the capture.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ArtefactName } from "../../Snapshot.ts"
import type { SinkError } from "../../archive/ArtefactSink.ts"
import { remaining, type Capturing } from "../Capturing.ts"
import { failed, skipped } from "../CaptureResult.ts"
import { atMost } from "../deadline.ts"

/** Why an artefact could not be made, as a clause for the user. */
export class ArtefactProblem extends Data.TaggedError("ArtefactProblem")<{ readonly message: string }> {}

/** It does not apply to this link. */
export class NotApplicable extends Data.TaggedError("NotApplicable")<{ readonly message: string }> {}

export interface Made {
  readonly mediaType: string
  /** Bytes, or a file of ours that the sink may move away. */
  readonly content: Uint8Array | { readonly path: string }
  /** What had to be left out of it, as a clause for the user; it is kept all the same, and the capture is partial. */
  readonly lacks?: string | null
}

type Problem = { readonly _tag: string; readonly message: string }

/** Makes the artefact unless the settings leave it out, stores it and notes what came of it. */
export const makeArtefact = (
  capturing: Capturing,
  name: ArtefactName,
  make: Effect.Effect<Made, Problem>,
): Effect.Effect<void, SinkError> =>
  Effect.gen(function* () {
    const { artefacts } = capturing.found
    if (artefacts.has(name)) return
    if (!capturing.settings.artefacts[name]) {
      artefacts.set(name, skipped(name, "left out by the settings"))
      return
    }
    const startedAt = yield* Clock.currentTimeMillis
    const millis = yield* remaining(capturing, capturing.settings.artefactMillis)
    const outcome =
      millis === 0 ? Option.none() : yield* Effect.either(make).pipe((work) => atMost(work, millis))
    if (Option.isNone(outcome)) {
      capturing.found.partial = true
      artefacts.set(name, failed(name, tooLate(capturing, millis)))
    } else if (outcome.value._tag === "Left") {
      const { _tag, message } = outcome.value.left
      // Whatever the reason (also a page that died meanwhile, which fails at once): something asked for is missing.
      if (_tag !== "NotApplicable") capturing.found.partial = true
      artefacts.set(name, _tag === "NotApplicable" ? skipped(name, message) : failed(name, message))
    } else {
      const { content, lacks = null, mediaType } = outcome.value.right
      if (lacks !== null) capturing.found.partial = true
      artefacts.set(name, { ...(yield* capturing.sink.put(name, mediaType, content)), reason: lacks })
    }
    const endedAt = yield* Clock.currentTimeMillis
    const made = artefacts.get(name)!
    capturing.found.steps.push({
      name,
      millis: endedAt - startedAt,
      bytes: made.bytes,
      reason: made.reason,
    })
  })

const tooLate = (capturing: Capturing, millis: number): string =>
  millis < capturing.settings.artefactMillis
    ? "the capture's whole time was used up before it was ready"
    : `it was not ready after ${capturing.settings.artefactMillis / 1000} s`
