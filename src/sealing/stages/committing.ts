/** Committing: computes the proof in two steps and checks it; an earlier commit message on the chain is waited for instead. */
import { checkCommit } from "../checks.ts"
import * as chain from "../ports/Chain.ts"
import { exitOk } from "../ports/policy.ts"
import type { Asking } from "../ports/Request.ts"
import type { Result } from "../ports/Result.ts"
import * as sealer from "../ports/Sealer.ts"
import { settings } from "../ports/Settings.ts"
import type { Bytes, Cid, Sector, SectorNumber } from "../Sector.ts"
import { chainTrouble, failure, refOf, type Stage } from "./Stage.ts"

export const committing: Stage = function* (sector, context) {
  if (sector.CommitMessage !== null && (yield* hasLanded(sector.SectorNumber, sector.CommitMessage)))
    return { _tag: "SectorRetryCommitWait" }
  const config = yield* settings()
  if (sector.CommD === null || sector.CommR === null)
    return failure("SectorCommitFailed", "sector had nil commR or commD")
  const proof = yield* prove(sector, sector.CommD, sector.CommR)
  if (!proof.ok) return failure("SectorComputeProofFailed", proof.error.message)
  const head = yield* chain.head()
  if (!head.ok) return chainTrouble("reading the head after proving (the proof is lost)", head.error)
  const broken = yield* checkCommit(sector, proof.value, context.miner)
  if (broken !== null) return failure("SectorCommitFailed", `commit check error: ${broken.message}`)
  return config.FinalizeEarly
    ? { _tag: "SectorProofReady", Proof: proof.value }
    : { _tag: "SectorCommitted", Proof: proof.value }
}

/**
 * An earlier message is on the chain and made the sector, as far as the chain says. One that failed is no reason to wait
 * (Lotus waits for it again and again, a minute apart, until the pre-commit expires).
 */
function* hasLanded(sector: SectorNumber, message: Cid): Asking<boolean> {
  const found = yield* chain.searchMessage(message)
  if (!found.ok || found.value === null || found.value.exitCode !== exitOk) return false
  const known = yield* chain.sectorInfo(sector)
  return !known.ok || known.value !== null
}

function* prove(sector: Sector, commD: Cid, commR: Cid): Asking<Result<Bytes, "sealer">> {
  const ref = refOf(sector)
  const statement = { ticket: sector.TicketValue, seed: sector.SeedValue, commD, commR }
  const pieces = sector.Pieces.map((piece) => piece.Piece)
  const first = yield* sealer.commit1(ref, statement, pieces)
  if (!first.ok) return inStep(1, first.error.message)
  const second = yield* sealer.commit2(ref, first.value)
  return second.ok ? second : inStep(2, second.error.message)
}

const inStep = (step: 1 | 2, message: string): Result<never, "sealer"> => ({
  ok: false,
  error: { code: "sealer", message: `computing seal proof failed(${step}): ${message}` },
})
