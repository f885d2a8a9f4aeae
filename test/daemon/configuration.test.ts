/** docs/configuration.md against the settings themselves: it names every key with its default, and nothing that is none. */
import * as Either from "effect/Either"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { loadSettings, Settings } from "../../src/daemon/Config.ts"
import { keysOf } from "../../src/daemon/unknownKeys.ts"
import { SealingConfig } from "../../src/sealing/Config.ts"
import * as Schema from "effect/Schema"

const text = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8")
const code = (cell = "") => /^`(.*)`$/.exec(cell)?.[1]
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, name, value, unit, meaning]) => ({ name: code(name)!, value: code(value), unit, meaning }))

const loaded = Either.getOrThrow(loadSettings({ home: "/nowhere" }, {})) as Record<string, any>
const lotus = Schema.decodeSync(SealingConfig)({}) as Record<string, unknown>

/** A value as the document writes it, read as the settings read it: `24 h` is a day. */
const lotusValue = (key: string, value: string): unknown => {
  const json = /^(?:true|false|\d+)$/.test(value) ? JSON.parse(value) : value
  return (Schema.decodeUnknownSync(SealingConfig)({ [key]: json }) as Record<string, unknown>)[key]
}

/** Sizes and durations are written otherwise than they are held, paths depend on the machine. */
const written: Readonly<Record<string, string>> = {
  home: "~/.local/share/linkseal",
  "sealing.sectorSize": "32GiB",
}

const defaultOf = (name: string): unknown => {
  if (written[name] !== undefined) return written[name]
  const artefact = /^capture\.artefacts\.(.+)$/.exec(name)?.[1]
  if (artefact !== undefined) return loaded.capture.artefacts[artefact]
  return name.split(".").reduce<any>((group, key) => group[key], loaded)
}

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value))
const squeezed = (value: string) => value.replaceAll(" ", "")

describe("docs/configuration.md", () => {
  it("names every setting once, and nothing else", () => {
    const known = keysOf(Settings.ast).map(([name]) => name)
    expect(rows.map(({ name }) => name).sort()).toEqual([...known].sort())
    expect(rows.filter(({ meaning }) => meaning!.length < 5)).toEqual([])
  })

  it.each(rows.filter(({ unit, value }) => unit !== "group" && value !== undefined))(
    "gives the default of $name",
    ({ name, value }) => {
      const key = /^sealing\.config\.(.+)$/.exec(name)?.[1]
      if (key === undefined) expect(squeezed(value!)).toBe(squeezed(shown(defaultOf(name))))
      else expect(lotusValue(key, value!)).toBe(lotus[key])
    },
  )
})
