import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { CaptureQueue } from "../../../src/snapshot/CaptureQueue.ts"

const queueOf = (slots = 4, perHostSlots = 2, perHostGapMillis = 100) =>
  new CaptureQueue({ slots, perHostSlots, perHostGapMillis })

const url = (host: number | string, n: number) => `http://h${host}.example/${n}`

describe("the capture queue", () => {
  it("takes hosts in turn, and within a host in the order of coming", () => {
    const queue = queueOf(8)
    for (const n of [0, 1, 2]) queue.waits(`a${n}`, url("a", n))
    queue.waits("b0", url("b", 0))
    expect([queue.take(0), queue.take(0), queue.take(0)]).toEqual(["a0", "b0", null])
    expect(queue.wakeAt(0)).toBe(100)
    expect([queue.take(100), queue.take(100)]).toEqual(["a1", null])
    // Two at once is what a host may have: only an end can change that.
    expect([queue.take(500), queue.wakeAt(500)]).toEqual([null, null])
    queue.ended("a0", 500)
    expect(queue.take(500)).toBe("a2")
    expect(queue.status()).toMatchObject({ waiting: 0, capturing: 3 })
  })

  it("starts nothing while it is paused or its slots are taken, and forgets who leaves", () => {
    const queue = queueOf(1)
    queue.waits("a", url("a", 0))
    queue.waits("b", url("b", 0))
    queue.paused = true
    expect([queue.take(0), queue.wakeAt(0)]).toEqual([null, null])
    queue.paused = false
    expect([queue.take(0), queue.take(0)]).toEqual(["a", null])
    queue.ended("b", null)
    queue.ended("a", 10)
    expect([queue.take(1_000), queue.status().waiting]).toEqual([null, 0])
  })

  it("never breaks a bound and loses nobody, whatever comes and goes (property)", () => {
    const step = FastCheck.record({
      act: FastCheck.constantFrom("add", "take", "end", "leave"),
      n: FastCheck.nat(11),
    })
    FastCheck.assert(
      FastCheck.property(FastCheck.array(step, { maxLength: 200 }), (steps) => {
        const queue = queueOf(3, 2, 5)
        const [waiting, running] = [new Set<string>(), new Map<string, string>()]
        const startedAt = new Map<string, number>()
        const hostOf = (id: string) => `h${Number(id) % 3}`
        let now = 0
        const take = () => {
          for (let id = queue.take(now); id !== null; id = queue.take(now)) {
            const host = hostOf(id)
            expect(waiting.delete(id)).toBe(true)
            expect(now - (startedAt.get(host) ?? -5)).toBeGreaterThanOrEqual(5)
            startedAt.set(host, now)
            running.set(id, host)
            expect(running.size).toBeLessThanOrEqual(3)
            expect([...running.values()].filter((each) => each === host).length).toBeLessThanOrEqual(2)
          }
        }
        for (const { act, n } of steps) {
          now += 2
          const id = String(n)
          if (act === "add" && !running.has(id)) {
            queue.waits(id, url(n % 3, n))
            waiting.add(id)
          }
          if (act === "take") take()
          if (act === "end" || act === "leave") {
            queue.ended(id, act === "end" ? now : null)
            waiting.delete(id)
            running.delete(id)
          }
          expect(queue.status()).toMatchObject({ waiting: waiting.size, capturing: running.size })
        }
        for (let rounds = 0; waiting.size + running.size > 0 && rounds < 100; rounds++) {
          for (const id of running.keys()) {
            queue.ended(id, now)
            running.delete(id)
          }
          now = Math.max(now + 1, queue.wakeAt(now) ?? 0)
          take()
        }
        expect([waiting.size, running.size]).toEqual([0, 0])
      }),
    )
  })

  // With a search through the line for each that leaves this took over a minute; now it is a fraction of a second.
  it.each([1, 1_000, 100_000])(
    "holds 100,000 links of %i hosts, drains them, and lets the last leave first",
    (hosts) => {
      const count = 100_000
      const fill = () => {
        const queue = queueOf(4, 2, 1)
        for (let n = 0; n < count; n++) queue.waits(String(n), url(n % hosts, n))
        return queue
      }
      const drained = fill()
      let taken = 0
      for (let now = 1; taken < count && now < 2 * count; now++) {
        const started: Array<string> = []
        for (let id = drained.take(now); id !== null; id = drained.take(now)) started.push(id)
        for (const id of started) drained.ended(id, now)
        drained.wakeAt(now)
        taken += started.length
      }
      expect([taken, drained.status().waiting]).toEqual([count, 0])
      const left = fill()
      for (let n = count - 1; n >= 0; n--) left.ended(String(n), null)
      expect([left.status().waiting, left.take(1)]).toEqual([0, null])
    },
    30_000,
  )
})
