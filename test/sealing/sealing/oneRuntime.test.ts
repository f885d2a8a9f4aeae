/** One runtime for two rooms: both make their machines with the same StateGroup, which names neither. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { filesIn, readText } from "../../support/sources.ts"

/** The code without its comments, which may give examples. */
const codeOf = (text: string) =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|[^:"'`])\/\/.*$/gm, "$1")

const nouns = /sector|lotus|sealing|snapshot|\blinks?\b|pledge|capture/i

describe("src/actors", () => {
  it("names neither links nor sectors in its code", () => {
    const named = filesIn("src/actors")
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) =>
        codeOf(readText(file))
          .replaceAll("linkseal/actors", "")
          .split("\n")
          .flatMap((line) => (nouns.test(line) ? [`${file}: ${line.trim()}`] : [])),
      )
    expect(named).toEqual([])
  })

  it("is what both rooms make their machines with", () => {
    for (const file of ["src/sealing/SealingGroup.ts", "src/snapshot/LinksRoom.ts"]) {
      const text = readText(file)
      expect(text).toContain('from "../actors/StateGroup.ts"')
      expect(text).toContain("StateGroup.make<")
    }
    expect(readFileSync(new URL("../../../src/actors/StateGroup.ts", import.meta.url), "utf8")).toContain(
      "class StateGroup",
    )
  })
})
