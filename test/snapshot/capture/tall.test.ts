/** Pages of more than 100,000 px, which are pictured and printed in ways of their own. */
import { describe, expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { afterAll } from "vitest"
import { extractPdf } from "../../../src/snapshot/capture/extract/extract.ts"
import { startFixtureSite } from "../../support/fixtureSite.ts"
import { compare, launchChromium, openForPicture } from "../../support/pictures.ts"
import { captureLayer, captureUrl, only } from "./support.ts"

const site = await startFixtureSite()
const browser = await launchChromium()
afterAll(async () => {
  await browser.close()
  await site.close()
})

const slow = { timeout: 90_000 }

describe("a page of 120,000 px", () => {
  layer(captureLayer(site.allow), { timeout: 60_000, excludeTestServices: true })("when captured", (it) => {
    for (const [path, what] of [
      ["/very-tall", "that does not ask how tall its window is"],
      ["/very-tall-hero", "that begins with a part as tall as its window"],
    ] as const) {
      it.effect(
        `has the picture of its first 12,000 px, ${what}`,
        () =>
          Effect.gen(function* () {
            const url = `${site.origin}${path}`
            const { files, result } = yield* captureUrl(url, only("screenshot"))
            expect(result.partial).toBe(false)
            yield* Effect.promise(async () => {
              const live = await openForPicture(browser, { url })
              const { otherSize, share, size } = await compare(files.get("screenshot")!, live.picture)
              await live.close()
              expect(size).toEqual([1280, 12_000])
              expect(otherSize).toEqual(size)
              expect(share).toBeLessThan(0.005)
            })
          }),
        slow,
      )
    }

    it.effect(
      "is printed whole, on few sheets",
      () =>
        Effect.gen(function* () {
          const { files, result } = yield* captureUrl(`${site.origin}/very-tall`, only("page.pdf"))
          expect(result).toMatchObject({ partial: false, verdict: { kind: "good" } })
          const pdf = files.get("page.pdf")!
          const { text } = yield* Effect.promise(() => extractPdf(new Uint8Array(pdf)))
          for (const n of [1, 1_500, 3_000]) expect(text).toContain(`Line ${n} of many.`)
          const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)!.length
          expect(sheets).toBeLessThan(20)
        }),
      slow,
    )
  })
})
