/** The title that a page gives itself, read from the version that is shown: the catalogue has only the user's. */
import * as Effect from "effect/Effect"
import type { ContentStore } from "../archive/ContentStore.ts"
import { cleanTitle } from "../cleanTitle.ts"
import type { Snapshot } from "../Snapshot.ts"

const titleIn = (bytes: Uint8Array): string => {
  try {
    const { title } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { readonly title?: unknown }
    return typeof title === "string" ? cleanTitle(title) : ""
  } catch {
    return ""
  }
}

/** Of the newest good version, else the newest; empty when it is not known. Versions come newest first. */
export const capturedTitle = (
  content: typeof ContentStore.Service,
  snapshots: ReadonlyArray<Snapshot>,
): Effect.Effect<string> => {
  const shown = snapshots.find(({ verdict }) => verdict.kind === "good") ?? snapshots[0]
  const metadata = shown?.artefacts.find(({ name, status }) => name === "metadata.json" && status === "ok")
  if (metadata === undefined) return Effect.succeed("")
  return content.readAll(metadata.sha256).pipe(
    Effect.map(titleIn),
    Effect.orElseSucceed(() => ""),
  )
}
