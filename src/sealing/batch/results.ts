/** The results that batchers give, made in one place. */
import type { BatchResult } from "../ports/Batchers.ts"
import type { Cid, SectorNumber } from "../Sector.ts"

const none: ReadonlyMap<SectorNumber, string> = new Map()

/** A message went out with the sectors; some of them may have been left out of it, each for its reason. */
export const sentBatch = (
  sectors: ReadonlyArray<SectorNumber>,
  message: Cid | null,
  failedSectors: ReadonlyMap<SectorNumber, string> = none,
): BatchResult => ({ sectors, message, error: "", failedSectors })

/** Nothing went out for these sectors. */
export const failedBatch = (
  sectors: ReadonlyArray<SectorNumber>,
  error: string,
  failedSectors: ReadonlyMap<SectorNumber, string> = none,
): BatchResult => ({ sectors, message: null, error, failedSectors })
