/**
 * Builds the one self-contained file from the serialised frames and the recording, outside the page. What the browser
 * did not load is not fetched now: a page looks as it looked. The file carries a policy that forbids scripts and every
 * request, so it stays silent even if something slipped through.
 */
import type { Exchange } from "../Recording.ts"
import type { Part, Serialised } from "../inpage/serialised.ts"
import { splitCss } from "./css.ts"

/** Where resources come from; the recording, or a test's table. */
export interface ResourceSource {
  readonly find: (url: string) => Exchange | null
  readonly read: (exchange: Exchange) => Promise<Buffer>
}

export interface FrameTree {
  readonly serialised: Serialised
  /** By the position of the frame element in its document; null when it could not be read. */
  readonly frames: ReadonlyMap<number, FrameTree>
}

export interface PageStamp {
  readonly url: string
  /** ISO 8601. */
  readonly takenAt: string
  readonly by: string
}

export const pagePolicy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline' data:; font-src data:; media-src data:; frame-src data: about:; form-action 'none'; base-uri 'none'"

const maxFrameDepth = 6
const maxImportDepth = 8
/** A single film would make the page too heavy to open. */
const maxMediaBytes = 20_000_000
/** Resources beyond this are left out, the later ones first. */
const maxPageBytes = 150_000_000
/** What stands for a resource that is not there: it fails as it failed in the browser, without a request. */
const nothing = "data:,"

export const escapeAttribute = (value: string) =>
  value.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;")

export class PageBuilder {
  readonly #source: ResourceSource
  readonly #dataUrls = new Map<string, Promise<string>>()
  #bytes = 0
  /** Addresses that the page names and the recording has not. */
  readonly missing = new Set<string>()

  constructor(source: ResourceSource) {
    this.#source = source
  }

  /** The document as pieces of text, in order. Gives the event loop a turn at each resource. */
  async *build(tree: FrameTree, stamp: PageStamp | null, depth = 0): AsyncGenerator<string> {
    for (const part of tree.serialised.parts) {
      if (typeof part === "string") {
        yield part
        continue
      }
      yield await this.#fill(part, tree, stamp, depth)
    }
  }

  async #fill(
    part: Exclude<Part, string>,
    tree: FrameTree,
    stamp: PageStamp | null,
    depth: number,
  ): Promise<string> {
    switch (part.kind) {
      case "head":
        return head(stamp)
      case "resource":
        return this.#dataUrl(part.url, part.media)
      case "css": {
        const css = await this.#css(part.text, part.base, 0)
        return part.attribute ? escapeAttribute(css) : css
      }
      case "sheet":
        return this.#sheet(part.url, part.text, 0, tree.serialised.url)
      case "frame":
        return this.#frame(tree.frames.get(part.index) ?? null, part.attribute, depth)
    }
  }

  async #frame(tree: FrameTree | null, inAttribute: boolean, depth: number): Promise<string> {
    if (tree === null || depth >= maxFrameDepth) return ""
    const pieces: Array<string> = []
    for await (const piece of this.build(tree, null, depth + 1)) pieces.push(piece)
    const html = pieces.join("")
    if (inAttribute && !tree.serialised.quirks) return ` srcdoc="${escapeAttribute(html)}"`
    return ` src="data:text/html;charset=utf-8;base64,${Buffer.from(html).toString("base64")}"`
  }

  async #sheet(url: string, written: string | null, depth: number, base: string): Promise<string> {
    const exchange = url === "" ? null : this.#source.find(url)
    if (exchange === null) return written === null ? "" : this.#css(written, url === "" ? base : url, depth)
    const text = decodeCss(await this.#source.read(exchange), exchange)
    return this.#css(text, exchange.url, depth)
  }

  /** Style text with everything it names inside; cannot end the style element it stands in. */
  async #css(text: string, base: string, depth: number): Promise<string> {
    const pieces: Array<string> = []
    for (const piece of splitCss(text, base)) {
      if (typeof piece === "string") pieces.push(piece)
      else if (piece.kind === "resource") pieces.push(`url("${await this.#dataUrl(piece.url, false)}")`)
      else if (depth < maxImportDepth) {
        const css = await this.#sheet(piece.url, null, depth + 1, base)
        pieces.push(`url("data:text/css;charset=utf-8;base64,${Buffer.from(css).toString("base64")}")`)
      } else pieces.push(`url("${nothing}")`)
    }
    return pieces.join("").replace(/<\/(style)/gi, "<\\/$1")
  }

  #dataUrl(url: string, media: boolean): Promise<string> {
    const known = this.#dataUrls.get(url)
    if (known !== undefined) return known
    const made = this.#makeDataUrl(url, media)
    this.#dataUrls.set(url, made)
    return made
  }

  async #makeDataUrl(url: string, media: boolean): Promise<string> {
    const exchange = this.#source.find(url)
    if (exchange === null || exchange.body === null || exchange.truncated) {
      this.missing.add(url)
      return nothing
    }
    const tooLarge = media && exchange.body.length > maxMediaBytes
    if (tooLarge || this.#bytes + exchange.body.length > maxPageBytes) {
      this.missing.add(url)
      return nothing
    }
    this.#bytes += exchange.body.length
    const body = await this.#source.read(exchange)
    return `data:${mediaType(exchange)};base64,${body.toString("base64")}${fragmentOf(url)}`
  }
}

/** Fragments choose a part of an SVG. */
const fragmentOf = (url: string) => {
  const at = url.indexOf("#")
  return at < 0 ? "" : escapeAttribute(url.slice(at)).replace(/[\s'()\\]/g, encodeURIComponent)
}

const mediaType = (exchange: Exchange): string => {
  const type = exchange.mimeType.toLowerCase()
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : "application/octet-stream"
}

const head = (stamp: PageStamp | null): string => {
  const meta = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${pagePolicy}">`,
    '<meta name="referrer" content="no-referrer">',
  ]
  if (stamp !== null) {
    for (const [name, value] of Object.entries({ url: stamp.url, "taken-at": stamp.takenAt, by: stamp.by })) {
      meta.push(`<meta name="linkseal:${name}" content="${escapeAttribute(value)}">`)
    }
  }
  return `${meta.join("")}\n`
}

const decodeCss = (bytes: Buffer, exchange: Exchange): string => {
  if (exchange.decoded) return bytes.toString("utf8")
  const declared = /^@charset "([^"]+)"/.exec(bytes.subarray(0, 200).toString("latin1"))?.[1]
  const header = exchange.responseHeaders.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? ""
  const label = /charset=["']?([\w-]+)/i.exec(header)?.[1] ?? declared ?? (exchange.charset || "utf-8")
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    return bytes.toString("utf8")
  }
}
