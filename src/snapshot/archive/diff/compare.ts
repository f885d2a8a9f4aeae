/**
 * Compares two versions of a link from what the archive keeps of them. What one of them lacks is null in the result,
 * with no guess in its place. It takes up to a second of computing for large pages, so it belongs in a thread.
 */
import * as Effect from "effect/Effect"
import type { Artefact, ArtefactName, Snapshot } from "../../Snapshot.ts"
import type { ArchiveError } from "../ArchiveError.ts"
import { ContentStore } from "../ContentStore.ts"
import { diffLinks, type LinksDiff } from "./links.ts"
import { diffPictures, type PictureDiff } from "./picture.ts"
import { diffTexts, type TextDiff } from "./text.ts"

export interface SnapshotDiff {
  readonly text: TextDiff | null
  readonly links: LinksDiff | null
  readonly picture: PictureDiff | null
  /** Artefacts whose bytes are not the same, or that only one version has. */
  readonly files: ReadonlyArray<ArtefactName>
}

const artefactOf = (snapshot: Snapshot, name: ArtefactName): Artefact | undefined =>
  snapshot.artefacts.find((artefact) => artefact.name === name && artefact.status === "ok")

/** Both versions of an artefact; null when one has none. */
const both = (before: Snapshot, after: Snapshot, name: ArtefactName) =>
  Effect.gen(function* () {
    const store = yield* ContentStore
    const [old, young] = [artefactOf(before, name), artefactOf(after, name)]
    if (old === undefined || young === undefined) return null
    return [yield* store.readAll(old.sha256), yield* store.readAll(young.sha256)] as const
  })

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** The `links` that metadata.json lists; null when it lists none. */
const linksOf = (metadata: Uint8Array): ReadonlyArray<string> | null => {
  try {
    const { links } = JSON.parse(textOf(metadata)) as { links?: unknown }
    return Array.isArray(links) ? links.filter((link): link is string => typeof link === "string") : null
  } catch {
    return null
  }
}

export const compareSnapshots = (
  before: Snapshot,
  after: Snapshot,
): Effect.Effect<SnapshotDiff, ArchiveError, ContentStore> =>
  Effect.gen(function* () {
    const texts = yield* both(before, after, "article.txt")
    const metadata = yield* both(before, after, "metadata.json")
    const pictures = yield* both(before, after, "screenshot")
    const [oldLinks, newLinks] =
      metadata === null ? [null, null] : [linksOf(metadata[0]), linksOf(metadata[1])]
    const names = new Set([...before.artefacts, ...after.artefacts].map((artefact) => artefact.name))
    return {
      text: texts === null ? null : diffTexts(textOf(texts[0]), textOf(texts[1])),
      links: oldLinks === null || newLinks === null ? null : diffLinks(oldLinks, newLinks),
      picture:
        pictures === null ? null : yield* Effect.promise(() => diffPictures(...pictures).catch(() => null)),
      files: [...names].filter(
        (name) => artefactOf(before, name)?.sha256 !== artefactOf(after, name)?.sha256,
      ),
    }
  })
