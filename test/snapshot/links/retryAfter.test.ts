/** What a site says in `Retry-After` is obeyed, within a day, and only where it was meant. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { httpFailure } from "../../../src/snapshot/capture/CaptureFailure.ts"
import { retryAfter } from "../../../src/snapshot/capture/retryAfter.ts"
import { Links } from "../../../src/snapshot/Links.ts"
import { failureOf } from "../../../src/snapshot/steps/retry.ts"
import { addOne, inRoom } from "./room.ts"
import { newPipeline, temporaryHome } from "./world.ts"

const now = Date.UTC(2026, 0, 1, 12)
const minute = 60_000
const hour = 60 * minute
const settings = { pausesMillis: [minute, 10 * minute] }

describe("Retry-After", () => {
  it.each([
    ["120", now + 2 * minute],
    [" 0 ", now],
    ["Thu, 01 Jan 2026 13:00:00 GMT", now + hour],
    ["Thursday, 01-Jan-26 13:00:00 GMT", now + hour],
    ["-5", null],
    ["1.5", null],
    ["soon", null],
    ["", null],
    [undefined, null],
  ])("%s", (header, at) => expect(retryAfter(header, now)).toBe(at))

  it("moves the next try, never before the planned one and never by more than a day", () => {
    const at = (notBefore: number | null, attempts = 0, status = 429) =>
      failureOf(httpFailure(status, "pages.example", notBefore), attempts, now, 0.5, settings).retryAt
    expect(at(null)).toBe(now + minute)
    expect(at(now + hour)).toBe(now + hour)
    expect(at(now + 10)).toBe(now + minute)
    expect(at(now + 90 * 24 * hour)).toBe(now + 24 * hour)
    expect(at(now + hour, 0, 503)).toBe(now + hour)
    expect(at(now + hour, 0, 500)).toBe(now + minute)
    expect(at(now + hour, 2)).toBeNull()
  })

  it.scopedLive("is in the failure of a link: when it is tried again, and why", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const notBefore = Date.UTC(2099, 0, 1)
      const busy = { gate: Effect.fail(httpFailure(429, "pages.example", notBefore)) }
      yield* inRoom(
        { home, pipeline: newPipeline({ "/busy": busy }) },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/busy")
          const { failure } = yield* links.settled(id)
          expect(failure!.code).toBe("http-429")
          expect(failure!.message).toContain("asks to wait until 2099-01-01T00:00:00.000Z")
          const wait = Date.parse(String(failure!.retryAt)) - Date.now()
          expect(wait).toBeGreaterThan(23 * hour)
          expect(wait).toBeLessThanOrEqual(24 * hour)
        }),
      )
    }),
  )
})
