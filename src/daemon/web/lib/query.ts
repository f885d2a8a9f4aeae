/**
 * The query line, read as far as the page needs it: which words are filters, for the chips under the field, and
 * whether there is anything to search for. The server's reading is the one that counts.
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
  /** A query of filters alone is a list, newest first; with words it is a search, best first, with excerpts. */
  readonly by: "list" | "search"
  readonly query: string
  /** The states a row must be in to match, as far as that is plain; empty: any. */
  readonly states: ReadonlyArray<string>
}

const joins = (term: Term) => term.key === null && /^(or|或|\(|\))$|[()]/i.test(term.text)

export const requestOf = (query: string): Request => {
  const terms = termsOf(query)
  const states = terms.filter((term) => term.key === "state" && !term.negated)
  const plain = states.length === 1 && !terms.some(joins)
  return {
    by: terms.some((term) => term.key === null && !joins(term)) ? "search" : "list",
    query,
    states: plain ? (states[0]?.value.split(",").filter((value) => value !== "") ?? []) : [],
  }
}
