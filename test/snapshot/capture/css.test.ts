import { describe, expect, it } from "vitest"
import { splitCss } from "../../../src/snapshot/capture/html/css.ts"

const base = "https://site.test/styles/main.css"
/** The style text with what was found in its place, in square brackets. */
const seen = (css: string) =>
  splitCss(css, base, "dark")
    .map((piece) => (typeof piece === "string" ? piece : `[${piece.kind} ${piece.url}]`))
    .join("")

describe("addresses in style text", () => {
  it.each([
    ["a{background:url(a.png)}", "a{background:[resource https://site.test/styles/a.png]}"],
    [
      "a{background:URL( 'a b.png' ) no-repeat}",
      "a{background:[resource https://site.test/styles/a%20b.png] no-repeat}",
    ],
    ['a{background:url("/x)y.png")}', "a{background:[resource https://site.test/x)y.png]}"],
    ["a{background:url(a\\)b.png)}", "a{background:[resource https://site.test/styles/a)b.png]}"],
    ['a{background:url("a\\26 b.png")}', "a{background:[resource https://site.test/styles/a&b.png]}"],
    [
      "a{background:url(//cdn.test/a.png),url(../b.png)}",
      "a{background:[resource https://cdn.test/a.png],[resource https://site.test/b.png]}",
    ],
    [
      'a[href^="http"]::after{}',
      'a:is([data-ls-href^="http"],[href^="http"]:where(:not([data-ls-href])))::after{}',
    ],
    ["img[src$=png]{}", "img:is([data-ls-src$=png],[src$=png]:where(:not([data-ls-src]))){}"],
    ['a[href]{content:"[href=x]"}', 'a[href]{content:"[href=x]"}'],
    ['@import "deep.css" screen;', "@import [import https://site.test/styles/deep.css] screen;"],
    ["@import url(deep.css) layer(x);", "@import [import https://site.test/styles/deep.css] layer(x);"],
    [
      'a{background:image-set("a.png" 1x)}',
      "a{background:image-set([resource https://site.test/styles/a.png] 1x)}",
    ],
    ["a{b:url(data:image/png;base64,AA==)}", "a{b:url(data:image/png;base64,AA==)}"],
    ["a{fill:url(#gradient)}", "a{fill:url(#gradient)}"],
    ['a::after{content:"url(no.png)"}', 'a::after{content:"url(no.png)"}'],
    ["/* url(no.png) */a{}", "a{}"],
    ['@charset "gbk";a{}', "a{}"],
    [
      "@namespace svg url(http://www.w3.org/2000/svg);a{}",
      "@namespace svg url(http://www.w3.org/2000/svg);a{}",
    ],
    ["x:not(:defined){display:none}y:defined{a:b}", "x:not(*){display:none}y:is(*){a:b}"],
    ["a{background:url()}", "a{background:url()}"],
  ])("%s", (css, expected) => {
    expect(seen(css)).toBe(expected)
  })

  it("takes time in proportion to the text, also when it is made to be slow", () => {
    for (const evil of [
      "url(".repeat(20_000),
      '"\\'.repeat(20_000),
      "/*".repeat(20_000),
      "@import ".repeat(20_000),
    ]) {
      expect(seen(evil).length).toBeLessThanOrEqual(evil.length)
    }
  })
})
