/**
 * Reading the file of an artefact, whole or a range of it, however the store keeps it. The artefact origin serves
 * from this and from nothing else.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { createReadStream } from "node:fs"
import * as NodeStream from "@effect/platform-node/NodeStream"
import type { NotFound } from "../../snapshot/LinkRefusals.ts"
import { Links } from "../../snapshot/Links.ts"

/** First and last byte, both included, counted from 0. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface OpenArtefact {
  readonly mediaType: string
  /** Of the artefact as it is served, not as it is stored. */
  readonly bytes: number
  readonly sha256: string
  readonly read: (range?: ByteRange) => Stream.Stream<Uint8Array, Error>
}

export class ArtefactPort extends Context.Tag("linkseal/daemon/ArtefactPort")<
  ArtefactPort,
  { readonly open: (snapshotId: string, name: string) => Effect.Effect<OpenArtefact, NotFound> }
>() {
  /** For a store that keeps each artefact as a plain file. */
  static readonly layerFiles = Layer.effect(
    ArtefactPort,
    Effect.map(Links, (links) => ({
      open: (snapshotId, name) =>
        Effect.map(links.artefactFile(snapshotId, name), (file) => ({
          mediaType: file.mediaType,
          bytes: file.bytes,
          sha256: file.sha256,
          read: (range?: ByteRange) => readFile(file.path, range),
        })),
    })),
  )
}

const readFile = (path: string, range: ByteRange | undefined) =>
  NodeStream.fromReadable<Error, Uint8Array>(
    () => createReadStream(path, range ?? {}),
    (cause) => (cause instanceof Error ? cause : new Error(String(cause))),
  )
