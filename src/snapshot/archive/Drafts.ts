/**
 * The captures under way. A draft gathers the artefacts that its capture has put, and holds their bytes against the
 * sweep until the manifest names them; a cancelled capture drops its draft and the bytes go with a later sweep.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { artefactNames, type Artefact, type ArtefactName } from "../Snapshot.ts"
import { ArtefactSink, SinkError } from "./ArtefactSink.ts"
import type { ArchiveError } from "./ArchiveError.ts"
import { ContentStore, type Stored } from "./ContentStore.ts"

export interface Draft {
  /** Provide it to the capture: `Effect.provideService(ArtefactSink, draft.sink)`. */
  readonly sink: Context.Tag.Service<ArtefactSink>
  /** Keeps the words that the version is found by, and holds them as it does the artefacts. */
  readonly keepText: (text: string) => Effect.Effect<Stored, ArchiveError>
  /** Notes an artefact that has no file: skipped by setting, or tried and failed. */
  readonly note: (name: ArtefactName, status: "skipped" | "failed", reason: string) => Effect.Effect<Artefact>
  /** What was put or noted so far, one per name (the last), most important first. */
  readonly artefacts: Effect.Effect<ReadonlyArray<Artefact>>
}

export class Drafts extends Context.Tag("linkseal/snapshot/Drafts")<
  Drafts,
  {
    /** A new draft; its hold on the bytes ends with the scope, so close it after the manifest is written. */
    readonly open: Effect.Effect<Draft, never, Scope.Scope>
    /** True while a draft holds these bytes. */
    readonly holds: (sha256: string) => boolean
  }
>() {
  static readonly layer: Layer.Layer<Drafts, never, ContentStore> = Layer.effect(
    Drafts,
    Effect.suspend(() => Effect.map(ContentStore, make)),
  )
}

const order = new Map(artefactNames.map((name, index) => [name, index]))

const make = (store: Context.Tag.Service<ContentStore>) => {
  const open = new Set<ReadonlySet<string>>()

  const newDraft = () => {
    const held = new Set<string>()
    const byName = new Map<ArtefactName, Artefact>()
    const keep = (artefact: Artefact) => {
      byName.set(artefact.name, artefact)
      return artefact
    }
    const draft: Draft = {
      sink: ArtefactSink.of({
        put: (name, mediaType, content) =>
          store.put(content, { mediaType, hold: (sha256) => held.add(sha256) }).pipe(
            Effect.map(({ bytes, sha256 }) =>
              keep({ name, mediaType, bytes, sha256, status: "ok", reason: null }),
            ),
            Effect.mapError((cause) => new SinkError({ name, message: cause.message, cause })),
          ),
      }),
      keepText: (text) =>
        store.put(new TextEncoder().encode(text), {
          mediaType: "text/plain; charset=utf-8",
          hold: (sha256) => held.add(sha256),
        }),
      note: (name, status, reason) =>
        Effect.sync(() => keep({ name, mediaType: "", bytes: 0, sha256: "", status, reason })),
      artefacts: Effect.sync(() =>
        [...byName.values()].sort((a, b) => order.get(a.name)! - order.get(b.name)!),
      ),
    }
    return { draft, held }
  }

  return Drafts.of({
    open: Effect.acquireRelease(
      Effect.sync(() => {
        const made = newDraft()
        open.add(made.held)
        return made
      }),
      ({ held }) => Effect.sync(() => open.delete(held)),
    ).pipe(Effect.map(({ draft }) => draft)),
    holds: (sha256) => {
      for (const held of open) if (held.has(sha256)) return true
      return false
    },
  })
}
