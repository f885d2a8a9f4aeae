/** Events from the seed to Proving, with the failures on the way. */
import type { Sector } from "../Sector.ts"
import { bytes, cid, epoch, errorKind, eventKind } from "./eventKind.ts"

export const SectorSeedReady = eventKind(
  "SectorSeedReady",
  { SeedValue: bytes, SeedEpoch: epoch },
  "The interactive randomness is there.",
  (sector, event) => ({ ...sector, SeedEpoch: event.SeedEpoch, SeedValue: event.SeedValue }),
)

export const SectorComputeProofFailed = errorKind("SectorComputeProofFailed", "Computing the proof failed.")

export const SectorCommitFailed = errorKind(
  "SectorCommitFailed",
  "The prove-commit, or a check before it, failed.",
)

export const SectorCommitted = eventKind(
  "SectorCommitted",
  { Proof: bytes },
  "The proof is computed; it is sent next.",
  (sector, event) => ({ ...sector, Proof: event.Proof }),
)

export const SectorProofReady = eventKind(
  "SectorProofReady",
  { Proof: bytes },
  "The proof is computed; the sector is finalized before it is sent.",
  (sector, event) => ({ ...sector, Proof: event.Proof }),
)

export const SectorSubmitCommitAggregate = eventKind(
  "SectorSubmitCommitAggregate",
  {},
  "The batcher is to send the proof.",
)

const submitted = (sector: Sector, event: { readonly Message: string | null }): Sector => ({
  ...sector,
  CommitMessage: event.Message,
})

export const SectorCommitSubmitted = eventKind(
  "SectorCommitSubmitted",
  { Message: cid },
  "The single prove-commit message is sent.",
  submitted,
)

export const SectorCommitAggregateSent = eventKind(
  "SectorCommitAggregateSent",
  { Message: cid },
  "The batcher sent a message with this sector's proof.",
  submitted,
)

export const SectorProving = eventKind("SectorProving", {}, "The sector is active on the chain.")

export const SectorFinalized = eventKind("SectorFinalized", {}, "Caches are cleared, data is in its place.")

export const SectorFinalizeFailed = errorKind("SectorFinalizeFailed", "Finalize failed.")

export const SectorRetryFinalize = eventKind("SectorRetryFinalize", {}, "Finalize again.")

const oneMoreProof = (sector: Sector): Sector => ({ ...sector, InvalidProofs: sector.InvalidProofs + 1 })

export const SectorRetryComputeProof = eventKind(
  "SectorRetryComputeProof",
  {},
  "Compute the proof again.",
  oneMoreProof,
)

export const SectorRetryInvalidProof = eventKind(
  "SectorRetryInvalidProof",
  {},
  "The proof is invalid: compute it again.",
  oneMoreProof,
)

export const SectorRetrySubmitCommit = eventKind("SectorRetrySubmitCommit", {}, "Send the proof again.")

export const SectorRetryCommitWait = eventKind(
  "SectorRetryCommitWait",
  {},
  "Wait for the prove-commit message again.",
)
