/** What the command says to who uses it wrongly, and where its output cannot go. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { runCommand } from "../support/cli.ts"
import type { Served } from "../support/serve.ts"
import { serve } from "../support/serve.ts"

let served: Served
beforeAll(async () => void (served = await serve()))
afterAll(async () => void (await served.stop()))

const run = (...argv: ReadonlyArray<string>) => runCommand(served.home, argv)
const folder = () => mkdtempSync(join(tmpdir(), "linkseal-usage-"))
const scenarios = join(folder(), "scenarios.json")
writeFileSync(scenarios, "{}")

describe("wrong usage is exit 2 and one line", () => {
  it.each([
    [["show", ""], "<id> must not be empty"],
    [["show", "  "], "<id> must not be empty"],
    [["open", ""], "<id> must not be empty"],
    [["diff", ""], "<id> must not be empty"],
    [["snapshot", "a", ""], "<id> must not be empty"],
    [["remove", ""], "<id> must not be empty"],
    [["tags", "delete", ""], "<tag> must not be empty"],
    [["tags", "rename", "a", ""], "<new> must not be empty"],
    [["tags", "merge", "a", ""], "<from> must not be empty"],
    [["schedule", "remove", ""], "<id> must not be empty"],
    [["nosuch", "--help"], "unknown command 'nosuch'"],
    [["--help", "nosuch"], "unknown command 'nosuch'"],
    [["help", "nosuch"], "unknown command 'nosuch'"],
    [["nosuch", "-h"], "unknown command 'nosuch'"],
    [["--home", "list", "nosuch", "--help"], "unknown command 'nosuch'"],
    [["sectors", "nosuch", "--help"], "unknown command 'nosuch'"],
    [["tags", "nosuch", "--help"], "unknown command 'nosuch'"],
    [["add", ""], '"" is not an http or https address'],
    [["add", "http://user:secret@host.example/"], "capture.headers or cookiesFile"],
    [["add", "http:user:secret@host.example/"], "capture.headers or cookiesFile"],
    [["add", "ftp://user:secret@host.example/"], "ftp://host.example/ is not an http"],
    [["search", "x".repeat(2_001)], "too long"],
    [["list", "--query", "x".repeat(100_000)], "too long"],
  ])("%j", async (argv, text) => {
    const ran = await run(...argv)
    expect([ran.code, ran.out]).toEqual([2, ""])
    expect(ran.err).toMatch(/^error: [^\n]{1,300}\n$/)
    expect(ran.err).toContain(text)
    expect(ran.err).not.toContain("secret")
  })

  it.each([
    [["list", "--help"]],
    [["help", "list"]],
    [["sectors", "list", "--help"]],
    [["--home", "nosuch", "list", "--help"]],
    [["tag", "--help"]],
    [["show", "nosuch", "--help"]],
    [["fsm", "--help"]],
    [["--help"]],
  ])("%j is no wrong usage", async (argv) => {
    expect(await run(...argv)).toMatchObject({ code: 0, err: "", out: expect.stringContaining("Usage: ") })
  })

  it("asks for ids as they are, whatever is in them", async () => {
    for (const id of ["a/b", "..", "a?b#c", "%2F"]) {
      expect(await run("show", id)).toMatchObject({ code: 1, err: expect.stringContaining(`no link ${id}`) })
    }
  })
})

describe("errors say what to do", () => {
  it.each([
    [["show", "nobody"], "error: no link nobody: linkseal list shows what is there\n"],
    [["cancel", "nobody", "no2"], "error: no link nobody; no link no2: linkseal list shows what is there\n"],
    [["tags", "rename", "none", "other"], "error: no tag none: linkseal tags shows what is there\n"],
    [["fsm", "replay", scenarios], `error: ${scenarios} must hold a JSON list of scenarios\n`],
  ])("%j", async (argv, err) => {
    expect(await run(...argv)).toMatchObject({ code: 1, out: "", err })
  })

  it("names the artefacts that exist", async () => {
    const { id } = (await run("add", "http://artefact.example/good", "--wait", "--json")).json.links[0]
    const ran = await run("open", id, "--artefact", "poster")
    expect([ran.code, ran.err]).toEqual([
      1,
      expect.stringMatching(/^error: no artefact poster of \S+: it has page\.html, screenshot, .*\n$/),
    ])
  })
})

describe("what is shown", () => {
  it("has the tag first in the table of tags, and commas between a link's tags", async () => {
    const { id } = (await run("add", "http://commas.example/", "--tag", "a b", "--tag", "c", "--json")).json
      .links[0]
    expect((await run("tags")).out).toMatch(/^TAG +LINKS\n[^\n]*\S +\d+\n/)
    expect((await run("list", "--tag", "c")).out).toContain("a b, c")
    expect((await run("show", id)).out).toMatch(/^tags +a b, c$/m)
  })

  it("has no character in JSON that could turn the line, and still the same document", async () => {
    const { id } = (await run("add", "http://turned.example/", "--json")).json.links[0]
    const title = "a\u202egpj.exe\u0085\u2066"
    await served.ask(`/api/v1/links/${id}`, { method: "PATCH", body: { title } })
    const ran = await run("show", id, "--json")
    expect(ran.out).not.toMatch(/[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/)
    expect(ran.json.title).toBe(title)
  })
})

describe("an output that takes nothing", () => {
  const cli = new URL("../../../src/daemon/cli/main.ts", import.meta.url).pathname
  const shell = (redirection: string) =>
    spawnSync("bash", ["-c", `set -o pipefail; node --import tsx ${cli} --help ${redirection}`], {
      encoding: "utf8",
    })

  it("is told in one line when the disk is full", () => {
    const { status, stderr } = shell(">/dev/full")
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: the output cannot be written: ENOSPC[^\n]*\n$/),
    ])
  })

  it("is left without a word when its reader went away", () => {
    const { status, stderr } = shell("| true")
    expect([status, stderr]).toEqual([0, ""])
  })
})
