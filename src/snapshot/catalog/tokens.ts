/**
 * How text becomes search tokens. Chinese, Japanese and Korean have no blanks, so a run of their characters becomes
 * overlapping pairs, the last character kept alone; other scripts become words. A query goes through the same
 * tokens as a phrase, which is why any two characters next to each other are found.
 */

/** A word takes no further character once it is this long, in the index and in queries alike (UTF-16 units). */
export const tokenMaxUnits = 64
/** Normalised characters remembered; the memory is emptied when full. */
const normalisedMax = 8192

export type TokenKind =
  /** A word of a script with blanks. */
  | "word"
  /** Two neighbours of a script without blanks. */
  | "pair"
  /** The last character of such a run. */
  | "last"

export interface Token {
  readonly text: string
  readonly kind: TokenKind
  /** Where it lies in the source, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** End of its first character: what a query of one character marks. */
  readonly firstEnd: number
}

// What joins the character before it: marks, half-width voicing marks, Hangul vowels and finals.
const cluster = /[\s\S][\p{M}\u200d\uff9e\uff9f\u1160-\u11ff\ud7b0-\ud7ff]*/uy
const withoutBlanks =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]/u
const wordLike = /^[\p{L}\p{N}\p{M}]/u
/** Scripts whose marks readers leave out when they search: é is e, vocalised Arabic is bare Arabic. */
const marksOptional = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}]\p{Mn}/u

interface Unit {
  readonly text: string
  readonly paired: boolean
}

const normalised = new Map<string, ReadonlyArray<Unit | null>>()

const normalise = (source: string): ReadonlyArray<Unit | null> => {
  const known = normalised.get(source)
  if (known !== undefined) return known
  const lower = source.normalize("NFKC").toLowerCase().normalize("NFKC").replaceAll("ς", "σ")
  const units: Array<Unit | null> = []
  for (const [piece] of lower.matchAll(new RegExp(cluster.source, "gu"))) {
    const open = piece.normalize("NFKD")
    const text = marksOptional.test(open) ? open.replace(/\p{Mn}/gu, "") : piece
    if (withoutBlanks.test(text)) units.push({ text, paired: true })
    else units.push(wordLike.test(text) && !/^\p{M}/u.test(text) ? { text, paired: false } : null)
  }
  if (normalised.size >= normalisedMax) normalised.clear()
  normalised.set(source, units)
  return units
}

const isAsciiWord = (code: number) => (code >= 97 && code <= 122) || (code >= 48 && code <= 57)
const isPlainHan = (code: number) => code >= 0x4e00 && code <= 0x9fff
/** True when the character after this position cannot change the one before it. */
const standsAlone = (text: string, next: number) => {
  if (next >= text.length) return true
  const code = text.charCodeAt(next)
  return code < 0x300 || isPlainHan(code) || (code >= 0x3000 && code <= 0x3029)
}

/** The state of a run: what was seen and not yet given out. */
class Run {
  private word = ""
  private wordStart = 0
  private wordEnd = 0
  private wordFirstEnd = 0
  private previous: Token | null = null
  readonly visit: (token: Token) => boolean

  constructor(visit: (token: Token) => boolean) {
    this.visit = visit
  }

  add(text: string, paired: boolean, start: number, end: number): boolean {
    if (!paired) {
      if (!this.endPairs()) return false
      if (this.word === "") {
        this.wordStart = start
        this.wordFirstEnd = end
      }
      if (this.word.length < tokenMaxUnits) this.word += text
      this.wordEnd = end
      return true
    }
    if (!this.endWord()) return false
    const before = this.previous
    this.previous = { text, kind: "last", start, end, firstEnd: end }
    return before === null
      ? true
      : this.visit({ text: before.text + text, kind: "pair", start: before.start, end, firstEnd: before.end })
  }

  end(): boolean {
    return this.endWord() && this.endPairs()
  }

  private endWord(): boolean {
    if (this.word === "") return true
    const text = this.word
    this.word = ""
    return this.visit({
      text,
      kind: "word",
      start: this.wordStart,
      end: this.wordEnd,
      firstEnd: this.wordFirstEnd,
    })
  }

  private endPairs(): boolean {
    const last = this.previous
    this.previous = null
    return last === null || this.visit(last)
  }
}

/** Visits the tokens in order until the visitor answers false. Takes any text; linear in its length. */
export const eachToken = (text: string, visit: (token: Token) => boolean): void => {
  const run = new Run(visit)
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    const alone = standsAlone(text, at + 1)
    if (alone && code < 128) {
      const lower = code >= 65 && code <= 90 ? code + 32 : code
      const going = isAsciiWord(lower) ? run.add(String.fromCharCode(lower), false, at, at + 1) : run.end()
      if (!going) return
      at += 1
    } else if (alone && isPlainHan(code)) {
      if (!run.add(text[at]!, true, at, at + 1)) return
      at += 1
    } else {
      cluster.lastIndex = at
      const source = cluster.exec(text)?.[0] ?? text[at]!
      const end = at + source.length
      for (const unit of normalise(source)) {
        if (!(unit === null ? run.end() : run.add(unit.text, unit.paired, at, end))) return
      }
      at = end
    }
  }
  run.end()
}

/** The tokens as the index takes them: separated by blanks, from at most `maxUnits` of the text. */
export const indexTokens = (text: string, maxUnits = Number.POSITIVE_INFINITY): string => {
  const tokens: Array<string> = []
  eachToken(text.length > maxUnits ? text.slice(0, maxUnits) : text, (token) => {
    tokens.push(token.text)
    return true
  })
  return tokens.join(" ")
}

/** A query's words as a phrase: these tokens next to each other, the last one perhaps only begun. */
export interface Phrase {
  readonly tokens: ReadonlyArray<string>
  /** The last token is a single character of a script without blanks: whatever starts with it matches. */
  readonly prefix: boolean
}

/** The phrase a text asks for; no tokens when it holds nothing that can be searched. */
export const phraseOf = (text: string): Phrase => {
  const tokens: Array<Token> = []
  eachToken(text, (token) => {
    tokens.push(token)
    return true
  })
  const last = tokens.at(-1)
  if (last?.kind !== "last") return { tokens: tokens.map((token) => token.text), prefix: false }
  // In the text the run may go on, so its lone last character must not be asked for.
  const inPair = tokens.at(-2)?.kind === "pair" && tokens.at(-2)!.end === last.end
  if (inPair) tokens.pop()
  return { tokens: tokens.map((token) => token.text), prefix: !inPair }
}

/** The phrase in the words of FTS5. */
export const matchExpression = (phrase: Phrase): string =>
  `"${phrase.tokens.join(" ")}"${phrase.prefix ? " *" : ""}`
