import { getCatalogs } from "@lingui/cli/api"
import { getConfig } from "@lingui/conf"
import { beforeAll, describe, expect, it } from "vitest"

interface Message {
  readonly message?: string
  readonly translation?: string
}
type Messages = Readonly<Record<string, Message>>

let inSources: Messages
let en: Messages
let zh: Messages

beforeAll(async () => {
  const [catalog] = await getCatalogs(getConfig({ cwd: process.cwd() }))
  if (catalog === undefined) throw new Error("no catalogue is configured")
  inSources = (await catalog.collect()) as Messages
  en = (await catalog.read("en")) as Messages
  zh = (await catalog.read("zh-CN")) as Messages
})

/** `{name}`, `{0, plural, ...}` and `<0>` of a text, as a sorted list of names. */
const holesOf = (text: string): ReadonlyArray<string> =>
  [
    ...new Set(
      [...text.matchAll(/(?<!(?:=0|one|other) )\{(\w+)[,}]|<(\d+)\/?>/g)].map(
        (found) => found[1] ?? `<${found[2]}>`,
      ),
    ),
  ].sort()

describe("the texts of the page", () => {
  it("are all in the catalogues, and nothing else is (else run: npx lingui extract --clean)", () => {
    expect(Object.keys(inSources).length).toBeGreaterThan(300)
    expect(Object.keys(en).sort()).toEqual(Object.keys(inSources).sort())
    expect(Object.keys(zh).sort()).toEqual(Object.keys(inSources).sort())
  })

  it("all have Chinese, with the same places to fill", () => {
    const wrong = Object.entries(inSources).flatMap(([id, { message = "" }]) => {
      const translation = zh[id]?.translation ?? ""
      return translation === "" || holesOf(translation).join() !== holesOf(message).join()
        ? [`${message} -> ${translation}`]
        : []
    })
    expect(wrong).toEqual([])
  })

  it("use full-width punctuation in Chinese sentences", () => {
    const wrong = Object.values(zh)
      .map(({ translation = "" }) => translation)
      .filter((text) => /[\u4e00-\u9fff][,;!?]|[\u4e00-\u9fff]\.(?!\w)/.test(text))
    expect(wrong).toEqual([])
  })
})
