/**
 * The capture of a link that is a file: the file itself, its text where there is a way to it, a thumbnail of pictures.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { createWriteStream } from "node:fs"
import { readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { Transform, type Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { fileTypeFromFile } from "file-type"
import { archiveError } from "../archive/ArchiveError.ts"
import type { SinkError } from "../archive/ArtefactSink.ts"
import { artefactNames } from "../Snapshot.ts"
import { NotApplicable, ArtefactProblem, makeArtefact, type Made } from "./artefacts/artefact.ts"
import { shrink } from "./artefacts/screenshot.ts"
import { captureFailure, httpFailure, type CaptureFailure } from "./CaptureFailure.ts"
import { remaining, type Capturing } from "./Capturing.ts"
import { skipped } from "./CaptureResult.ts"
import { atMost } from "./deadline.ts"
import type { Extractor } from "./Extractor.ts"
import { failureOf, fetchThrough } from "./fetch.ts"
import { tooLargeMessage } from "./guard/GuardSession.ts"
import { networkFailure } from "./CaptureFailure.ts"
import { htmlTitle, markupText } from "./markupText.ts"
import { decodeText } from "./textEncoding.ts"
import { xmlTitle } from "./xmlTitle.ts"
import { retryAfter } from "./retryAfter.ts"

const maxTextBytes = 5_000_000
/** A PDF is read in memory as a whole. */
const maxPdfBytes = 100_000_000

export interface FileFacts {
  readonly title: string
  readonly text: string
  /** Why its text could not be read, as a clause for the user; null when it could, or when such a file has none. */
  readonly problem: string | null
}

interface Downloaded {
  readonly path: string
  readonly mediaType: string
  readonly charset: string | null
}

export const captureFile = (
  capturing: Capturing,
  extractor: Extractor,
): Effect.Effect<FileFacts, CaptureFailure | SinkError> =>
  Effect.gen(function* () {
    yield* capturing.progress("download", 1, 2)
    const file = yield* download(capturing)
    yield* capturing.progress("artefacts", 2, 2)
    const facts = yield* readFacts(capturing, extractor, file)
    const thumbnail: Effect.Effect<Made, NotApplicable | ArtefactProblem> = file.mediaType.startsWith(
      "image/",
    )
      ? pictureOf(file.path)
      : Effect.fail(new NotApplicable({ message: "the link is a file without a picture" }))
    yield* makeArtefact(capturing, "thumbnail", thumbnail)
    yield* makeArtefact(capturing, "article.txt", textArtefact(facts))
    yield* makeArtefact(capturing, "metadata.json", Effect.succeed(metadataArtefact(capturing, file, facts)))
    yield* makeArtefact(
      capturing,
      "original",
      Effect.succeed({ mediaType: file.mediaType, content: { path: file.path } }),
    )
    for (const name of artefactNames) {
      if (!capturing.found.artefacts.has(name))
        capturing.found.artefacts.set(name, skipped(name, "the link is a file"))
    }
    return facts
  })

const damaged = "the file seems damaged"

/** A picture that breaks off shows as far as it goes, as in a browser. */
const pictureOf = (path: string): Effect.Effect<Made, ArtefactProblem> =>
  shrink(path, "truncated").pipe(
    Effect.orElse(() =>
      Effect.map(shrink(path), (made) => ({
        ...made,
        lacks: `${damaged}: a part of the picture is missing`,
      })),
    ),
    Effect.mapError(({ message }) => new ArtefactProblem({ message: `${damaged}: ${message}` })),
  )

const textArtefact = ({ problem, text }: FileFacts): Effect.Effect<Made, NotApplicable | ArtefactProblem> => {
  if (problem !== null) return Effect.fail(new ArtefactProblem({ message: problem }))
  return text === ""
    ? Effect.fail(new NotApplicable({ message: "the file holds no text that can be read" }))
    : Effect.succeed({ mediaType: "text/plain; charset=utf-8", content: Buffer.from(text) })
}

const metadataArtefact = (capturing: Capturing, file: Downloaded, facts: FileFacts): Made => {
  const { found, takenAt, url } = capturing
  const { finalUrl, httpStatus } = found
  const metadata = { url, finalUrl, httpStatus, takenAt, title: facts.title, mediaType: file.mediaType }
  return { mediaType: "application/json", content: Buffer.from(`${JSON.stringify(metadata, null, 2)}\n`) }
}

/** Streams the file to disk; the guard and the settings bound it. */
const download = (capturing: Capturing): Effect.Effect<Downloaded, CaptureFailure> =>
  Effect.gen(function* () {
    const { fetchOptions, found, guard, scratch, settings, url } = capturing
    const millis = yield* remaining(capturing, settings.captureMillis)
    const path = join(scratch, "original")
    const work = Effect.gen(function* () {
      const answer = yield* fetchThrough(url, fetchOptions)
      found.finalUrl = answer.url
      found.httpStatus = answer.status
      if (answer.status >= 400) {
        const notBefore = retryAfter(answer.headers["retry-after"], yield* Clock.currentTimeMillis)
        return yield* Effect.fail(httpFailure(answer.status, new URL(answer.url).host, notBefore))
      }
      yield* Effect.tryPromise({
        try: (signal) =>
          pipeline(answer.body as Readable, limited(settings.maxBytes), createWriteStream(path), { signal }),
        catch: (error) =>
          error instanceof TooLarge || guard.overBudget
            ? captureFailure("too-large", tooLargeMessage(settings.maxBytes))
            : (ourDisk(path, error) ?? failureOf(error, new URL(answer.url), guard)),
      })
      return answer.headers["content-type"] ?? ""
    }).pipe(Effect.scoped)
    const header = yield* Effect.flatMap(atMost(work, millis), (done) =>
      done._tag === "Some"
        ? Effect.succeed(done.value)
        : Effect.fail(networkFailure("timeout", new URL(url).host)),
    )
    return { path, ...(yield* typeOf(path, header)) }
  })

/** The failure when it is our disk that does not take the file, and not its site; else null. */
const ourDisk = (path: string, error: unknown): CaptureFailure | null => {
  const { message, reason } = archiveError(path)(error)
  return reason === "disk-full" || reason === "not-writable" ? captureFailure("archive-error", message) : null
}

class TooLarge extends Error {}

const limited = (maxBytes: number) => {
  let size = 0
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length
      done(size > maxBytes ? new TooLarge() : null, chunk)
    },
  })
}

const typeOf = (path: string, header: string) =>
  Effect.gen(function* () {
    const declared = header.split(";")[0]!.trim().toLowerCase()
    const charset = /charset=["']?([\w-]+)/i.exec(header)?.[1] ?? null
    const vague = declared === "" || /octet-stream|x-download/.test(declared)
    const sniffed = yield* Effect.promise(() => fileTypeFromFile(path).catch(() => undefined))
    return { mediaType: vague ? (sniffed?.mime ?? "application/octet-stream") : declared, charset }
  })

const isText = (mediaType: string) =>
  /^text\/|[/+](json|xml|yaml|toml)$|^application\/(javascript|ecmascript|x-sh|sql|x-ndjson|markdown)/.test(
    mediaType,
  )

const isMarkup = (mediaType: string) => /^text\/(html|xml)$|[/+]xml$/.test(mediaType)

const readFacts = (capturing: Capturing, extractor: Extractor, file: Downloaded): Effect.Effect<FileFacts> =>
  Effect.gen(function* () {
    const name = fileName(capturing.found.finalUrl)
    const millis = yield* remaining(capturing, capturing.settings.artefactMillis)
    const outcome = yield* atMost(readAs(extractor, file), millis)
    const facts =
      outcome._tag === "Some" ? outcome.value : unread(`its text was not read after ${millis / 1000} s`)
    return { ...facts, title: facts.title === "" ? name : facts.title }
  })

const unread = (problem: string | null): FileFacts => ({ title: "", text: "", problem })

const readAs = (extractor: Extractor, file: Downloaded): Effect.Effect<FileFacts> => {
  if (file.mediaType === "application/pdf") return readPdf(extractor, file.path)
  return isText(file.mediaType) ? readText(file) : Effect.succeed(unread(null))
}

const readPdf = (extractor: Extractor, path: string): Effect.Effect<FileFacts> =>
  Effect.gen(function* () {
    const bytes = yield* Effect.tryPromise(() => readFile(path))
    if (bytes.length > maxPdfBytes)
      return unread(`the PDF is ${bytes.length} bytes, more than the ${maxPdfBytes} of which text is read`)
    return { ...(yield* extractor.pdf(new Uint8Array(bytes))), problem: null }
  }).pipe(Effect.catchAll(({ message }) => Effect.succeed(unread(pdfProblem(message)))))

const pdfProblem = (message: string): string => {
  if (/password/i.test(message)) return "the PDF needs a password: no text can be read from it"
  return /more than/.test(message) ? message : `${damaged}, or is no PDF: no text can be read from it`
}

const readText = (file: Downloaded): Effect.Effect<FileFacts> =>
  Effect.tryPromise(async () => {
    const bytes = (await readFile(file.path)).subarray(0, maxTextBytes)
    const { charset, mediaType } = file
    const written = decodeText(bytes, charset, isMarkup(mediaType))
    if (!isMarkup(mediaType)) return { title: "", text: written, problem: null }
    const title = /html/.test(mediaType) ? htmlTitle(written) : xmlTitle(written)
    return { title, text: markupText(written), problem: null }
  }).pipe(Effect.orElseSucceed(() => unread(`${damaged}: no text can be read from it`)))

const fileName = (url: string): string => {
  try {
    return decodeURIComponent(basename(new URL(url).pathname)) || new URL(url).hostname
  } catch {
    return url
  }
}
