/**
 * The words a version is found by: all that a reader saw, kept in the content store under the hash that the manifest
 * names. Versions from before that was so are found by their article.
 */
import * as Effect from "effect/Effect"
import type { Artefact } from "../Snapshot.ts"
import type { ArchiveError } from "./ArchiveError.ts"
import { ContentStore } from "./ContentStore.ts"

export interface TextPlace {
  readonly textSha256: string | null
  /** Absent: the text itself was not kept. */
  readonly textBytes?: number
  readonly snapshot: { readonly artefacts: ReadonlyArray<Artefact> }
}

/** The object that holds the words, if one does. */
const hashOf = ({ snapshot, textBytes, textSha256 }: TextPlace): string | undefined => {
  if (textBytes !== undefined && textSha256 !== null) return textSha256
  return snapshot.artefacts.find(({ name, status }) => name === "article.txt" && status === "ok")?.sha256
}

/** Empty when the version has no text. */
export const versionText = (version: TextPlace): Effect.Effect<string, ArchiveError, ContentStore> =>
  Effect.gen(function* () {
    const sha256 = hashOf(version)
    if (sha256 === undefined) return ""
    const store = yield* ContentStore
    return new TextDecoder().decode(yield* store.readAll(sha256))
  })
