/**
 * Finds the addresses in style text and puts something else in their place, and settles what depends on the reader's
 * colour scheme as it was at the capture. It reads CSS just well enough to know strings, comments, `url()` and
 * `@import` from each other; everything else passes as it is. What a reader needs (less motion, more contrast, forced
 * colours) and what the output is (print) stays for the moment of reading.
 */
import type { ColorScheme } from "../inpage/serialised.ts"
import { parseUrl } from "../../parseUrl.ts"

export type CssReference =
  { readonly kind: "resource"; readonly url: string } | { readonly kind: "import"; readonly url: string }

export type CssPiece = string | CssReference

const string = `"(?:\\\\[\\s\\S]|[^"\\\\\\n])*"|'(?:\\\\[\\s\\S]|[^'\\\\\\n])*'`
const url = `url\\(\\s*(?:${string}|(?:\\\\[\\s\\S]|[^\\s"'()\\\\])*)\\s*\\)`
const schemeQuery = `\\(\\s*prefers-color-scheme\\s*(?::\\s*[\\w-]+\\s*)?\\)`
const schemeProperty = `(?<![\\w-])color-scheme\\s*:\\s*[^;{}]+`
const addressSelector = `\\[\\s*(?:href|src)\\s*[~|^$*]?=\\s*(?:${string}|[^\\]\\s"']+)\\s*(?:[is]\\s*)?\\]`
const token = new RegExp(
  [
    `/\\*[\\s\\S]*?(?:\\*/|$)`,
    `@charset\\s+(?:${string})\\s*;`,
    `@namespace\\s+[^;{}]*;`,
    `@import\\s+(?:${url}|${string})`,
    `(?:-webkit-)?image-set\\(\\s*(?:${string})`,
    string,
    url,
    `:not\\(\\s*:defined\\s*\\)|:defined(?![\\w-])`,
    schemeQuery,
    schemeProperty,
    addressSelector,
  ].join("|"),
  "gi",
)

/** A selector of what was written in an address, where that is remembered; it weighs as much as before. */
const asWritten = (selector: string): string => {
  const name = /href|src/i.exec(selector)![0].toLowerCase()
  const remembered = selector.replace(/href|src/i, `data-ls-${name}`)
  return `:is(${remembered},${selector}:where(:not([data-ls-${name}])))`
}

/** A media query in which the question for the reader's colour scheme is answered. */
export const settleMedia = (query: string, scheme: ColorScheme): string =>
  query.replace(new RegExp(schemeQuery, "gi"), (asked) => {
    const wanted = /:\s*([\w-]+)/.exec(asked)?.[1]?.toLowerCase() ?? scheme
    // A feature in place of a feature, so that `and`, `or` and `not` around it keep their meaning.
    return wanted === scheme ? "(min-width:0)" : "(max-width:0)"
  })

/** A list of colour schemes from which the reader's would be chosen becomes the one that was. */
export const settleScheme = (value: string, scheme: ColorScheme): string =>
  /\blight\b/i.test(value) && /\bdark\b/i.test(value)
    ? value.replace(/\b(light|dark)\b(\s+(light|dark|only)\b)*/i, scheme)
    : value

/** Cuts style text at its addresses. Relative ones are made absolute; `data:` and fragments stay in the text. */
export const splitCss = (text: string, base: string, scheme: ColorScheme): ReadonlyArray<CssPiece> => {
  const pieces: Array<CssPiece> = []
  let literal = ""
  let last = 0
  const refer = (
    kind: CssReference["kind"],
    address: string,
    before: string,
    after: string,
    original: string,
  ) => {
    const absolute = resolve(address, base)
    if (absolute === null) {
      literal += original
      return
    }
    pieces.push(literal + before, { kind, url: absolute })
    literal = after
  }
  for (const match of text.matchAll(token)) {
    const found = match[0]
    literal += text.slice(last, match.index)
    last = match.index + found.length
    const lower = found.slice(0, 11).toLowerCase()
    if (lower.startsWith("/*") || lower.startsWith("@charset")) continue
    if (lower.startsWith("@namespace")) literal += found
    else if (lower.startsWith("@import"))
      refer("import", addressIn(found.slice(7).trim()), "@import ", "", found)
    else if (lower.startsWith("url(")) refer("resource", addressIn(found), "", "", found)
    else if (lower.includes("image-set")) {
      const open = found.slice(0, found.indexOf("(") + 1)
      refer("resource", addressIn(found.slice(open.length).trim()), open, "", found)
    }
    // Without scripts no custom element is ever defined; pages hide what is not.
    else if (lower.startsWith(":not(")) literal += ":not(*)"
    else if (lower.startsWith(":defined")) literal += ":is(*)"
    else if (lower.startsWith("[")) literal += asWritten(found)
    else if (lower.startsWith("(")) literal += settleMedia(found, scheme)
    else if (lower.startsWith("color-schem")) literal += settleScheme(found, scheme)
    else literal += found
  }
  literal += text.slice(last)
  if (literal !== "") pieces.push(literal)
  return pieces
}

const addressIn = (text: string): string => {
  const inner = /^url\(/i.test(text) ? text.slice(4, -1).trim() : text
  const quoted = /^["']/.test(inner) ? inner.slice(1, -1) : inner
  return quoted.replace(
    /\\(?:([0-9a-f]{1,6})\s?|\r?\n|([\s\S]))/gi,
    (_all, hex: string | undefined, char?: string) =>
      hex !== undefined ? String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)) : (char ?? ""),
  )
}

const resolve = (address: string, base: string): string | null => {
  const trimmed = address.trim()
  if (trimmed === "" || trimmed.startsWith("#") || /^data:/i.test(trimmed)) return null
  return parseUrl(trimmed, base)?.href ?? null
}
