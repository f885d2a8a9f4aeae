/** Lotus's settings are read again when their file changes, while the daemon runs. */
import * as Either from "effect/Either"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { loadSettings } from "../../../src/daemon/Config.ts"
import { liveSealingConfig } from "../../../src/daemon/rooms/sealingConfig.ts"

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "linkseal-config-"))
  warnings = []
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const file = () => join(home, "config.json")
const write = (content: unknown) =>
  writeFileSync(file(), typeof content === "string" ? content : JSON.stringify(content))
const load = () => loadSettings({ home }, {})
let warnings: Array<string> = []
const live = () => liveSealingConfig(Either.getOrThrow(load()), (text) => warnings.push(text))

describe("the settings of sealing", () => {
  it("are those of the single-message base when nothing is written", () => {
    expect(live().current()).toMatchObject({
      BatchPreCommits: false,
      AggregateCommits: false,
      MaxSealingSectors: 0,
    })
  })

  it("follow the file while the daemon runs, and stay as they were while it cannot be read", () => {
    write({ sealing: { config: { MaxSealingSectors: 5 } } })
    const { current: config, problem } = live()
    expect(config().MaxSealingSectors).toBe(5)
    write({ sealing: { base: "lotus", config: { MaxSealingSectors: 50, WaitDealsDelay: "1 h" } } })
    expect(config()).toMatchObject({
      MaxSealingSectors: 50,
      WaitDealsDelay: 3_600_000,
      BatchPreCommits: true,
      AutoPledgeInterval: 60_000,
    })
    write("{ not json")
    expect(config().MaxSealingSectors).toBe(50)
    write({ sealing: { config: { MaxSealingSectors: -1 } } })
    expect(config().MaxSealingSectors).toBe(50)
    expect(config().MaxSealingSectors).toBe(50)
    expect(warnings).toHaveLength(2)
    write({ sealing: { config: { MaxSealingSectors: 7 } } })
    expect(config().MaxSealingSectors).toBe(7)
    expect(problem()).toBeNull()
  })

  it.each([
    ["an unknown key", { sealing: { config: { MaxSealingSector: 5 } } }, "MaxSealingSectors"],
    [
      "a value out of range",
      { sealing: { config: { MaxSealingSectors: -1 } } },
      "sealing.config.MaxSealingSectors",
    ],
    ["what is no JSON", '{\n  "sealing": {,\n}', "(line 2 column 15)"],
    ["a setting of another room", { prot: 1 }, "did you mean port?"],
  ])("name in the log and to whoever asks %s, in the words of a start", (_, content, words) => {
    write({ sealing: { config: { MaxSealingSectors: 5 } } })
    const { current, problem } = live()
    expect(problem()).toBeNull()
    write(content)
    const refused = Either.getOrThrow(Either.flip(load())).message
    expect(refused).toContain(words)
    expect(problem()).toBe(refused)
    expect(current().MaxSealingSectors).toBe(5)
    expect(warnings).toEqual([expect.stringContaining(refused)])
    write({ sealing: { config: { MaxSealingSectors: 7 } } })
    expect(problem()).toBeNull()
    expect(current().MaxSealingSectors).toBe(7)
  })

  it("stay as they were when the file goes away", () => {
    write({ sealing: { config: { MaxSealingSectors: 5 } } })
    const { current, problem } = live()
    rmSync(file())
    expect(problem()).toBe(`${file()} is gone`)
    expect(current().MaxSealingSectors).toBe(5)
  })

  it("are refused at start with their name when they are wrong", () => {
    write({ sealing: { config: { MaxSealingSector: 5 } } })
    expect(Either.flip(load()).pipe(Either.getOrThrow).message).toContain("MaxSealingSectors")
    write({ sealing: { config: { WaitDealsDelay: "soon" } } })
    expect(Either.flip(load()).pipe(Either.getOrThrow).message).toContain("sealing.config.WaitDealsDelay")
    write({ sealing: { sectorSize: "33GiB" } })
    expect(Either.flip(load()).pipe(Either.getOrThrow).message).toContain("32GiB")
  })
})
