/** A download that our own disk does not take: the site is not blamed for it. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { scratchFolder } from "../../../src/snapshot/capture/browser/launcher.ts"
import { captureLayer, captureUrl, only, site } from "./support.ts"

const runDir = mkdtempSync(join(tmpdir(), "linkseal-run-full-"))
afterAll(() => rmSync(runDir, { recursive: true, force: true }))

layer(captureLayer(["127.0.0.1"], { runDir }), { timeout: 60_000, excludeTestServices: true })(
  "a file",
  (it) => {
    // Linux only: what is written to /dev/full meets a full disk.
    it.scoped.skipIf(process.platform !== "linux")(
      "that finds our disk full says so, and is tried again",
      () =>
        Effect.gen(function* () {
          const { origin } = yield* site({
            "/big.bin": (_, response) => {
              const scratch = scratchFolder(runDir)
              // The probe asks first, when there is no folder yet.
              const folders = existsSync(scratch) ? readdirSync(scratch) : []
              for (const name of folders) symlinkSync("/dev/full", join(scratch, name, "original"))
              response.writeHead(200, { "Content-Type": "application/octet-stream" })
              response.end(Buffer.alloc(1_000_000))
            },
          })
          const failure = yield* Effect.flip(captureUrl(`${origin}/big.bin`, only("original")))
          expect(failure).toMatchObject({ code: "archive-error", retryable: true })
          expect((failure as Error).message).toMatch(/^the disk is full: could not write /)
        }),
    )
  },
)
