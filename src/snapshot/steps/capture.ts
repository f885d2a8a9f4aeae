/** Probing and capturing: from an address to files in the content store and the facts of a version. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ArtefactSink } from "../archive/ArtefactSink.ts"
import { Drafts } from "../archive/Drafts.ts"
import { ContentStore } from "../archive/ContentStore.ts"
import type { ProbeResult } from "../capture/Probe.ts"
import { cleanTitle } from "../cleanTitle.ts"
import { lastGoodTextLength } from "../lastGood.ts"
import type { CapturedFacts, LinkRecord } from "../LinkRecord.ts"
import { Capturer } from "./Capturer.ts"
import type { StepWorld } from "./StepWorld.ts"

export const probeStep = (world: StepWorld, link: LinkRecord) =>
  Effect.gen(function* () {
    world.progress(link.id, "probe", 1, 1)
    if (link.pushed !== null) return { _tag: "Probed" as const, probe: pushedPage(link.url) }
    const capturer = yield* Capturer
    const found = yield* capturer.probe(link.url)
    return { _tag: "Probed" as const, probe: found }
  })

/** What came from a browser is a page, and nobody has to be asked. */
const pushedPage = (url: string): ProbeResult => ({
  kind: "page",
  finalUrl: url,
  status: 200,
  mediaType: "text/html",
  contentLength: null,
})

export const captureStep = (world: StepWorld, link: LinkRecord) =>
  Effect.gen(function* () {
    const job = link.job!
    const takenAt = yield* Clock.currentTimeMillis
    const draft = yield* Effect.flatMap(Drafts, (drafts) => drafts.open)
    const capturer = yield* Capturer
    const previousTextLength = yield* lastGoodTextLength(link.id)
    const pushed = link.pushed === null ? null : { html: yield* readPushed(link.pushed) }
    const options = { previousTextLength, pushed }
    const result = yield* capturer
      .capture(
        link.url,
        job.probe!,
        (step, part, of) => Effect.sync(() => world.progress(link.id, step, part, of)),
        options,
      )
      .pipe(Effect.provideService(ArtefactSink, draft.sink))
    const text = result.text === "" ? null : yield* draft.keepText(result.text)
    const captured: CapturedFacts = {
      snapshot: {
        id: job.snapshotId,
        version: job.version,
        takenAt: new Date(takenAt).toISOString(),
        finalUrl: result.finalUrl,
        httpStatus: result.httpStatus,
        verdict: result.verdict,
        artefacts: result.artefacts,
        bytes: result.bytes,
        millis: result.millis,
        partial: result.partial,
      },
      title: cleanTitle(result.title),
      lang: result.language,
      mediaType: job.probe!.mediaType,
      textSha256: text?.sha256 ?? null,
      ...(text === null ? {} : { textBytes: text.bytes }),
      resourcesSha256: result.resourcesSha256,
      steps: result.steps,
    }
    return { _tag: "Captured" as const, captured }
  }).pipe(Effect.scoped)

const readPushed = (hash: string) => Effect.flatMap(ContentStore, (store) => store.readAll(hash))
