import { describe, expect, it } from "vitest"
import { readShared, recognise } from "../../../src/daemon/web/add/recognise.ts"
import { bytes, duration, langOf, siteOf } from "../../../src/daemon/web/lib/format.ts"
import { requestOf, termsOf, withoutTerm, withTag } from "../../../src/daemon/web/lib/query.ts"
import { piecesOf, startNearHit } from "../../../src/daemon/web/links/excerpt.ts"

describe("pasted text", () => {
  it("gives the addresses in it, each once, and the lines that have none", () => {
    const found = recognise("https://a.example/x\n\nsee notes\nb.example/y?z=1\nhttps://a.example/x\n")
    expect(found).toEqual({
      urls: ["https://a.example/x", "https://b.example/y?z=1"],
      repeated: 1,
      unread: [{ line: 3, text: "see notes" }],
    })
  })

  it("finds addresses inside sentences and leaves their punctuation out", () => {
    const { urls } = recognise(
      "见 https://例子.example/文，还有（https://b.example/a_(b)）和 <https://c.example/>.",
    )
    expect(urls).toEqual([
      "https://xn--fsqu00a.example/%E6%96%87",
      "https://b.example/a_(b)",
      "https://c.example/",
    ])
  })

  it.each([
    ["Look at this: http://a.example/x great!", "http://a.example/x", "Look at this … great!"],
    ["看看 http://a.example/文。很好", "http://a.example/文", "看看 … 很好"],
    ["看这个：http://a.example/x！", "http://a.example/x", "看这个"],
    ["A title\n\nhttps://a.example/x?y=1&z=2.", "https://a.example/x?y=1&z=2", "A title"],
    [
      "(see https://a.example/a_(b)), and [https://b.example/]",
      "https://a.example/a_(b)\nhttps://b.example/",
      "(see … and",
    ],
    ["https://a.example/x", "https://a.example/x", ""],
    ["b.example/y", "b.example/y", ""],
    ["no address here", "no address here", ""],
  ])("of another program, %j, is split into addresses and words", (text, addresses, words) => {
    expect(readShared([text])).toEqual({ addresses, words })
  })

  it("takes bare numeric addresses as it takes bare hosts", () => {
    expect(
      recognise("192.168.0.1\n10.0.0.1:8080/x\nlocalhost:3000\nexample.org/foo\n999.1.1.1").urls,
    ).toEqual([
      "https://192.168.0.1/",
      "https://10.0.0.1:8080/x",
      "https://localhost:3000/",
      "https://example.org/foo",
    ])
  })

  it.each(["javascript:alert(1)", "ftp://a.example/", "file.txt is here", "12:30", "…"])(
    "does not take %s",
    (text) => {
      expect(recognise(text).urls).toEqual([])
    },
  )
})

describe("the query line", () => {
  it("knows filters, quotes and minus, in both scripts", () => {
    const terms = termsOf('wal -tag:draft 标签：存储 "exact words" site:lwn.net')
    expect(terms.map(({ key, value, negated }) => [key, value, negated])).toEqual([
      [null, "wal", false],
      ["tag", "draft", true],
      ["tag", "存储", false],
      [null, "exact words", false],
      ["site", "lwn.net", false],
    ])
  })

  it("takes one term out and leaves the others as typed", () => {
    expect(withoutTerm('a -tag:"b c" d', 1)).toBe("a d")
  })

  it("adds a tag once, quoted when it must be", () => {
    expect(withTag("x", "two words")).toBe('x tag:"two words"')
    expect(withTag("x tag:a", "a")).toBe("x tag:a")
    expect(withTag("", "a", true)).toBe("-tag:a")
  })

  it("is a list when it only filters, and a search when there is a word", () => {
    expect(requestOf("state:failed,doubtful tag:x")).toMatchObject({
      by: "list",
      states: ["failed", "doubtful"],
    })
    expect(requestOf("tag:x or tag:y").by).toBe("list")
    expect(requestOf("tag:x 快照").by).toBe("search")
    expect(requestOf("state:failed or tag:x").states).toEqual([])
  })
})

describe("an excerpt", () => {
  it("keeps its marks and nothing else of its markup", () => {
    expect(piecesOf("a &lt;b&gt; <mark>快照</mark> &amp;amp; &#x4e2d;")).toEqual([
      { text: "a <b> ", hit: false },
      { text: "快照", hit: true },
      { text: " &amp; 中", hit: false },
    ])
    expect(piecesOf("<img src=x onerror=alert(1)>")).toEqual([
      { text: "<img src=x onerror=alert(1)>", hit: false },
    ])
  })

  it("begins near its first hit where a line is narrow, at a word if there is one", () => {
    const shown = (html: string, room: number) =>
      startNearHit(piecesOf(html), room)
        .map(({ hit, text }) => (hit ? `[${text}]` : text))
        .join("")
    const english =
      "A long way into the sentence there is the <mark>narwhal</mark> at last, and a <mark>narwhal</mark>"
    expect(shown(english, 14)).toBe("…there is the [narwhal] at last, and a [narwhal]")
    expect(shown(english, 200)).toBe(
      "A long way into the sentence there is the [narwhal] at last, and a [narwhal]",
    )
    expect(shown("很长的一句话走了很久才到<mark>熊猫</mark>这里", 14)).toBe("…话走了很久才到[熊猫]这里")
    expect(shown("<mark>narwhal</mark> first", 14)).toBe("[narwhal] first")
    expect(shown("nothing marked at all in here", 5)).toBe("nothing marked at all in here")
  })
})

describe("figures", () => {
  it.each([
    [0, "0 B"],
    [942, "942 B"],
    [40_100, "40.1 KB"],
    [999_600, "1 MB"],
    [1_231_000, "1.23 MB"],
  ])("writes %i bytes as %s", (count, text) => expect(bytes(count)).toBe(text))

  it.each([
    [850, "850 ms"],
    [4_120, "4.1 s"],
    [61_000, "1 min 1 s"],
    [4_320_000, "1 h 12 min"],
    [90_000_000, "1 d 1 h"],
  ])("writes %i ms as %s", (millis, text) => expect(duration(millis)).toBe(text))

  it("knows sites and scripts", () => {
    expect(siteOf("https://www.lwn.net/Articles")).toBe("lwn.net")
    expect(langOf("日本語の組版")).toBe("ja")
    expect(langOf("网页快照")).toBe("zh-CN")
    expect(langOf("plain")).toBeUndefined()
  })
})
