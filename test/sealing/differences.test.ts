/** docs/differences.md is the whole list: every correction stands in it, numbered, and every test it names is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { corrections, plannerCorrections } from "../../src/sealing/transitions/corrections.ts"
import { cases } from "./stages/cases.ts"

const root = new URL("../..", import.meta.url).pathname
const page = readFileSync(join(root, "docs/differences.md"), "utf8")

interface Point {
  readonly number: number
  readonly name: string
  readonly text: string
}

const points: ReadonlyArray<Point> = page
  .split(/^### /m)
  .slice(1)
  .map((part) => {
    const [, number, name] = /^(\d+)\. (\S+)\n/.exec(part) ?? []
    return { number: Number(number), name: name ?? part.slice(0, 40), text: part.split(/^## /m)[0]! }
  })

/** Titles of tests stand in the sources as they are; a template's fixed part is enough. */
const sources = readdirSync(join(root, "test/sealing"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => readFileSync(join(root, "test/sealing", file), "utf8"))
  .join("\n")

const isThere = (title: string): boolean => {
  const row = /^(handle\w+): (.+)$/.exec(title)
  return row === null
    ? sources.includes(title)
    : cases.some(({ handler, name }) => handler === row[1] && name === row[2])
}

describe("docs/differences.md", () => {
  it("is numbered without a gap, and names no point twice", () => {
    expect(points.map(({ number }) => number)).toEqual(points.map((_, index) => index + 1))
    expect(new Set(points.map(({ name }) => name)).size).toBe(points.length)
  })

  it.each(points.map((point) => [point.name, point] as const))(
    "%s: what Lotus does, what is so here, and a test that is there",
    (_, { text }) => {
      expect(text).toMatch(/^- \*\*Lotus\*\*: /m)
      expect(text).toMatch(/^- \*\*Here\*\*: /m)
      const titles = [...text.matchAll(/^- \*\*Test\*\*: `(.+)`$/gm)].map((match) => match[1]!)
      expect(titles.length).toBeGreaterThan(0)
      expect(titles.filter((title) => !isThere(title))).toEqual([])
    },
  )

  it("has every correction of the table by its name", () => {
    const names = points.map(({ name }) => name)
    for (const { name } of [...corrections, ...plannerCorrections]) expect(names).toContain(name)
  })

  it("names files that exist", () => {
    const files = [...page.matchAll(/`(src\/[^`]+)`/g)].map((match) => match[1]!)
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })
})
