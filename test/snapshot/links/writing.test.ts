/** What users and pages write: what is refused, what is stripped, and how a title goes back to the page's own. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { cleanTitle } from "../../../src/snapshot/cleanTitle.ts"
import { Links } from "../../../src/snapshot/Links.ts"
import { hasLogin, withoutLogin } from "../../../src/snapshot/verbs/addresses.ts"
import { addOne, inRoom, page } from "./room.ts"
import { newPipeline, temporaryHome } from "./world.ts"

const refused = ["a\u0000b", "\u001b[2J", "a\u0085", "a\u007f", "\u0008"]

describe("texts", () => {
  it.scopedLive("with control characters are refused, and nothing is changed", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          yield* links.settled(id)
          for (const text of refused) {
            expect((yield* Effect.flip(links.edit(id, { title: text }))).message).toContain(
              "a title has no control",
            )
            expect((yield* Effect.flip(links.edit(id, { note: text }))).message).toContain(
              "a note has no control",
            )
            const adding = links.add({ urls: [page("/b")], note: text })
            expect((yield* Effect.flip(adding)).message).toContain("a note has no control")
          }
          expect(yield* links.edit(id, { note: "two\n\tlines\r\n" })).toMatchObject({
            note: "two\n\tlines\r\n",
          })
          expect((yield* links.list({ limit: 10 })).total).toBe(1)
        }),
      )
    }),
  )

  it.scopedLive("that a page gives itself cannot turn the line they are shown in", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/a": { title: "\u202eA\u0000 \u2066title\u2069\u001b[2J" } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          expect((yield* links.settled(id)).title).toBe("A  title [2J")
        }),
      )
    }),
  )

  it("keep the plain marks of right-to-left writing", () => {
    expect(cleanTitle("\u200fעברית\u200e")).toBe("\u200fעברית\u200e")
  })
})

describe("a title that is given back", () => {
  it.scopedLive("is the page's own at once, and is set by captures again", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      const pipeline = newPipeline({ "/a": { title: "First" } })
      yield* inRoom(
        { home, pipeline },
        Effect.gen(function* () {
          const links = yield* Links
          const { id } = yield* addOne("/a")
          yield* links.settled(id)
          expect(yield* links.edit(id, { title: "Mine" })).toMatchObject({ title: "Mine" })
          expect(yield* links.edit(id, { title: "", note: "n" })).toMatchObject({ title: "First", note: "n" })
          pipeline.sites.set("/a", { title: "Second", text: "other words" })
          yield* links.snapshot(id)
          expect(yield* links.settled(id)).toMatchObject({ title: "Second" })
        }),
      )
    }),
  )
})

describe("logins in addresses", () => {
  it.scopedLive("are refused with where they belong, and are not repeated", () =>
    Effect.gen(function* () {
      const home = yield* temporaryHome
      yield* inRoom(
        { home, pipeline: newPipeline() },
        Effect.gen(function* () {
          const links = yield* Links
          for (const url of ["http://user:secret@host.example/", "https://secret@host.example/"]) {
            const { message } = yield* Effect.flip(links.add({ urls: [page("/a"), url] }))
            expect(message).toContain("put the login into the settings (capture.headers or cookiesFile)")
            expect(message).not.toContain("secret")
          }
          expect((yield* Effect.flip(links.add({ urls: [""] }))).message).toBe(
            '"" is not an http or https address',
          )
          expect((yield* links.list({ limit: 10 })).total).toBe(0)
        }),
      )
    }),
  )

  it.each([
    ["http:\\\\user:secret@host.example/", true],
    ["http:user:secret@host.example/", true],
    ["http://host.example/@secret", false],
    ["http://user:secret@ho st/", false],
  ])("%s", (text, login) => {
    expect(hasLogin(text)).toBe(login)
    if (!text.endsWith("@secret")) expect(withoutLogin(text)).not.toContain("secret")
  })
})
