/**
 * The query line, read as far as the page needs it: which words are filters, for the chips under the field, and
 * which the catalogue can answer without a text search. The server's reading is the one that counts.
 */
export interface Term {
  /** As typed, with its minus and its quotes. */
  readonly text: string
  readonly key: string | null
  readonly value: string
  readonly negated: boolean
}

const chineseKeys: Readonly<Record<string, string>> = {
  标签: "tag",
  站点: "site",
  状态: "state",
  类型: "type",
  语言: "lang",
  早于: "before",
  晚于: "after",
  版本: "versions",
}
export const knownKeys = [
  "tag",
  "site",
  "state",
  "type",
  "lang",
  "before",
  "after",
  "added",
  "versions",
  "is",
  "in",
] as const

const unquote = (text: string) => text.replace(/^"|"$/g, "")

const termOf = (text: string): Term => {
  const negated = text.startsWith("-") && text.length > 1
  const body = negated ? text.slice(1) : text
  const colon = body.indexOf(":")
  const word = colon > 0 ? body.slice(0, colon).toLowerCase() : ""
  const key = chineseKeys[word] ?? word
  if ((knownKeys as ReadonlyArray<string>).includes(key)) {
    return { text, key, value: unquote(body.slice(colon + 1)), negated }
  }
  return { text, key: null, value: unquote(body), negated }
}

/** The terms in their order; full-width colons and quotes count as plain ones. */
export const termsOf = (query: string): ReadonlyArray<Term> => {
  const plain = query.replaceAll("：", ":").replaceAll(/[＂“”]/g, '"')
  const found = plain.match(/-?(?:[^\s":]+:)?"[^"]*"?|\S+/g) ?? []
  return found.map(termOf)
}

export const withoutTerm = (query: string, index: number): string =>
  termsOf(query)
    .filter((_, at) => at !== index)
    .map((term) => term.text)
    .join(" ")

const quoted = (value: string) => (/[\s:"]/.test(value) ? `"${value}"` : value)

/** The query with `tag:x` in it (or `-tag:x`), once. */
export const withTag = (query: string, tag: string, negated = false): string => {
  const text = `${negated ? "-" : ""}tag:${quoted(tag)}`
  const terms = termsOf(query)
  if (terms.some((term) => term.text === text)) return query
  return [...terms.map((term) => term.text), text].join(" ")
}

export interface Request {
  /** `list` is answered by the catalogue, `search` by the text index, with excerpts. */
  readonly by: "list" | "search"
  readonly tags: ReadonlyArray<string>
  readonly states: ReadonlyArray<string>
  readonly rest: string
}

/** Plain `tag:` and `state:` terms become filters of the list; whatever else is left makes it a search. */
export const requestOf = (query: string): Request => {
  const terms = termsOf(query)
  const plain = (key: string) =>
    terms.filter((term) => term.key === key && !term.negated && term.value !== "" && term.value !== "none")
  const tags = plain("tag")
  const states = plain("state")
  const taken = new Set([...tags, ...states])
  const rest = terms.filter((term) => !taken.has(term))
  const words = rest.map((term) => term.text).join(" ")
  return {
    by: rest.length > 0 && taken.size === 0 ? "search" : "list",
    tags: tags.map((term) => term.value),
    states: states.flatMap((term) => term.value.split(",").filter((value) => value !== "")),
    rest: words,
  }
}
