import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { describe } from "vitest"
import { indexText, upsertLinks } from "../../../src/snapshot/catalog/CatalogWriter.ts"
import { search } from "../../../src/snapshot/catalog/Search.ts"
import { HitPage } from "../../../src/snapshot/Link.ts"
import { fill, inCatalog, row } from "./fixture.ts"

const idsOf = (query: string) =>
  Effect.map(search(query, 50), (page) => page.hits.map((hit) => hit.link.id).sort())

const chinese =
  "网页快照是一种保存网页内容的方法。我们用它来保存链接，并为每个快照签名。北京大学生活动中心在三楼。"

describe("search", () => {
  it.effect("finds words wherever they stand, and says where", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({
          title: { title: "All about SQLite" },
          note: { note: "remember sqlite here" },
          url: { url: "https://sqlite.org/fts5.html" },
          tag: { tags: ["SQLite"] },
          text: { text: "The article speaks of SQLite in its text." },
          other: { text: "PostgreSQL" },
        })
        const page = Schema.decodeUnknownSync(HitPage)(yield* search("sqlite", 10))
        expect(page.total).toBe(5)
        expect(page.nextCursor).toBeNull()
        for (const hit of page.hits) expect([hit.link.id, hit.field]).toEqual([hit.link.id, hit.link.id])
        expect(page.hits[0]!.excerpt).toBe("All about <mark>SQLite</mark>")
        expect(page.hits.find((hit) => hit.field === "text")!.excerpt).toBe(
          "The article speaks of <mark>SQLite</mark> in its text.",
        )
      }),
    ),
  )

  it.effect(
    "finds every two characters of a Chinese text, one alone too, and no pair that is not there",
    () =>
      inCatalog(
        Effect.gen(function* () {
          yield* fill({ zh: { title: "中文页面", text: chinese }, other: { text: "完全无关的文字" } })
          for (const run of chinese.split(/[，。]/u)) {
            for (let from = 0; from < run.length; from += 1) {
              for (let to = from + 1; to <= run.length; to += 1) {
                expect([run.slice(from, to), yield* idsOf(run.slice(from, to))]).toEqual([
                  run.slice(from, to),
                  expect.arrayContaining(["zh"]),
                ])
              }
            }
          }
          for (const absent of ["快平", "照快", "法我", "接并", "页面中"])
            expect(yield* idsOf(absent)).toEqual([])
          const hit = (yield* search("签名", 10)).hits[0]!
          expect(hit).toMatchObject({
            field: "text",
            excerpt: expect.stringContaining("快照<mark>签名</mark>。"),
          })
          expect((yield* search("签", 10)).hits[0]!.excerpt).toContain("<mark>签</mark>名")
        }),
      ),
  )

  it.effect("finds Japanese and Korean", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({
          ja: { text: "サーバーの設定をバックアップする" },
          ko: { text: "웹페이지의 스냅샷을 보관합니다" },
        })
        expect(yield* idsOf("ｻｰﾊﾞｰ")).toEqual(["ja"])
        expect(yield* idsOf("設定")).toEqual(["ja"])
        expect(yield* idsOf("스냅샷")).toEqual(["ko"])
        expect(yield* idsOf("페이지")).toEqual(["ko"])
      }),
    ),
  )

  it.effect("combines words, phrases, exclusions, brackets and filters, also across fields", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({
          a: { title: "Linux kernel", text: "memory barriers and locks", tags: ["Kernel", "lwn"] },
          b: {
            title: "Linux desktop",
            text: "the memory of a desktop",
            url: "https://lwn.net/b",
            tags: ["lwn"],
          },
          c: { title: "BSD kernel", text: "locks and memory", state: "failed" },
        })
        const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
          ["linux memory", ["a", "b"]],
          ["linux locks", ["a"]],
          ['"memory barriers"', ["a"]],
          ['"barriers memory"', []],
          ["kernel -linux", ["c"]],
          ["-kernel", ["b"]],
          ["-memory", []],
          ["bsd or desktop", ["b", "c"]],
          ["BSD OR desktop memory", ["b", "c"]],
          ["kernel (bsd or locks) -linux", ["c"]],
          ["-(bsd or desktop)", ["a"]],
          ["tag:LWN", ["a", "b"]],
          ["tag:lwn tag:kernel", ["a"]],
          ["-tag:lwn", ["c"]],
          ["site:lwn.net", ["b"]],
          ["site:net", ["b"]],
          ["state:failed,doubtful", ["c"]],
          ["is:failed memory", ["c"]],
          ["状态：失败", ["c"]],
          ["in:title kernel", ["a", "c"]],
          ["in:title memory", []],
          ["in:text kernel", []],
          ["in:tag kernel", ["a"]],
          ["(in:title kernel) locks", ["a", "c"]],
          ["＂memory barriers＂", ["a"]],
          ["lwn.net", ["b"]],
          ["https://lwn.net/b", ["b"]],
          ["", ["a", "b", "c"]],
          ["!!! ...", ["a", "b", "c"]],
          ["site:lwn.net -desktop", []],
        ]
        for (const [query, expected] of cases) expect([query, yield* idsOf(query)]).toEqual([query, expected])
      }),
    ),
  )

  it.effect("follows a title, a note and a text when they change", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({ a: { title: "before", text: "old words" } })
        yield* upsertLinks([row("a", { title: "after" })])
        yield* indexText("a", "new words")
        expect(yield* idsOf("before")).toEqual([])
        expect(yield* idsOf("old")).toEqual([])
        expect(yield* idsOf("after new")).toEqual(["a"])
        yield* indexText("a", null)
        expect(yield* idsOf("new")).toEqual([])
      }),
    ),
  )

  it.effect("escapes what strangers wrote", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({
          a: { text: `<script>alert("x")</script> & <mark>fake</mark> needle <img onerror='1'>` },
        })
        expect((yield* search("needle", 1)).hits[0]!.excerpt).toBe(
          "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &lt;mark&gt;fake&lt;/mark&gt; " +
            "<mark>needle</mark> &lt;img onerror=&#39;1&#39;&gt;",
        )
      }),
    ),
  )

  it.effect("shows the place that has most of the words, cut at words", () =>
    inCatalog(
      Effect.gen(function* () {
        const filler = "lorem ipsum dolor sit amet ".repeat(40)
        yield* fill({ a: { text: `${filler} apple ${filler} apple and banana ${filler}` } })
        const { excerpt } = (yield* search("apple banana", 1)).hits[0]!
        expect(excerpt).toContain("<mark>apple</mark> and <mark>banana</mark>")
        expect(excerpt).toMatch(/^…(lorem|ipsum|dolor|sit|amet) .* (lorem|ipsum|dolor|sit|amet)…$/)
      }),
    ),
  )

  it.effect("pages through all hits once, best first", () =>
    inCatalog(
      Effect.gen(function* () {
        const links = Object.fromEntries(
          Array.from({ length: 23 }, (_, index) => [
            `n${index}`,
            { text: `needle ${"hay ".repeat(index % 5)}`, title: index === 7 ? "needle" : "x" },
          ]),
        )
        yield* fill(links)
        for (const query of ["needle", "tag:none", "needle or hay"]) {
          const seen: Array<string> = []
          let cursor: string | undefined
          do {
            const page: HitPage = yield* search(query, 4, cursor)
            expect(page.total).toBe(23)
            seen.push(...page.hits.map((hit) => hit.link.id))
            cursor = page.nextCursor ?? undefined
          } while (cursor !== undefined)
          expect(seen).toHaveLength(23)
          expect(new Set(seen).size).toBe(23)
          if (query !== "tag:none") expect(seen[0]).toBe("n7")
        }
        expect(yield* Effect.flip(search("needle", 4, "xyz"))).toMatchObject({ _tag: "BadRequest" })
      }),
    ),
  )

  it.effect("refuses only an unclosed quote or bracket and a bad date, with the position", () =>
    inCatalog(
      Effect.gen(function* () {
        const wrong: ReadonlyArray<readonly [string, number]> = [
          ['some "words', 5],
          ["a (b c", 2],
          ["x before:soon", 9],
        ]
        for (const [query, position] of wrong) {
          expect(yield* Effect.flip(search(query, 1))).toMatchObject({ _tag: "BadRequest", position })
        }
      }),
    ),
  )

  it.effect("takes a hundred words, and refuses more by name", () =>
    inCatalog(
      Effect.gen(function* () {
        const words = Array.from({ length: 101 }, (_, index) => `w${index}`)
        yield* fill({ a: { text: words.join(" ") } })
        expect(yield* idsOf(words.slice(0, 100).join(" "))).toEqual(["a"])
        expect(yield* idsOf(words.slice(0, 100).join(" or "))).toEqual(["a"])
        const refused = [words.join(" "), `${"-(a ".repeat(40)}b${")".repeat(40)}`, "x".repeat(2001)]
        for (const query of refused) {
          expect(yield* Effect.flip(search(query, 1))).toMatchObject({
            _tag: "BadRequest",
            message: expect.stringContaining("at most"),
          })
        }
      }),
    ),
  )

  it.effect("takes any query without breaking (property)", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({ a: { title: "one", text: chinese, tags: ["t"] } })
        const runtime = yield* Effect.runtime<Effect.Effect.Context<ReturnType<typeof search>>>()
        const piece = FastCheck.constantFrom(
          ..."( ) \" - or OR tag: site: in:title in:text state:failed 快 照 快照 one * ^ NEAR AND NOT {title} : , ' \\ % _ “ ” （ ） ： type:image/ lang:zh versions:>1 is: tag:none site:[::1] site:. added:3d".split(
            " ",
          ),
        )
        const query = FastCheck.oneof(
          FastCheck.string({ unit: "binary", maxLength: 30 }),
          FastCheck.array(FastCheck.tuple(piece, FastCheck.constantFrom("", " ")), { maxLength: 12 }).map(
            (parts) => parts.flat().join(""),
          ),
        )
        yield* Effect.promise(() =>
          FastCheck.assert(
            FastCheck.asyncProperty(query, async (text) => {
              const result = await Effect.runPromise(Effect.provide(Effect.either(search(text, 5)), runtime))
              if (result._tag === "Left") expect(result.left._tag).toBe("BadRequest")
              else for (const hit of result.right.hits) expect(hit.excerpt).not.toMatch(/<(?!\/?mark>)/)
            }),
            { numRuns: 400 },
          ),
        )
      }),
    ),
  )
})
