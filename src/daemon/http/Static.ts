/**
 * The page: files of `dist/web`, read once at start and compressed on first use. Addresses of the page's own routes
 * all answer `index.html`; any other unknown path is 404, to who opens it in a browser with the page's own word for it.
 */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { extname, join, relative, sep } from "node:path"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"
import { pagePolicy } from "../web/policy.ts"

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
}
const compressible = /^(?:text\/|application\/(?:json|manifest\+json|wasm)|image\/svg)/
/** Below this compression costs more than it saves. */
const compressAboveBytes = 1_024
const brotliQuality = 9

const pageRoutes = [
  /^\/$/,
  /^\/add\/?$/,
  /^\/links\/[^/]+\/?$/,
  /^\/duplicates\/?$/,
  /^\/import\/?$/,
  /^\/sealing(?:\/.*)?$/,
  /^\/simulate(?:\/.*)?$/,
  /^\/settings\/?$/,
]

/** Is this an address of the page itself, to be answered with `index.html`? */
const isPageRoute = (path: string) => pageRoutes.some((route) => route.test(path))

/** Is it opened in a window of a browser, rather than asked for by a page or a program? */
const isOpened = ({ headers, method }: HttpServerRequest.HttpServerRequest): boolean =>
  (method === "GET" || method === "HEAD") && /\btext\/html\b/i.test(headers.accept ?? "")

/** Does the request open the page, be it at an address that it does not know? */
export const opensPage = (request: HttpServerRequest.HttpServerRequest, path: string): boolean =>
  isPageRoute(path) || isOpened(request)

type Encoding = "br" | "gzip" | "identity"

interface Asset {
  readonly type: string
  readonly etag: string
  readonly immutable: boolean
  /** The bytes in an encoding; each is made once. */
  readonly bytes: (encoding: Encoding) => Effect.Effect<Uint8Array>
}

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

const makeAsset = (path: string, content: Buffer): Effect.Effect<Asset> =>
  Effect.gen(function* () {
    const br = yield* Effect.cached(
      Effect.promise(() => brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } })),
    )
    const gz = yield* Effect.cached(Effect.promise(() => zip(content, { level: 9 })))
    const type = mediaTypes[extname(path)] ?? "application/octet-stream"
    const worthwhile = compressible.test(type) && content.length > compressAboveBytes
    return {
      type,
      etag: createHash("sha256").update(content).digest("base64url").slice(0, 22),
      // The bundler writes a hash of the content into the names of what it puts there.
      immutable: path.startsWith("/assets/"),
      bytes: (encoding) => {
        if (!worthwhile || encoding === "identity") return Effect.succeed(content)
        return encoding === "br" ? br : gz
      },
    }
  })

const filesUnder = (root: string): ReadonlyArray<string> => {
  try {
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  } catch {
    return []
  }
}

const chooseEncoding = (accepted: string | undefined): Encoding => {
  const offers = (accepted ?? "").split(",").map((offer) => offer.trim())
  const takes = (name: string) =>
    offers.some((offer) => offer.split(";")[0] === name && !/;\s*q=0(?:\.0*)?$/.test(offer))
  if (takes("br")) return "br"
  return takes("gzip") ? "gzip" : "identity"
}

const pageHeaders = (policy: string): Record<string, string> => ({
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
})

/** An app that answers a path of the page, or gives undefined when it has nothing there. */
export const makeStatic = (root: string, artefactOrigin: string) =>
  Effect.gen(function* () {
    const assets = new Map<string, Asset>()
    for (const file of filesUnder(root)) {
      const path = `/${relative(root, file).split(sep).join("/")}`
      assets.set(path, yield* makeAsset(path, readFileSync(file)))
    }
    const headers = pageHeaders(pagePolicy(artefactOrigin))
    const serve = (asset: Asset, request: HttpServerRequest.HttpServerRequest, status = 200) =>
      Effect.gen(function* () {
        const encoding = chooseEncoding(request.headers["accept-encoding"])
        const etag = `"${asset.etag}-${encoding}"`
        const all = {
          ...headers,
          etag,
          vary: "accept-encoding",
          "cache-control": asset.immutable ? "public, max-age=31536000, immutable" : "no-store",
        }
        if (status === 200 && request.headers["if-none-match"] === etag)
          return HttpServerResponse.empty({ status: 304, headers: all })
        const bytes = yield* asset.bytes(encoding)
        const plain = encoding === "identity" || bytes === (yield* asset.bytes("identity"))
        return HttpServerResponse.uint8Array(bytes, {
          contentType: asset.type,
          status,
          headers: plain ? all : { ...all, "content-encoding": encoding },
        })
      })
    return (request: HttpServerRequest.HttpServerRequest, path: string) => {
      if (request.method !== "GET" && request.method !== "HEAD") return undefined
      const index = assets.get("/index.html")
      const asset = isPageRoute(path) ? index : assets.get(path)
      if (asset !== undefined) return serve(asset, request)
      if (isPageRoute(path)) return Effect.succeed(notBuilt)
      return index !== undefined && isOpened(request) ? serve(index, request, 404) : undefined
    }
  })

const notBuilt = HttpServerResponse.text("The page is not built: run npm run build once.\n", { status: 503 })
