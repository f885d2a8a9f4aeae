/**
 * Builds the one self-contained file from the serialised frames and the recording, outside the page. What the browser
 * did not load is not fetched now: a page looks as it looked. The file carries a policy that forbids scripts and every
 * request, so it stays silent even if something slipped through.
 */
import type { Exchange } from "../Recording.ts"
import { createHash } from "node:crypto"
import type { ColorScheme, Part, Serialised } from "../inpage/serialised.ts"
import { parseUrl } from "../../parseUrl.ts"
import { settleMedia, settleScheme, splitCss } from "./css.ts"
import { framesetTag } from "./frameset.ts"
import { Sprite } from "./sprites.ts"

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

interface StyleContext {
  readonly base: string
  readonly scheme: ColorScheme
}

export const pagePolicy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline' data:; font-src data:; media-src data:; frame-src data: about:; form-action 'none'; base-uri 'none'"

const maxFrameDepth = 6
const maxImportDepth = 8
/** A single film would make the page too heavy to open. */
const maxMediaBytes = 20_000_000
/** Characters of the whole file. Resources beyond this are left out, the later ones first. */
export const maxPageSize = 100_000_000
/** A picture that stands many times on a page is written once when that saves this many characters. */
const minSharedSize = 1_000_000
const maxSpriteBytes = 5_000_000
/** What stands for a resource that is not there: it fails as it failed in the browser, without a request. */
const nothing = "data:,"

export const escapeAttribute = (value: string) =>
  value.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;")

export class PageBuilder {
  readonly #source: ResourceSource
  readonly #dataUrls = new Map<string, Promise<string>>()
  readonly #sprites = new Map<string, Promise<Sprite | null>>()
  /** The drawings that are in the page already, by document. */
  readonly #shown = new WeakMap<FrameTree, Set<string>>()
  readonly #maxSize: number
  /** Characters of the file so far. */
  #size = 0
  readonly #leftOut = new Set<string>()

  constructor(source: ResourceSource, maxSize = maxPageSize) {
    this.#source = source
    this.#maxSize = maxSize
  }

  /** Addresses of pictures, styles and frames for which the file had no room any more. */
  get leftOut(): ReadonlySet<string> {
    return this.#leftOut
  }

  /** The document as pieces of text, in order. Gives the event loop a turn at each resource. Fails with `TooLarge`. */
  async *build(tree: FrameTree, stamp: PageStamp | null, depth = 0): AsyncGenerator<string> {
    const shared = sharedPictures(tree, this.#source)
    for (const part of tree.serialised.parts) {
      if (typeof part === "string") {
        if (!this.#spend(part.length)) throw new TooLarge(this.#maxSize)
        yield part
      } else if (part.kind === "head") {
        yield head(stamp)
        if (depth > 0 && tree.serialised.quirks) yield quirks
        yield await this.#sharedStyle(shared, tree.serialised.scheme)
      } else if (part.kind === "shared") {
        yield await this.#sharedStyle(shared, tree.serialised.scheme)
      } else if (part.kind === "picture" && shared.has(part.url)) {
        yield ` src="${unseen}" ${sharedName}="${shared.get(part.url)}"`
      } else yield await this.#fill(part, tree, depth)
    }
  }

  /** Takes room in the file; false when there is not so much left. */
  #spend(characters: number): boolean {
    if (this.#size + characters > this.#maxSize) return false
    this.#size += characters
    return true
  }

  /** Takes room for what an address gives, or notes that it was left out. */
  #room(characters: number, url: string): boolean {
    const isThere = this.#spend(characters)
    if (!isThere) this.#leftOut.add(url)
    return isThere
  }

  /** One rule for each picture that would otherwise stand in the file many times. */
  async #sharedStyle(shared: ReadonlyMap<string, number>, scheme: ColorScheme): Promise<string> {
    const rules: Array<string> = []
    for (const [url, number] of shared) {
      const data = await this.#dataUrl(url, false, scheme)
      rules.push(`img[${sharedName}="${number}"]{content:url("${data}")!important}`)
    }
    return rules.length === 0 ? "" : `<style>${rules.join("")}</style>`
  }

  async #fill(part: Exclude<Part, string>, tree: FrameTree, depth: number): Promise<string> {
    const { scheme, url } = tree.serialised
    switch (part.kind) {
      case "head":
      case "shared":
        return ""
      case "picture":
        return ` src="${await this.#dataUrl(part.url, false, scheme)}"`
      case "resource":
        return this.#dataUrl(part.url, part.media, scheme, part.embedded === true)
      case "css": {
        const css = await this.#css(part.text, { base: part.base, scheme }, 0)
        return part.attribute ? escapeAttribute(css) : css
      }
      case "sheet":
        return this.#sheet(part.url, part.text, { base: url, scheme }, 0)
      case "media":
        return escapeAttribute(settleMedia(part.text, scheme))
      case "scheme":
        return escapeAttribute(settleScheme(part.text, scheme))
      case "drawing":
        return this.#drawing(part.url, tree, part.root)
      case "use": {
        const name = (await this.#sprite(part.url))?.nameOf(idIn(part.url))
        return name === null || name === undefined ? "" : ` href="#${escapeAttribute(name)}"`
      }
      case "frame":
        return this.#frame(tree.frames.get(part.index) ?? null, depth)
      case "frameset":
        return framesetTag(part)
    }
  }

  async #frame(tree: FrameTree | null, depth: number): Promise<string> {
    if (tree === null || depth >= maxFrameDepth) return ""
    const pieces: Array<string> = []
    for await (const piece of this.build(tree, null, depth + 1)) pieces.push(piece)
    const html = pieces.join("")
    const written = ` srcdoc="${escapeAttribute(html)}"`
    return this.#room(written.length - html.length, tree.serialised.url) ? written : ""
  }

  async #sheet(url: string, written: string | null, context: StyleContext, depth: number): Promise<string> {
    const { base, scheme } = context
    const exchange = url === "" ? null : this.#source.find(url)
    if (exchange === null)
      return written === null ? "" : this.#css(written, { base: url === "" ? base : url, scheme }, depth)
    const text = decodeText(await this.#source.read(exchange), exchange)
    return this.#css(text, { base: exchange.url, scheme }, depth)
  }

  /** Style text with everything it names inside; cannot end the style element it stands in. */
  async #css(text: string, context: StyleContext, depth: number): Promise<string> {
    const { base, scheme } = context
    // Data URLs have taken their room already.
    if (!this.#room(text.length, base)) return ""
    const pieces: Array<string> = []
    for (const piece of splitCss(text, base, scheme)) {
      if (typeof piece === "string") pieces.push(piece)
      else if (piece.kind === "resource")
        pieces.push(`url("${await this.#dataUrl(piece.url, false, scheme)}")`)
      else if (depth < maxImportDepth) {
        const css = await this.#sheet(piece.url, null, context, depth + 1)
        const data = `data:text/css;charset=utf-8;base64,${Buffer.from(css).toString("base64")}`
        pieces.push(`url("${this.#room(data.length - css.length, piece.url) ? data : nothing}")`)
      } else pieces.push(`url("${nothing}")`)
    }
    return pieces.join("").replace(/<\/(style)/gi, "<\\/$1")
  }

  /** The drawing that a `use` element wants, once in each tree of names. */
  async #drawing(url: string, tree: FrameTree, root: number): Promise<string> {
    const sprite = await this.#sprite(url)
    const name = sprite?.nameOf(idIn(url))
    const shown = this.#shown.get(tree) ?? new Set<string>()
    this.#shown.set(tree, shown)
    if (sprite === null || name === null || name === undefined || shown.has(`${root} ${name}`)) return ""
    shown.add(`${root} ${name}`)
    const drawing = `<defs>${sprite.drawing(idIn(url))}</defs>`
    return this.#room(drawing.length, url) ? drawing : ""
  }

  #sprite(url: string): Promise<Sprite | null> {
    const file = url.split("#", 1)[0]!
    const known = this.#sprites.get(file)
    if (known !== undefined) return known
    const made = this.#readSprite(file)
    this.#sprites.set(file, made)
    return made
  }

  async #readSprite(file: string): Promise<Sprite | null> {
    const exchange = this.#source.find(file)
    if (exchange === null || exchange.body === null || exchange.body.length > maxSpriteBytes) return null
    const prefix = `ls-${createHash("sha256").update(file).digest("hex").slice(0, 8)}-`
    return new Sprite(decodeText(await this.#source.read(exchange), exchange), prefix)
  }

  async #dataUrl(url: string, media: boolean, scheme: ColorScheme, embedded = false): Promise<string> {
    const key = `${scheme} ${embedded} ${url}`
    const made = this.#dataUrls.get(key) ?? this.#makeDataUrl(url, media, scheme, embedded)
    this.#dataUrls.set(key, made)
    const data = await made
    return this.#room(data.length, url) ? data : nothing
  }

  /** An SVG file with the pictures that it loaded as a document; shown as a picture itself it may load none. */
  async #withPictures(svg: string, base: string, scheme: ColorScheme): Promise<string> {
    const pieces: Array<string> = []
    let last = 0
    for (const found of svg.matchAll(picturesInSvg)) {
      const address = (found[2] ?? found[3] ?? "").replace(/&amp;/g, "&")
      const url = /^(#|data:|\s*$)/i.test(address) ? null : (parseUrl(address, base)?.href ?? null)
      if (url === null || this.#source.find(url) === null) continue
      pieces.push(svg.slice(last, found.index), `${found[1]}"${await this.#dataUrl(url, false, scheme)}"`)
      last = found.index + found[0].length
    }
    return [...pieces, svg.slice(last)].join("")
  }

  async #makeDataUrl(url: string, media: boolean, scheme: ColorScheme, embedded: boolean): Promise<string> {
    const exchange = this.#source.find(url)
    if (exchange === null || exchange.body === null || exchange.truncated) return nothing
    if (media && exchange.body.length > maxMediaBytes) return nothing
    // What cannot fit need not be read.
    if (this.#size + sizeInText(exchange.body.length) > this.#maxSize) {
      this.#leftOut.add(url)
      return nothing
    }
    const settled = settledSvg(await this.#source.read(exchange), exchange, scheme)
    const isDocument = embedded && mediaType(exchange) === "image/svg+xml"
    const body = isDocument
      ? Buffer.from(await this.#withPictures(decodeText(settled, exchange), exchange.url, scheme))
      : settled
    return `data:${mediaType(exchange)};base64,${body.toString("base64")}${fragmentOf(url)}`
  }
}

/** Of a tag in SVG: the picture in it. */
const picturesInSvg = /(<(?:\w+:)?(?:image|feImage)\b[^>]*?\s(?:xlink:)?href\s*=\s*)(?:"([^"]*)"|'([^']*)')/gi

/** The text alone is larger than the file may be. */
export class TooLarge extends Error {
  constructor(maxSize: number) {
    super(`it would be larger than ${maxSize / 1_000_000} MB`)
  }
}

/** Base64. */
const sizeInText = (bytes: number) => Math.ceil(bytes / 3) * 4

/** In the place of a shared picture: the size that an `img` says is not its size while its own picture is broken. */
const unseen = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>".replaceAll("<", "%3C")

/** On an `img`: which of the rules in the head has its picture. */
const sharedName = "data-ls-picture"

/** The pictures that are worth a rule of their own, with the rule's number. */
const sharedPictures = ({ serialised }: FrameTree, source: ResourceSource): ReadonlyMap<string, number> => {
  const uses = new Map<string, number>()
  const hasRules = serialised.parts.some(
    (part) => typeof part !== "string" && (part.kind === "head" || part.kind === "shared"),
  )
  if (!hasRules) return uses
  for (const part of serialised.parts) {
    if (typeof part !== "string" && part.kind === "picture") uses.set(part.url, (uses.get(part.url) ?? 0) + 1)
  }
  const worthIt = [...uses].filter(([url, count]) => {
    const bytes = count < 2 ? 0 : (source.find(url)?.body?.length ?? 0)
    return sizeInText(bytes) * (count - 1) >= minSharedSize
  })
  return new Map(worthIt.map(([url], index) => [url, index]))
}

const idIn = (url: string) => {
  const raw = url.slice(url.indexOf("#") + 1)
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}

/** A drawing asks for the reader's colour scheme too. */
const settledSvg = (body: Buffer, exchange: Exchange, scheme: ColorScheme): Buffer =>
  mediaType(exchange) === "image/svg+xml" && body.includes("prefers-color-scheme")
    ? Buffer.from(settleMedia(body.toString("utf8"), scheme))
    : body

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

/** A document in srcdoc is never in quirks mode; this is what shows of that mode most. */
const quirks =
  "<style>:where(table){font-size:medium;font-weight:initial;font-style:initial;line-height:initial;white-space:initial;text-align:initial}</style>"

/** Style text from its bytes, by what the header, itself or the browser says of its encoding. */
export const decodeText = (bytes: Buffer, exchange: Exchange): string => {
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
