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

const inText = /https?:\/\/[^\s<>"'，。；、）】》」]+/gi
const bareAddress = /^(?:(?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:.]+\]|localhost)(?::\d+)?(?:[/?#]\S*)?$/i
const bareHost = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}]{2,}(?::\d+)?(?:[/?#]\S*)?$/u

const trimmed = (url: string): string => {
  const open = url.split("(").length
  const bare = url.replace(/[.,;:!?]+$/, "")
  return open === 1 ? bare.replace(/\)+$/, "") : bare
}

const parsed = (text: string): string | null => {
  try {
    const url = new URL(text)
    return (url.protocol === "http:" || url.protocol === "https:") && url.host !== "" ? url.href : null
  } catch {
    return null
  }
}

const urlsOf = (line: string): ReadonlyArray<string> => {
  if (bareHost.test(line) || bareAddress.test(line)) {
    const url = parsed(`https://${line}`)
    return url === null ? [] : [url]
  }
  return [...line.matchAll(inText)].flatMap(([text]) => parsed(trimmed(text)) ?? [])
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
