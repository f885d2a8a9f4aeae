/** A home as one file: made by the command while the real daemon works, and a home from it that goes on. */
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import yazl from "yazl"
import { startFixtureSite, type FixtureSite } from "../support/fixtureSite.ts"
import { ensureBuilt, newHome, removeHome, startDaemon, type RealDaemon } from "../support/realDaemon.ts"

let site: FixtureSite
let daemon: RealDaemon
const home = newHome()
const place = newHome()
const file = join(place, "kept.zip")

beforeAll(async () => {
  ensureBuilt()
  site = await startFixtureSite()
  daemon = await startDaemon({ home, args: site.allow.flatMap((entry) => ["--allow-host", entry]) })
})

afterAll(async () => {
  await daemon.stop("SIGTERM")
  await site.close()
  removeHome(home)
  removeHome(place)
})

const restoreTo = (name: string, from = file) =>
  daemon.linkseal("restore", from, "--home", join(place, name), "--json")

describe("backup and restore", () => {
  it("copies a home while its daemon captures, and refuses to write over a file", async () => {
    const url = `${site.origin}/chinese.html`
    expect((await daemon.linkseal("add", url, "--tag", "存档", "--wait", "--json")).code).toBe(0)
    expect((await daemon.linkseal("sectors", "pledge", "--count", "2", "--json")).code).toBe(0)
    await daemon.linkseal("add", `${site.origin}/rich.html`, `${site.origin}/rtl.html`)
    const made = await daemon.linkseal("backup", file, "--json")
    expect(made.err).toBe("")
    expect(made.json).toMatchObject({ file, links: 3, bytes: readFileSync(file).length })
    expect(made.json.snapshots).toBeGreaterThanOrEqual(1)
    expect(readdirSync(place)).toEqual(["kept.zip"])
    const again = await daemon.linkseal("backup", file, "--json")
    expect([again.code, JSON.parse(again.err).error.code]).toEqual([1, "file-exists"])
    expect(readFileSync(file).includes(readFileSync(join(home, "secret")).subarray(0, 32))).toBe(false)
  })

  it("makes a home from it in which nothing is damaged, and a daemon goes on with links and sectors", async () => {
    const restored = await restoreTo("new")
    expect(restored.err).toBe("")
    const target = join(place, "new")
    expect(restored.json).toMatchObject({ home: target })
    expect(existsSync(join(target, "secret"))).toBe(false)
    const verified = await daemon.linkseal("verify", "--home", target, "--json")
    expect([verified.code, verified.json.damaged]).toEqual([0, []])
    const other = await startDaemon({
      home: target,
      args: site.allow.flatMap((one) => ["--allow-host", one]),
    })
    try {
      const { hits } = (await other.linkseal("search", "快照", "--json")).json
      expect(hits.map((hit: { link: { tags: unknown } }) => hit.link.tags)).toEqual([["存档"]])
      const { sectors } = (await other.linkseal("sectors", "list", "--json")).json
      expect(sectors).toHaveLength(2)
      // What was being captured at that moment is captured here.
      await expect
        .poll(async () => (await other.linkseal("status", "--json")).json.links.archived, { timeout: 30_000 })
        .toBe(3)
    } finally {
      await other.stop("SIGTERM")
    }
  })

  it("refuses a home that is not empty, and leaves it as it was", async () => {
    const before = readdirSync(home).length
    const refused = await daemon.linkseal("restore", file, "--json")
    expect([refused.code, JSON.parse(refused.err).error.code]).toEqual([1, "home-not-empty"])
    expect(readdirSync(home).length).toBe(before)
  })

  it("takes up where an interrupted restore left off: what it had begun is no home", async () => {
    const begun = join(place, "half.restoring")
    mkdirSync(begun)
    writeFileSync(join(begun, "linkseal.db"), "half a database")
    expect(existsSync(join(place, "half"))).toBe(false)
    expect((await restoreTo("half")).code).toBe(0)
    expect(existsSync(begun)).toBe(false)
  })

  it("makes nothing of a file that is cut off, changed, or no backup", async () => {
    const whole = readFileSync(file)
    const changed = Buffer.from(whole)
    const middle = Math.floor(whole.length / 3)
    changed[middle] = changed[middle]! ^ 0xff
    const zip = new yazl.ZipFile()
    zip.addBuffer(Buffer.from("x"), "archive/links/a.json")
    zip.addBuffer(Buffer.from("y"), "../out.txt".replace("../", "etc/"))
    zip.addBuffer(Buffer.from(""), "SHA256SUMS")
    zip.end()
    await pipeline(zip.outputStream, createWriteStream(join(place, "foreign.zip")))
    writeFileSync(join(place, "cut.zip"), whole.subarray(0, whole.length / 2))
    writeFileSync(join(place, "changed.zip"), changed)
    writeFileSync(join(place, "text.zip"), "no zip")
    for (const name of ["cut", "changed", "text", "foreign", "absent"]) {
      const refused = await restoreTo(`from-${name}`, join(place, `${name}.zip`))
      expect([name, refused.code]).toEqual([name, 1])
      expect(JSON.parse(refused.err).error.message).toMatch(/restored/)
      expect(readdirSync(place).filter((each) => each.startsWith("from-"))).toEqual([])
    }
  })

  it("needs the daemon for a backup", async () => {
    const refused = await daemon.linkseal("backup", join(place, "other.zip"), "--home", join(place, "new"))
    expect([refused.code, refused.out]).toEqual([1, ""])
    expect(refused.err).toContain("no daemon at")
    expect(existsSync(join(place, "other.zip"))).toBe(false)
  })
})
