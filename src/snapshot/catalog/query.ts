/**
 * The search syntax: text in, a tree out. Everything is understood somehow; only an unclosed quote or bracket, a
 * bad date and a state that there is not are errors. Keys and the common state names work in Chinese too, and so does full-width punctuation.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import type { LinkState } from "../Link.ts"
import { fieldNames, keyByName, makeFilter, type Key } from "./filters.ts"
import { phraseOf, type Phrase } from "./tokens.ts"

export type Field = "title" | "text" | "note" | "url" | "tag"

export type Query =
  | { readonly _tag: "And"; readonly of: ReadonlyArray<Query> }
  | { readonly _tag: "Or"; readonly of: ReadonlyArray<Query> }
  | { readonly _tag: "Not"; readonly of: Query }
  /** Words next to each other; `fields` null means everywhere. */
  | { readonly _tag: "Words"; readonly phrase: Phrase; readonly fields: ReadonlyArray<Field> | null }
  | { readonly _tag: "Tag"; readonly name: string }
  | { readonly _tag: "NoTags" }
  | { readonly _tag: "Site"; readonly site: string }
  | { readonly _tag: "State"; readonly states: ReadonlyArray<LinkState> }
  | { readonly _tag: "Type"; readonly type: string }
  | { readonly _tag: "Language"; readonly lang: string }
  /** Added at `from` or later, before `until`: milliseconds since 1970, null is open. */
  | { readonly _tag: "Added"; readonly from: number | null; readonly until: number | null }
  /** Added within the last so many milliseconds. */
  | { readonly _tag: "AddedWithin"; readonly millis: number }
  | { readonly _tag: "Versions"; readonly compare: "<" | "<=" | "=" | ">=" | ">"; readonly count: number }
  | { readonly _tag: "Partial" }

/** How a piece of the query was understood, for the chips under the field. Positions are UTF-16 units. */
export interface Understood {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly kind: "words" | "filter" | "ignored"
  readonly key: string | null
  readonly value: string
  readonly negated: boolean
  readonly hint: string | null
}

export interface ParsedQuery {
  /** Null: no condition at all. */
  readonly query: Query | null
  readonly understood: ReadonlyArray<Understood>
}

/** The only ways a query can be wrong. HTTP 400 with `error.position`. */
export class QueryError extends Data.TaggedError("QueryError")<{
  readonly message: string
  /** UTF-16 units from the start of the query. */
  readonly position: number
}> {}

/** Full-width forms of what has a meaning here; same length, so positions stay true. */
const halfWidth: Readonly<Record<string, string>> = {
  "＂": '"',
  "：": ":",
  "（": "(",
  "）": ")",
  "－": "-",
  "，": ",",
}

interface Group {
  readonly terms: Array<Query | "or">
  readonly fields: Array<Field>
  /** Where its bracket opened; -1 for the whole query. */
  readonly position: number
  readonly negated: boolean
}

/** Parses; never throws. Nesting is bounded by the query's own length, which the caller bounds. */
export const parseQuery = (text: string): Either.Either<ParsedQuery, QueryError> => new Parser(text).parse()

class Parser {
  private at = 0
  private readonly source: string
  private readonly text: string
  private readonly understood: Array<Understood> = []

  constructor(source: string) {
    this.source = source
    this.text = plain(source)
  }

  parse(): Either.Either<ParsedQuery, QueryError> {
    const open: Array<Group> = [{ terms: [], fields: [], position: -1, negated: false }]
    for (;;) {
      while (/\s/u.test(this.text.charAt(this.at))) this.at += 1
      if (this.at >= this.text.length) break
      const group = open.at(-1)!
      const start = this.at
      const char = this.text[start]!
      const negated = char === "-" && /[^\s]/u.test(this.text.charAt(start + 1))
      if (negated) this.at += 1
      if (this.text[this.at] === "(") {
        open.push({ terms: [], fields: [], position: this.at, negated })
        this.at += 1
      } else if (char === ")") {
        this.at += 1
        if (open.length > 1) {
          open.pop()
          const inner = finish(group)
          if (inner !== null) open.at(-1)!.terms.push(group.negated ? { _tag: "Not", of: inner } : inner)
        }
      } else {
        const error = this.term(group, start, negated)
        if (error !== null) return Either.left(error)
      }
    }
    const unclosed = open.at(-1)!
    if (open.length > 1) {
      return Either.left(
        new QueryError({ message: "a bracket is opened and not closed", position: unclosed.position }),
      )
    }
    return Either.right({ query: finish(unclosed), understood: this.understood })
  }

  /** One word, quoted text or filter, from the present position. */
  private term(group: Group, start: number, negated: boolean): QueryError | null {
    const key = /^([\p{L}]{1,12}):/u.exec(this.text.slice(this.at, this.at + 14))
    const known = key === null ? undefined : keyByName.get(key[1]!.toLowerCase())
    if (key !== null && known !== undefined) {
      this.at += key[0].length
      const valueAt = this.at
      const value = this.value()
      if (value instanceof QueryError) return value
      return this.filter(group, known, value, { start, valueAt, negated })
    }
    const word = this.value()
    if (word instanceof QueryError) return word
    if (!word.quoted && !negated && word.text.toLowerCase() === "or") {
      group.terms.push("or")
      return null
    }
    const phrase = phraseOf(word.text)
    const empty = phrase.tokens.length === 0
    if (!empty) {
      const words: Query = { _tag: "Words", phrase, fields: null }
      group.terms.push(negated ? { _tag: "Not", of: words } : words)
    }
    this.note(start, empty ? "ignored" : "words", null, word.text, negated, this.hintFor(key?.[1]))
    return null
  }

  private filter(
    group: Group,
    key: Key,
    value: { readonly text: string; readonly quoted: boolean },
    place: { readonly start: number; readonly valueAt: number; readonly negated: boolean },
  ): QueryError | null {
    const note = (hint: string | null, kind: Understood["kind"] = "filter") =>
      this.note(place.start, kind, key, value.text, place.negated, hint)
    if (key === "in") {
      const fields = value.text.split(",").flatMap((name) => fieldNames.get(name.trim().toLowerCase()) ?? [])
      group.fields.push(...fields)
      note(
        fields.length === 0 ? "in: takes title, text, note, url or tag" : null,
        fields.length === 0 ? "ignored" : "filter",
      )
      return null
    }
    const made = value.text.trim() === "" ? null : makeFilter(key, value)
    if (made !== null && "refused" in made)
      return new QueryError({ message: made.refused, position: place.valueAt })
    if (made === null) {
      note(`${key}: needs a value`, "ignored")
      return null
    }
    group.terms.push(place.negated ? { _tag: "Not", of: made.query } : made.query)
    note(made.hint)
    return null
  }

  /** A quoted text, or everything to the next blank or closing bracket. */
  private value(): { readonly text: string; readonly quoted: boolean } | QueryError {
    const opening = this.at
    const quote = this.text[opening]
    const closing = quote === '"' ? '"' : quote === "“" ? "”" : null
    if (closing !== null) {
      const end = this.text.indexOf(closing, opening + 1)
      if (end >= 0) {
        this.at = end + 1
        return { text: this.source.slice(opening + 1, end), quoted: true }
      }
      if (quote === '"') {
        return new QueryError({ message: "a quote is opened and not closed", position: opening })
      }
    }
    let depth = 0
    this.at += closing === null ? 0 : 1
    for (; this.at < this.text.length; this.at += 1) {
      const char = this.text[this.at]!
      if (/\s/u.test(char) || char === '"') break
      if (char === "(") depth += 1
      if (char === ")" && --depth < 0) break
    }
    return { text: this.source.slice(opening, this.at), quoted: false }
  }

  private note(
    from: number,
    kind: Understood["kind"],
    key: string | null,
    value: string,
    negated: boolean,
    hint: string | null,
  ) {
    const text = this.source.slice(from, this.at)
    this.understood.push({ from, to: this.at, text, kind, key, value, negated, hint })
  }

  private hintFor(name: string | undefined): string | null {
    if (name === undefined) return null
    const near = [...keyByName.keys()].find((key) => isNear(name.toLowerCase(), key))
    return near === undefined ? null : `"${name}:" is not a filter; did you mean "${near}:"?`
  }
}

const plain = (text: string) =>
  text.replace(/[＂：（）－，]/gu, (char) => halfWidth[char]!).replaceAll("　", " ")

/** Joins the neighbours of each `or`, then all that is left; a loose `or` at the edge is a word. */
const finish = (group: Group): Query | null => {
  const terms = group.terms
  const all: Array<Query> = []
  for (let index = 0; index < terms.length; index += 1) {
    const term = terms[index]!
    if (term === "or") {
      all.push({ _tag: "Words", phrase: phraseOf("or"), fields: null })
      continue
    }
    const either: Array<Query> = [term]
    while (terms[index + 1] === "or" && terms[index + 2] !== undefined && terms[index + 2] !== "or") {
      either.push(terms[index + 2] as Query)
      index += 2
    }
    all.push(either.length === 1 ? term : { _tag: "Or", of: either })
  }
  if (all.length === 0) return null
  const query: Query = all.length === 1 ? all[0]! : { _tag: "And", of: all }
  return group.fields.length === 0 ? query : within(query, [...new Set(group.fields)])
}

/** Words that are not yet bound to a field are looked for in these only. */
const within = (query: Query, fields: ReadonlyArray<Field>): Query => {
  switch (query._tag) {
    case "And":
    case "Or":
      return { _tag: query._tag, of: query.of.map((each) => within(each, fields)) }
    case "Not":
      return { _tag: "Not", of: within(query.of, fields) }
    case "Words":
      return query.fields === null ? { ...query, fields } : query
    default:
      return query
  }
}

/** One letter more, less, other, or two swapped. */
const isNear = (a: string, b: string): boolean => {
  if (a === b || Math.abs(a.length - b.length) > 1 || b.length < 3) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start += 1
  const restA = a.slice(start)
  const restB = b.slice(start)
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  )
}
