/** `favicon`: the page's icon, the largest that is not huge, else the one at the root of the site. */
import * as Effect from "effect/Effect"
import { fileTypeFromBuffer } from "file-type"
import type { CapturingPage } from "../Capturing.ts"
import { fetchThrough } from "../fetch.ts"
import type { PageFacts } from "../inpage/facts.ts"
import { NotApplicable, type Made } from "./artefact.ts"
import { parseUrl } from "../../parseUrl.ts"

const maxIconBytes = 500_000
const maxTries = 3
/** Larger is nicer up to here; beyond it is a picture. */
const bestSize = 192

/** Addresses to try, best first. */
const iconCandidates = (facts: PageFacts | null, finalUrl: string): ReadonlyArray<string> => {
  const declared = (facts?.links ?? [])
    .filter(({ rel }) => /(^|\s)(icon|apple-touch-icon|apple-touch-icon-precomposed)(\s|$)/.test(rel))
    .map(({ href, rel, sizes, type }) => ({ href, score: scoreOf(rel, sizes, type) }))
    .sort((a, b) => b.score - a.score)
    .map(({ href }) => href)
  const root = parseUrl("/favicon.ico", finalUrl)
  return [...new Set([...declared.slice(0, maxTries), ...(root === null ? [] : [root.href])])]
}

const scoreOf = (rel: string, sizes: string, type: string): number => {
  if (type.includes("svg") || sizes === "any") return bestSize - 1
  const size = Math.max(0, ...[...sizes.matchAll(/(\d+)x\d+/g)].map((match) => Number(match[1])))
  const assumed = size > 0 ? size : rel.includes("apple") ? 180 : 32
  return assumed <= bestSize ? assumed : bestSize - (assumed - bestSize) / 100
}

export const favicon = (capturing: CapturingPage): Effect.Effect<Made, NotApplicable> =>
  Effect.gen(function* () {
    const { finalUrl, facts } = capturing.found
    for (const url of iconCandidates(facts, finalUrl)) {
      const bytes = url.startsWith("data:") ? decodeDataUrl(url) : yield* load(capturing, url)
      const mediaType = bytes === null ? null : yield* Effect.promise(() => iconType(bytes))
      if (bytes !== null && mediaType !== null) return { mediaType, content: bytes }
    }
    return yield* Effect.fail(new NotApplicable({ message: "the site has no icon" }))
  })

const load = (capturing: CapturingPage, url: string): Effect.Effect<Buffer | null> => {
  const recorded = capturing.recording.find(url)
  if (recorded !== null) return Effect.promise(() => capturing.recording.read(recorded).catch(() => null))
  if (capturing.pushed !== null || !/^https?:/.test(url)) return Effect.succeed(null)
  return fetchThrough(url, { ...capturing.fetchOptions, accept: "image/*,*/*;q=0.5" }).pipe(
    Effect.flatMap(({ body, status }) =>
      status === 200
        ? Effect.tryPromise(() => readUpTo(body as AsyncIterable<Buffer>))
        : Effect.succeed(null),
    ),
    Effect.scoped,
    Effect.orElseSucceed(() => null),
  )
}

const readUpTo = async (body: AsyncIterable<Buffer>): Promise<Buffer | null> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxIconBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const decodeDataUrl = (url: string): Buffer | null => {
  const match = /^data:[^,]*?(;base64)?,([\s\S]*)$/.exec(url)
  if (match === null) return null
  try {
    return Buffer.from(
      match[1] === undefined ? decodeURIComponent(match[2]!) : match[2]!,
      match[1] === undefined ? "utf8" : "base64",
    )
  } catch {
    return null
  }
}

/** By its bytes: servers answer anything for an icon, most often a page that says it is not there. */
const iconType = async (bytes: Buffer): Promise<string | null> => {
  if (bytes.length === 0 || bytes.length > maxIconBytes) return null
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined)
  if (found?.mime.startsWith("image/") === true) return found.mime
  return /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(
    bytes.toString("utf8", 0, 2_000),
  )
    ? "image/svg+xml"
    : null
}
