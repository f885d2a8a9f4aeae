/**
 * The piece of a text that shows why it was found, as HTML in which everything is escaped but our own `<mark>`.
 * Texts are strangers' texts. The same tokens decide here as in the index. Pure, and bounded for long texts.
 */
import { eachToken, type Phrase, type Token } from "./tokens.ts"

/** Shown around the first hit, in columns: a Han character is two wide. */
const excerptColumns = 200
/** Columns before the first hit. */
const leadColumns = 48
/** Matches looked at for the best place. */
const matchesMax = 200
/** After the first match the search for a better place ends here (UTF-16 units). */
const lookAheadUnits = 50_000

export interface Match {
  readonly phrase: number
  readonly start: number
  readonly end: number
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char]!)

/** Where the phrases stand in the text, in order of their end; at most `matchesMax`. */
export const findMatches = (text: string, phrases: ReadonlyArray<Phrase>): ReadonlyArray<Match> => {
  const found: Array<Match> = []
  const longest = Math.max(0, ...phrases.map((phrase) => phrase.tokens.length))
  if (longest === 0) return found
  const recent: Array<Token> = []
  eachToken(text, (token) => {
    recent.push(token)
    if (recent.length > longest) recent.shift()
    phrases.forEach((phrase, index) => {
      const match = matchAtEnd(recent, phrase)
      if (match !== null) found.push({ phrase: index, ...match })
    })
    return found.length < matchesMax && (found.length === 0 || token.start - found[0]!.start < lookAheadUnits)
  })
  return found
}

const matchAtEnd = (recent: ReadonlyArray<Token>, { tokens, prefix }: Phrase) => {
  const offset = recent.length - tokens.length
  if (tokens.length === 0 || offset < 0) return null
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    const have = recent[offset + index]!
    const want = tokens[index]!
    const partial = prefix && index === tokens.length - 1
    if (partial ? !have.text.startsWith(want) : have.text !== want) return null
  }
  const last = recent.at(-1)!
  return { start: recent[offset]!.start, end: prefix ? last.firstEnd : last.end }
}

const widthOf = (code: number) => (code >= 0x1100 ? 2 : 1)

/** The position `columns` before or after `from`, moved to a blank near by so that no word is cut. */
const step = (text: string, from: number, columns: number, direction: -1 | 1): number => {
  let at = from
  for (
    let left = columns;
    left > 0 && at + (direction < 0 ? -1 : 0) >= 0 && at < text.length + (direction < 0 ? 1 : 0);
  ) {
    at += direction
    left -= widthOf(text.charCodeAt(direction < 0 ? at : at - 1))
  }
  at = Math.max(0, Math.min(text.length, at))
  if (at === 0 || at === text.length) return at
  for (let moved = 0; moved < 16; moved += 1) {
    const here = at - direction * moved
    if (here <= 0 || here >= text.length || (direction < 0 ? here >= from : here <= from)) break
    if (/\s/u.test(text[direction < 0 ? here - 1 : here]!)) return here
    if (text.charCodeAt(here) >= 0x2e80) break
  }
  return isLowSurrogate(text, at) ? at - 1 : at
}

const isLowSurrogate = (text: string, at: number) => {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff
}

/** Start of the window that shows the most different phrases. */
const bestStart = (matches: ReadonlyArray<Match>): number => {
  let best = 0
  let bestCount = 0
  for (let index = 0; index < matches.length; index += 1) {
    const reach = matches[index]!.start + excerptColumns - leadColumns
    const seen = new Set<number>()
    for (let next = index; next < matches.length && matches[next]!.end <= reach; next += 1)
      seen.add(matches[next]!.phrase)
    if (seen.size > bestCount) {
      bestCount = seen.size
      best = index
    }
  }
  return matches[best]!.start
}

const mark = (text: string, from: number, to: number, matches: ReadonlyArray<Match>): string => {
  let html = ""
  let at = from
  let open = -1
  const spans: Array<[number, number]> = []
  for (const { start, end } of matches
    .filter((each) => each.start >= from && each.end <= to)
    .sort((a, b) => a.start - b.start)) {
    if (open >= 0 && start < spans[open]![1]) spans[open]![1] = Math.max(spans[open]![1], end)
    else open = spans.push([start, end]) - 1
  }
  for (const [start, end] of spans) {
    html += `${escapeHtml(text.slice(at, start))}<mark>${escapeHtml(text.slice(start, end))}</mark>`
    at = end
  }
  return html + escapeHtml(text.slice(at, to))
}

export interface Excerpt {
  readonly html: string
  /** How many different phrases the text holds. */
  readonly phrases: number
}

/** The best piece of the text, or its beginning when nothing matches. */
export const excerptOf = (text: string, phrases: ReadonlyArray<Phrase>): Excerpt => {
  const matches = findMatches(text, phrases)
  const anchor = matches.length === 0 ? 0 : bestStart(matches)
  const from = anchor === 0 ? 0 : step(text, anchor, leadColumns, -1)
  const to = step(text, from, excerptColumns, 1)
  const html = mark(text, from, to, matches).replace(/\s+/gu, " ").trim()
  return {
    html: `${from > 0 ? "…" : ""}${html}${to < text.length ? "…" : ""}`,
    phrases: new Set(matches.map((match) => match.phrase)).size,
  }
}
