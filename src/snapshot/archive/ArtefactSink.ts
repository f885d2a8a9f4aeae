/**
 * Where a capture puts its files. The sink writes each into the content-addressed store at once (temp file, hash,
 * fsync, rename), so a capture that dies later loses nothing it had and leaves nothing half-written.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { Artefact, ArtefactName } from "../Snapshot.ts"

/** The disk refused: full, read-only, gone. The capture stops; nothing is half-written. */
export class SinkError extends Data.TaggedError("SinkError")<{
  readonly name: string
  readonly message: string
  readonly cause?: unknown
}> {}

export class ArtefactSink extends Context.Tag("linkseal/snapshot/ArtefactSink")<
  ArtefactSink,
  {
    /** Stores the bytes (or the file at a path, which is moved) and gives the artefact with its size and SHA-256. */
    readonly put: (
      name: ArtefactName,
      mediaType: string,
      content: Uint8Array | { readonly path: string },
    ) => Effect.Effect<Artefact, SinkError>
  }
>() {}
