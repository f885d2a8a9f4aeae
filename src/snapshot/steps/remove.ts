/** Removing: for ever takes the manifests and the link's file away, and the bytes with the next sweep. */
import * as Effect from "effect/Effect"
import { ManifestStore } from "../archive/ManifestStore.ts"
import type { LinkRecord } from "../LinkRecord.ts"
import type { StepWorld } from "./StepWorld.ts"

export const removeStep = (_world: StepWorld, link: LinkRecord) =>
  Effect.gen(function* () {
    if (link.forEver) {
      const manifests = yield* ManifestStore
      yield* manifests.removeLink(link.id)
    }
    return { _tag: "Removed" as const }
  })
