/**
 * A query's tree as a condition of SQL over `links l`. Each word is looked up in its full-text tables and the rows
 * are then combined, so that one word may stand in the title and the next in the article.
 */
import { tagKey } from "./Tags.ts"
import type { Field, Query } from "./query.ts"
import { matchExpression, type Phrase } from "./tokens.ts"
import { siteKey } from "./urlKeys.ts"

export interface Condition {
  readonly sql: string
  readonly params: ReadonlyArray<string | number>
}

const all: Condition = { sql: "1", params: [] }
const none: Condition = { sql: "0", params: [] }

const join = (parts: ReadonlyArray<Condition>, word: "AND" | "OR"): Condition =>
  parts.length === 1
    ? parts[0]!
    : {
        sql: `(${parts.map((part) => part.sql).join(` ${word} `)})`,
        params: parts.flatMap((part) => part.params),
      }

export const allOf = (parts: ReadonlyArray<Condition>): Condition =>
  parts.length === 0 ? all : join(parts, "AND")

const metaFields = ["title", "note", "url"] as const

/** The match expressions of a phrase by table; null where its fields leave the table out. */
export const matches = (phrase: Phrase, fields: ReadonlyArray<Field> | null) => {
  const expression = matchExpression(phrase)
  const meta = fields === null ? null : metaFields.filter((field) => fields.includes(field))
  return {
    meta: meta === null ? expression : meta.length === 0 ? null : `{${meta.join(" ")}} : ${expression}`,
    title: fields === null || fields.includes("title") ? `{title} : ${expression}` : null,
    text: fields === null || fields.includes("text") ? expression : null,
    tag: fields === null || fields.includes("tag") ? expression : null,
  }
}

const words = (phrase: Phrase, fields: ReadonlyArray<Field> | null): Condition => {
  const match = matches(phrase, fields)
  const from: Array<Condition> = []
  if (match.meta !== null) {
    from.push({ sql: "SELECT rowid FROM search_meta WHERE search_meta MATCH ?", params: [match.meta] })
  }
  if (match.text !== null) {
    from.push({ sql: "SELECT rowid FROM search_text WHERE search_text MATCH ?", params: [match.text] })
  }
  if (match.tag !== null) {
    from.push({
      sql: `SELECT x.link FROM link_tags x WHERE x.tag_id IN
        (SELECT rowid FROM search_tags WHERE search_tags MATCH ?)`,
      params: [match.tag],
    })
  }
  return {
    sql: `l.seq IN (${from.map((each) => each.sql).join(" UNION ALL ")})`,
    params: from.flatMap((each) => each.params),
  }
}

/** What people call a kind of file, as patterns of media types. */
const typePatterns: Readonly<Record<string, ReadonlyArray<string>>> = {
  page: ["text/html", "application/xhtml+xml"],
  html: ["text/html", "application/xhtml+xml"],
  pdf: ["application/pdf"],
  image: ["image/*"],
  picture: ["image/*"],
  audio: ["audio/*"],
  video: ["video/*"],
  text: ["text/plain", "text/markdown"],
  网页: ["text/html", "application/xhtml+xml"],
  图片: ["image/*"],
  音频: ["audio/*"],
  视频: ["video/*"],
  文本: ["text/plain", "text/markdown"],
}

const mediaTypes = (type: string): Condition => {
  const patterns = typePatterns[type] ?? [type.includes("/") ? type : `*/${type}`]
  // GLOB's own wildcards must not come in through the query.
  const parts = patterns.map((pattern): Condition => {
    if (pattern.startsWith("*/"))
      return { sql: "l.media_type LIKE ? ESCAPE '\\'", params: [`%/${escapeLike(pattern.slice(2))}`] }
    if (pattern.endsWith("/*")) return range("l.media_type", pattern.slice(0, -1))
    return { sql: "l.media_type = ?", params: [pattern] }
  })
  return join(parts, "OR")
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, (char) => `\\${char}`)

/** Every text that starts with the prefix, in a form an index serves. */
const range = (column: string, prefix: string): Condition => ({
  sql: `(${column} >= ? AND ${column} < ?)`,
  params: [prefix, prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)],
})

const language = (lang: string): Condition => ({
  sql: `(l.lang <> '' AND (l.lang = ? OR (l.lang >= ? AND l.lang < ?)))`,
  params: [lang, `${lang}-`, `${lang}.`],
})

const added = (from: number | null, until: number | null): Condition =>
  allOf([
    ...(from === null ? [] : [{ sql: "l.added_at >= ?", params: [from] }]),
    ...(until === null ? [] : [{ sql: "l.added_at < ?", params: [until] }]),
  ])

/** `now` in milliseconds since 1970, for spans like `added:7d`. */
export const compile = (query: Query, now: number): Condition => {
  switch (query._tag) {
    case "And":
      return allOf(query.of.map((each) => compile(each, now)))
    case "Or":
      return join(
        query.of.map((each) => compile(each, now)),
        "OR",
      )
    case "Not": {
      const inner = compile(query.of, now)
      return { sql: `NOT (${inner.sql})`, params: inner.params }
    }
    case "Words":
      return words(query.phrase, query.fields)
    case "Tag":
      return {
        sql: `EXISTS (SELECT 1 FROM link_tags WHERE tag_id = (SELECT id FROM tags WHERE key = ?)
          AND added_at = l.added_at AND link = l.seq)`,
        params: [tagKey(query.name)],
      }
    case "NoTags":
      return { sql: "NOT EXISTS (SELECT 1 FROM link_tags WHERE link = l.seq)", params: [] }
    case "Site": {
      const key = siteKey(query.site)
      return key === "" ? none : range("l.host_key", key)
    }
    case "State":
      return query.states.length === 0
        ? none
        : { sql: `l.state IN (${query.states.map(() => "?").join(",")})`, params: query.states }
    case "Type":
      return mediaTypes(query.type)
    case "Language":
      return language(query.lang)
    case "Added":
      return added(query.from, query.until)
    case "AddedWithin":
      return { sql: "l.added_at >= ?", params: [now - query.millis] }
    case "Versions":
      return { sql: `l.versions ${query.compare} ?`, params: [query.count] }
    case "Partial":
      return {
        sql: "l.latest_snapshot_id IN (SELECT id FROM snapshots WHERE partial = 1)",
        params: [],
      }
  }
}

/** True when the query itself speaks of removed links; otherwise they are left out. */
export const asksForRemoved = (query: Query | null): boolean => {
  if (query === null) return false
  if (query._tag === "And" || query._tag === "Or") return query.of.some(asksForRemoved)
  return query._tag === "State" && query.states.some((state) => state === "removed" || state === "removing")
}

/** The words that a hit is ranked and marked by: those not negated. */
export const positiveWords = (
  query: Query | null,
): ReadonlyArray<{ readonly phrase: Phrase; readonly fields: ReadonlyArray<Field> | null }> => {
  if (query === null) return []
  if (query._tag === "Words") return [query]
  return query._tag === "And" || query._tag === "Or" ? query.of.flatMap(positiveWords) : []
}
