import * as SqlClient from "@effect/sql/SqlClient"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { describe } from "vitest"
import {
  findByUrl,
  linkById,
  linksById,
  list,
  snapshotById,
  snapshotsOf,
} from "../../../src/snapshot/catalog/Catalog.ts"
import {
  deleteLinks,
  deleteSnapshot,
  insertSnapshots,
  setState,
  upsertLinks,
} from "../../../src/snapshot/catalog/CatalogWriter.ts"
import { duplicates } from "../../../src/snapshot/catalog/duplicates.ts"
import { countByState } from "../../../src/snapshot/catalog/selection.ts"
import { search } from "../../../src/snapshot/catalog/Search.ts"
import { changeTags, listTags } from "../../../src/snapshot/catalog/Tags.ts"
import { Link, LinkPage, linkStates, type LinkState } from "../../../src/snapshot/Link.ts"
import { day0, dayMillis, fill, inCatalog, row, snapshotRow } from "./fixture.ts"

const ids = (page: LinkPage) => page.links.map((link) => link.id)

describe("the catalogue", () => {
  it.effect("gives a link as the outside sees it", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* upsertLinks([
          row("a", {
            title: "Über 快照",
            note: "n",
            state: "failed",
            failure: { code: "http-500", message: "the site answered 500", retryAt: day0 + 1000 },
          }),
        ])
        yield* changeTags(["a"], { add: ["Zwei", "one"] })
        const bare = yield* linkById("a")
        expect(Schema.decodeUnknownSync(Link)(bare)).toEqual({
          id: "a",
          url: "https://example.org/a",
          title: "Über 快照",
          note: "n",
          state: "failed",
          tags: ["Zwei", "one"],
          addedAt: "2026-01-01T00:00:00.000Z",
          updatedAt: "2026-01-01T00:00:00.000Z",
          failure: {
            code: "http-500",
            message: "the site answered 500",
            retryAt: "2026-01-01T00:00:01.000Z",
          },
          latest: null,
        })
        const first = snapshotRow("a", 1)
        const second = snapshotRow("a", 2, {
          verdict: { kind: "doubtful", reasons: ["login wall"] },
          partial: true,
        })
        yield* insertSnapshots([second, first])
        yield* setState("a", "doubtful", day0 + 5000)
        const shown = Schema.decodeUnknownSync(Link)(yield* linkById("a"))
        expect(shown.failure).toBeNull()
        expect(shown.latest).toEqual(second.snapshot)
        expect(yield* snapshotsOf("a")).toEqual([second.snapshot, first.snapshot])
        expect(yield* snapshotById("a-s1")).toEqual({ ...first.snapshot, linkId: "a" })
        yield* deleteSnapshot("a", "a-s2")
        expect((yield* linkById("a")).latest).toEqual(first.snapshot)
        expect(yield* Effect.flip(linkById("b"))).toMatchObject({ _tag: "NotFound", what: "link", id: "b" })
        expect(yield* Effect.flip(snapshotById("a-s2"))).toMatchObject({ _tag: "NotFound", what: "snapshot" })
      }),
    ),
  )

  it.effect("repeats every change with the same result", () =>
    inCatalog(
      Effect.gen(function* () {
        const change = Effect.gen(function* () {
          yield* upsertLinks([row("a", { title: "first" }), row("a", { title: "last" }), row("b")])
          yield* changeTags(["a", "b", "absent"], { add: ["t", "T"], remove: ["none"] })
          yield* insertSnapshots([snapshotRow("a", 1), snapshotRow("absent", 1)])
          yield* setState("b", "archived", day0 + 1)
        })
        yield* change
        const once = yield* list({ limit: 10 })
        yield* change
        expect(yield* list({ limit: 10 })).toEqual({
          ...once,
          links: once.links.map((link) => (link.id === "b" ? { ...link } : link)),
        })
        expect(yield* listTags).toEqual([{ name: "t", count: 2 }])
        expect((yield* search("first", 10)).total).toBe(0)
        expect((yield* search("last", 10)).total).toBe(1)
      }),
    ),
  )

  it.effect("keeps when a link was added, and finds it by any spelling of its address", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* upsertLinks([row("a", { url: "https://Example.org:443/%7Euser/../b?q=1" })])
        yield* upsertLinks([
          row("a", {
            url: "https://Example.org:443/%7Euser/../b?q=1",
            addedAt: day0 + 1,
            updatedAt: day0 + 9,
          }),
        ])
        const found = yield* findByUrl("HTTPS://EXAMPLE.org/b?q=1")
        expect(found).toMatchObject({
          id: "a",
          addedAt: "2026-01-01T00:00:00.000Z",
          updatedAt: "2026-01-01T00:00:00.009Z",
        })
        expect(yield* findByUrl("http://example.org/b?q=1")).toBeUndefined()
      }),
    ),
  )

  it.effect("pages newest first, each link once, by any filter", () =>
    inCatalog(
      Effect.gen(function* () {
        const all = Array.from({ length: 57 }, (_, index) =>
          row(`n${index}`, {
            addedAt: day0 + (index % 7) * 1000,
            state: index % 3 === 0 ? "failed" : "archived",
            url: `https://${index % 2 === 0 ? "lwn.net" : "sub.lwn.net"}/${index}`,
          }),
        )
        yield* upsertLinks(all)
        yield* changeTags(
          all.filter((_, index) => index % 2 === 0).map((each) => each.id),
          { add: ["even"] },
        )
        yield* changeTags(["n0", "n1", "n2", "n4"], { add: ["few"] })
        const requests = [
          { request: {}, total: 57 },
          { request: { states: ["failed" as const] }, total: 19 },
          { request: { states: ["failed" as const, "archived" as const] }, total: 57 },
          { request: { tags: ["EVEN"] }, total: 29 },
          { request: { tags: ["even", "few"] }, total: 3 },
          { request: { tags: ["even"], states: ["failed" as const] }, total: 10 },
          { request: { query: "tag:even state:failed" }, total: 10 },
          { request: { query: "site:sub.lwn.net" }, total: 28 },
          { request: { tags: ["absent"] }, total: 0 },
        ]
        for (const { request, total } of requests) {
          const seen: Array<Link> = []
          let cursor: string | undefined
          do {
            const page: LinkPage = yield* list({
              ...request,
              limit: 5,
              ...(cursor === undefined ? {} : { cursor }),
            })
            Schema.decodeUnknownSync(LinkPage)(page)
            expect(page.total).toBe(total)
            seen.push(...page.links)
            cursor = page.nextCursor ?? undefined
          } while (cursor !== undefined)
          expect(seen.length).toBe(total)
          expect(new Set(seen.map((link) => link.id)).size).toBe(total)
          const times = seen.map((link) => link.addedAt)
          expect(times).toEqual([...times].sort().reverse())
        }
        expect(yield* Effect.flip(list({ limit: 5, cursor: "nonsense" }))).toMatchObject({
          _tag: "BadRequest",
        })
      }),
    ),
  )

  it.effect("hides removed links, frees their address, and brings them back", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({ a: { tags: ["t"], text: "some words" }, b: { tags: ["t"] } })
        yield* setState("a", "removing", day0 + 1)
        yield* setState("a", "removed", day0 + 2)
        expect(ids(yield* list({ limit: 10 }))).toEqual(["b"])
        expect((yield* list({ limit: 10 })).total).toBe(1)
        expect((yield* search("words", 10)).total).toBe(0)
        expect(yield* listTags).toEqual([{ name: "t", count: 1 }])
        expect(yield* findByUrl("https://example.org/a")).toBeUndefined()
        const removed = yield* list({ limit: 10, states: ["removed"] })
        expect([ids(removed), removed.total]).toEqual([["a"], 1])
        expect(ids(yield* list({ limit: 10, query: "is:removed" }))).toEqual(["a"])
        yield* setState("a", "archived", day0 + 3)
        expect(yield* listTags).toEqual([{ name: "t", count: 2 }])
        expect((yield* search("words", 10)).total).toBe(1)
        yield* deleteLinks(["a"])
        expect((yield* linksById(["a", "b"])).map((link) => link.id)).toEqual(["b"])
        expect(yield* listTags).toEqual([{ name: "t", count: 1 }])
        expect(yield* countByState).toEqual({ queued: 1 })
        const sql = yield* SqlClient.SqlClient
        expect(yield* sql`SELECT * FROM texts`).toEqual([])
      }),
    ),
  )

  it.effect("forgets a link's words with the link, also when its row number is used again", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({ a: {}, last: { title: "unique", text: "singular", tags: ["special"], note: "rare" } })
        yield* deleteLinks(["last"])
        yield* fill({ next: {} })
        for (const word of ["unique", "singular", "special", "rare"]) {
          expect([word, (yield* search(word, 10)).total]).toEqual([word, 0])
        }
      }),
    ),
  )

  it.effect("counts what a full count would (property)", () =>
    inCatalog(
      Effect.gen(function* () {
        const runtime = yield* Effect.runtime<SqlClient.SqlClient>()
        const sql = yield* SqlClient.SqlClient
        const id = FastCheck.constantFrom("a", "b", "c", "d")
        const tag = FastCheck.constantFrom("x", "y", "ß", "Z")
        const change = FastCheck.oneof(
          FastCheck.tuple(id, FastCheck.constantFrom<LinkState>(...linkStates)).map(([each, state]) =>
            upsertLinks([row(each, { state })]),
          ),
          FastCheck.tuple(id, FastCheck.constantFrom<LinkState>(...linkStates)).map(([each, state]) =>
            setState(each, state, day0),
          ),
          FastCheck.tuple(FastCheck.array(id), tag).map(([each, name]) => changeTags(each, { add: [name] })),
          FastCheck.tuple(FastCheck.array(id), tag).map(([each, name]) =>
            changeTags(each, { remove: [name] }),
          ),
          id.map((each) => deleteLinks([each])),
        )
        yield* Effect.promise(() =>
          FastCheck.assert(
            FastCheck.asyncProperty(FastCheck.array(change, { maxLength: 25 }), async (changes) => {
              await Effect.runPromise(
                Effect.gen(function* () {
                  yield* Effect.forEach(changes, (each) => each, { discard: true })
                  const counted = yield* sql<{ state: string; n: number }>`
                    SELECT state, count(*) AS n FROM links GROUP BY state`
                  expect(yield* countByState).toEqual(
                    Object.fromEntries(counted.map((each) => [each.state, each.n])),
                  )
                  const tags = yield* sql<{ name: string; count: number }>`
                    SELECT t.name, count(*) AS count FROM tags t JOIN link_tags x ON x.tag_id = t.id
                    JOIN links l ON l.seq = x.link WHERE l.removed_at IS NULL GROUP BY t.id
                    ORDER BY count DESC, t.key`
                  expect(yield* listTags).toEqual(tags)
                  expect(
                    yield* sql`SELECT id FROM tags WHERE id NOT IN (SELECT tag_id FROM link_tags)`,
                  ).toEqual([])
                  expect((yield* list({ limit: 1 })).total).toBe(
                    (yield* sql<{ n: number }>`SELECT count(*) AS n FROM links WHERE removed_at IS NULL`)[0]!
                      .n,
                  )
                }).pipe(Effect.provide(runtime)),
              )
            }),
            { numRuns: 60 },
          ),
        )
      }),
    ),
  )

  it.effect("groups addresses that are alike", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({
          a: { url: "https://www.example.org/page/" },
          b: { url: "http://example.org/page?utm_source=x&fbclid=1" },
          c: { url: "https://example.org/page#part" },
          d: { url: "https://example.org/page?id=1" },
          e: { url: "https://example.org/other" },
          f: { url: "https://example.org/app#/one" },
          g: { url: "https://example.org/app#/two" },
          h: { url: "https://example.org/page?id=1&utm_medium=y", state: "removed" },
          i: { url: "https://example.net/中" },
          j: { url: "https://example.net./%e4%b8%ad" },
        })
        const groups = yield* duplicates
        expect(groups.map((group) => [group.key, group.links.map((link) => link.id)])).toEqual([
          ["example.net/%E4%B8%AD", ["i", "j"]],
          ["example.org/page", ["a", "b", "c"]],
        ])
      }),
    ),
  )

  it.effect("filters by date, type, language and versions", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({ a: {}, b: {}, c: { tags: ["none"] } })
        yield* insertSnapshots([
          snapshotRow("a", 1, {}, { mediaType: "application/pdf; x=1", lang: "zh-CN" }),
          snapshotRow("b", 1, {}, { mediaType: "image/png", lang: "" }),
          snapshotRow("b", 2, { partial: true }, { mediaType: "image/png", lang: "en" }),
        ])
        const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
          ["type:pdf", ["a"]],
          ["type:image", ["b"]],
          ["type:application/pdf", ["a"]],
          ["-type:pdf", ["c", "b"]],
          ["lang:zh", ["a"]],
          ["lang:zh-cn", ["a"]],
          ["lang:z", []],
          ["versions:>1", ["b"]],
          ["versions:0", ["c"]],
          ["versions:<=1", ["c", "a"]],
          ["is:partial", ["b"]],
          ["is:untagged", ["b", "a"]],
          ["tag:none", ["b", "a"]],
          ['tag:"none"', ["c"]],
          ["before:2026-01-02", ["a"]],
          ["after:2026-01-02", ["c", "b"]],
          ["added:2026-01-02", ["b"]],
          ["added:2026-01", ["c", "b", "a"]],
          ["before:2026", []],
          ["标签：＂none＂ 站点：example.org", ["c"]],
          ["type:pdf or type:image lang:en", ["b"]],
        ]
        for (const [query, expected] of cases) {
          expect([query, ids(yield* list({ query, limit: 10 }))]).toEqual([query, expected])
        }
      }),
    ),
  )

  it.effect("knows what was added lately by the clock", () =>
    inCatalog(
      Effect.gen(function* () {
        // The clock of the test stands at 1970.
        yield* fill({ old: { addedAt: -10 * dayMillis }, recent: { addedAt: -2 * dayMillis } })
        expect(ids(yield* list({ query: "added:7d", limit: 10 }))).toEqual(["recent"])
        expect(ids(yield* list({ query: "before:7d", limit: 10 }))).toEqual(["old"])
      }),
    ),
  )
})
