/**
 * The artefact origin: another port and another host name (`localhost`), which serves archived files and nothing
 * else. What it serves is hostile: it reads no cookie, runs no script, and every answer is sandboxed.
 */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { extensionOf } from "../../snapshot/extensionOf.ts"
import type { ByteRange, OpenArtefact } from "./ArtefactPort.ts"
import { ArtefactPort } from "./ArtefactPort.ts"
import { ArtefactUrls } from "./ArtefactUrls.ts"
import { isOurHostName } from "./Guard.ts"
import { parseRange } from "./ranges.ts"

export interface ArtefactServerSettings {
  readonly public: boolean
  /** The origins of the page, which alone may frame an artefact. */
  readonly pageOrigins: ReadonlyArray<string>
}

/** Pictures the page may embed. An `<img>` runs nothing of an SVG; opened by itself it is in the sandbox. */
const pictures = new Set([
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/gif",
  "image/avif",
  "image/x-icon",
  "image/vnd.microsoft.icon",
  "image/svg+xml",
])
const shown = new Set([...pictures, "text/html", "text/plain", "application/json", "application/pdf"])
const inherentlyShown = /^(?:audio|video)\//

const essence = (mediaType: string) => mediaType.split(";")[0]!.trim().toLowerCase()

/** A page or a picture is shown; XML, MHTML, WACZ and whatever else is unknown is a file to save. */
const isShown = (type: string) => shown.has(type) || inherentlyShown.test(type)

const contentPolicy = (type: string, pageOrigins: ReadonlyArray<string>) => {
  const common = [
    "default-src 'none'",
    "img-src data: blob:",
    "style-src 'unsafe-inline' data:",
    "font-src data:",
    "media-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${pageOrigins.join(" ")}`,
  ]
  // The browsers' PDF viewers are isolated by themselves, and do not start in a sandbox.
  return type === "application/pdf"
    ? [...common, "object-src 'self'"].join("; ")
    : ["sandbox", ...common].join("; ")
}

/** Text without a charset would be guessed, and a guess can be made to run; what we write is UTF-8. */
const servedType = (mediaType: string) =>
  /^text\//i.test(mediaType) && !/charset=/i.test(mediaType) ? `${mediaType}; charset=utf-8` : mediaType

const quoted = (name: string) => `"${name.replace(/[^\w.-]/g, "_")}"`

/** `screenshot` is saved as `screenshot.jpg`; a name that has an ending keeps it. */
const fileName = (name: string, mediaType: string) =>
  /\.[a-z0-9]{1,5}$/.test(name) ? name : `${name}${extensionOf(name, mediaType)}`

const artefactHeaders = (
  artefact: OpenArtefact,
  name: string,
  download: boolean,
  settings: ArtefactServerSettings,
): Record<string, string> => {
  const type = essence(artefact.mediaType)
  const disposition = download || !isShown(type) ? "attachment" : "inline"
  return {
    ...hardening(settings, type),
    // Pictures are embedded by the page, which is another origin; the address is the secret. All else is not.
    "cross-origin-resource-policy": pictures.has(type) ? "cross-origin" : "same-origin",
    "content-disposition": `${disposition}; filename=${quoted(fileName(name, artefact.mediaType))}`,
    "accept-ranges": "bytes",
    "cache-control": "private, max-age=600, immutable",
    etag: `"${artefact.sha256}"`,
  }
}

const hardening = (settings: ArtefactServerSettings, type: string): Record<string, string> => ({
  "content-security-policy": contentPolicy(type, settings.pageOrigins),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
})

const plain = (
  status: number,
  text: string,
  settings: ArtefactServerSettings,
  more: Record<string, string> = {},
) =>
  HttpServerResponse.text(`${text}\n`, {
    status,
    headers: {
      ...hardening(settings, "text/plain"),
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
      ...more,
    },
  })

const serveFile = (
  artefact: OpenArtefact,
  headers: Record<string, string>,
  range: ByteRange | undefined,
): HttpServerResponse.HttpServerResponse => {
  const contentLength = range === undefined ? artefact.bytes : range.end - range.start + 1
  return HttpServerResponse.stream(artefact.read(range), {
    status: range === undefined ? 200 : 206,
    contentType: servedType(artefact.mediaType),
    contentLength,
    headers:
      range === undefined
        ? headers
        : { ...headers, "content-range": `bytes ${range.start}-${range.end}/${artefact.bytes}` },
  })
}

/** The whole of the artefact origin: one verb, GET (and HEAD) of a signed address. */
export const artefactApp = (settings: ArtefactServerSettings) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const name = /^(\[[^\]]*\]|[^:]*)/.exec((request.headers.host ?? "").toLowerCase())?.[1] ?? ""
    // 127.0.0.1 is the page's: under that name this port would share cookies with it.
    const ours = settings.public ? isOurHostName(name, true) : name === "localhost"
    if (!ours) return plain(421, "artefacts are served under localhost only", settings)
    if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "only GET", settings)
    const urls = yield* ArtefactUrls
    const reference = yield* urls.verify(request.url.split("?")[0]!)
    if (reference === undefined)
      return plain(404, "this address has expired: open the artefact again", settings)
    const artefacts = yield* ArtefactPort
    const artefact = yield* artefacts.open(reference.snapshotId, reference.name)
    const headers = artefactHeaders(artefact, reference.name, reference.download, settings)
    if (request.headers["if-none-match"] === headers.etag)
      return HttpServerResponse.empty({ status: 304, headers })
    const range = parseRange(request.headers.range, artefact.bytes)
    if (range === "unsatisfiable") {
      return plain(416, "no such range", settings, { "content-range": `bytes */${artefact.bytes}` })
    }
    return serveFile(artefact, headers, range)
  }).pipe(
    Effect.catchTag("NotFound", (error) => Effect.succeed(plain(404, error.message, settings))),
    Effect.catchAllDefect((defect) =>
      Effect.as(
        Effect.logError("an artefact could not be served", defect),
        plain(500, "see the log", settings),
      ),
    ),
  )
