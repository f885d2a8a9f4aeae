/** Texts are read in the encoding they are written in, also when nobody says which. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { decodeText, guessEncoding } from "../../../src/snapshot/capture/textEncoding.ts"

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/encodings/${name}.txt`, import.meta.url))

const simplified = "快照不只是一张图片。多年以后，人们打开这些文件，读到的应当和今天一样。\n"
const traditional = "這是一個關於網頁保存的故事。許多年以後，我們還能讀到它的文字和圖片。\n"
const japanese = "これはシフトジスのテキストです。猫と犬の話。\n"
const korean = "이것은 저장된 페이지에 대한 짧은 글입니다. 나중에 다시 읽을 수 있습니다.\n"
const russian = "Это короткий рассказ о том, как сохраняются страницы и что с ними бывает потом.\n"
const french = "Un café à la crème, déjà payé ; l'été dernier, où étiez-vous ? Noël arrive bientôt.\n"

describe("a text file that nobody names the encoding of", () => {
  it.each([
    ["gb18030", simplified],
    ["big5", traditional],
    ["shift_jis", japanese],
    ["euc-jp", japanese],
    ["iso-2022-jp", japanese],
    ["euc-kr", korean],
    ["windows-1251", russian],
    ["koi8-r", russian],
    ["windows-1252", french],
    ["utf-8", simplified],
    ["utf-16le", simplified],
    ["utf-16be", simplified],
    ["utf-16le-unmarked", french],
  ])("in %s is read as it is written", (name, text) => {
    expect(decodeText(fixture(name), null, false)).toBe(text)
  })

  it("is read by its mark whatever the server says, and by its bytes where they are not what it says", () => {
    expect(decodeText(fixture("utf-16le"), "utf-8", false)).toBe(simplified)
    expect(decodeText(fixture("shift_jis"), "utf-8", false)).toBe(japanese)
    expect(decodeText(fixture("big5"), "big5", false)).toBe(traditional)
    expect(decodeText(fixture("gb18030"), "no-such-encoding", false)).toBe(simplified)
  })

  it("may end within a letter, where it was cut", () => {
    const text = fixture("utf-8")
    expect(decodeText(text.subarray(0, 31), null, false)).toBe(simplified.slice(0, 10))
  })

  it("is markup that says so itself, which a plain text cannot", () => {
    const said = Buffer.concat([Buffer.from('<?xml version="1.0" encoding="EUC-KR"?>'), fixture("euc-kr")])
    expect(decodeText(said, null, true)).toContain(korean)
    const about = Buffer.from('<?xml version="1.0" encoding="EUC-KR"?> 快照')
    expect(decodeText(about, null, false)).toContain("快照")
  })

  it("too short for its letters to tell follows the language", () => {
    const two = fixture("gb18030").subarray(0, 4)
    expect([guessEncoding(two), guessEncoding(two, "ja"), guessEncoding(two, "zh-TW")]).toEqual([
      "gb18030",
      "euc-jp",
      "big5",
    ])
  })
})
