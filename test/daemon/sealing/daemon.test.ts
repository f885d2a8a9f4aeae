/**
 * Sectors in the daemon as a user has it: a process that is killed, a command, an event stream. The world is turned
 * while it is paused, so that what is killed is killed at a known place.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ensureBuilt, newHome, removeHome, startDaemon, type RealDaemon } from "../../support/realDaemon.ts"

const home = newHome()
let daemon: RealDaemon

beforeAll(async () => {
  ensureBuilt()
  daemon = await startDaemon({ home })
}, 120_000)

afterAll(async () => {
  await daemon.stop("SIGKILL")
  removeHome(home)
})

const json = async (path: string, body?: unknown): Promise<any> =>
  (await daemon.api(path, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) })).json()

interface Change {
  readonly id: number
  readonly event: string
  readonly from: string
  readonly to: string
}

/** The changes of sectors in the event stream, from the very first on, until `enough` says so. */
const changesUntil = async (enough: (changes: ReadonlyArray<Change>) => boolean): Promise<Array<Change>> => {
  const stop = new AbortController()
  const response = await daemon.api("/events?lastEventId=0", { signal: stop.signal })
  const changes: Array<Change> = []
  let text = ""
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const block = text.slice(0, end)
        text = text.slice(end + 2)
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (!/^event: change$/m.test(block) || data === undefined) continue
        const change = JSON.parse(data)
        if (change.kind === "sector") changes.push(change)
      }
      if (enough(changes)) return changes
    }
  } finally {
    stop.abort()
  }
  throw new Error("the event stream ended")
}

const proven = (changes: ReadonlyArray<Change>) =>
  new Set(changes.filter(({ to }) => to === "Proving").map(({ id }) => id)).size

const states = async (): Promise<ReadonlyArray<string>> =>
  (await json("/sectors")).sectors.map((sector: { state: string }) => sector.state)

const kindsOf = async (sector: number): Promise<ReadonlyArray<string>> =>
  (await json(`/sectors/${sector}/log`)).log.map(({ Kind }: { Kind: string }) => Kind)

const happyLog = [
  "SectorStartCC",
  "SectorPacked",
  "SectorTicket",
  "SectorPreCommit1",
  "SectorPreCommit2",
  "SectorPreCommitted",
  "SectorPreCommitLanded",
  "SectorSeedReady",
  "SectorCommitted",
  "SectorCommitSubmitted",
  "SectorProving",
  "SectorFinalized",
].map((name) => `event;sealing.${name}`)

const again = async () => {
  expect(await daemon.stop("SIGKILL")).toBeNull()
  daemon = await startDaemon({ home })
}

describe("three sectors through kills", () => {
  it("stand in PreCommit1 when the world was turned an hour", async () => {
    await json("/clock", { paused: true, scale: 36_000 })
    expect((await daemon.linkseal("sectors", "pledge", "--count", "3", "--json")).json).toEqual({
      sectors: [0, 1, 2],
    })
    const turned = await json("/clock", { advance: "1 h" })
    expect(turned).toMatchObject({ mode: "paused", scale: 36_000 })
    const { sectors } = await json("/sectors")
    expect(sectors.map((sector: any) => [sector.state, sector.deals, sector.pieces])).toEqual(
      [0, 1, 2].map(() => ["PreCommit1", 0, 1]),
    )
    for (const { why, until } of sectors) {
      expect(why).toContain("PC1")
      expect(why).toContain("simulated")
      expect(Date.parse(until)).toBeGreaterThan(Date.parse(turned.now))
    }
  })

  it("ask for PreCommit1 once more after kill -9, at the time at which the world stood", async () => {
    const before = await json("/clock")
    await again()
    expect(await json("/clock")).toEqual(before)
    expect(await states()).toEqual(["PreCommit1", "PreCommit1", "PreCommit1"])
    const { jobs } = await json("/sealing/jobs")
    expect(jobs.map((job: any) => [job.sector, job.task, job.state])).toEqual([
      [0, "PC1", "running"],
      [1, "PC1", "running"],
      [2, "PC1", "running"],
    ])
    for (const job of jobs) expect(job.since).toBe(before.now)
    const restarts = (await changesUntil((changes) => changes.length >= 12)).filter(
      ({ event }) => event === "SectorRestart",
    )
    expect(restarts.map(({ id, from, to }) => [id, from, to])).toEqual(
      [0, 1, 2].map((id) => [id, "PreCommit1", "PreCommit1"]),
    )
  })

  it("find their messages again after a kill between sending and landing", async () => {
    const done = Date.parse((await json("/sealing/jobs")).jobs[0].until)
    const now = Date.parse((await json("/clock")).now)
    // PreCommit2 takes 1423.8 s; then the message waits for the next epoch and five more.
    await json("/clock", { advance: `${done - now + 1_423_800 + 1_000} ms` })
    expect(await states()).toEqual(["PreCommitWait", "PreCommitWait", "PreCommitWait"])
    const cids = (await Promise.all([0, 1, 2].map((n) => json(`/sectors/${n}`)))).map(
      (record) => record.PreCommitMessage,
    )
    await again()
    for (const [n, cid] of cids.entries()) {
      const { why } = (await json("/sectors")).sectors[n]
      expect(why).toContain(cid)
      expect(why).toMatch(/epoch \d+/)
    }
    await json("/clock", { advance: "4 min" })
    expect(await states()).toEqual(["WaitSeed", "WaitSeed", "WaitSeed"])
  })

  it("reach Proving at scale 36000 although killed on the way, and nothing is logged twice", async () => {
    await json("/clock", { paused: false })
    await changesUntil((changes) => changes.some(({ to }) => to === "Committing"))
    await again()
    expect(await json("/clock")).toMatchObject({ mode: "scaled", scale: 36_000 })
    await changesUntil((changes) => proven(changes) === 3)
    expect(await states()).toEqual(["Proving", "Proving", "Proving"])
    for (const sector of [0, 1, 2]) expect(await kindsOf(sector)).toEqual(happyLog)
    expect((await json("/fsm/sector")).counts).toMatchObject({ Proving: 3 })
    const [first] = (await json("/sectors")).sectors
    expect(first).toMatchObject({ onChain: true, active: true, events: 12 })
    // 3 h 29 min of work and 163 epochs of waiting at least; the clock was turned by the hour in between.
    expect(first.sealMillis).toBeGreaterThan(4.5 * 3_600_000)
    expect(Date.parse(first.expiration)).toBeGreaterThan(Date.parse((await json("/clock")).now))
    const listed = (await daemon.linkseal("sectors", "list")).out
    expect(listed).toMatch(/ID +STATE +ONCHAIN +ACTIVE +EXPIRATION +SEALTIME +EVENTS +DEALS/)
    expect(listed).toMatch(/0 +Proving +YES +YES +\d{7} \(in 1 year \d+ weeks\) +\d+h\d+m\d+s +12 +CC/)
    const status = (await daemon.linkseal("sectors", "status", "0", "--log")).out
    expect(status).toMatch(/^SectorID +0\nStatus +Proving\nCIDcommD +baga/)
    expect(status).toMatch(/Waits +sealed and active/)
    expect(status).toContain("0. ")
  })

  it("gives new sectors new numbers after all that", async () => {
    const { sectors } = (await daemon.linkseal("sectors", "pledge", "--json")).json
    expect(sectors).toEqual([3])
  })
})

describe("drills over the command", () => {
  const ask = async (...words: ReadonlyArray<string>) => {
    const ran = await daemon.linkseal(...words, "--json")
    expect([words.join(" "), ran.err]).toEqual([words.join(" "), ""])
    return ran.json
  }

  it("lists the modelled world, changes it, and refuses what it cannot use with what it can", async () => {
    const { simulated, settings } = await ask("sealing", "world")
    expect(simulated).toBe(true)
    expect(settings.map(({ name }: { name: string }) => name)).toContain("base-fee")
    const changed = await ask("sealing", "world", "base-fee", "0.5", "nFIL")
    expect(changed.settings.find(({ name }: any) => name === "base-fee").value).toBe("0.5 nFIL")
    const wrong = await daemon.linkseal("sealing", "world", "base-fee", "plenty")
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("base-fee")])
    expect((await daemon.linkseal("sealing", "world", "weather", "fine")).code).toBe(2)
  })

  it("puts a deal into a sector, seals it by hand, and keeps both over a kill", async () => {
    await json("/clock", { paused: true })
    const { epoch } = await json("/clock")
    const [from, to] = [epoch + 20_000, epoch + 600_000].map(String)
    const adding = ask("sectors", "add-piece", "--size", "8GiB", "--start", from!, "--end", to!)
    const added = new AbortController()
    const turning = (async () => {
      while (!added.signal.aborted) await json("/clock", { advance: "10 min" })
    })()
    const piece = await adding
    added.abort()
    await turning
    expect(piece.offset).toBe(0)
    await again()
    const number = String(piece.sector)
    const listed = async () =>
      (await json("/sectors")).sectors.find((one: any) => one.number === piece.sector)
    expect(await listed()).toMatchObject({ state: "WaitDeals", deals: 1 })
    expect((await listed()).until).not.toBeNull()
    expect((await ask("sectors", "seal", number)).SectorNumber).toBe(piece.sector)
    await json("/clock", { advance: "12 h" })
    expect(await listed()).toMatchObject({ state: "Proving", deals: 1 })
  })

  it("marks a sector for upgrade only when it is proven and without deals", async () => {
    expect((await ask("sectors", "mark-for-upgrade", "0")).State).toBe("Proving")
    const refused = await daemon.linkseal("sectors", "mark-for-upgrade", "0")
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("marked already")])
  })

  it("shows who waits in a batcher and until when, and sends by hand", async () => {
    expect(await ask("sectors", "terminate", "2", "--really-do-it")).toMatchObject({ SectorNumber: 2 })
    const waiting = await ask("sectors", "batching", "terminate")
    expect([waiting.pending, waiting.sent]).toEqual([[2], []])
    expect(waiting.until).not.toBeNull()
    const text = (await daemon.linkseal("sectors", "batching", "terminate")).out
    expect(text).toMatch(/^queued \(1 of 100\): 2; sent by /)
    const published = await ask("sectors", "batching", "terminate", "--publish-now")
    expect(published.pending.length + published.sent.length).toBe(1)
    expect((await daemon.linkseal("sectors", "batching", "postage")).code).toBe(2)
  })

  it("reads the limit from the settings while it runs, and leaves auto-pledge as it was over a kill", async () => {
    await json("/clock", { paused: true })
    writeFileSync(
      join(home, "config.json"),
      JSON.stringify({ sealing: { config: { MaxSealingSectors: 2 } } }),
    )
    const refused = await daemon.linkseal("sectors", "pledge", "--count", "9")
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("too many sectors sealing")])
    const switched = await ask("sealing", "auto-pledge", "on", "--every", "10 min")
    expect(switched).toEqual({ enabled: true, every: "10 min" })
    await again()
    expect(await ask("sealing", "auto-pledge")).toEqual(switched)
    const inSealing = (all: ReadonlyArray<any>) =>
      all.filter(({ state }) => !/^(?:Proving|Removed|Terminat)/.test(state)).length
    for (let turn = 0; turn < 6; turn++) {
      await json("/clock", { advance: "1 h" })
      expect(inSealing((await json("/sectors?showRemoved=true")).sectors)).toBeLessThanOrEqual(2)
    }
    const before = (await json("/sectors?showRemoved=true")).sectors.length
    await json("/clock", { advance: "6 h" })
    expect((await json("/sectors?showRemoved=true")).sectors.length).toBeGreaterThan(before)
    await ask("sealing", "auto-pledge", "off")
  })

  it("refuses a payload that does not fit, and an unknown event with the list", async () => {
    const payload = await daemon.linkseal(
      "sectors",
      "send",
      "0",
      "SectorTicket",
      "--payload",
      '{"Tickets":1}',
    )
    expect([payload.code, payload.err]).toEqual([2, expect.stringContaining("SectorTicket")])
    const unknown = await daemon.linkseal("sectors", "send", "0", "SectorSings")
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining("SectorStartCC")])
  })

  it("lets a piece in for a page that does not wait, and a refused event names what the state takes", async () => {
    const { epoch } = await json("/clock")
    const piece = { size: "32GiB", start: epoch + 20_000, end: epoch + 600_000, wait: false }
    const offered = await json("/sealing/pieces", piece)
    expect(offered).toMatchObject({ sector: null, offset: null })
    expect((await json("/sealing/pieces", { ...piece, start: epoch + 1 })).error.code).toBe("piece-not-added")
    await json("/clock", { advance: "1 h" })
    const { pieces } = await json("/sealing/pieces")
    expect(pieces.find(({ deal }: any) => deal === offered.deal)).toMatchObject({
      state: "written",
      offset: 0,
    })
    const refused = await daemon.linkseal("sectors", "send", "0", "SectorPacked", "--wait")
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/^error: sector 0 is in Proving, which does not take SectorPacked\. It takes /),
    ])
  })
})
