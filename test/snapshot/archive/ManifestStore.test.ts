import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { describe } from "vitest"
import { ArtefactSink } from "../../../src/snapshot/archive/ArtefactSink.ts"
import { Drafts } from "../../../src/snapshot/archive/Drafts.ts"
import { canonicalJson, makeManifest } from "../../../src/snapshot/archive/Manifest.ts"
import { ManifestStore } from "../../../src/snapshot/archive/ManifestStore.ts"
import { inArchive, link, manifestInput } from "./fixture.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

describe("manifests", () => {
  it.live("are found after the capture wrote them, by snapshot, oldest first", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const manifests = yield* ManifestStore
        expect(yield* manifests.find("link1", "link1-s1")).toBeUndefined()
        for (const version of [10, 2, 1]) yield* manifests.write(manifestInput("link1", version, []))
        const names = yield* manifests.list("link1")
        expect(names.map((name) => name.version)).toEqual([1, 2, 10])
        expect((yield* manifests.find("link1", "link1-s2"))!.snapshot.version).toBe(2)
        expect(yield* manifests.linksWithSnapshots).toEqual(["link1"])
        const file = path.join(home, "archive", "snapshots", "link1", "2-link1-s2.json")
        const onDisk = JSON.parse(yield* Effect.promise(() => fs.readFile(file, "utf8")))
        expect(onDisk).toEqual(makeManifest(manifestInput("link1", 2, [])))
      }),
    ),
  )

  it.live("that were changed, cut or misplaced are refused with the reason", () =>
    inArchive((home) =>
      Effect.gen(function* () {
        const manifests = yield* ManifestStore
        yield* manifests.write(manifestInput("link1", 1, []))
        const name = { linkId: "link1", version: 1, snapshotId: "link1-s1" }
        const folder = path.join(home, "archive", "snapshots", "link1")
        const file = path.join(folder, "1-link1-s1.json")
        const good = yield* Effect.promise(() => fs.readFile(file, "utf8"))
        const tries: ReadonlyArray<readonly [string, string]> = [
          [good.replace("Title of", "Other of"), "SHA-256"],
          [good.slice(0, 200), "not JSON"],
          ['{"format":"linkseal-snapshot"}', "missing"],
        ]
        for (const [content, reason] of tries) {
          yield* Effect.promise(() => fs.writeFile(file, content))
          const error = yield* Effect.flip(manifests.read(name))
          expect(error.reason).toBe("damaged")
          expect(error.message).toContain(reason)
        }
        yield* Effect.promise(() => fs.writeFile(path.join(folder, "2-other.json"), good))
        const misplaced = yield* Effect.flip(
          manifests.read({ linkId: "link1", version: 2, snapshotId: "other" }),
        )
        expect(misplaced.message).toContain("another snapshot")
      }),
    ),
  )

  it.live("of links are replaced whole and go with the link", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const manifests = yield* ManifestStore
        const file = { ...link("a"), updatedAt: "2026-01-02T03:04:05.678Z", removedAt: null }
        yield* manifests.writeLink(file)
        yield* manifests.writeLink({ ...file, note: "changed" })
        yield* manifests.write(manifestInput("a", 1, []))
        expect((yield* manifests.readLink("a")).note).toBe("changed")
        expect(yield* manifests.links).toEqual(["a"])
        yield* manifests.removeLink("a")
        expect(yield* manifests.links).toEqual([])
        expect(yield* manifests.list("a")).toEqual([])
        expect((yield* Effect.flip(manifests.readLink("a"))).reason).toBe("missing")
      }),
    ),
  )

  it("hash the same whatever the order of their keys", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.dictionary(FastCheck.string(), FastCheck.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(turned)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it.live("name the artefacts of a draft, most important first, the last of each name", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const drafts = yield* Drafts
        const held = yield* Effect.scoped(
          Effect.gen(function* () {
            const draft = yield* drafts.open
            yield* Effect.gen(function* () {
              const sink = yield* ArtefactSink
              yield* sink.put("article.txt", "text/plain", bytes("words"))
              yield* sink.put("page.html", "text/html", bytes("first"))
              yield* sink.put("page.html", "text/html", bytes("second"))
            }).pipe(Effect.provideService(ArtefactSink, draft.sink))
            yield* draft.note("page.pdf", "failed", "the deadline of 20 s ran out")
            const artefacts = yield* draft.artefacts
            expect(artefacts.map((each) => [each.name, each.status, each.bytes])).toEqual([
              ["page.html", "ok", 6],
              ["article.txt", "ok", 5],
              ["page.pdf", "failed", 0],
            ])
            expect(drafts.holds(artefacts[0]!.sha256)).toBe(true)
            return artefacts[0]!.sha256
          }),
        )
        expect(drafts.holds(held)).toBe(false)
      }),
    ),
  )
})
