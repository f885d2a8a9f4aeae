import { describe, expect, it } from "vitest"
import { Sprite } from "../../../src/snapshot/capture/html/sprites.ts"

const svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<linearGradient id="g"><stop offset="1"/></linearGradient><clipPath id="c"><rect id="r"/></clipPath>
<symbol id="a" viewBox="0 0 1 1"><path fill="url(#g)" clip-path='url("#c")'/><use xlink:href="#b"/></symbol>
<symbol id="b"><script>alert(1)</script><path onclick="x()" style="fill:url(http://x.test/)" d="M0 0"/><a href="javascript:x()"><g/></a><use href="other.svg#z"/></symbol>
<symbol id="loop"><use href="#loop"/></symbol></svg>`

describe("a drawing out of a file", () => {
  const sprite = new Sprite(svg, "p-")

  it("comes with what it names, under names of its own", () => {
    const drawing = sprite.drawing("a")
    for (const id of ["a", "b", "g", "c", "r"]) expect(drawing).toContain(`id="p-${id}"`)
    expect(drawing).toContain('fill="url(#p-g)"')
    expect(drawing).toContain('clip-path="url(#p-c)"')
    expect(drawing).toContain('href="#p-b"')
    expect(drawing).toContain('viewBox="0 0 1 1"')
    expect(drawing.match(/id="p-r"/g)).toHaveLength(1)
    expect(drawing).not.toContain("p-loop")
  })

  it("runs nothing and reaches nowhere", () => {
    expect(sprite.drawing("b")).not.toMatch(/script|onclick|javascript|http|other\.svg/)
    expect(sprite.drawing("b")).toContain('d="M0 0"')
  })

  it("may name itself, and may be missing", () => {
    expect(sprite.drawing("loop")).toBe('<symbol id="p-loop"><use href="#p-loop"></use></symbol>')
    expect(sprite.nameOf("nobody")).toBe(null)
    expect(new Sprite("no svg at all <", "p-").nameOf("a")).toBe(null)
  })
})
