/**
 * The main job as a user does it: the built daemon, the command, real Chromium, real files, and pages of a site on
 * loopback that the guard is told to allow.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { chromium } from "playwright"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { findChromium } from "../../src/snapshot/capture/findChromium.ts"
import { startFixtureSite, type FixtureSite } from "../support/fixtureSite.ts"
import {
  ensureBuilt,
  newHome,
  processesWith,
  removeHome,
  startDaemon,
  type RealDaemon,
} from "../support/realDaemon.ts"

let site: FixtureSite
let daemon: RealDaemon
const home = newHome()

/** Port 1 of loopback is closed: a capture of it is refused by nobody but the network. */
const closed = "127.0.0.1:1"
const allow = () => [...site.allow, closed].flatMap((entry) => ["--allow-host", entry])
const start = () => startDaemon({ home, args: allow() })

beforeAll(async () => {
  ensureBuilt()
  site = await startFixtureSite()
  daemon = await start()
})

afterAll(async () => {
  await daemon.stop("SIGTERM")
  await site.close()
  removeHome(home)
})

const page = (path: string) => `${site.origin}${path}`

/** What each page must be found by, and show offline. */
const pages = [
  { path: "/chinese.html", words: "快照" },
  { path: "/rich.html", words: "shadow" },
  { path: "/tall.html", words: "tall page" },
  { path: "/gbk.html", words: "国标编码" },
  { path: "/rtl.html", words: "الميناء" },
  { path: "/lazy.html", words: "long story" },
] as const

describe("a link goes in, a snapshot comes out and is found", () => {
  it("archives pages of many kinds from the command line", async () => {
    const added = await daemon.linkseal(
      "add",
      ...pages.map(({ path }) => page(path)),
      "--tag",
      "试",
      "--wait",
      "--json",
    )
    expect(added.err).toBe("")
    expect(added.json.links.map((link: any) => [link.url, link.state, link.failure?.message])).toEqual(
      pages.map(({ path }) => [page(path), "archived", undefined]),
    )
    expect(added.code).toBe(0)
    for (const link of added.json.links) {
      expect(link.tags).toEqual(["试"])
      expect(link.latest.partial).toBe(false)
      const ok = link.latest.artefacts
        .filter((each: any) => each.status === "ok")
        .map((each: any) => each.name)
      expect(ok).toEqual(
        expect.arrayContaining([
          "page.html",
          "screenshot",
          "thumbnail",
          "article.txt",
          "metadata.json",
          "page.pdf",
        ]),
      )
    }
  }, 120_000)

  it.each(pages)("finds $path by $words", async ({ path, words }) => {
    const found = await daemon.linkseal("search", words, "--json")
    expect(found.json.hits.map((hit: any) => hit.link.url)).toContain(page(path))
  })

  it("opens page.html from the disk without a request and without a script", async () => {
    const { json } = await daemon.linkseal("list", "--query", "in:url rich.html", "--json")
    const opened = await daemon.linkseal("open", json.links[0].id, "--artefact", "page.html", "--json")
    const browser = await chromium.launch({ executablePath: findChromium().path!, args: ["--no-sandbox"] })
    try {
      const context = await browser.newContext({ offline: true })
      const shown = await context.newPage()
      const requests: Array<string> = []
      shown.on("request", (request) => requests.push(request.url()))
      await shown.goto(`file://${opened.json.path}`)
      expect(requests.filter((url) => !url.startsWith("data:") && !url.startsWith("file://"))).toEqual([])
      expect(requests.filter((url) => url.startsWith("file://"))).toHaveLength(1)
      expect(readFileSync(opened.json.path, "utf8")).not.toMatch(/<script[\s>]/i)
      const broken = await shown.$$eval("img:not(#broken)", (images: ReadonlyArray<any>) =>
        images.filter((image) => image.naturalWidth === 0).map((image) => image.outerHTML as string),
      )
      expect(broken).toEqual([])
      expect(await shown.innerText("body")).toContain("Blocks from a web font")
      expect(await shown.getByText("inside the shadow").first().isVisible()).toBe(true)
    } finally {
      await browser.close()
    }
  })

  it("looks again at a page that has not changed, and keeps its one version", async () => {
    const { json } = await daemon.linkseal("list", "--query", "in:url chinese.html", "--json")
    const [{ id }] = json.links
    await daemon.linkseal("snapshot", id, "--wait", "--json")
    const shown = await daemon.linkseal("show", id, "--json")
    expect(shown.json.state).toBe("archived")
    expect(shown.json.snapshots.map((each: any) => each.version)).toEqual([1])
    expect(shown.json.timeline.map((entry: any) => entry.event)).toContain("SnapshotUnchanged")
  })
})

describe("bad input", () => {
  it.each([
    ["/500", "http-500", true],
    ["/nothing-here", "http-404", false],
    ["/to-metadata", "blocked-address", false],
    ["/loop", "too-many-redirects", false],
    ["/huge-said.bin", "too-large", false],
  ])("%s fails with %s", async (path, code, retried) => {
    const added = await daemon.linkseal("add", page(path), "--wait", "--json")
    const [link] = added.json.links
    expect(link).toMatchObject({ state: "failed", failure: { code } })
    expect(link.failure.retryAt !== null).toBe(retried)
    expect(link.failure.message).toMatch(/\S/)
    expect(added.code).toBe(1)
  })

  it.each([
    ["http://no-such-host.invalid/", "unknown-host"],
    [`http://${closed}/`, "connection-refused"],
    ["http://169.254.169.254/latest/meta-data/", "blocked-address"],
    ["http://[::ffff:10.0.0.1]/", "blocked-address"],
  ])("%s fails with %s", async (url, code) => {
    const added = await daemon.linkseal("add", url, "--wait", "--json")
    expect(added.json.links[0].failure?.code).toBe(code)
  })

  it("a text that is no address is wrong usage, and nothing is added", async () => {
    const before = await daemon.linkseal("list", "--json")
    const added = await daemon.linkseal("add", page("/ok"), "see notes", "--json")
    expect(added.code).toBe(2)
    expect((await daemon.linkseal("list", "--json")).json.total).toBe(before.json.total)
  })

  it.each(["/paper.pdf", "/picture.png"])("keeps the file itself of %s", async (path) => {
    const added = await daemon.linkseal("add", page(path), "--wait", "--json")
    const [link] = added.json.links
    expect(link.state).toBe("archived")
    const original = link.latest.artefacts.find((each: any) => each.name === "original")
    expect(original).toMatchObject({ status: "ok" })
    const response = await daemon.api(`/snapshots/${link.latest.id}/artefacts/original`)
    expect((await response.arrayBuffer()).byteLength).toBe(original.bytes)
  })
})

describe("kill -9 in the middle of captures", () => {
  it("loses no link, archives each once, and leaves no browser", async () => {
    const urls = Array.from({ length: 10 }, (_, n) => page(`/rich.html?n=${n}`))
    const added = await daemon.linkseal("add", ...urls, "--json")
    const ids: ReadonlyArray<string> = added.json.links.map((link: any) => link.id)
    const busy = async () => ((await daemon.linkseal("queue", "--json")).json.capturing as number) > 0
    while (!(await busy())) await new Promise((resolve) => setImmediate(resolve))
    await daemon.stop("SIGKILL")
    daemon = await start()
    await daemon.linkseal("add", ...urls, "--wait", "--json")
    for (const id of ids) {
      const shown = await daemon.linkseal("show", id, "--json")
      expect(shown.json.state).toBe("archived")
      expect(shown.json.snapshots).toHaveLength(1)
      expect(readdirSync(join(home, "archive", "snapshots", id))).toHaveLength(1)
    }
    expect(await daemon.stop("SIGTERM")).toBe(0)
    expect(processesWith(home)).toEqual([])
    daemon = await start()
    expect((await daemon.linkseal("status", "--json")).json.links.archived).toBeGreaterThanOrEqual(10)
  }, 120_000)
})
