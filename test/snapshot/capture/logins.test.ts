/** A redirect may lead to an address with a login in it: the page is kept, the login is not. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { afterAll } from "vitest"
import { probe } from "../../../src/snapshot/capture/Probe.ts"
import { startFixtureSite } from "../../support/fixtureSite.ts"
import { captureLayer, captureUrl, quickSettings, warcOf } from "./support.ts"

const site = await startFixtureSite()
afterAll(() => site.close())

layer(captureLayer(site.allow), { timeout: 60_000, excludeTestServices: true })(
  "the address of a page",
  (it) => {
    for (const [path, how] of [
      ["/to-login", "an answer"],
      ["/script-to-login", "a script"],
    ] as const) {
      it.effect(
        `carries no login when ${how} leads to one with it`,
        () =>
          Effect.gen(function* () {
            const probed = yield* probe(`${site.origin}${path}`, quickSettings)
            expect(probed.finalUrl).not.toContain("hunter2")
            const { files, result, text } = yield* captureUrl(`${site.origin}${path}`)
            expect(result.finalUrl).toBe(`${site.origin}/chinese.html`)
            expect(JSON.parse(text("metadata.json")).finalUrl).toBe(result.finalUrl)
            for (const name of ["metadata.json", "page.html", "article.html"] as const) {
              expect(text(name).length).toBeGreaterThan(100)
              expect(text(name)).not.toContain("hunter2")
            }
            expect(result.links).toContain(`${site.origin}/rich.html`)
            // In the recording only where the page itself has it in its text.
            const warc = yield* Effect.promise(() => warcOf(files.get("page.wacz")!))
            expect(warc.replace(/location\.href = \S+/g, "")).not.toContain("hunter2")
            expect(warc).toContain(`WARC-Target-URI: ${site.origin}/chinese.html`)
          }),
        { timeout: 90_000 },
      )
    }
  },
)
