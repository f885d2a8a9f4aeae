/**
 * The readable part of a page, and the text of a PDF. Slow and at the mercy of its input, so it runs in a thread of
 * its own, see `extractThread.ts`.
 */
import { Readability } from "@mozilla/readability"
import { Defuddle } from "defuddle/node"
import { parseHTML } from "linkedom"
import { getDocumentProxy, extractText } from "unpdf"

export interface Article {
  readonly title: string
  readonly byline: string
  readonly excerpt: string
  readonly html: string
  readonly text: string
  readonly by: "readability" | "defuddle"
}

/** Characters below which the second extractor is asked too. */
const littleText = 300
const maxPdfPages = 2_000
const maxPdfText = 5_000_000

/** The article of a page, or null when neither extractor finds one. */
export const extractArticle = async (html: string, url: string): Promise<Article | null> => {
  const first = withReadability(html)
  if (first !== null && first.text.length >= littleText) return first
  const second = await withDefuddle(html, url).catch(() => null)
  if (second === null) return first
  return first === null || second.text.length > first.text.length * 1.5 ? second : first
}

type LinkedDocument = ReturnType<typeof parseHTML>["document"]

const withReadability = (html: string): Article | null => {
  const { document } = parseHTML(html)
  const found = readIn(document)
  if (found === null || found === undefined) return null
  const content = found.content ?? ""
  return {
    title: found.title ?? "",
    byline: found.byline ?? "",
    excerpt: found.excerpt ?? "",
    html: content,
    text: textOf(content),
    by: "readability",
  }
}

/** It trips over documents that are none, such as what a browser makes of XML with an error in it. */
const readIn = (document: LinkedDocument) => {
  try {
    return new Readability(document as never, { charThreshold: 200 }).parse()
  } catch {
    return null
  }
}

const withDefuddle = async (html: string, url: string): Promise<Article | null> => {
  const { document } = parseHTML(html)
  const found = await Defuddle(document as never, url, { useAsync: false })
  const content = found.content
  if (content === "") return null
  return {
    title: found.title,
    byline: found.author,
    excerpt: found.description,
    html: content,
    text: textOf(content),
    by: "defuddle",
  }
}

const blocks = new Set(
  "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre search section summary table tr ul".split(
    " ",
  ),
)

interface TextNode {
  readonly nodeType: number
  readonly nodeValue: string | null
  readonly localName?: string
  readonly childNodes: ArrayLike<TextNode>
}

/** The text as a reader would type it: a line per block, blank lines between paragraphs. */
const textOf = (html: string): string => {
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`)
  const pieces: Array<string> = []
  const walk = (node: TextNode, pre: boolean): void => {
    if (node.nodeType === 3) {
      const value = node.nodeValue ?? ""
      pieces.push(pre ? value : value.replace(/\s+/g, " "))
      return
    }
    const name = node.localName ?? ""
    if (name === "script" || name === "style") return
    const block = blocks.has(name)
    if (name === "br") pieces.push("\n")
    if (name === "td" || name === "th") pieces.push("\t")
    if (block) pieces.push("\n\n")
    for (const child of Array.from(node.childNodes)) walk(child, pre || name === "pre")
    if (block) pieces.push(name === "li" || name === "tr" || name === "dt" ? "\n" : "\n\n")
  }
  walk((document as LinkedDocument).body as unknown as TextNode, false)
  return pieces
    .join("")
    .replace(/[ \t]*\n[ \t]*/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()
}

/** The text of a PDF, page by page. */
export const extractPdf = async (
  bytes: Uint8Array,
): Promise<{ readonly title: string; readonly text: string }> => {
  const pdf = await getDocumentProxy(bytes)
  if (pdf.numPages > maxPdfPages)
    throw new Error(`the PDF has ${pdf.numPages} pages, more than ${maxPdfPages}`)
  const meta = await pdf.getMetadata().catch(() => null)
  const { text } = await extractText(pdf, { mergePages: false })
  const title = (meta?.info as { Title?: unknown } | undefined)?.Title
  return {
    title: typeof title === "string" ? title.trim() : "",
    text: text.join("\n\n").slice(0, maxPdfText),
  }
}
