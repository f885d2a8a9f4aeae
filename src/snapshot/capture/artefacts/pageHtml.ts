/** `page.html`: the page as one file that opens from disk without network and without scripts. */
import * as Effect from "effect/Effect"
import { createWriteStream } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { CapturingPage } from "../Capturing.ts"
import { maxPageSize, PageBuilder, TooLarge } from "../html/buildPage.ts"
import { software } from "../software.ts"
import { ArtefactProblem, type Made } from "./artefact.ts"

export const pageHtml = (capturing: CapturingPage): Effect.Effect<Made, ArtefactProblem> =>
  Effect.gen(function* () {
    const { found, recording, scratch, takenAt, url } = capturing
    const tree = found.tree
    if (tree === null)
      return yield* Effect.fail(new ArtefactProblem({ message: "the page could not be read" }))
    const path = join(scratch, "page.html")
    const builder = new PageBuilder(recording)
    yield* Effect.tryPromise({
      try: async (signal) => {
        await recording.drained()
        const pieces = builder.build(tree, { url, takenAt, by: software })
        await pipeline(Readable.from(pieces), createWriteStream(path), { signal })
      },
      catch: (error) => notWritten("the page", error),
    })
    return { mediaType: "text/html; charset=utf-8", content: { path }, lacks: lackOf(builder) }
  })

/** A string that is too long for the machine is one that is too long for the file. */
export const notWritten = (what: string, error: unknown): ArtefactProblem => {
  const { message } = error instanceof RangeError ? new TooLarge(maxPageSize) : (error as Error)
  return new ArtefactProblem({ message: `${what} could not be written: ${message}` })
}

/** What to say of a file that had no room for everything; null when it had. */
export const lackOf = ({ leftOut }: PageBuilder): string | null =>
  leftOut.size === 0
    ? null
    : `${leftOut.size === 1 ? "a picture, style or frame is" : `${leftOut.size} pictures, styles or frames are`} left out: the file would be larger than ${maxPageSize / 1_000_000} MB`
