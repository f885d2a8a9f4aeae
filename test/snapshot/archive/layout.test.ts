import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { describe } from "vitest"
import { Drafts } from "../../../src/snapshot/archive/Drafts.ts"
import { ManifestStore } from "../../../src/snapshot/archive/ManifestStore.ts"
import { inArchive, link, manifestInput } from "./fixture.ts"

const golden = path.join(import.meta.dirname, "../../fixtures/archive/layout.json")

/** Every file below the folder; JSON as its value, the rest by name alone. */
const tree = async (folder: string): Promise<Record<string, unknown>> => {
  const files = (await fs.readdir(folder, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  )
  const entries = await Promise.all(
    files.map(async (file) => {
      const full = path.join(file.parentPath, file.name)
      const bytes = await fs.readFile(full)
      const name = path.relative(folder, full)
      return [
        name,
        name.endsWith(".json") ? (JSON.parse(bytes.toString()) as unknown) : bytes.length,
      ] as const
    }),
  )
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe("the layout of an archive", () => {
  it.live("is what it was: other versions must be able to read it", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const manifests = yield* ManifestStore
        yield* Effect.scoped(
          Effect.gen(function* () {
            const draft = yield* (yield* Drafts).open
            yield* draft.sink.put("page.html", "text/html", Buffer.from("<p>short</p>"))
            yield* draft.sink.put("article.txt", "text/plain", Buffer.from("网页快照 ".repeat(400)))
            yield* draft.note("page.pdf", "skipped", "switched off")
            yield* manifests.write(manifestInput("abc", 1, yield* draft.artefacts))
          }),
        )
        yield* manifests.writeLink({ ...link("abc"), updatedAt: "2026-01-02T03:04:07.000Z", removedAt: null })
        const now = yield* Effect.promise(() => tree(path.join(home, "archive")))
        if (process.env["UPDATE_GOLDEN"] === "1") {
          yield* Effect.promise(() => fs.writeFile(golden, `${JSON.stringify(now, null, 2)}\n`))
        }
        const before: unknown = JSON.parse(yield* Effect.promise(() => fs.readFile(golden, "utf8")))
        expect(now).toEqual(before)
      }),
    ),
  )
})
