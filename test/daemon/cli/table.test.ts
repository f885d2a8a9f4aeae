/** Tables fit the terminal, counted in its cells. */
import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { cut, formatBytes, table, textWidth } from "../../../src/daemon/cli/render/table.ts"
import { formatDuration, parseDuration } from "../../../src/daemon/words/durations.ts"

const plain = (_: string, text: string) => text
const output = (columns?: number) => ({ write: () => {}, isTTY: columns !== undefined, columns })

describe("widths", () => {
  it.each([
    ["abc", 3],
    ["快照", 4],
    ["ｆｕｌｌ", 8],
    ["한국어", 6],
    ["e\u0301", 1],
    ["", 0],
    ["–…", 2],
  ])("%s takes %i cells", (text, width) => {
    expect(textWidth(text)).toBe(width)
  })

  it("cut to what fits, whatever the script", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.fullUnicodeString(), FastCheck.nat(20), (text, width) => {
        expect(textWidth(cut(text, width))).toBeLessThanOrEqual(width)
        if (textWidth(text) <= width) expect(cut(text, width)).toBe(text)
      }),
    )
  })
})

describe("tables", () => {
  const columns = [{ title: "ID" }, { title: "TITLE", shrinks: true }, { title: "N", right: true }]

  it("line up, also with wide characters", () => {
    const text = table(
      columns,
      [
        ["a", "网页快照", 1],
        ["bb", "page", 22],
      ],
      output(),
      plain,
      "none",
    )
    expect(text).toBe(["ID  TITLE      N", "a   网页快照   1", "bb  page      22"].join("\n"))
  })

  it("give way in one column when the terminal is narrow", () => {
    const rows = [["a", "a title that is far too long for this terminal", 1]]
    for (const line of table(columns, rows, output(30), plain, "none").split("\n")) {
      expect(textWidth(line)).toBeLessThanOrEqual(30)
    }
    expect(table(columns, rows, output(30), plain, "none")).toContain("…")
    expect(table(columns, rows, output(), plain, "none")).not.toContain("…")
  })

  it("say when there is nothing", () => {
    expect(table(columns, [], output(), plain, "none")).toBe("none")
  })
})

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [34_359_738_368, "32.0 GiB"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

describe("durations", () => {
  it.each([
    ["3 h", 10_800_000],
    ["30 days", 2_592_000_000],
    ["1.5min", 90_000],
    ["90 S", 90_000],
    ["250ms", 250],
    ["1 day", 86_400_000],
  ])("%s", (text, millis) => {
    expect(parseDuration(text)).toBe(millis)
  })

  it.each(["", "3", "h", "-3 h", "3 weeks", "3 h 5 min", "1e3 s", "NaN s", "99999999999999 days"])(
    "%s is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it("are read back as they were written", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.nat(2 ** 31), (millis) => {
        expect(parseDuration(formatDuration(millis))).toBe(millis)
      }),
    )
  })
})
