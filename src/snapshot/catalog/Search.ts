/**
 * Full-text search over title, note, address, tags and article text, best hits first. Which links match is decided
 * by the query's tree; how good a hit is, by its words alone (BM25, the title counting most).
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Hit, HitPage, Link } from "../Link.ts"
import { BadRequest } from "../Links.ts"
import { readQuery } from "./Catalog.ts"
import { readableUrl } from "./CatalogWriter.ts"
import { allOf, asksForRemoved, compile, matches, positiveWords, type Condition } from "./compile.ts"
import { decodeCursor, encodeCursor } from "./cursor.ts"
import { excerptOf } from "./excerpt.ts"
import { linkColumns, linkOf, type LinkColumns } from "./linkRows.ts"
import type { Field, Query } from "./query.ts"
import type { Phrase } from "./tokens.ts"

/** Weights of title, note and address. */
const metaWeights = "10.0, 3.0, 1.0"
/**
 * What a word in the title or in a tag is worth besides, on BM25's scale (lower is better). In a small collection
 * BM25 hardly tells hits apart, as every word is frequent.
 */
const titleScore = -4
const tagScore = -2

type Word = { readonly phrase: Phrase; readonly fields: ReadonlyArray<Field> | null }

interface Scored {
  readonly seq: number
  readonly score: number
  readonly added_at: number
}

/**
 * A page of hits. An unclosed quote or bracket and a bad date are `BadRequest` with the position; without any
 * condition all links are hits, newest first.
 */
export const search = (
  text: string,
  limit: number,
  cursor?: string,
): Effect.Effect<HitPage, BadRequest | SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const query = yield* readQuery(text)
    const now = yield* Clock.currentTimeMillis
    const after = cursor === undefined ? null : yield* decodeCursor(cursor, 3)
    const condition = conditionOf(query, now)
    const words = positiveWords(query)
    const found = yield* sql.unsafe<Scored>(...pageSql(condition, words, after, limit))
    const totals = yield* sql.unsafe<{ n: number }>(
      `SELECT count(*) AS n FROM links l WHERE ${condition.sql}`,
      condition.params,
    )
    const shown = found.slice(0, limit)
    const last = found.length > limit ? shown.at(-1) : undefined
    return {
      hits: yield* hitsOf(shown, words),
      total: totals[0]!.n,
      nextCursor: last === undefined ? null : encodeCursor([last.score, last.added_at, last.seq]),
    }
  })

const conditionOf = (query: Query | null, now: number): Condition =>
  allOf([
    ...(asksForRemoved(query) ? [] : [{ sql: "l.removed_at IS NULL", params: [] }]),
    ...(query === null ? [] : [compile(query, now)]),
  ])

/** The rows a word scores in, joined by OR: BM25 then adds up what each of them is worth. */
const scoreTables = (words: ReadonlyArray<Word>) => {
  const each = words.map(({ phrase, fields }) => matches(phrase, fields))
  const any = (expressions: ReadonlyArray<string | null>) => {
    const parts = [...new Set(expressions.filter((expression) => expression !== null))]
    return parts.length === 0 ? null : parts.map((part) => `(${part})`).join(" OR ")
  }
  return {
    meta: any(each.map((match) => match.meta)),
    text: any(each.map((match) => match.text)),
    title: any(each.map((match) => match.title)),
    tag: any(each.map((match) => match.tag)),
  }
}

const pageSql = (
  condition: Condition,
  words: ReadonlyArray<Word>,
  after: ReadonlyArray<number> | null,
  limit: number,
): [string, Array<string | number>] => {
  const { meta, title, text, tag } = scoreTables(words)
  const tables: Array<string> = []
  const params: Array<string | number> = []
  if (meta !== null) {
    tables.push(
      `SELECT rowid AS seq, bm25(search_meta, ${metaWeights}) AS score FROM search_meta WHERE search_meta MATCH ?`,
    )
    params.push(meta)
  }
  if (title !== null) {
    tables.push(`SELECT rowid AS seq, ${titleScore} AS score FROM search_meta WHERE search_meta MATCH ?`)
    params.push(title)
  }
  if (text !== null) {
    tables.push("SELECT rowid AS seq, bm25(search_text) AS score FROM search_text WHERE search_text MATCH ?")
    params.push(text)
  }
  if (tag !== null) {
    tables.push(
      `SELECT DISTINCT link AS seq, ${tagScore} AS score FROM link_tags WHERE tag_id IN
        (SELECT rowid FROM search_tags WHERE search_tags MATCH ?)`,
    )
    params.push(tag)
  }
  const scored =
    tables.length === 0
      ? "SELECT NULL AS seq, 0 AS score WHERE 0"
      : `SELECT seq, sum(score) AS score FROM (${tables.join(" UNION ALL ")}) GROUP BY seq`
  const where = [condition.sql]
  params.push(...condition.params)
  if (after !== null) {
    // Scores ascend, time and number descend: spelt out, for a row value compares in one direction only.
    const score = "coalesce(scored.score, 0)"
    where.push(`(${score} > ? OR (${score} = ? AND (l.added_at, l.seq) < (?, ?)))`)
    params.push(after[0]!, after[0]!, after[1]!, after[2]!)
  }
  return [
    `WITH scored(seq, score) AS MATERIALIZED (${scored})
    SELECT l.seq, coalesce(scored.score, 0) AS score, l.added_at
    FROM links l LEFT JOIN scored ON scored.seq = l.seq
    WHERE ${where.join(" AND ")}
    ORDER BY score, l.added_at DESC, l.seq DESC LIMIT ?`,
    [...params, limit + 1],
  ]
}

const hitsOf = (
  shown: ReadonlyArray<Scored>,
  words: ReadonlyArray<Word>,
): Effect.Effect<ReadonlyArray<Hit>, SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<LinkColumns & { readonly body: string | null }>(
      `SELECT ${linkColumns}, (SELECT body FROM texts WHERE link = l.seq) AS body
      FROM json_each(?) j JOIN links l ON l.seq = j.value ORDER BY j.key`,
      [JSON.stringify(shown.map((row) => row.seq))],
    )
    return rows.map((row) => hitOf(linkOf(row), row.body ?? "", words))
  })

/** The field that holds the most of the words; among equals the one that tells a reader most. */
const hitOf = (link: Link, body: string, words: ReadonlyArray<Word>): Hit => {
  const sources: ReadonlyArray<readonly [Field, string]> = [
    ["title", link.title],
    ["tag", link.tags.join(" · ")],
    ["note", link.note],
    ["text", body],
    ["url", readableUrl(link.url)],
  ]
  let best: { readonly field: Field; readonly html: string; readonly phrases: number } | null = null
  for (const [field, source] of sources) {
    const asked = words.filter((word) => word.fields === null || word.fields.includes(field))
    if (source === "" || asked.length === 0) continue
    const excerpt = excerptOf(
      source,
      asked.map((word) => word.phrase),
    )
    if (excerpt.phrases > (best?.phrases ?? 0)) best = { field, ...excerpt }
  }
  if (best !== null) return { link, excerpt: best.html, field: best.field }
  const beginning = body === "" ? (["title", link.title] as const) : (["text", body] as const)
  return { link, excerpt: excerptOf(beginning[1], []).html, field: beginning[0] }
}
