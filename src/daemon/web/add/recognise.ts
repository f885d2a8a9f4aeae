/**
 * Finds the addresses in pasted text. A line is an address, or a text with addresses in it, or neither; a bare host
 * such as `example.org/page` or `192.168.0.1` counts as https.
 */
export interface Recognised {
  /** In the order of the text, each once. */
  readonly urls: ReadonlyArray<string>
  /** How often an address was there again. */
  readonly repeated: number
  /** Lines with no address in them. */
  readonly unread: ReadonlyArray<{ readonly line: number; readonly text: string }>
}

/** Ends at what no address has unescaped, and at the punctuation of Chinese and Japanese. */
const inText = /https?:\/\/[^\s<>"'，。；、：！？（）【】《》〈〉「」『』“”‘’…]+/gi
const bareAddress = /^(?:(?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:.]+\]|localhost)(?::\d+)?(?:[/?#]\S*)?$/i
const bareHost = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}]{2,}(?::\d+)?(?:[/?#]\S*)?$/u

const pairs = [
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
] as const

const countOf = (text: string, sign: string) => text.split(sign).length

/** Without the punctuation of the sentence around it; a bracket is the sentence's when it was not opened inside. */
const trimmed = (url: string): string => {
  const bare = url.replace(/[.,;:!?*`]+$/, "")
  const closed = pairs.find(
    ([open, close]) => bare.endsWith(close) && countOf(bare, close) > countOf(bare, open),
  )
  return closed === undefined ? bare : trimmed(bare.slice(0, -1))
}

const parsed = (text: string): string | null => {
  try {
    const url = new URL(text)
    return (url.protocol === "http:" || url.protocol === "https:") && url.host !== "" ? url.href : null
  } catch {
    return null
  }
}

/** The addresses inside a line, as they are written. */
const writtenIn = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(inText)].map(([text]) => trimmed(text)).filter((text) => parsed(text) !== null)

const urlsOf = (line: string): ReadonlyArray<string> => {
  if (bareHost.test(line) || bareAddress.test(line)) {
    const url = parsed(`https://${line}`)
    return url === null ? [] : [url]
  }
  return writtenIn(line).flatMap((text) => parsed(text) ?? [])
}

export const recognise = (text: string): Recognised => {
  const urls = new Set<string>()
  const unread: Array<{ line: number; text: string }> = []
  let repeated = 0
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === "") continue
    const found = urlsOf(line)
    if (found.length === 0) unread.push({ line: index + 1, text: line })
    for (const url of found) {
      if (urls.has(url)) repeated += 1
      else urls.add(url)
    }
  }
  return { urls: [...urls], repeated, unread }
}

export interface Shared {
  /** The addresses as they were written, one per line; the whole text when there is none. */
  readonly addresses: string
  /** The words around them, which other programs take for a title. */
  readonly words: string
}

/** What the sentence around an address has left over: its comma or colon, and half of a pair of brackets. */
const edges = /^[\s,.;:!?|，。；、：！？…–—)\]}>）】》」』”’-]+|[\s,;:|，；：、–—([{<（【《「『“‘-]+$/gu

/** What another program gave to be added: addresses, often inside a sentence or under a title. */
export const readShared = (texts: ReadonlyArray<string>): Shared => {
  const addresses: Array<string> = []
  const words: Array<string> = []
  for (const line of texts
    .join("\n")
    .split(/\r?\n/)
    .map((text) => text.trim())) {
    const inside = bareHost.test(line) || bareAddress.test(line) ? [line] : writtenIn(line)
    addresses.push(...inside)
    let rest = line
    for (const address of inside) rest = rest.replace(address, "\n")
    words.push(...rest.split("\n"))
  }
  if (addresses.length === 0) return { addresses: texts.join("\n"), words: "" }
  const kept = words.map((text) => text.replace(edges, "")).filter((text) => /[\p{L}\p{N}]/u.test(text))
  return { addresses: [...new Set(addresses)].join("\n"), words: kept.join(" … ") }
}
