/** The HTTP API as a client meets it: every route's answer and status, and every way to ask wrongly. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Served } from "../support/serve.ts"
import { serve } from "../support/serve.ts"

let served: Served
beforeAll(async () => void (served = await serve({ env: { LINKSEAL_DRAIN_MILLIS: "4000" } })))
afterAll(async () => expect(await served.stop()).toEqual([]))

const post = (path: string, body?: unknown) => served.ask(`/api/v1${path}`, { method: "POST", body })
const get = (path: string) => served.ask(`/api/v1${path}`)
const add = async (url: string, more: object = {}) => (await post("/links", { url, ...more })).json.links[0]

describe("links", () => {
  it("accepts new ones with 202 and known ones with 200, tags united", async () => {
    const first = await post("/links", { urls: ["http://a.example/1", "http://a.example/2"], tags: ["x"] })
    expect(first.status).toBe(202)
    expect(first.json.links.map((link: any) => link.state)).toEqual(["queued", "queued"])
    const again = await post("/links", { url: "http://a.example/1", tags: ["y"] })
    expect(again.status).toBe(200)
    expect(again.json.links[0].tags).toEqual(["x", "y"])
  })

  it("pages with a cursor, filters by tag and state", async () => {
    await post("/links", {
      urls: ["http://p.example/1", "http://p.example/2", "http://p.example/3"],
      tags: ["page", "b"],
    })
    const first = await get("/links?tag=page&limit=2")
    expect([first.json.links.length, first.json.total]).toEqual([2, 3])
    const second = await get(`/links?tag=page&tag=b&limit=2&cursor=${first.json.nextCursor}`)
    expect([second.json.links.length, second.json.nextCursor]).toEqual([1, null])
    expect((await get("/links?tag=page&state=failed,doubtful")).json.total).toBe(0)
    expect((await get("/links?tag=page&state=queued&state=failed")).json.total).toBe(3)
  })

  it("shows one with snapshots and timeline, edits it, removes it", async () => {
    const { id } = await add("http://e.example/good")
    const shown = await get(`/links/${id}`)
    expect(Object.keys(shown.json)).toEqual(expect.arrayContaining(["snapshots", "timeline", "latest"]))
    const edited = await served.ask(`/api/v1/links/${id}`, {
      method: "PATCH",
      body: { title: "T", tags: ["q"] },
    })
    expect(edited.json).toMatchObject({ id, title: "T", tags: ["q"] })
    const removed = await served.ask(`/api/v1/links/${id}`, { method: "DELETE" })
    expect(removed.json).toEqual({ removed: [id], change: expect.any(String) })
  })

  it("takes a snapshot with 202, refuses one of a link that is busy with 409", async () => {
    const { id } = await add("http://busy.example/")
    const refused = await post(`/links/${id}/snapshots`)
    expect([refused.status, refused.json.error.code]).toEqual([409, "not-in-this-state"])
    await served.run(served.handles.finish(id, "failed"))
    expect((await post(`/links/${id}/retry`)).status).toBe(202)
    expect((await post(`/links/${id}/cancel`)).json.links[0].state).toBe("cancelled")
    await served.run(served.handles.finish(id, "archived"))
    const versions = (await get(`/links/${id}/snapshots`)).json.snapshots
    expect(versions).toHaveLength(1)
    expect((await get(`/snapshots/${versions[0].id}`)).json.linkId).toBe(id)
  })

  it("does bulk work for those that can, and names those that cannot", async () => {
    const { id } = await add("http://bulk.example/")
    const done = await post("/links/bulk", { ids: [id, "nobody"], action: "cancel" })
    expect(done.json.links.map((link: any) => link.id)).toEqual([id])
    expect(done.json.failed).toEqual([{ id: "nobody", code: "no-link", message: "no link nobody" }])
    const tagged = await post("/links/bulk", { ids: [id], action: "tag", tags: ["n"], untags: ["o"] })
    expect(tagged.json.links[0].tags).toEqual(["n"])
    expect(
      (await post("/links/bulk", { ids: [id], action: "untag", tags: ["n"] })).json.links[0].tags,
    ).toEqual([])
    expect((await post("/links/bulk", { ids: [id], action: "remove" })).json.removed).toEqual([id])
  })

  it("retries all that failed", async () => {
    const { id } = await add("http://allfailed.example/")
    await served.run(served.handles.finish(id, "failed"))
    const done = await post("/links/bulk", { failed: true, action: "retry" })
    expect(done.json.links.map((link: any) => link.id)).toContain(id)
  })
})

describe("what cannot be decoded is 400, and nothing is done", () => {
  it.each([
    ["POST", "/links", "{bad"],
    ["POST", "/links", ""],
    ["POST", "/links", []],
    ["POST", "/links", {}],
    ["POST", "/links", { url: 5 }],
    ["POST", "/links", { url: "http://x.example/", urls: ["http://x.example/"] }],
    ["POST", "/links", { urls: [] }],
    ["POST", "/links", { urls: ["http://fine.example/", "no address"] }],
    ["POST", "/links", { url: "http://x.example/", tags: "one" }],
    ["POST", "/links/bulk", { ids: ["a"], action: "explode" }],
    ["POST", "/links/bulk", { action: "retry" }],
    ["GET", "/links?limit=0", undefined],
    ["GET", "/links?limit=501", undefined],
    ["GET", "/links?limit=ten", undefined],
    ["GET", "/links?limit=1.5", undefined],
    ["GET", "/links?state=lost", undefined],
    ["GET", "/search", undefined],
    ["GET", "/search?q=a&limit=-1", undefined],
    ["POST", "/tags/merge", { into: "a", from: [] }],
    ["POST", "/sectors", { count: 0 }],
    ["POST", "/sectors", { count: 1.5 }],
    ["GET", "/sectors/x", undefined],
    ["GET", "/sectors/-1", undefined],
    ["POST", "/clock", {}],
    ["POST", "/clock", { scale: 0 }],
    ["POST", "/clock", { scale: -5 }],
    ["POST", "/clock", { advance: "soon" }],
    ["POST", "/clock", { advance: 5 }],
    ["POST", "/clock", { scale: 1e300 }],
    ["POST", "/clock", { scale: 1_000_001 }],
    ["POST", "/clock", { advance: "36526 days" }],
    ["POST", "/sealing/auto-pledge", { every: "often" }],
    ["GET", "/events?lastEventId=x", undefined],
    ["GET", "/links/L1/diff?from=x", undefined],
    ["POST", "/duplicates/merge", { keep: "L1", others: [] }],
    ["POST", "/schedules", { tag: "a" }],
    ["POST", "/schedules", { tag: "a", every: "soon" }],
    ["POST", "/schedules", { tag: "a", query: "b", every: "1 d" }],
    ["GET", "/links/L1/diff?to=0", undefined],
  ] as const)("%s %s %j", async (method, path, body) => {
    const before = (await get("/links")).json.total
    const answer = await served.ask(`/api/v1${path}`, { method, body })
    expect(answer.status).toBe(400)
    expect(answer.json).toEqual({
      error: expect.objectContaining({
        code: expect.any(String),
        message: expect.stringMatching(/^[^\n]+$/),
      }),
    })
    expect((await get("/links")).json.total).toBe(before)
  })

  it("says where the mistake in a query is", async () => {
    expect((await get("/links?query=ab%22c")).json.error).toMatchObject({ code: "bad-request", position: 2 })
  })

  it("names the field once, in words", async () => {
    expect((await get("/links?limit=0")).json.error.message).toBe("limit: must be 1 to 500")
  })

  it("takes JSON whatever the client calls it, but no multipart form", async () => {
    const body = JSON.stringify({ url: "http://curl.example/" })
    const form = (type: string) =>
      served.ask("/api/v1/links", { method: "POST", body, headers: { "content-type": type } })
    expect((await form("application/x-www-form-urlencoded")).status).toBe(202)
    expect((await form("multipart/form-data; boundary=x")).status).toBe(400)
  })
})

describe("undo", () => {
  it("takes back a removal, by its number or the last one, and answers the links", async () => {
    const { json } = await post("/links", { urls: ["http://undo.example/1", "http://undo.example/2"] })
    const ids = json.links.map((link: { id: string }) => link.id)
    const bulk = await post("/links/bulk", { ids, action: "remove" })
    expect(bulk.json).toEqual({ links: [], removed: ids, failed: [], change: expect.any(String) })
    const undone = await post("/undo", { change: bulk.json.change })
    expect(undone.status).toBe(200)
    expect(undone.json.change).toMatchObject({ id: bulk.json.change, kind: "remove" })
    expect(undone.json.links.map((link: { id: string }) => link.id)).toEqual(ids)
    const none = await post("/undo", { change: "4711" })
    expect([none.status, none.json.error.code]).toEqual([404, "no-change"])
  })

  it("says in status what sharing saves", async () => {
    expect((await get("/status")).json.archive).toMatchObject({ logicalBytes: 3_000, storedBytes: 1_000 })
  })
})

describe("unknown things are 404 in JSON", () => {
  it.each([
    ["GET", "/api/v1/links/nobody"],
    ["PATCH", "/api/v1/links/nobody"],
    ["DELETE", "/api/v1/links/nobody"],
    ["POST", "/api/v1/links/nobody/retry"],
    ["GET", "/api/v1/links/nobody/diff"],
    ["DELETE", "/api/v1/schedules/none"],
    ["GET", "/api/v1/snapshots/none"],
    ["GET", "/api/v1/snapshots/none/artefacts/page.html"],
    ["DELETE", "/api/v1/tags/none"],
    ["GET", "/api/v1/sectors/4711"],
    ["GET", "/api/v1/sectors/4711/log"],
    ["GET", "/api/v1/fsm/toaster"],
    ["GET", "/api/v1/nothing"],
    ["GET", "/api/"],
    ["GET", "/nothing.js"],
    ["POST", "/"],
  ])("%s %s", async (method, path) => {
    const answer = await served.ask(path, { method, ...(method === "PATCH" ? { body: {} } : {}) })
    expect(answer.status).toBe(404)
    expect(answer.json).toEqual({ error: { code: expect.any(String), message: expect.any(String) } })
  })
})

it("refuses a body that is too big with 413, announced or not", async () => {
  const small = await serve({ env: {} })
  try {
    const body = JSON.stringify({ url: `http://x.example/${"x".repeat(11_000_000)}` })
    const announced = await small.ask("/api/v1/links", { method: "POST", body }).catch((error) => error.code)
    // The server answers and closes while the client still writes; either is seen, depending on who is quicker.
    expect(["EPIPE", "ECONNRESET", 413]).toContain(announced.status ?? announced)
    const chunked = await small
      .ask("/api/v1/links", { method: "POST", body, headers: { "transfer-encoding": "chunked" } })
      .catch((error) => error.code)
    expect(["EPIPE", "ECONNRESET", 413]).toContain(chunked.status ?? chunked)
    expect((await small.ask("/api/v1/links")).json.total).toBe(0)
  } finally {
    await small.stop()
  }
})

describe("tags, search, queue", () => {
  it("counts, finds, renames, merges and deletes tags", async () => {
    await post("/links", { url: "http://t.example/", tags: ["Ünï", "two", "three"] })
    expect((await get("/tags?q=%C3%9CN")).json.tags).toEqual([{ name: "Ünï", count: 1 }])
    await served.ask("/api/v1/tags/two", { method: "PATCH", body: { name: "zwei" } })
    await post("/tags/merge", { into: "zwei", from: ["three"] })
    const { tags } = (await served.ask(`/api/v1/tags/${encodeURIComponent("Ünï")}`, { method: "DELETE" }))
      .json
    const names = tags.map((tag: any) => tag.name)
    expect(names).toContain("zwei")
    expect(names).not.toContain("three")
    expect(names).not.toContain("Ünï")
  })

  it("searches", async () => {
    await post("/links", { url: "http://findme.example/" })
    expect((await get("/search?q=findme")).json).toMatchObject({
      total: 1,
      nextCursor: null,
      hits: [{ field: "url" }],
    })
  })

  it("pauses and resumes", async () => {
    expect((await post("/queue/pause")).json.paused).toBe(true)
    expect((await get("/queue")).json.paused).toBe(true)
    expect((await post("/queue/resume")).json.paused).toBe(false)
  })
})

describe("the sealing world", () => {
  it("pledges with 201, also without a body, and refuses with 409 when there are too many", async () => {
    const pledged = await post("/sectors", { count: 2 })
    expect([pledged.status, pledged.json]).toEqual([201, { sectors: [0, 1] }])
    expect((await post("/sectors")).json).toEqual({ sectors: [2] })
    const refused = await post("/sectors", { count: 9 })
    expect([refused.status, refused.json.error.code]).toEqual([409, "too-many-sectors"])
    expect(refused.json.error.sectors).toEqual([3, 4])
    expect((await post("/sectors")).json.error.sectors).toBeUndefined()
  })

  it("sends events: 200 when planned, 202 while the sector is busy, 400 with the list when unknown", async () => {
    expect((await post("/sectors/0/events", { event: "SectorPacked" })).status).toBe(200)
    const busy = await post("/sectors/0/events", { event: "SectorSlow" })
    expect([busy.status, busy.json.pending]).toEqual([202, ["SectorSlow"]])
    const unknown = await post("/sectors/0/events", { event: "SectorSing" })
    expect([unknown.status, unknown.json.error.known]).toEqual([400, ["SectorPacked", "SectorProving"]])
    expect((await post("/sectors/4711/events", { event: "SectorPacked" })).status).toBe(404)
  })

  it("lists, shows the record and the log, forces and removes", async () => {
    expect((await get("/sectors?states=Packing,Proving")).json.sectors.length).toBeGreaterThan(0)
    expect((await get("/sectors?states=Nowhere")).status).toBe(400)
    expect((await get("/sectors/0")).json).toMatchObject({ SectorNumber: 0, TicketEpoch: 0 })
    expect((await get("/sectors/0/log")).json.log[0].Kind).toBe("event;sealing.SectorStartCC")
    expect((await post("/sectors/0/state", { state: "Proving" })).json.State).toBe("Proving")
    expect((await post("/sectors/0/state", { state: "Nowhere" })).json.error.code).toBe("unknown-state")
    expect((await served.ask("/api/v1/sectors/0", { method: "DELETE" })).json.State).toBe("Removed")
    expect((await get("/sectors?showRemoved=true")).json.sectors.map((one: any) => one.number)).toContain(0)
    expect((await get("/sectors")).json.sectors.map((one: any) => one.number)).not.toContain(0)
  })

  it("writes durations as people do", async () => {
    expect((await post("/sealing/auto-pledge", { enabled: true, every: "90 s" })).json).toEqual({
      enabled: true,
      every: "90 s",
    })
    expect((await get("/sealing/auto-pledge")).json.every).toBe("90 s")
    expect((await post("/sealing/auto-pledge", { every: "0 s" })).json.error.message).toBe(
      "every: must be from 1 s to 36525 days",
    )
    expect((await get("/sealing/jobs")).json).toMatchObject({ simulated: true, jobs: [{ task: "PC1" }] })
    expect((await get("/sealing/workers")).json).toMatchObject({
      simulated: true,
      workers: [{ name: "seal-1" }],
    })
  })

  it("takes a piece with 201 when it is written, with 202 when nobody waits, and tells what became of it", async () => {
    const piece = { size: "8GiB", start: 6_600_000, end: 7_200_000 }
    const written = await post("/sealing/pieces", piece)
    expect([written.status, written.json]).toEqual([201, { deal: 1000, sector: 0, offset: 2 ** 33 }])
    const offered = await post("/sealing/pieces", { ...piece, wait: false })
    expect([offered.status, offered.json]).toEqual([202, { deal: 1000, sector: null, offset: null }])
    expect((await post("/sealing/pieces", { ...piece, size: "64GiB", wait: false })).status).toBe(409)
    expect((await get("/sealing/pieces")).json).toMatchObject({
      simulated: true,
      pieces: [{ deal: 1000, state: "assigned", sector: 0, offset: null, reason: null }],
    })
  })

  it("turns the clock", async () => {
    const before = (await get("/clock")).json
    const turned = (await post("/clock", { paused: true, scale: 36_000, advance: "30 days" })).json
    expect(turned).toMatchObject({ mode: "paused", scale: 36_000, epoch: before.epoch + 86_400 })
  })

  it("gives a machine's table with live counts", async () => {
    expect((await get("/fsm/link")).json).toMatchObject({ kind: "link", counts: { queued: 2 } })
  })
})

describe("the daemon itself", () => {
  it("is healthy without a token, and counts everything with one", async () => {
    expect((await served.ask("/api/v1/health", { token: false })).json).toEqual({ status: "ok" })
    const status = (await get("/status")).json
    expect(Object.keys(status).sort()).toEqual([
      "archive",
      "clock",
      "links",
      "queue",
      "sectors",
      "sectorsNeedingOperator",
      "uptimeMillis",
      "version",
    ])
    expect(status.version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it("counts what it answers", async () => {
    await served.ask("/api/v1/links?limit=0")
    const metrics = await served.ask("/metrics")
    expect(metrics.headers["content-type"]).toContain("text/plain; version=0.0.4")
    expect(metrics.text).toMatch(/^linkseal_http_requests_total\{method="GET",status="400"\} \d+$/m)
    expect(metrics.text).toMatch(/^linkseal_http_request_seconds_bucket\{le="\+Inf"\} \d+$/m)
    expect(metrics.text).toMatch(/^linkseal_links\{state="queued"\} \d+$/m)
  })

  it("documents itself without asking anybody else", async () => {
    const docs = await served.ask("/api/docs", { token: false })
    expect(docs.headers["content-security-policy"]).toContain("default-src 'none'")
    expect(docs.text).not.toMatch(/<script|src=|https?:\/\//)
    expect(docs.text).toContain("/api/v1/links/{id}/snapshots")
    expect((await served.ask("/api/openapi.json", { token: false })).json.openapi).toMatch(/^3\.1/)
  })
})
