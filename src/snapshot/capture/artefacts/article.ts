/**
 * `article.html` and `article.txt`: what there is to read, without what surrounds it. A page that has no article gives
 * its visible text, so that the text file is never missing for a page that says something.
 */
import * as Effect from "effect/Effect"
import type { CapturingPage } from "../Capturing.ts"
import type { Article } from "../extract/extract.ts"
import type { ExtractError } from "../Extractor.ts"
import { escapeAttribute, pagePolicy, PageBuilder } from "../html/buildPage.ts"
import type { Part } from "../inpage/serialised.ts"
import { NotApplicable, type ArtefactProblem, type Made } from "./artefact.ts"
import { lackOf, notWritten } from "./pageHtml.ts"
import { parseUrl } from "../../parseUrl.ts"

type Found = Effect.Effect<Article | null, ExtractError | ArtefactProblem>

const escapeText = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")

/** Text without which there is nothing to keep. */
const minText = 20

export const articleText = (capturing: CapturingPage, article: Found): Effect.Effect<Made, NotApplicable> =>
  Effect.gen(function* () {
    const found = yield* Effect.orElseSucceed(article, () => null)
    const visible = visibleText(capturing)
    const text = found !== null && found.text.length >= minText ? found.text : visible
    if (text.length === 0) return yield* Effect.fail(new NotApplicable({ message: "the page has no text" }))
    return { mediaType: "text/plain; charset=utf-8", content: Buffer.from(`${text}\n`) }
  })

/** Everything a reader sees, frames and what floats over the page included. */
export const visibleText = ({ found }: Pick<CapturingPage, "found">): string =>
  [found.facts?.text ?? "", found.floatingText, found.frameText]
    .filter((text) => text !== "")
    .join("\n")
    .trim()

export const articleHtml = (
  capturing: CapturingPage,
  article: Found,
): Effect.Effect<Made, NotApplicable | ArtefactProblem | ExtractError> =>
  Effect.gen(function* () {
    const found = yield* article
    if (found === null || found.text.length < minText) {
      return yield* Effect.fail(new NotApplicable({ message: "no article was found on the page" }))
    }
    const builder = new PageBuilder(capturing.recording)
    const body = yield* Effect.tryPromise({
      try: () => withPictures(capturing, builder, found.html),
      catch: (error) => notWritten("the article", error),
    })
    const content = Buffer.from(wrap(capturing, found, body))
    return { mediaType: "text/html; charset=utf-8", content, lacks: lackOf(builder) }
  })

/** Pictures of the article become part of the file where the page had loaded them; what could run is taken out. */
const withPictures = async (
  capturing: CapturingPage,
  builder: PageBuilder,
  html: string,
): Promise<string> => {
  const { finalUrl } = capturing.found
  const parts: ReadonlyArray<Part> = [{ kind: "shared" }, ...splitMarkup(html, finalUrl)]
  const pieces: Array<string> = []
  const serialised = { parts, quirks: false, scheme: "light", url: finalUrl } as const
  const tree = { serialised, frames: new Map() }
  for await (const piece of builder.build(tree, null)) pieces.push(piece)
  return pieces.join("")
}

const kept: Readonly<Record<string, ReadonlyArray<string>>> = {
  a: ["href"],
  td: ["colspan", "rowspan"],
  th: ["colspan", "rowspan"],
  ol: ["start"],
  img: ["alt", "width", "height"],
}
const allowedTags = new Set(
  "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p picture pre q rp rt ruby s samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr".split(
    " ",
  ),
)
const tag =
  /<(\/?)([a-zA-Z][\w-]*)((?:\s+[^\s=>"']+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)\s*\/?>|<!--[\s\S]*?-->|</g
const attribute = /([^\s=>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/g

/** The extractor's markup with only tags and attributes of a text; pictures become references to the recording. */
const splitMarkup = (html: string, base: string): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  let last = 0
  for (const match of html.matchAll(tag)) {
    parts.push(html.slice(last, match.index))
    last = match.index + match[0].length
    const name = match[2]?.toLowerCase()
    if (name === undefined) {
      if (match[0] === "<") parts.push("&lt;")
      continue
    }
    if (!allowedTags.has(name)) continue
    if (match[1] === "/") parts.push(`</${name}>`)
    else parts.push(...startTag(name, match[3] ?? "", base))
  }
  parts.push(html.slice(last))
  return parts
}

const startTag = (name: string, written: string, base: string): ReadonlyArray<Part> => {
  const attributes = new Map<string, string>()
  for (const [, key, ...values] of written.matchAll(attribute)) {
    attributes.set(key!.toLowerCase(), values.find((value) => value !== undefined) ?? "")
  }
  const own = ["dir", "lang", ...(kept[name] ?? [])].flatMap((key) => {
    const value = attributes.get(key)
    return value === undefined || (key === "href" && !/^(https?:|#|mailto:)/i.test(value.trim()))
      ? []
      : [` ${key}="${value.replace(/"/g, "&quot;").replace(/</g, "&lt;")}"`]
  })
  if (name !== "img") return [`<${name}${own.join("")}>`]
  const source = (attributes.get("src") ?? "").replace(/&amp;/g, "&")
  if (source.startsWith("data:image/")) return [`<img${own.join("")} src="${escapeAttribute(source)}">`]
  const url = parseUrl(source, base)
  return url === null ? [] : [`<img${own.join("")}`, { kind: "picture", url: url.href }, ">"]
}

const style =
  "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:18px/1.6 Georgia,'Noto Serif','Noto Serif CJK SC',serif;color:#1b1b1b;background:#fff}img{max-width:100%;height:auto}pre{overflow:auto;background:#f5f5f5;padding:1rem;font-size:.85em}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em}blockquote{border-inline-start:3px solid #ccc;margin-inline-start:0;padding-inline-start:1rem;color:#444}header{border-bottom:1px solid #ddd;margin-bottom:2rem}header p{color:#555;font-size:.85em}@media(prefers-color-scheme:dark){body{color:#ddd;background:#1a1a1a}pre{background:#262626}header,td,th{border-color:#444}header p{color:#aaa}a{color:#8ab4f8}}"

const wrap = (capturing: CapturingPage, article: Article, body: string): string => {
  const { finalUrl, facts } = capturing.found
  const title = escapeText(article.title || facts?.title || finalUrl)
  const language = escapeAttribute(facts?.language ?? "")
  const byline = article.byline === "" ? "" : `${escapeText(article.byline)} · `
  return `<!DOCTYPE html>
<html lang="${language}" dir="${facts?.direction === "rtl" ? "rtl" : "ltr"}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${pagePolicy}"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><header><h1>${title}</h1><p>${byline}<a href="${escapeAttribute(finalUrl)}">${escapeText(finalUrl)}</a> · ${escapeText(capturing.takenAt)}</p></header>
${body}
</body></html>
`
}
