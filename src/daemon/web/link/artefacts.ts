/** Where the kept parts of a version are: only ever by the daemon's address, which redirects to a short-lived one. */
import type { Artefact, Snapshot } from "../lib/types.ts"

export const addressOf = (snapshot: Snapshot, name: string) =>
  `/api/v1/snapshots/${encodeURIComponent(snapshot.id)}/artefacts/${encodeURIComponent(name)}`

export const kept = (snapshot: Snapshot, name: string): Artefact | undefined =>
  snapshot.artefacts.find((each) => each.name === name && each.status === "ok")
