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
import { xmlTitle } from "./xmlTitle.ts"
import { retryAfter } from "./retryAfter.ts"

const maxTextBytes = 5_000_000
/** A PDF is read in memory as a whole. */
const maxPdfBytes = 100_000_000

export interface FileFacts {
  readonly title: string
  readonly text: string
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
      ? shrink(file.path)
      : Effect.fail(new NotApplicable({ message: "the link is a file without a picture" }))
    yield* makeArtefact(capturing, "thumbnail", thumbnail)
    yield* makeArtefact(capturing, "article.txt", textArtefact(facts.text))
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

const textArtefact = (text: string): Effect.Effect<Made, NotApplicable> =>
  text === ""
    ? Effect.fail(new NotApplicable({ message: "the file holds no text that can be read" }))
    : Effect.succeed({ mediaType: "text/plain; charset=utf-8", content: Buffer.from(text) })

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
            : failureOf(error, new URL(answer.url), guard),
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

const readFacts = (capturing: Capturing, extractor: Extractor, file: Downloaded): Effect.Effect<FileFacts> =>
  Effect.gen(function* () {
    const name = fileName(capturing.found.finalUrl)
    const millis = yield* remaining(capturing, capturing.settings.artefactMillis)
    const read =
      file.mediaType === "application/pdf"
        ? readPdf(extractor, file.path)
        : isText(file.mediaType)
          ? readText(file)
          : Effect.succeed({ title: "", text: "" })
    const outcome = yield* atMost(
      Effect.orElseSucceed(read, () => ({ title: "", text: "" })),
      millis,
    )
    const facts = outcome._tag === "Some" ? outcome.value : { title: "", text: "" }
    return { title: facts.title === "" ? name : facts.title, text: facts.text }
  })

const readPdf = (extractor: Extractor, path: string) =>
  Effect.tryPromise(() => readFile(path)).pipe(
    Effect.filterOrFail((bytes) => bytes.length <= maxPdfBytes),
    Effect.flatMap((bytes) => extractor.pdf(new Uint8Array(bytes))),
  )

const readText = (file: Downloaded) =>
  Effect.tryPromise(async () => {
    const bytes = (await readFile(file.path)).subarray(0, maxTextBytes)
    const text = decode(bytes, file.charset)
    return { title: /[/+]xml$/.test(file.mediaType) ? xmlTitle(text) : "", text }
  })

/** As declared; else UTF-8 where the bytes are, else the Chinese encoding that looks most like broken UTF-8. */
const decode = (bytes: Buffer, charset: string | null): string => {
  for (const label of [charset, "utf-8", "gb18030"]) {
    if (label === null) continue
    try {
      return new TextDecoder(label, { fatal: label !== charset }).decode(bytes)
    } catch {
      continue
    }
  }
  return bytes.toString("latin1")
}

const fileName = (url: string): string => {
  try {
    return decodeURIComponent(basename(new URL(url).pathname)) || new URL(url).hostname
  } catch {
    return url
  }
}
