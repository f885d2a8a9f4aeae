import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import { linkById } from "../../../src/snapshot/catalog/Catalog.ts"
import { search } from "../../../src/snapshot/catalog/Search.ts"
import {
  changeTags,
  checkTags,
  deleteTag,
  findTags,
  linksWithTag,
  listTags,
  mergeTags,
  renameTag,
  replaceTags,
} from "../../../src/snapshot/catalog/Tags.ts"
import { fill, inCatalog } from "./fixture.ts"

const tagsOf = (id: string) => Effect.map(linkById(id), (link) => link.tags)

describe("tags", () => {
  it.effect("are one tag whatever their case and composition, shown as first written", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({
          a: { tags: ["Straße", "Café", "数据库"] },
          b: { tags: ["STRASSE", "cafe\u0301", " 数据库 "] },
        })
        expect(yield* tagsOf("b")).toEqual(["Straße", "Café", "数据库"])
        expect(yield* listTags).toEqual([
          { name: "Café", count: 2 },
          { name: "Straße", count: 2 },
          { name: "数据库", count: 2 },
        ])
        expect(yield* checkTags(["A", "a ", "b\n c"])).toEqual(["A", "b c"])
        expect(
          yield* checkTags(["a\u200bb", "ab", "\u202eevil\u202c", "👩\u200d💻", "می\u200cخواهم"]),
        ).toEqual(["ab", "evil", "👩\u200d💻", "می\u200cخواهم"])
        for (const bad of [
          "",
          "  ",
          "x".repeat(201),
          "a\u0007",
          "\u200b",
          "\u200d\ufe0f",
          "\u2800",
          "\u3164",
        ]) {
          expect(yield* Effect.flip(checkTags([bad]))).toMatchObject({ _tag: "BadRequest" })
        }
      }),
    ),
  )

  it.effect("are set, added and removed on many links", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({ a: { tags: ["x", "y"] }, b: {}, c: { tags: ["y"] } })
        yield* changeTags(["a", "b"], { add: ["new", "X"], remove: ["Y"] })
        expect([yield* tagsOf("a"), yield* tagsOf("b"), yield* tagsOf("c")]).toEqual([
          ["x", "new"],
          ["new", "x"],
          ["y"],
        ])
        yield* replaceTags("a", ["NEW", "z"])
        expect(yield* tagsOf("a")).toEqual(["new", "z"])
        yield* replaceTags("a", [])
        expect(yield* tagsOf("a")).toEqual([])
        yield* changeTags([], { add: ["nobody"] })
        expect((yield* listTags).map((tag) => tag.name)).toEqual(["new", "x", "y"])
      }),
    ),
  )

  it.effect("are renamed, merged and deleted, and found under their new name", () =>
    inCatalog(
      Effect.gen(function* () {
        yield* fill({ a: { tags: ["js", "web"] }, b: { tags: ["JavaScript"] }, c: { tags: ["ecma"] } })
        yield* renameTag("ecma", "Ecma Script")
        expect(yield* tagsOf("c")).toEqual(["Ecma Script"])
        expect((yield* search("script in:tag", 10)).hits.map((hit) => hit.link.id)).toEqual(["c"])
        yield* renameTag("js", "javascript")
        expect(yield* tagsOf("a")).toEqual(["JavaScript", "web"])
        yield* mergeTags("JS all", ["javascript", "ecma script"])
        expect(yield* linksWithTag("js ALL")).toHaveLength(3)
        expect(yield* listTags).toEqual([
          { name: "JS all", count: 3 },
          { name: "web", count: 1 },
        ])
        yield* renameTag("js all", "JS All")
        expect((yield* listTags)[0]!.name).toBe("JS All")
        expect(yield* findTags("al", 5)).toEqual([{ name: "JS All", count: 3 }])
        yield* deleteTag("js all")
        expect(yield* listTags).toEqual([{ name: "web", count: 1 }])
        for (const change of [renameTag("gone", "x"), deleteTag("gone"), mergeTags("x", ["web", "gone"])]) {
          expect(yield* Effect.flip(change)).toMatchObject({ _tag: "NotFound", what: "tag", id: "gone" })
        }
        expect(yield* listTags).toEqual([{ name: "web", count: 1 }])
      }),
    ),
  )
})
