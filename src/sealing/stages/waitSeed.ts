/**
 * WaitSeed: asks to be called back when the seed's epoch is six epochs deep, and ends at once, so that the sector can be
 * removed meanwhile. The callback draws the seed; it runs again when the chain reverts past the seed's epoch.
 */
import * as chain from "../ports/Chain.ts"
import { interactivePoRepConfidence, preCommitChallengeDelay } from "../ports/policy.ts"
import type { Request } from "../ports/Request.ts"
import type { ChainEpoch } from "../Sector.ts"
import { chainTrouble, failure, idle, noPreCommit, type Outcome, type Stage } from "./Stage.ts"

/** The states that take a seed; in any other a late or repeated one has nothing to say. */
const takesSeed: ReadonlyArray<string> = ["WaitSeed", "Committing"]

export const waitSeed: Stage = function* (sector) {
  const head = yield* chain.head()
  if (!head.ok) return chainTrouble("reading the head", head.error)
  const preCommit = yield* chain.preCommitInfo(sector.SectorNumber)
  if (!preCommit.ok) return noPreCommit(preCommit.error)
  if (preCommit.value === null)
    return failure("SectorChainPreCommitFailed", "precommit info not found on chain")
  const epoch = preCommit.value.PreCommitEpoch + preCommitChallengeDelay
  const registered = yield* chain.onEpoch(
    sector.SectorNumber,
    epoch,
    interactivePoRepConfidence,
    "seedReady",
    takesSeed,
  )
  if (!registered.ok) return chainTrouble("registering for the seed's epoch", registered.error)
  return idle(
    "chain",
    `the seed is drawn at epoch ${epoch} and used when that is ${interactivePoRepConfidence} epochs deep`,
    { epoch: epoch + interactivePoRepConfidence },
  )
}

/** What runs when the seed's epoch is deep enough. */
export function* seedReady(epoch: ChainEpoch): Generator<Request, Outcome, any> {
  const head = yield* chain.head()
  if (!head.ok) return chainTrouble("reading the head for the seed", head.error)
  const seed = yield* chain.beaconRandomness(epoch)
  if (!seed.ok)
    return failure(
      "SectorChainPreCommitFailed",
      `failed to get randomness for computing seal proof (ch ${head.value.epoch}; rh ${epoch}): ${seed.error.message}`,
    )
  return { _tag: "SectorSeedReady", SeedValue: seed.value, SeedEpoch: epoch }
}
