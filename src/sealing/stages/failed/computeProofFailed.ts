/** ComputeProofFailed: the proof again after a minute; the third failure sends the sector back to PreCommit1. */
import { cooldown, failure, type Stage } from "../Stage.ts"

export const computeProofFailed: Stage = function* (sector, context) {
  yield* cooldown(context)
  return sector.InvalidProofs > 1
    ? failure("SectorSealPreCommit1Failed", "consecutive compute fails")
    : { _tag: "SectorRetryComputeProof" }
}
