/** Wrong usage of the sealing commands: what is out of bounds, and a command that only gathers others. */
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runCommand } from "../support/cli.ts"

const empty = mkdtempSync(join(tmpdir(), "linkseal-usage-"))

describe("wrong usage, told without a daemon", () => {
  it.each([
    [["sectors", "nonsense"], "unknown command 'nonsense' of sectors: write one of pledge, list"],
    [["sealing", "nonsense"], "unknown command 'nonsense' of sealing: write one of auto-pledge, jobs"],
    [["clock", "scale", "1e300"], "from 0.001 to 1000000"],
    [["clock", "scale", "1000001"], "from 0.001 to 1000000"],
    [["clock", "advance", "36526 days"], "100 years"],
  ])("%j exits 2 and says %s", async (argv, text) => {
    const ran = await runCommand(empty, argv)
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(text)])
  })

  it.each([
    ["sectors", "pledge, list, status"],
    ["sealing", "auto-pledge, jobs, workers, world"],
  ])("%s alone shows its help, and with --json names its commands", async (name, known) => {
    const alone = await runCommand(empty, [name])
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining(`Usage: linkseal ${name}`)])
    const asJson = await runCommand(empty, [name, "--json"])
    expect([asJson.code, asJson.error]).toEqual([
      2,
      { error: { code: "usage", message: expect.stringContaining(known) } },
    ])
  })
})
