/**
 * `page.pdf`: the page as its print style sheet wants it, or as it looks on screen when that style sheet hides it all.
 */
import * as Effect from "effect/Effect"
import { open } from "node:fs/promises"
import { join } from "node:path"
import type { CapturingPage } from "../Capturing.ts"
import type { PageError } from "../PageWorld.ts"
import { ArtefactProblem, type Made } from "./artefact.ts"
import { isTall } from "./tallPage.ts"

const chunkBytes = 1_000_000
/** A print view with less than this share of the screen's text hides what matters. */
const minTextShare = 0.2

/** Each sheet costs a walk through the whole page: 360,000 px on paper took 32 s, on these 3.6 s, and all of it is there. */
const tallSheets = { paperHeight: 100, preferCSSPageSize: false }

/** Tags double the file and cost half its time again; who needs the structure of the page has it in `page.html`. */
const untagged = { generateTaggedPDF: false, generateDocumentOutline: false }

export const pagePdf = (capturing: CapturingPage): Effect.Effect<Made, PageError | ArtefactProblem> =>
  Effect.gen(function* () {
    const { frameId, found, scratch, settings, world } = capturing
    const millis = settings.artefactMillis
    yield* world.send("Emulation.setEmulatedMedia", { media: "print" }, millis)
    const printed = yield* world.call<number>(frameId, "textLength", [], millis)
    const onScreen = found.facts?.bodyText ?? 0
    if (printed < onScreen * minTextShare) {
      yield* world.send("Emulation.setEmulatedMedia", { media: "screen" }, millis)
    }
    const sheets = isTall(found.facts?.height ?? 0) ? tallSheets : { preferCSSPageSize: true }
    const { stream } = yield* world.send(
      "Page.printToPDF",
      { printBackground: true, transferMode: "ReturnAsStream", ...untagged, ...sheets },
      millis,
    )
    const path = join(scratch, "page.pdf")
    yield* copyStream(capturing, stream as string, path)
    return { mediaType: "application/pdf", content: { path } }
  })

const copyStream = (capturing: CapturingPage, handle: string, path: string) =>
  Effect.acquireUseRelease(
    Effect.promise(() => open(path, "w", 0o600)),
    (file) =>
      Effect.gen(function* () {
        for (;;) {
          const { base64Encoded, data, eof } = yield* capturing.world.send(
            "IO.read",
            { handle, size: chunkBytes },
            capturing.settings.artefactMillis,
          )
          const bytes = Buffer.from(data as string, base64Encoded === true ? "base64" : "utf8")
          yield* Effect.tryPromise({
            try: () => file.write(bytes),
            catch: (error) => new ArtefactProblem({ message: `the PDF cannot be written: ${String(error)}` }),
          })
          if (eof === true) return
        }
      }),
    (file) => Effect.promise(() => file.close()),
  )
