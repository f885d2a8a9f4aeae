/**
 * Full-text search over title, note, address, tags and article text, best hits first. Which links match is decided
 * by the query's tree; how good a hit is, by its words alone (BM25, the title counting most).
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { Hit, HitPage, Link } from "../Link.ts"
import type { BadRequest } from "../LinkRefusals.ts"
import { list } from "./Catalog.ts"
import { readableUrl } from "./CatalogWriter.ts"
import { matches, positiveWords, type Condition } from "./compile.ts"
import { decodeCursor, encodeCursor } from "./cursor.ts"
import { excerptOf } from "./excerpt.ts"
import { linkColumns, linkOf, type LinkColumns } from "./linkRows.ts"
import type { Field } from "./query.ts"
import { readQuery, selectLinks, type Selection } from "./selection.ts"
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
  readonly total: number
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
    const after = cursor === undefined ? null : yield* decodeCursor(cursor, 3)
    const words = positiveWords(query)
    if (words.length === 0) return yield* newestFirst(text, limit, after)
    const selection = yield* selectLinks(query)
    const found = yield* sql.unsafe<Scored>(...pageSql(selection, words, after, limit))
    const shown = found.slice(0, limit)
    const last = found.length > limit ? shown.at(-1) : undefined
    return {
      hits: yield* hitsOf(shown, words),
      total: found[0]?.total ?? (after === null ? 0 : yield* totalOf(selection)),
      nextCursor: last === undefined ? null : encodeCursor([last.score, last.added_at, last.seq]),
    }
  })

/** Without words there is nothing to rank by: filters alone give the list, in its order. */
const newestFirst = (query: string, limit: number, after: ReadonlyArray<number> | null) =>
  Effect.gen(function* () {
    const page = yield* list({
      query,
      limit,
      ...(after === null ? {} : { cursor: encodeCursor(after.slice(1)) }),
    })
    const next = page.nextCursor === null ? null : yield* decodeCursor(page.nextCursor, 2)
    return {
      hits: yield* hitsOf(yield* seqsOf(page.links), []),
      total: page.total,
      nextCursor: next === null ? null : encodeCursor([0, ...next]),
    }
  })

const seqsOf = (links: ReadonlyArray<Link>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe<{ readonly seq: number }>(
      "SELECT l.seq FROM json_each(?) j JOIN links l ON l.id = j.value ORDER BY j.key",
      [JSON.stringify(links.map((link) => link.id))],
    ),
  )

const totalOf = ({ condition, from }: Selection) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql.unsafe<{ n: number }>(
      `SELECT count(*) AS n FROM ${from} WHERE ${condition.sql}`,
      condition.params,
    )
    return rows[0]!.n
  })

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

/** One select per table that a word scores in; lower is better. */
const scoreSql = (words: ReadonlyArray<Word>): Condition => {
  const { meta, title, text, tag } = scoreTables(words)
  const tables: Array<Condition> = []
  const add = (match: string | null, sql: string) => {
    if (match !== null) tables.push({ sql, params: [match] })
  }
  add(
    meta,
    `SELECT rowid AS seq, bm25(search_meta, ${metaWeights}) AS score FROM search_meta WHERE search_meta MATCH ?`,
  )
  add(title, `SELECT rowid AS seq, ${titleScore} AS score FROM search_meta WHERE search_meta MATCH ?`)
  add(text, "SELECT rowid AS seq, bm25(search_text) AS score FROM search_text WHERE search_text MATCH ?")
  add(
    tag,
    `SELECT DISTINCT link AS seq, ${tagScore} AS score FROM link_tags WHERE tag_id IN
      (SELECT rowid FROM search_tags WHERE search_tags MATCH ?)`,
  )
  // The limit keeps SQLite from folding a single table into the sum, where bm25 cannot be used.
  return {
    sql: `SELECT seq, sum(score) AS score
      FROM (${tables.map((table) => table.sql).join(" UNION ALL ")} LIMIT -1) GROUP BY seq`,
    params: tables.flatMap((table) => table.params),
  }
}

const pageSql = (
  { condition, from }: Selection,
  words: ReadonlyArray<Word>,
  after: ReadonlyArray<number> | null,
  limit: number,
): [string, Array<string | number>] => {
  const scored = scoreSql(words)
  // Scores ascend, time and number descend: spelt out, for a row value compares in one direction only.
  const beyond = after === null ? "" : "WHERE score > ? OR (score = ? AND (added_at, seq) < (?, ?))"
  return [
    `WITH scored(seq, score) AS MATERIALIZED (${scored.sql}),
    hits(seq, score, added_at) AS MATERIALIZED (
      SELECT l.seq, coalesce(s.score, 0), l.added_at FROM ${from} LEFT JOIN scored s ON s.seq = l.seq
      WHERE ${condition.sql})
    SELECT seq, score, added_at, (SELECT count(*) FROM hits) AS total FROM hits ${beyond}
    ORDER BY score, added_at DESC, seq DESC LIMIT ?`,
    [
      ...scored.params,
      ...condition.params,
      ...(after === null ? [] : [after[0]!, after[0]!, after[1]!, after[2]!]),
      limit + 1,
    ],
  ]
}

const hitsOf = (
  shown: ReadonlyArray<{ readonly seq: number }>,
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
