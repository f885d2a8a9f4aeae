/** Files that are markup are read without their tags. */
import { describe, expect, it } from "vitest"
import { htmlTitle, markupText } from "../../../src/snapshot/capture/markupText.ts"

describe("the words of markup", () => {
  it("of a picture are its texts, without scripts and styles", () => {
    const svg = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg">
      <style>text { fill: red }</style><script>alert("evil")</script><title>A &amp; B</title>
      <image href="data:image/png;base64,${"AAAA".repeat(2_000)}"/><text x="1">over<tspan>lapping</tspan></text></svg>`
    expect(markupText(svg)).toBe("A & B\noverlapping")
  })

  it("of a feed are its entries, with the HTML inside them read too", () => {
    const rss = `<rss version="2.0"><channel><title>My feed</title><item><title>Narwhal</title>
      <description>&lt;p&gt;One &amp;amp; two&lt;/p&gt;</description>
      <content><![CDATA[<p title="a>b">Three <b>four</b></p>]]></content></item></channel></rss>`
    expect(markupText(rss)).toBe("My feed\nNarwhal\nOne & two\nThree four")
  })

  it("of a page keep what is written about tags, and end where it breaks off", () => {
    const html = "<title>About\ntags</title><p>Write &lt;b&gt; when 1 < 2 &#x2014; 中文&hellip;<p>end <!-- no"
    expect(markupText(html)).toBe("About\ntags\nWrite <b> when 1 < 2 — 中文…\nend")
    expect(htmlTitle(html)).toBe("About tags")
  })

  it.each(["<a ", '<a x="', "<script", "<!doctype", "<!--", "<![CDATA[", "<title", "&#", "</style "])(
    "are looked for once, also among 5 MB of %j",
    (piece) => {
      expect(markupText(piece.repeat(Math.ceil(5_000_000 / piece.length))).length).toBeLessThan(5_100_000)
    },
  )
})
