/**
 * One hash for what a page shows beside its text: pictures, style sheets, fonts, media, each by its bytes and whatever its
 * address. Documents and scripts are left out: they carry tokens and times that change although nothing a reader sees does.
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import type { Exchange, Recording } from "./Recording.ts"

const shown: ReadonlySet<string> = new Set(["Image", "Stylesheet", "Font", "Media"])

const counts = ({ body, resourceType, status, truncated }: Exchange): boolean =>
  shown.has(resourceType) && status >= 200 && status < 300 && body !== null && !truncated

/** SHA-256 over the sorted hashes of a set of resources. */
const hashOfResources = (hashes: Iterable<string>): string => {
  const hash = createHash("sha256")
  for (const each of [...new Set(hashes)].sort()) hash.update(`${each}\n`)
  return hash.digest("hex")
}

/** Null when a body cannot be read: then nobody can say that nothing changed. */
export const resourcesSha256 = (recording: Recording): Effect.Effect<string | null> =>
  Effect.promise(async () => {
    try {
      await recording.drained()
      const hashes: Array<string> = []
      for (const exchange of recording.exchanges.filter(counts)) {
        hashes.push(
          createHash("sha256")
            .update(await recording.read(exchange))
            .digest("hex"),
        )
      }
      return hashOfResources(hashes)
    } catch {
      return null
    }
  })
