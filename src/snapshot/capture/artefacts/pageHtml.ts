/** `page.html`: the page as one file that opens from disk without network and without scripts. */
import * as Effect from "effect/Effect"
import { createWriteStream } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { CapturingPage } from "../Capturing.ts"
import { PageBuilder } from "../html/buildPage.ts"
import { software } from "../software.ts"
import { ArtefactProblem, type Made } from "./artefact.ts"

export const pageHtml = (capturing: CapturingPage): Effect.Effect<Made, ArtefactProblem> =>
  Effect.gen(function* () {
    const { found, recording, scratch, takenAt, url } = capturing
    const tree = found.tree
    if (tree === null)
      return yield* Effect.fail(new ArtefactProblem({ message: "the page could not be read" }))
    const path = join(scratch, "page.html")
    yield* Effect.tryPromise({
      try: async (signal) => {
        await recording.drained()
        const builder = new PageBuilder(recording)
        const pieces = builder.build(tree, { url, takenAt, by: software })
        await pipeline(Readable.from(pieces), createWriteStream(path), { signal })
      },
      catch: (error) => new ArtefactProblem({ message: `the page could not be written: ${String(error)}` }),
    })
    return { mediaType: "text/html; charset=utf-8", content: { path } }
  })
