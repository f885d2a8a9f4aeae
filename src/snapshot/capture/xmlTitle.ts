/** The title that a picture (SVG) or a feed (RSS, Atom) gives itself; other XML has no title that means the whole. Pure. */

/** A title stands at the beginning (UTF-16 units). */
const lookedAt = 64_000

const root = /<(?:[\w-]+:)?(svg|rss|feed|rdf)[\s>]/i
const opening = /<title(?:\s[^<>]*)?>/i
/** From here on a title is of one entry, or of one part of a picture. */
const parts = /<(?:item|entry|g|a|path)[\s>/]/i

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&#39;": "'",
  "&amp;": "&",
}

const plain = (text: string) =>
  text
    .replace(/<!\[CDATA\[|\]\]>/g, "")
    .replace(/<[^<>]*>/g, "")
    .replace(/&(?:lt|gt|quot|apos|#39|amp);/g, (entity) => entities[entity]!)
    .replace(/\s+/g, " ")
    .trim()

/** Empty when it has none. */
export const xmlTitle = (text: string): string => {
  const head = text.slice(0, lookedAt)
  const start = root.exec(head)?.index
  if (start === undefined) return ""
  const whole = head.slice(start)
  const before = whole.slice(0, parts.exec(whole)?.index)
  const open = opening.exec(before)
  if (open === null) return ""
  const from = open.index + open[0].length
  const to = whole.toLowerCase().indexOf("</title>", from)
  return to < 0 ? "" : plain(whole.slice(from, to))
}
