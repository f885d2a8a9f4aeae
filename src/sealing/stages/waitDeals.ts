/**
 * Empty and WaitDeals: the sector collects pieces. It starts packing when its timer has fired, the deal limit or its
 * size is reached, or its first piece came longer than WaitDealsDelay ago; else it is open, and its timer is set.
 */
import { sectorSize } from "../pieces/sealProof.ts"
import { usedBytes } from "../pieces/padding.ts"
import * as input from "../ports/Input.ts"
import { dealLimit } from "../ports/policy.ts"
import { settings } from "../ports/Settings.ts"
import { now } from "../ports/Time.ts"
import { dealIds, type Sector } from "../Sector.ts"
import { idle, type Stage } from "./Stage.ts"

const isFull = (sector: Sector, size: number): boolean =>
  dealIds(sector).length >= dealLimit(size) || usedBytes(sector.Pieces) === size

/** What there is to say of a sector that has no piece yet. */
export const openForDeals = idle(
  "operator",
  "open for deals; nothing is assigned to it yet. Add a piece, or seal the sector",
)

export const waitDeals: Stage = function* (sector) {
  const number = sector.SectorNumber
  const facts = yield* input.facts(number)
  if (facts.assigned > 0) return { _tag: "SectorAddPiece" }
  const size = sectorSize(sector.SectorType)
  let sealAt: number | null = null
  if (sector.CreationTime !== 0) sealAt = sector.CreationTime * 1000 + (yield* settings()).WaitDealsDelay
  const late = sealAt !== null && (yield* now()) > sealAt
  if (facts.timerFired || isFull(sector, size) || late) {
    yield* input.close(number)
    return { _tag: "SectorStartPacking" }
  }
  const used = usedBytes(sector.Pieces)
  const { opened } = yield* input.open(number, sector.SectorType, used, sealAt)
  if (!opened) return { _tag: "SectorAddPiece" }
  return sealAt === null
    ? openForDeals
    : idle("timer", "open for more deals; it is packed when the wait for deals ends", { millis: sealAt })
}
