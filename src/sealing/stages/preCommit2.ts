/** PreCommit2: builds the trees; gives the commitments of the sealed and of the unsealed data. */
import * as sealer from "../ports/Sealer.ts"
import { failure, refOf, type Stage } from "./Stage.ts"

export const preCommit2: Stage = function* (sector) {
  const cids = yield* sealer.preCommit2(refOf(sector), sector.PreCommit1Out)
  if (!cids.ok)
    return failure("SectorSealPreCommit2Failed", `seal pre commit(2) failed: ${cids.error.message}`)
  const { Sealed, Unsealed } = cids.value
  if (Unsealed === null)
    return failure("SectorSealPreCommit1Failed", "seal pre commit(2) returned undefined CommD")
  return { _tag: "SectorPreCommit2", Sealed, Unsealed }
}
