/** DealsExpired (and PackingFailed): the sector is removed, unless it is on the chain after all. */
import * as chain from "../../ports/Chain.ts"
import { chainTrouble, idle, type Stage } from "../Stage.ts"

export const dealsExpired: Stage = function* (sector) {
  const known = yield* chain.sectorInfo(sector.SectorNumber)
  if (!known.ok) return chainTrouble("getting sector info", known.error)
  return known.value === null
    ? { _tag: "SectorRemove" }
    : idle(
        "operator",
        "the sector is committed on-chain although its deals count as expired. Force it to Proving, terminate or remove it",
      )
}
