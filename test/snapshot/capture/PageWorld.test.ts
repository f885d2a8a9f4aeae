import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { CDPSession } from "playwright"
import { PageWorld } from "../../../src/snapshot/capture/PageWorld.ts"

/** What the page's world says when the browser's protocol answers with this error. */
const said = (method: Parameters<CDPSession["send"]>[0], message: string) => {
  const cdp = { on: () => undefined, send: () => Promise.reject(new Error(message)) }
  const world = new PageWorld(cdp as never, Effect.never)
  return Effect.flip(world.send(method, {}, 1_000))
}

describe("what the browser's protocol says", () => {
  it.live("is told in words, and not again when the page went elsewhere", () =>
    Effect.gen(function* () {
      const gone = yield* said(
        "Runtime.evaluate",
        "cdpSession.send: Protocol error (Runtime.evaluate): Cannot find context with specified id",
      )
      expect(gone).toMatchObject({ gone: true, message: "the page went elsewhere meanwhile" })
      const print = yield* said("Page.printToPDF", "Protocol error (Page.printToPDF): Printing failed")
      expect(print).toMatchObject({ gone: false, message: "the browser could not print the page" })
      const crashed = yield* said("IO.read", "Protocol error (IO.read): Target crashed")
      expect(crashed.message).toBe("the browser's tab was gone")
      const other = yield* said("DOM.getFrameOwner", "Protocol error (DOM.getFrameOwner): Not found")
      expect(other.message).toBe("the browser refused getFrameOwner (Not found)")
    }),
  )
})
