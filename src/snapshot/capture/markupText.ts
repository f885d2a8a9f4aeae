/**
 * The words of a file that is markup (SVG, a feed, an HTML file that is a download), for reading and for search. No
 * tree is made: the tags are left out, which also does for markup that is broken. Pure.
 */

/** Elements whose content nobody reads. */
const unread = /^(?:script|style|template|noscript)$/i
/** These stand inside a line; where any other begins or ends, a line does. */
const inline =
  /^(?:a|abbr|b|bdi|bdo|cite|code|em|font|i|kbd|mark|q|s|small|span|strong|sub|sup|tspan|u|var|wbr)$/i
const feed = /<(?:[\w-]+:)?(?:rss|feed|rdf)[\s>]/i
/** The root of a feed stands here (UTF-16 units). */
const rootWithin = 4_096

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  copy: "©",
}

const maxCodePoint = 0x10ffff

const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[String(name).toLowerCase()] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0 && code <= maxCodePoint ? String.fromCodePoint(code) : ""
  })

/** What is between `<` at `from` and the place behind it: the text it stands for, and where to go on. */
interface Step {
  readonly text: string
  readonly next: number
}

const behind = (markup: string, end: string, from: number): number => {
  const at = markup.indexOf(end, from)
  return at < 0 ? markup.length : at + end.length
}

/** Behind the `>` of a tag; one inside a quoted value does not count. */
const tagEnd = (markup: string, from: number): number => {
  let quote = ""
  let isValue = false
  for (let at = from; at < markup.length; at++) {
    const sign = markup[at]!
    if (quote !== "") {
      if (sign === quote) quote = ""
    } else if (sign === ">") return at + 1
    else if (isValue && (sign === '"' || sign === "'")) quote = sign
    if (sign.trim() !== "") isValue = sign === "=" && quote === ""
  }
  return markup.length
}

const declarationEnd = (markup: string, from: number): number => {
  const end = behind(markup, ">", from)
  const inner = markup.indexOf("[", from)
  return inner >= 0 && inner < end ? behind(markup, ">", behind(markup, "]", inner)) : end
}

const tagName = /<\/?([a-z_][\w:.-]{0,100})/iy

const tagAt = (markup: string, from: number): Step => {
  tagName.lastIndex = from
  const found = tagName.exec(markup)
  if (found === null) return { text: "<", next: from + 1 }
  const name = found[1]!
  const next = tagEnd(markup, tagName.lastIndex)
  const opens = markup[from + 1] !== "/" && markup[next - 2] !== "/"
  if (!opens || !unread.test(name)) return { text: inline.test(name) ? "" : "\n", next }
  const closing = new RegExp(`</${name}`, "gi")
  closing.lastIndex = next
  const close = closing.exec(markup)
  return { text: "\n", next: close === null ? markup.length : behind(markup, ">", close.index) }
}

const stepAt = (markup: string, from: number): Step => {
  if (markup.startsWith("<!--", from)) return { text: "", next: behind(markup, "-->", from + 4) }
  if (markup.startsWith("<![CDATA[", from)) {
    const next = behind(markup, "]]>", from)
    return { text: markup.slice(from + "<![CDATA[".length, next).replace(/\]\]>$/, ""), next }
  }
  if (markup.startsWith("<!", from)) return { text: "", next: declarationEnd(markup, from) }
  if (markup.startsWith("<?", from)) return { text: "", next: behind(markup, ">", from) }
  return tagAt(markup, from)
}

/** One pass from the beginning to the end, whatever stands there. */
const withoutTags = (markup: string): string => {
  const pieces: Array<string> = []
  let at = 0
  while (at < markup.length) {
    const open = markup.indexOf("<", at)
    pieces.push(decoded(markup.slice(at, open < 0 ? markup.length : open)))
    if (open < 0) break
    const { next, text } = stepAt(markup, open)
    pieces.push(text)
    at = next
  }
  return pieces.join("")
}

/** A line per element, without blank ones. Feeds carry HTML that is escaped, or in CDATA: its tags go too. */
export const markupText = (markup: string): string => {
  const plain = withoutTags(markup)
  return (feed.test(markup.slice(0, rootWithin)) ? withoutTags(plain) : plain)
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n")
}

/** A title stands at the beginning (UTF-16 units). */
const titleWithin = 64_000

/** Of an HTML file; empty when it has none. */
export const htmlTitle = (markup: string): string => {
  const head = markup.slice(0, titleWithin)
  const open = /<title(?:\s[^<>]*)?>/i.exec(head)
  if (open === null) return ""
  const from = open.index + open[0].length
  const to = head.toLowerCase().indexOf("</title", from)
  return to < 0 ? "" : decoded(head.slice(from, to)).replace(/\s+/g, " ").trim()
}
