/** CommitFinalize and FinalizeSector: clear the caches and move the sector to long-term storage. */
import * as sealer from "../ports/Sealer.ts"
import { settings } from "../ports/Settings.ts"
import { failure, refOf, unsealedRanges, type Stage } from "./Stage.ts"

export const finalizeSector: Stage = function* (sector) {
  const keep = unsealedRanges(sector, yield* settings(), false)
  const finalized = yield* sealer.finalize(refOf(sector), keep)
  return finalized.ok
    ? { _tag: "SectorFinalized" }
    : failure("SectorFinalizeFailed", `finalize sector: ${finalized.error.message}`)
}
