import { expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { describe } from "vitest"
import { findMatches } from "../../../src/snapshot/catalog/excerpt.ts"
import {
  eachToken,
  indexTokens,
  matchExpression,
  phraseOf,
  tokenMaxUnits,
} from "../../../src/snapshot/catalog/tokens.ts"

const han = FastCheck.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCodePoint(code))
const rareHan = FastCheck.integer({ min: 0x20000, max: 0x2a6df }).map((code) => String.fromCodePoint(code))
const kana = FastCheck.constantFrom(..."あいうえおかきくけこアイウエオカガキギーッ")
const hangul = FastCheck.integer({ min: 0xac00, max: 0xd7a3 }).map((code) => String.fromCodePoint(code))

describe("tokens", () => {
  it.each([
    ["网页快照", "网页 页快 快照 照"],
    ["签", "签"],
    ["Hello, World!", "hello world"],
    ["用Linkseal保存网页", "用 linkseal 保存 存网 网页 页"],
    ["快照，网页。", "快照 照 网页 页"],
    ["Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"],
    ["ﾊﾞｯｸｱｯﾌﾟ", "バッ ック クア アッ ップ プ"],
    ["サーバー", "サー ーバ バー ー"],
    ["한국어 문서", "한국 국어 어 문서 서"],
    ["Café naïve ÉCOLE", "cafe naive ecole"],
    ["Cafe\u0301", "cafe"],
    ["йод", "йод"],
    ["don't", "don t"],
    ["x86_64", "x86 64"],
    ["a\u0000b", "a b"],
    ["ﬁne ½ ㍿", "fine 1 2 株式 式会 会社 社"],
    ["", ""],
    ["🎉 — …", ""],
    ["々", "々"],
    ["σίσυφος ΣΊΣΥΦΟΣ", "σισυφοσ σισυφοσ"],
  ])("of %j are %j", (text, tokens) => {
    expect(indexTokens(text)).toBe(tokens)
  })

  it.each([
    ["快照", '"快照"'],
    ["网页快照", '"网页 页快 快照"'],
    ["签", '"签" *'],
    ["快照abc", '"快照 照 abc"'],
    ["abc照", '"abc 照" *'],
    ["hello world", '"hello world"'],
    ['say "hi"', '"say hi"'],
  ])("of the query %j are the phrase %s", (text, expression) => {
    expect(matchExpression(phraseOf(text))).toBe(expression)
  })

  it("take any text: in order, inside the text, of bounded length, free of what FTS5 reads", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary", maxLength: 300 }), (text) => {
        let before = 0
        eachToken(text, (token) => {
          expect(token.start).toBeGreaterThanOrEqual(before)
          expect(token.end).toBeGreaterThan(token.start)
          expect(token.end).toBeLessThanOrEqual(text.length)
          expect(token.text.length).toBeLessThanOrEqual(tokenMaxUnits + 40)
          expect(token.text).not.toMatch(/[\s"'*:(){}^+-]/)
          before = token.start
          return true
        })
      }),
      { numRuns: 200 },
    )
  })

  it("of any piece of a text without blanks are found where they stand", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.oneof(han, rareHan, kana, hangul), { minLength: 1, maxLength: 60 }),
        FastCheck.nat(),
        FastCheck.nat(),
        (characters, a, b) => {
          const text = characters.join("")
          const from = a % characters.length
          const to = from + 1 + (b % (characters.length - from))
          const piece = characters.slice(from, to).join("")
          const start = characters.slice(0, from).join("").length
          const matches = findMatches(text, [phraseOf(piece)])
          expect(matches.map((match) => match.start)).toContain(start)
          for (const match of matches) expect(text.slice(match.start, match.end)).toBe(piece)
        },
      ),
      { numRuns: 200 },
    )
  })

  it("are the same however a text is composed", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "grapheme", maxLength: 60 }), (text) => {
        expect(indexTokens(text.normalize("NFD"))).toBe(indexTokens(text.normalize("NFC")))
      }),
      { numRuns: 200 },
    )
  })

  it("of a long word stop growing, in text and query alike", () => {
    const long = "x".repeat(5000)
    expect(indexTokens(long)).toBe("x".repeat(tokenMaxUnits))
    expect(phraseOf(long).tokens).toEqual(["x".repeat(tokenMaxUnits)])
  })
})
