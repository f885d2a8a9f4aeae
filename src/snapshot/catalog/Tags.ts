/**
 * Tags, compared in Unicode NFC and without case, shown as first written. They belong to the catalogue only, so
 * these are plain changes of rows, made inside the caller's transaction.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { TagCount } from "../Link.ts"
import { BadRequest, NotFound } from "../LinkRefusals.ts"
import { indexTokens } from "./tokens.ts"

/** Longer names are refused (UTF-16 units). */
const tagMaxUnits = 200

/**
 * What nobody sees: then two tags look like one, or the text around turns its direction. Joiners that shape a script
 * or an emoji are not among it.
 */
const unseen = /\u034f|[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/gu
/** What a name must have something beyond, to be seen at all. */
const blank = /^[\p{Cf}\p{Mn}\p{Zs}\u115f\u1160\u3164\uffa0\u2800]*$/u

/** The name as it is kept: NFC, what nobody sees and outer blanks gone, inner ones single. */
const tagName = (name: string): string =>
  name.normalize("NFC").replace(unseen, "").replace(/\s+/gu, " ").trim()

/** What makes two names one tag. Upper before lower case also folds `ß` to `ss` and final sigma to sigma. */
export const tagKey = (name: string): string => tagName(name).toUpperCase().toLowerCase().normalize("NFC")

/** The names as they would be kept, each once; refuses what cannot be a tag. */
export const checkTags = (names: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>, BadRequest> => {
  const kept = new Map<string, string>()
  for (const each of names) {
    const name = tagName(each)
    if (blank.test(name)) return Effect.fail(new BadRequest({ message: "a tag cannot be empty" }))
    if (name.length > tagMaxUnits) {
      return Effect.fail(
        new BadRequest({ message: `the tag ${name.slice(0, 20)}… is longer than ${tagMaxUnits} characters` }),
      )
    }
    if (/\p{Cc}/u.test(name)) {
      return Effect.fail(new BadRequest({ message: "a tag cannot hold control characters" }))
    }
    const key = tagKey(name)
    if (!kept.has(key)) kept.set(key, name)
  }
  return Effect.succeed([...kept.values()])
}

type Sql<A, E = never> = Effect.Effect<A, E | SqlError, SqlClient.SqlClient>

/** All tags that at least one kept link has, most used first, then by name. */
export const listTags: Sql<ReadonlyArray<TagCount>> = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql<TagCount>`SELECT name, links AS count FROM tags WHERE links > 0 ORDER BY links DESC, key`,
)

/** For completion: at most `limit` tags whose name starts with, or else holds, the text. */
export const findTags = (text: string, limit: number): Sql<ReadonlyArray<TagCount>> =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => {
    const key = tagKey(text)
    return sql<TagCount>`SELECT name, links AS count FROM tags WHERE links > 0 AND instr(key, ${key}) > 0
      ORDER BY instr(key, ${key}) > 1, links DESC, key LIMIT ${limit}`
  })

/** The row of a tag, made when absent; an existing one keeps its spelling. */
const ensureTag = (name: string): Sql<number> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const key = tagKey(name)
    const found = yield* sql<{ id: number }>`SELECT id FROM tags WHERE key = ${key}`
    if (found.length > 0) return found[0]!.id
    const made = yield* sql<{
      id: number
    }>`INSERT INTO tags (key, name) VALUES (${key}, ${tagName(name)}) RETURNING id`
    yield* sql`INSERT OR REPLACE INTO search_tags (rowid, name) VALUES (${made[0]!.id}, ${indexTokens(name)})`
    return made[0]!.id
  })

const tagId = (name: string): Sql<number, NotFound> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const found = yield* sql<{ id: number }>`SELECT id FROM tags WHERE key = ${tagKey(name)}`
    return found.length > 0 ? found[0]!.id : yield* new NotFound({ what: "tag", id: name })
  })

/**
 * Adds and removes tags on many links at once. What a link has already, or has not, is left alone; unknown ids are
 * skipped. The names must have passed `checkTags`.
 */
export const changeTags = (
  linkIds: ReadonlyArray<string>,
  change: { readonly add?: ReadonlyArray<string>; readonly remove?: ReadonlyArray<string> },
): Sql<void> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const ids = JSON.stringify(linkIds)
    for (const name of change.add ?? []) {
      const tag = yield* ensureTag(name)
      yield* sql`INSERT INTO link_tags (tag_id, added_at, link, position)
        SELECT ${tag}, l.added_at, l.seq,
          (SELECT coalesce(max(position), 0) + 1 FROM link_tags WHERE link = l.seq)
        FROM json_each(${ids}) j JOIN links l ON l.id = j.value WHERE true
        ON CONFLICT DO NOTHING`
      yield* dropUnused(tag)
    }
    for (const name of change.remove ?? []) {
      yield* sql`DELETE FROM link_tags WHERE tag_id = (SELECT id FROM tags WHERE key = ${tagKey(name)})
        AND link IN (SELECT l.seq FROM json_each(${ids}) j JOIN links l ON l.id = j.value)`
    }
  })

/** A tag made for links that turned out not to exist must not stay behind. */
const dropUnused = (tag: number): Sql<void> =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) =>
      sql`DELETE FROM tags WHERE id = ${tag} AND NOT EXISTS (SELECT 1 FROM link_tags WHERE tag_id = ${tag})`,
  )

/** Makes these the link's only tags, in this order for those that are new. */
export const replaceTags = (linkId: string, names: ReadonlyArray<string>): Sql<void> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const keep = JSON.stringify(names.map(tagKey))
    yield* changeTags([linkId], { add: names })
    yield* sql`DELETE FROM link_tags WHERE link = (SELECT seq FROM links WHERE id = ${linkId})
      AND tag_id NOT IN (SELECT id FROM tags WHERE key IN (SELECT value FROM json_each(${keep})))`
  })

/** Ids of all links that have the tag, removed ones too: whose link files change when it does. */
export const linksWithTag = (name: string): Sql<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ id: string }>`SELECT l.id FROM link_tags x JOIN links l ON l.seq = x.link
      WHERE x.tag_id = (SELECT id FROM tags WHERE key = ${tagKey(name)})`
    return rows.map((row) => row.id)
  })

/** Gives a tag another name or spelling. When that name is taken by another tag, the two become one. */
export const renameTag = (from: string, to: string): Sql<void, NotFound | BadRequest> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [name] = yield* checkTags([to])
    const id = yield* tagId(from)
    const other = yield* sql<{
      id: number
    }>`SELECT id FROM tags WHERE key = ${tagKey(to)} AND id <> ${id}`
    if (other.length > 0) return yield* moveLinks(id, other[0]!.id)
    yield* sql`UPDATE tags SET key = ${tagKey(to)}, name = ${name!} WHERE id = ${id}`
    yield* sql`INSERT OR REPLACE INTO search_tags (rowid, name) VALUES (${id}, ${indexTokens(to)})`
  })

const moveLinks = (from: number, to: number): Sql<void> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`INSERT INTO link_tags (tag_id, added_at, link, position)
      SELECT ${to}, added_at, link, position FROM link_tags WHERE tag_id = ${from}
      ON CONFLICT DO NOTHING`
    yield* sql`DELETE FROM link_tags WHERE tag_id = ${from}`
  })

/** Links of the tags `from` get the tag `into` (made when absent) instead. All names of `from` must exist. */
export const mergeTags = (into: string, from: ReadonlyArray<string>): Sql<void, NotFound | BadRequest> =>
  Effect.gen(function* () {
    const [name] = yield* checkTags([into])
    const sources = yield* Effect.forEach(from, tagId)
    const target = yield* ensureTag(name!)
    for (const source of new Set(sources)) if (source !== target) yield* moveLinks(source, target)
    yield* dropUnused(target)
  })

/** Takes the tag off every link. */
export const deleteTag = (name: string): Sql<void, NotFound> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const id = yield* tagId(name)
    yield* sql`DELETE FROM link_tags WHERE tag_id = ${id}`
  })
