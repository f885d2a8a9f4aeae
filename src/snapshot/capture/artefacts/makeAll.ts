/**
 * All artefacts of a page. Two lanes at once: one needs the browser (picture, PDF), the other only what was read from
 * it (HTML, article, metadata, icon). The most important of each lane comes first.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { SinkError } from "../../archive/ArtefactSink.ts"
import type { CapturingPage } from "../Capturing.ts"
import { skipped } from "../CaptureResult.ts"
import type { Article } from "../extract/extract.ts"
import type { Extractor, ExtractError } from "../Extractor.ts"
import { articleHtml, articleText } from "./article.ts"
import { ArtefactProblem, makeArtefact, type Made } from "./artefact.ts"
import { favicon } from "./favicon.ts"
import { readMetadata } from "./metadata.ts"
import { pageHtml } from "./pageHtml.ts"
import { pagePdf } from "./pagePdf.ts"
import { pageWacz } from "./pageWacz.ts"
import { screenshot, thumbnail } from "./screenshot.ts"

export const makePageArtefacts = (
  capturing: CapturingPage,
  extractor: Extractor,
): Effect.Effect<void, SinkError> =>
  Effect.gen(function* () {
    const { found } = capturing
    const html = found.plainHtml
    const extraction: Effect.Effect<Article | null, ArtefactProblem | ExtractError> =
      html === null
        ? Effect.fail(new ArtefactProblem({ message: "the page could not be read" }))
        : extractor.article(html, found.finalUrl)
    const article = yield* Effect.cached(extraction)
    const pictured = yield* Deferred.make<void>()
    const browserLane = Effect.gen(function* () {
      const picture = makeArtefact(capturing, "screenshot", screenshot(capturing))
      yield* Effect.ensuring(picture, Deferred.succeed(pictured, undefined))
      const small = makeArtefact(capturing, "thumbnail", thumbnail(capturing))
      const pdf = makeArtefact(capturing, "page.pdf", pagePdf(capturing))
      yield* Effect.all([small, pdf], { concurrency: 2, discard: true })
    })
    const startedWacz = Effect.gen(function* () {
      if (!capturing.settings.artefacts["page.wacz"]) return Effect.never
      const work = yield* Effect.fork(pageWacz(capturing, Deferred.await(pictured)))
      return Effect.onInterrupt(Fiber.join(work), () => Fiber.interruptFork(work))
    })
    const ourLane = Effect.gen(function* () {
      yield* makeArtefact(capturing, "metadata.json", metadata(capturing))
      yield* makeArtefact(capturing, "page.html", pageHtml(capturing))
      const wacz = yield* startedWacz
      // The picture is part of it, and its deadline begins when that is there.
      yield* Deferred.await(pictured)
      yield* makeArtefact(capturing, "page.wacz", wacz)
    })
    const articleLane = Effect.gen(function* () {
      yield* makeArtefact(capturing, "article.html", articleHtml(capturing, article))
      yield* makeArtefact(capturing, "article.txt", articleText(capturing, article))
    })
    const icon = makeArtefact(capturing, "favicon", favicon(capturing))
    yield* Effect.all([browserLane, ourLane, articleLane, icon], { concurrency: "unbounded", discard: true })
    found.artefacts.set("original", skipped("original", "the link is a page"))
  })

const metadata = (capturing: CapturingPage): Effect.Effect<Made, ArtefactProblem> =>
  Effect.gen(function* () {
    const { found, takenAt, url } = capturing
    if (found.facts === null)
      return yield* Effect.fail(new ArtefactProblem({ message: "the page could not be read" }))
    const { finalUrl, httpStatus } = found
    const read = readMetadata(found.facts, { url, finalUrl, httpStatus, takenAt })
    found.title = read.title
    found.description = read.description
    return { mediaType: "application/json", content: Buffer.from(`${JSON.stringify(read, null, 2)}\n`) }
  })
