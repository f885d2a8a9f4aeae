/** The event stream: complete, resumable, honest about what it has lost, and no hindrance to stopping. */
import { afterEach, describe, expect, it } from "vitest"
import type { Served } from "../support/serve.ts"
import { serve } from "../support/serve.ts"
import { listenTo } from "../support/sse.ts"

let served: Served
afterEach(async () => void (await served.stop()))

const at = "2026-01-02T03:04:05.006Z"
const write = (...names: ReadonlyArray<string>) =>
  Promise.all(
    names.map((event) =>
      served.run(served.handles.journal.write({ kind: "link", id: "L1", event, from: "a", to: "b", at })),
    ),
  )
const listen = async (headers: Record<string, string> = {}, query = "") =>
  listenTo(await served.open(`/api/v1/events${query}`, { headers }))

describe("GET /events", () => {
  it("tells the present state first, then each change with the journal's number as its id", async () => {
    served = await serve()
    const stream = await listen()
    await stream.until("queue", 1)
    await stream.until("clock", 1)
    await write("One", "Two")
    const [one, two] = await stream.until("change", 2)
    expect([one!.id, two!.id]).toEqual(["1", "2"])
    expect(JSON.parse(one!.data)).toEqual({
      seq: 1,
      at,
      kind: "link",
      id: "L1",
      event: "One",
      from: "a",
      to: "b",
    })
    const others = stream.seen.filter(({ name }) => name !== "change" && name !== "start")
    expect(others.every(({ id }) => id === undefined)).toBe(true)
    stream.close()
  })

  it("says where it starts, with a number to resume from, and answers say what they are as of", async () => {
    served = await serve()
    await write("One", "Two")
    const answer = await served.ask("/api/v1/links")
    expect(answer.headers["linkseal-seq"]).toBe("2")
    await write("Three")
    const stream = await listen()
    const [start] = await stream.until("start", 1)
    expect([start!.id, JSON.parse(start!.data)]).toEqual(["3", { seq: 3 }])
    stream.close()
    const resumed = await listen({}, "?lastEventId=2")
    expect((await resumed.until("change", 1)).map(({ id }) => id)).toEqual(["3"])
    expect(resumed.seen.some(({ name }) => name === "start")).toBe(false)
    resumed.close()
  })

  it("gives a client that comes back exactly what it missed, in order, then what is new", async () => {
    served = await serve()
    await write("One", "Two", "Three", "Four")
    for (const stream of [await listen({ "last-event-id": "2" }), await listen({}, "?lastEventId=2")]) {
      expect((await stream.until("change", 2)).map(({ id }) => id)).toEqual(["3", "4"])
      expect(stream.seen.some(({ name }) => name === "reset")).toBe(false)
      stream.close()
    }
    const stream = await listen({ "last-event-id": "4" })
    await stream.until("queue", 1)
    await write("Five")
    expect((await stream.until("change", 1)).map(({ id }) => id)).toEqual(["5"])
    stream.close()
  })

  it.each([
    ["older than what is kept", "1"],
    ["newer than anything", "99"],
  ])("says reset to an id that is %s, and goes on from the newest", async (_, lastSeen) => {
    served = await serve({ journalKeeps: 2 })
    await write("One", "Two", "Three", "Four")
    const stream = await listen({ "last-event-id": lastSeen })
    const [reset] = await stream.until("reset", 1)
    expect([reset!.id, JSON.parse(reset!.data)]).toEqual(["4", { seq: 4 }])
    await stream.until("queue", 1)
    await write("Five")
    expect((await stream.until("change", 1)).map(({ id }) => id)).toEqual(["5"])
    stream.close()
  })

  it("resumes without a reset from the change before the oldest that is kept", async () => {
    served = await serve({ journalKeeps: 2 })
    await write("One", "Two", "Three", "Four")
    const stream = await listen({ "last-event-id": "2" })
    expect((await stream.until("change", 2)).map(({ id }) => id)).toEqual(["3", "4"])
    expect(stream.seen.some(({ name }) => name === "reset")).toBe(false)
    stream.close()
  })

  it("starts with what is new when the id is none of ours", async () => {
    served = await serve()
    await write("One")
    const stream = await listen({ "last-event-id": "abc" })
    await stream.until("queue", 1)
    await write("Two")
    expect((await stream.until("change", 1)).map(({ id }) => id)).toEqual(["2"])
    stream.close()
  })

  it("tells pauses of the queue and turns of the clock as they happen", async () => {
    served = await serve()
    const stream = await listen()
    await stream.until("queue", 1)
    await stream.until("clock", 1)
    await served.ask("/api/v1/queue/pause", { method: "POST" })
    const queue = await stream.until("queue", 2)
    expect(JSON.parse(queue.at(-1)!.data).paused).toBe(true)
    await served.ask("/api/v1/clock", { method: "POST", body: { paused: true } })
    const clock = await stream.until("clock", 2)
    expect(JSON.parse(clock.at(-1)!.data).mode).toBe("paused")
    stream.close()
  })

  it("is counted while it is open, and ends by itself when the daemon stops", async () => {
    served = await serve()
    const [first, second] = [await listen(), await listen()]
    await first.until("queue", 1)
    await second.until("queue", 1)
    expect((await served.ask("/metrics")).text).toMatch(/^linkseal_http_event_streams 2$/m)
    expect(await served.stop()).toEqual([])
    await first.ended
    await second.ended
    served = await serve()
  })
})
