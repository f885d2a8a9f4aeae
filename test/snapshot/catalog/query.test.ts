import { expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { describe } from "vitest"
import { parseQuery, type Query } from "../../../src/snapshot/catalog/query.ts"

/** The tree in one line. */
const show = (query: Query | null): string => {
  if (query === null) return "everything"
  switch (query._tag) {
    case "And":
      return `(${query.of.map(show).join(" & ")})`
    case "Or":
      return `(${query.of.map(show).join(" | ")})`
    case "Not":
      return `-${show(query.of)}`
    case "Words":
      return `${query.fields === null ? "" : `${query.fields.join("+")}:`}${query.phrase.tokens.join("_")}${query.phrase.prefix ? "*" : ""}`
    case "NoTags":
    case "Partial":
      return query._tag
    default: {
      const { _tag, ...rest } = query
      return `${_tag}=${Object.values(rest).join(",")}`
    }
  }
}

const shown = (text: string) => show(Either.getOrThrow(parseQuery(text)).query)
const date = (text: string) => Date.parse(text)

describe("the search syntax", () => {
  it.each([
    ["", "everything"],
    ["one two", "(one & two)"],
    ['"one two" three', "(one_two & three)"],
    ["one -two", "(one & -two)"],
    ['-"one two"', "-one_two"],
    ["a b or c d", "(a & (b | c) & d)"],
    ["a OR b oR c", "(a | b | c)"],
    ["or a", "(or & a)"],
    ["a or", "(a & or)"],
    ['a "or" b', "(a & or & b)"],
    ["-a or b", "(-a | b)"],
    ["(a b) or c", "((a & b) | c)"],
    ["-(a or b) c", "(-(a | b) & c)"],
    ["a ) b", "(a & b)"],
    ["()", "everything"],
    ["- a", "a"],
    ["wiki/Foo_(bar)", "wiki_foo_bar"],
    ["tag:x tag:Y", "(Tag=x & Tag=Y)"],
    ['tag:"two words"', "Tag=two words"],
    ["tag:none", "NoTags"],
    ['tag:"none"', "Tag=none"],
    ["-tag:x", "-Tag=x"],
    ["site:lwn.net", "Site=lwn.net"],
    ["state:failed,doubtful", "State=failed,doubtful"],
    ["is:doubtful is:partial", "(State=doubtful & Partial)"],
    ["type:PDF lang:zh-CN", "(Type=pdf & Language=zh-cn)"],
    ["versions:>1 versions:3", "(Versions=>,1 & Versions==,3)"],
    ["in:title a b", "(title:a & title:b)"],
    ["in:title,note a (in:text b)", "(title+note:a & text:b)"],
    ["in:tag", "everything"],
    ["before:2026-01", `Added=,${date("2026-01-01")}`],
    ["after:2026-01-15", `Added=${date("2026-01-15")},`],
    ["added:2026", `Added=${date("2026-01-01")},${date("2027-01-01")}`],
    ["added:2026年2月", `Added=${date("2026-02-01")},${date("2026-03-01")}`],
    ["added:7d", `AddedWithin=${7 * 86_400_000}`],
    ["标签:网页 站点：lwn.net 状态：失败，存疑", "(Tag=网页 & Site=lwn.net & State=failed,doubtful)"],
    ["＂快照 网页＂　（签 or 名）", "(快照_照_网页 & (签* | 名*))"],
    ["“one two” x", "(one_two & x)"],
    ["“one two", "(one & two)"],
    ["tga:x", "tga_x"],
    ["https://lwn.net/a?b=c", "https_lwn_net_a_b_c"],
    ["16:9 12:30", "(16_9 & 12_30)"],
    ["state:SAVED,failed", "State=archived,failed"],
  ])("reads %j as %s", (text, tree) => {
    expect(shown(text)).toBe(tree)
  })

  it.each([
    ['one "two', 4, "quote"],
    ["tag:＂x", 4, "quote"],
    ["a (b (c)", 2, "bracket"],
    ["(", 0, "bracket"],
    ["x after:tomorrow", 8, "date"],
    ["before:2026-13", 7, "date"],
    ["x state:nonsense", 8, "no such state: nonsense; there are queued, probing"],
    ["-is:failed,lost", 4, "no such state: lost;"],
    ["added:2026-02-30", 6, "date"],
  ])("refuses %j at %i", (text, position, reason) => {
    const parsed = parseQuery(text)
    expect(Either.isLeft(parsed) && parsed.left).toMatchObject({
      position,
      message: expect.stringContaining(reason),
    })
  })

  it("says how it understood each piece, with a hint where a key is near a known one", () => {
    const { understood } = Either.getOrThrow(parseQuery('-tag:x tga:y "a b" state:saved …'))
    expect(understood.map((piece) => ({ ...piece, hint: undefined }))).toEqual([
      { from: 0, to: 6, text: "-tag:x", kind: "filter", key: "tag", value: "x", negated: true },
      { from: 7, to: 12, text: "tga:y", kind: "words", key: null, value: "tga:y", negated: false },
      { from: 13, to: 18, text: '"a b"', kind: "words", key: null, value: "a b", negated: false },
      { from: 19, to: 30, text: "state:saved", kind: "filter", key: "state", value: "saved", negated: false },
      { from: 31, to: 32, text: "…", kind: "ignored", key: null, value: "…", negated: false },
    ])
    expect(understood[1]!.hint).toBe('"tga:" is not a filter; did you mean "tag:"?')
    expect(understood[3]!.hint).toBeNull()
    expect(understood[0]!.hint).toBeNull()
  })

  it("answers any text, and covers all of it (property)", () => {
    const piece = FastCheck.constantFrom(
      ...'( ) " “ ” - or tag: in:title state:failed 快照 one ： （ ） ＂'.split(" "),
      " ",
      "　",
    )
    const text = FastCheck.oneof(
      FastCheck.string({ unit: "binary", maxLength: 40 }),
      FastCheck.array(piece, { maxLength: 20 }).map((pieces) => pieces.join("")),
    )
    FastCheck.assert(
      FastCheck.property(text, (query) => {
        const parsed = parseQuery(query)
        if (Either.isLeft(parsed)) {
          expect(parsed.left.position).toBeLessThan(query.length + 1)
          return
        }
        let before = 0
        for (const { from, to, text: part } of parsed.right.understood) {
          expect(from).toBeGreaterThanOrEqual(before)
          expect(query.slice(from, to)).toBe(part)
          before = to
        }
      }),
      { numRuns: 500 },
    )
  })
})
