/** Proving: releases unsealed data that need not be kept; then the sector is at rest. */
import * as sealer from "../ports/Sealer.ts"
import { settings } from "../ports/Settings.ts"
import { idle, refOf, unsealedRanges, type Stage } from "./Stage.ts"

/** What there is to say of a sector that is whole. */
export const sealed = idle("operator", "sealed and active; it waits for nothing. SectorTerminate ends it")

export const proving: Stage = function* (sector) {
  const released = yield* sealer.releaseUnsealed(
    refOf(sector),
    unsealedRanges(sector, yield* settings(), true),
  )
  return released.ok
    ? sealed
    : idle("operator", `active; releasing unsealed data failed: ${released.error.message}`)
}
