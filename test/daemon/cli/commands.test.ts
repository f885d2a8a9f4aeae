/** The command against a real daemon with doubles: documents, exit codes, errors, and what a terminal shows. */
import { stripVTControlCharacters } from "node:util"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Terminal } from "../support/cli.ts"
import { runCommand } from "../support/cli.ts"
import type { Served } from "../support/serve.ts"
import { serve } from "../support/serve.ts"

let served: Served
beforeAll(async () => void (served = await serve()))
afterAll(async () => void (await served.stop()))

const run = (...argv: ReadonlyArray<string>) => runCommand(served.home, argv)
const onTerminal = (terminal: Terminal, ...argv: ReadonlyArray<string>) =>
  runCommand(served.home, argv, terminal)
const total = async () => (await run("list", "--json")).json.total
const oneLine = /^error: [^\n]+\n$/

describe("diff", () => {
  it("tells text, links and picture in words, or the document with --json", async () => {
    const { json } = await run("add", "http://diff.example/good", "--wait", "--json")
    const { id } = json.links[0]
    expect(await run("diff", id)).toMatchObject({ code: 1, err: expect.stringMatching(oneLine) })
    await run("snapshot", id, "--wait")
    const { code, out } = await run("diff", id)
    expect(code).toBe(0)
    expect(out).toContain("version 1 (2026-01-02 03:04) to version 2")
    expect(out).toContain("~ the [-old-]{+new+} words")
    expect(out).toContain("+ http://added.example/")
    expect(out).toContain("12.3 % of the picture, in 1 place")
    const named = await run("diff", id, "--from", "1", "--to", "2", "--json")
    expect(named.json).toMatchObject({ id, from: { version: 1 }, to: { version: 2 }, files: ["article.txt"] })
    expect((await run("diff", id, "--from", "x")).code).toBe(2)
  })
})

describe("schedule", () => {
  it("adds, lists and removes", async () => {
    const added = await run("schedule", "add", "--tag", "news", "--every", "7 days", "--json")
    expect([added.code, added.json.schedules[0].target]).toEqual([0, { kind: "tag", value: "news" }])
    expect(added.json.schedules[0]).toMatchObject({ every: "7 d", cron: null })
    await run("schedule", "add", "--query", "site:lwn.net", "--cron", "0 3 * * 1")
    const { out } = await run("schedule", "list")
    expect(out).toContain("tag news")
    expect(out).toContain("0 3 * * 1")
    const { id } = added.json.schedules[0]
    expect((await run("schedule", "remove", id, "--json")).json).toEqual({ removed: [id] })
    expect((await run("schedule", "remove", id)).code).toBe(1)
  })

  it.each([
    [["schedule", "add", "--every", "1 d"]],
    [["schedule", "add", "--tag", "a"]],
    [["schedule", "add", "--tag", "a", "--link", "b", "--every", "1 d"]],
    [["schedule", "add", "--tag", "a", "--every", "1 d", "--cron", "0 3 * * *"]],
    [["schedule", "add", "--tag", "a", "--every", "often"]],
  ])("takes %j for wrong usage", async (argv) => {
    const ran = await run(...argv)
    expect([ran.code, ran.out]).toEqual([2, ""])
    expect(ran.err).toMatch(oneLine)
  })
})

describe("duplicates", () => {
  it("groups what is alike, and merges into the one that is named", async () => {
    const [a, b] = ["https://www.alike.example/p/", "http://alike.example/p"]
    const { json } = await run("add", a!, b!, "--json")
    const [keep, other] = json.links.map((link: { id: string }) => link.id)
    const found = await run("duplicates", "--json")
    expect(found.json.groups).toHaveLength(1)
    expect(found.json.groups[0].links.map((link: { id: string }) => link.id)).toEqual([keep, other])
    const merged = await run("duplicates", "merge", keep, other)
    expect([merged.code, merged.out]).toEqual([0, expect.stringMatching(/linkseal undo \d+/)])
    expect((await run("duplicates")).out.trim()).toBe("no duplicates")
    expect((await run("duplicates", "merge", keep)).code).toBe(2)
  })
})

describe("undo", () => {
  it("brings back what remove took, as remove says", async () => {
    const added = await run("add", "http://undo.example/", "--json")
    const { id } = added.json.links[0]
    const removed = await run("remove", id)
    const change = /linkseal undo (\d+)/.exec(removed.out)?.[1]
    const undone = await run("undo", change!, "--json")
    expect([undone.code, undone.json.links[0].id, undone.json.change.kind]).toEqual([0, id, "remove"])
    expect((await run("remove", id, "--json")).json).toMatchObject({ removed: [id] })
    expect((await run("undo")).out).toContain(id)
    expect((await run("undo", "4711")).code).toBe(1)
  })
})

describe("add", () => {
  it("prints the links with --json, their table without", async () => {
    const ran = await run("add", "http://a.example/", "--tag", "x", "--tag", "y", "--note", "n", "--json")
    expect([ran.code, ran.err]).toEqual([0, ""])
    expect(ran.json.links[0]).toMatchObject({
      url: "http://a.example/",
      tags: ["x", "y"],
      note: "n",
      state: "queued",
    })
    expect((await run("add", "http://a.example/")).out).toMatch(/^ID +STATE/)
  })

  it.each([
    [["add", "http://ok.example/", "not an address"]],
    [["add", "http://ok.example/", "ftp://x.example/"]],
    [["add", "http://ok.example/", "javascript:alert(1)"]],
    [["add", "http://ok.example/", "--jsn"]],
    [["add", "--jsn", "http://ok.example/"]],
    [["add", "http://ok.example/", "--tag"]],
    [["add"]],
  ])("takes %j for wrong usage: exit 2, one line, nothing added", async (argv) => {
    const before = await total()
    const ran = await run(...argv)
    expect([ran.code, ran.out, await total()]).toEqual([2, "", before])
    expect(ran.err).toMatch(oneLine)
  })

  it("waits until each link rests, prints the document in every case, and exits 1 when one failed", async () => {
    const good = await run("add", "http://one.example/good", "--wait", "--json")
    expect([good.code, good.json.links[0].state, good.err]).toEqual([0, "archived", ""])
    const mixed = await run("add", "http://two.example/good", "http://three.example/fail", "--wait", "--json")
    expect([mixed.code, mixed.json.links.map((link: any) => link.state)]).toEqual([1, ["archived", "failed"]])
    expect(Object.keys(mixed.json.links[0])).not.toContain("timeline")
    const there = await run("add", "http://one.example/good", "--wait", "--json")
    expect([there.code, there.json.links[0].state]).toEqual([0, "archived"])
  })

  it("waits for a link that the world moves later", async () => {
    const waiting = run("add", "http://later.example/", "--wait", "--json")
    const poll = async (): Promise<string> => {
      const { json } = await run("list", "--query", "later.example", "--json")
      return json.links[0]?.id ?? (await poll())
    }
    await served.run(served.handles.finish(await poll(), "archived"))
    expect((await waiting).json.links[0].state).toBe("archived")
  })

  it("shows on a terminal how far it is, and nothing of it in a pipe", async () => {
    const ran = await onTerminal({ columns: 80 }, "add", "http://tty.example/good", "--wait")
    expect(ran.err).toMatch(/0 of 1 done {2}\(1 queued\)/)
    expect((await run("add", "http://pipe.example/good", "--wait")).err).toBe("")
  })
})

describe("the life of links", () => {
  it("lists with filters and cursor", async () => {
    await run("add", "http://l.example/1", "http://l.example/2", "--tag", "listed")
    const first = await run("list", "--tag", "listed", "--limit", "1", "--json")
    expect([first.json.links.length, first.json.total]).toEqual([1, 2])
    const second = await run(
      "list",
      "--tag",
      "listed",
      "--limit",
      "1",
      "--cursor",
      first.json.nextCursor,
      "--json",
    )
    expect(second.json.nextCursor).toBeNull()
    expect(
      (await run("list", "--state", "archived,failed", "--state", "doubtful", "--tag", "listed", "--json"))
        .json.total,
    ).toBe(0)
    expect((await run("list", "--tag", "listed", "--limit", "1")).out).toContain("1 of 2; more with --cursor")
  })

  it("shows, takes versions, opens them", async () => {
    const { id } = (await run("add", "http://v.example/good", "--wait", "--json")).json.links[0]
    expect((await run("snapshot", id, "--wait", "--json")).json.links[0].latest.version).toBe(2)
    const shown = await run("show", id, "--json")
    expect(shown.json.snapshots.map((one: any) => one.version)).toEqual([2, 1])
    expect((await run("show", id)).out).toContain("http://v.example/good")
    const opened = await run("open", id, "--version", "1", "--artefact", "screenshot", "--json")
    expect(opened.json).toEqual({
      path: expect.stringMatching(/screenshot$/),
      url: expect.stringContaining(`${id}-v1/screenshot`),
    })
    expect(await run("open", id, "--version", "9", "--json")).toMatchObject({
      code: 1,
      error: { error: { code: "no-snapshot" } },
    })
  })

  it("retries, cancels and removes; what refuses is an error after the document", async () => {
    const { id } = (await run("add", "http://r.example/", "--json")).json.links[0]
    const mixed = await run("cancel", id, "nobody", "--json")
    expect(mixed.code).toBe(1)
    expect(mixed.json.links.map((link: any) => link.state)).toEqual(["cancelled"])
    expect(mixed.error).toEqual({
      error: { code: "no-link", message: "no link nobody: linkseal list shows what is there" },
    })
    expect(await run("retry", id)).toMatchObject({
      code: 1,
      err: `error: link ${id} is cancelled: cannot retry\n`,
    })
    await served.run(served.handles.finish(id, "failed"))
    expect((await run("retry", "--failed", "--json")).json.links.map((link: any) => link.id)).toContain(id)
    expect((await run("remove", id, "--for-ever", "--json")).json).toEqual({ removed: [id] })
    expect(await run("retry")).toMatchObject({ code: 2 })
    expect(await run("retry", id, "--failed")).toMatchObject({ code: 2 })
    expect(await run("show", "nobody", "--json")).toMatchObject({
      code: 1,
      out: "",
      error: { error: { code: "no-link" } },
    })
  })

  it("reads +TAG and -TAG", async () => {
    const { id } = (await run("add", "http://tag.example/", "--tag", "old", "--json")).json.links[0]
    const tagged = await run("tag", id, "+new", "-old", "+另一个", "--json")
    expect(tagged.json.links[0].tags).toEqual(["new", "另一个"])
    for (const argv of [[id], ["+x"], [id, "+"], [id, "+x", "--foo"], [id, "-", "+x"]]) {
      expect(await run("tag", ...argv)).toMatchObject({ code: 2, err: expect.stringMatching(oneLine) })
    }
    expect((await run("tag", id, "-h", "--json")).json.links[0].tags).toEqual(["new", "另一个"])
  })

  it("renames, merges, deletes tags", async () => {
    await run("add", "http://tags.example/", "--tag", "t1", "--tag", "t2")
    const names = (json: any) => json.tags.map((tag: any) => tag.name)
    expect(names((await run("tags", "rename", "t1", "t3", "--json")).json)).toContain("t3")
    expect(names((await run("tags", "--json", "merge", "t3", "t2")).json)).not.toContain("t2")
    expect(names((await run("tags", "delete", "t3", "--json")).json)).not.toContain("t3")
    expect(await run("tags", "rename", "none", "other")).toMatchObject({
      code: 1,
      err: "error: no tag none: linkseal tags shows what is there\n",
    })
    expect((await run("tags")).out).toMatch(/^TAG +LINKS/)
  })

  it("shows a long address in a line of the terminal, and whole in a pipe", async () => {
    const long = `http://lengthy.example/${"a".repeat(2_900)}`
    await run("add", long, "--note", "lengthy")
    for (const argv of [
      ["search", "lengthy"],
      ["list", "--query", "lengthy"],
    ]) {
      const shown = (await onTerminal({ columns: 80 }, ...argv)).out
      expect(
        Math.max(...shown.split("\n").map((line) => stripVTControlCharacters(line).length)),
      ).toBeLessThan(90)
      expect(shown).toContain("http://lengthy.example/aaa")
      expect((await run(...argv)).out).toContain(long)
      expect((await run(...argv, "--json")).out).toContain(long)
    }
  })

  it("searches and minds the queue", async () => {
    await run("add", "http://needle.example/")
    expect((await run("search", "needle", "--json")).json.hits).toHaveLength(1)
    expect((await run("search", "needle")).out).toContain("needle")
    expect((await run("search", "no such thing")).out).toBe("nothing found\n")
    expect((await run("queue", "pause", "--json")).json.paused).toBe(true)
    expect((await run("queue", "resume")).out).not.toContain("paused")
    expect((await run("status", "--json")).json.queue).toMatchObject({ paused: false })
  })
})

describe("the sealing world", () => {
  it("pledges, lists, shows, sends, forces and removes", async () => {
    expect((await run("sectors", "pledge", "--count", "2", "--json")).json).toEqual({ sectors: [0, 1] })
    expect((await run("sectors", "list", "--states", "Packing", "--json")).json.sectors).toHaveLength(2)
    expect((await run("sectors", "status", "0", "--log", "--json")).json).toMatchObject({
      SectorNumber: 0,
      log: [{ Trace: "" }],
    })
    expect((await run("sectors", "status", "0", "--log")).out).toContain(
      "Event Log:\n0. 2023-11-14 22:13:20: [event;sealing.SectorStartCC]",
    )
    expect((await run("sectors", "send", "0", "SectorSlow", "--json")).json.pending).toEqual(["SectorSlow"])
    expect((await run("sectors", "send", "0", "SectorSlow", "--wait", "--json")).json.pending).toBeUndefined()
    expect(
      (await run("sectors", "update-state", "1", "Proving", "--really-do-it", "--json")).json.State,
    ).toBe("Proving")
    expect((await run("sectors", "remove", "1", "--really-do-it", "--json")).json.State).toBe("Removed")
  })

  it("gives the sectors that there was room for as data, then the refusal", async () => {
    const ran = await run("sectors", "pledge", "--count", "9", "--json")
    expect([ran.code, ran.json]).toEqual([1, { sectors: [2, 3, 4] }])
    expect(ran.error).toEqual({
      error: { code: "too-many-sectors", message: expect.stringContaining("too many sectors") },
    })
  })

  it.each([
    [["sectors", "send", "0", "SectorSing"], 2, "SectorPacked, SectorProving"],
    [["sectors", "update-state", "0", "Nowhere", "--really-do-it"], 2, "Packing, GetTicket"],
    [["sectors", "update-state", "0", "Proving"], 2, "--really-do-it"],
    [["sectors", "remove", "0"], 2, "--really-do-it"],
    [["sectors", "list", "--states", "Nowhere"], 2, "Packing"],
    [["sectors", "status", "77"], 1, "no sector 77"],
    [["sectors", "send", "77", "SectorPacked"], 1, "no sector 77"],
    [["sectors", "status", "x"], 2, "whole number"],
    [["sectors", "send", "0", "SectorPacked", "--payload", "{"], 2, "not JSON"],
    [["sectors", "pledge", "--count", "0"], 2, "1 to 1000"],
    [["sectors", "pledge", "--count", "9"], 1, "too many sectors sealing"],
    [["sectors", "nonsense"], 2, "unknown command"],
    [["clock", "advance", "soon"], 2, "not a duration"],
    [["schedule", "add", "--tag", "a", "--every", "1m"], 2, "(min, h or d), at least 10 min"],
    [["clock", "scale", "-1"], 2, "above 0"],
    [["clock", "sideways"], 2, "too many arguments"],
    [["sealing", "auto-pledge", "maybe"], 2, "on, off"],
    [["sealing", "auto-pledge", "--every", "often"], 2, "not a duration"],
    [["sealing", "auto-pledge", "--every", "999 ms"], 2, "from 1 s to 36525 days"],
    [["sealing", "auto-pledge", "--every", "36526 d"], 2, "from 1 s to 36525 days"],
  ])("answers %j with %i", async (argv, code, text) => {
    const ran = await run(...argv)
    expect(ran.code).toBe(code)
    expect(ran.err).toMatch(oneLine)
    expect(ran.err).toContain(text)
    const asJson = await run(...argv, "--json")
    expect([asJson.code, asJson.error]).toEqual([
      code,
      { error: expect.objectContaining({ message: expect.any(String) }) },
    ])
  })

  it("minds the clock, the pledge and the jobs", async () => {
    const before = (await run("clock", "--json")).json
    expect((await run("clock", "advance", "3", "h", "--json")).json.epoch).toBe(before.epoch + 360)
    expect((await run("clock", "pause", "--json")).json.mode).toBe("paused")
    expect((await run("clock", "scale", "36000", "--json")).json.scale).toBe(36_000)
    expect((await run("clock", "resume", "--json")).json.mode).toBe("scaled")
    expect((await run("sealing", "auto-pledge", "on", "--every", "10 min", "--json")).json).toEqual({
      enabled: true,
      every: "10 min",
    })
    expect((await run("sealing", "auto-pledge", "off")).out).toBe("off, every 10 min\n")
    expect((await run("sealing", "jobs")).out).toMatch(/PC1[\s\S]*simulated/)
    expect((await run("sealing", "workers")).out).toMatch(/seal-1 +PC1 1\/15/)
  })
})

describe("without a daemon", () => {
  const empty = mkdtempSync(join(tmpdir(), "linkseal-empty-"))

  it.each([["status"], ["list"], ["add"], ["sectors"], ["clock"]])("%s says so and exits 1", async (name) => {
    const argv =
      name === "add" ? ["add", "http://x.example/"] : name === "sectors" ? ["sectors", "list"] : [name]
    const ran = await runCommand(empty, argv)
    expect([ran.code, ran.err]).toEqual([
      1,
      `error: no daemon at ${empty}: start it with npm start, or linkseal daemon --home ${empty}\n`,
    ])
    expect((await runCommand(empty, [...argv, "--json"])).error.error.code).toBe("no-daemon")
  })

  it("is not fooled by what a killed daemon left", async () => {
    const home = mkdtempSync(join(tmpdir(), "linkseal-left-"))
    writeFileSync(join(home, "token"), "t")
    writeFileSync(
      join(home, "daemon.json"),
      JSON.stringify({ url: served.url, pid: 2 ** 22 + 1, startedAt: "" }),
    )
    expect((await runCommand(home, ["status", "--json"])).error.error.code).toBe("no-daemon")
  })

  it("draws the machines and replays events", async () => {
    expect((await runCommand(empty, ["fsm", "link"])).out).toMatch(
      /^stateDiagram-v2\n[^]*\n {2}\[\*\] --> s_new\n/,
    )
    expect((await runCommand(empty, ["fsm", "sector", "--format", "svg"])).out).toMatch(
      /^<svg [^]*>Proving<[^]*<\/svg>\n$/,
    )
    const table = await runCommand(empty, ["fsm", "sector", "--json"])
    expect(table.json.states.map((state: any) => state.name)).toContain("SubmitCommit")
    expect((await runCommand(empty, ["fsm", "sector", "--format", "json"])).json).toEqual(table.json)
    const file = join(empty, "scenarios.json")
    writeFileSync(
      file,
      // With the mark that editors of Windows put first.
      "\uFEFF" +
        JSON.stringify([
          { name: "one", variant: "base", start: "Packing", events: [{ event: "SectorPacked" }] },
        ]),
    )
    const replayed = await runCommand(empty, ["fsm", "replay", file, "--json"])
    expect(replayed).toMatchObject({
      code: 0,
      json: [{ name: "one", states: ["GetTicket"], processed: [1], errors: [null] }],
    })
    expect(await runCommand(empty, ["fsm", "replay", join(empty, "none.json")])).toMatchObject({
      code: 1,
      err: expect.stringMatching(oneLine),
    })
    expect((await runCommand(empty, ["fsm", "toaster"])).code).toBe(2)
  })
})

describe("the command itself", () => {
  it("tells what it cannot understand, and answers --help and --version", async () => {
    expect(await run("nonsense")).toMatchObject({ code: 2, err: expect.stringMatching(oneLine) })
    expect(await run("list", "extra")).toMatchObject({ code: 2 })
    expect((await run()).code).toBe(2)
    expect(await run("--version")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: "",
    })
    expect(await run("list", "--help")).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringContaining("--cursor"),
    })
  })

  it("colours on a terminal unless told not to, and never in a pipe", async () => {
    await run("add", "http://colour.example/good", "--wait")
    expect((await onTerminal({ columns: 80 }, "list")).out).toContain("\u001b[32marchived")
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
      expect((await onTerminal({ columns: 80, env }, "list")).out).not.toContain("\u001b")
    }
    expect((await run("list")).out).not.toContain("\u001b")
  })

  it("lets no title of a stranger write on the terminal", async () => {
    const { id } = (await run("add", "http://evil.example/", "--json")).json.links[0]
    await served.ask(`/api/v1/links/${id}`, {
      method: "PATCH",
      body: { title: "\u001b[2Jgone\u0007\r\nID  fake\u202e" },
    })
    for (const argv of [["list"], ["show", id]]) {
      const { out } = await onTerminal({ columns: 200, env: { NO_COLOR: "1" } }, ...argv)
      // eslint-disable-next-line no-control-regex
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/)
      expect(out).toContain("gone ID  fake")
    }
  })
})
