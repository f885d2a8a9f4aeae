/** An archived page looks as it was captured, whatever the taste of who opens it. */
import { describe, expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, it as plainIt } from "vitest"
import type { Browser } from "playwright"
import { settleMedia, settleScheme } from "../../../src/snapshot/capture/html/css.ts"
import { startFixtureSite } from "../../support/fixtureSite.ts"
import { compare, launchChromium, openForPicture } from "../../support/pictures.ts"
import { captureLayer, captureUrl, only } from "./support.ts"

const site = await startFixtureSite()
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await site.close()
})

layer(captureLayer(site.allow), { timeout: 60_000, excludeTestServices: true })("colour schemes", (it) => {
  for (const colorScheme of ["light", "dark"] as const) {
    it.effect(
      `captured ${colorScheme}, a page stays ${colorScheme}`,
      () =>
        Effect.gen(function* () {
          const settings = { ...only("page.html"), colorScheme }
          const { text } = yield* captureUrl(`${site.origin}/schemes.html`, settings)
          const html = text("page.html")
          const look = (reader: "light" | "dark", what: { url: string } | { html: string }) =>
            Effect.promise(() => openForPicture(browser, what, { colorScheme: reader }))
          const live = yield* look(colorScheme, { url: `${site.origin}/schemes.html` })
          const other = yield* look(colorScheme === "dark" ? "light" : "dark", {
            url: `${site.origin}/schemes.html`,
          })
          // Otherwise the comparison below would prove nothing.
          expect((yield* Effect.promise(() => compare(live.picture, other.picture))).share).toBeGreaterThan(
            0.2,
          )
          for (const reader of ["light", "dark"] as const) {
            const kept = yield* look(reader, { html })
            expect(kept.requests).toEqual([])
            const { share } = yield* Effect.promise(() => compare(live.picture, kept.picture))
            expect([reader, share]).toEqual([reader, 0])
          }
        }),
      { timeout: 60_000 },
    )
  }

  it.effect(
    "leaves to the reader what a reader needs, and print to the printer",
    () =>
      Effect.gen(function* () {
        const { text } = yield* captureUrl(`${site.origin}/schemes.html`, only("page.html"))
        const html = text("page.html")
        expect(html).toContain("@media print { .print { display: none } }")
        const kept = yield* Effect.promise(() =>
          openForPicture(browser, { html }, { reducedMotion: "reduce" }),
        )
        expect(
          yield* Effect.promise(() =>
            kept.page.evaluate('getComputedStyle(document.querySelector(".still")).outlineWidth'),
          ),
        ).toBe("3px")
      }),
    { timeout: 60_000 },
  )
})

describe("questions for the reader's colours", () => {
  plainIt.each([
    ["(prefers-color-scheme: dark)", "(max-width:0)"],
    ["(PREFERS-COLOR-SCHEME:light)", "(min-width:0)"],
    ["(prefers-color-scheme)", "(min-width:0)"],
    [
      "screen and (min-width: 1px) and ( prefers-color-scheme : dark )",
      "screen and (min-width: 1px) and (max-width:0)",
    ],
    ["not all and (prefers-color-scheme: dark), print", "not all and (max-width:0), print"],
    ["(prefers-reduced-motion: reduce)", "(prefers-reduced-motion: reduce)"],
  ])("%s becomes %s in the light", (query, expected) => {
    expect(settleMedia(query, "light")).toBe(expected)
  })

  plainIt.each([
    ["light dark", "dark"],
    ["dark light", "dark"],
    ["only light", "only light"],
    ["light", "light"],
    ["normal", "normal"],
    ["color-scheme: light dark !important", "color-scheme: dark !important"],
  ])("the schemes %s become %s in the dark", (value, expected) => {
    expect(settleScheme(value, "dark")).toBe(expected)
  })
})
