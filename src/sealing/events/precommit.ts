/** Events from the ticket to the pre-commit on the chain, with the failures on the way. */
import * as Schema from "effect/Schema"
import { PreCommitInfo, type Sector } from "../Sector.ts"
import { attoFil, bytes, cid, epoch, errorKind, eventKind, field } from "./eventKind.ts"

export const SectorTicket = eventKind(
  "SectorTicket",
  { TicketValue: bytes, TicketEpoch: epoch },
  "The seal randomness is drawn.",
  (sector, event) => ({ ...sector, TicketEpoch: event.TicketEpoch, TicketValue: event.TicketValue }),
)

export const SectorOldTicket = eventKind(
  "SectorOldTicket",
  {},
  "The ticket is too old; a new one is needed. The old one stays until then.",
)

export const SectorPreCommit1 = eventKind(
  "SectorPreCommit1",
  { PreCommit1Out: bytes },
  "PreCommit1 is done.",
  (sector, event) => ({ ...sector, PreCommit1Out: event.PreCommit1Out, PreCommit2Fails: 0 }),
)

export const SectorPreCommit2 = eventKind(
  "SectorPreCommit2",
  { Sealed: cid, Unsealed: cid },
  "PreCommit2 is done: the commitments are known.",
  (sector, event) => ({ ...sector, CommD: event.Unsealed, CommR: event.Sealed }),
)

export const SectorPreCommitBatch = eventKind(
  "SectorPreCommitBatch",
  {},
  "The batcher is to send the pre-commit.",
)

export const SectorPreCommitBatchSent = eventKind(
  "SectorPreCommitBatchSent",
  { Message: cid },
  "The batcher sent a message with this sector; deposit and info are not recorded on this path.",
  (sector, event) => ({ ...sector, PreCommitMessage: event.Message }),
)

export const SectorPreCommitted = eventKind(
  "SectorPreCommitted",
  {
    Message: cid,
    PreCommitDeposit: attoFil,
    PreCommitInfo: field(Schema.NullOr(PreCommitInfo), null),
  },
  "The single pre-commit message is sent.",
  (sector, event) => ({
    ...sector,
    PreCommitMessage: event.Message,
    PreCommitDeposit: event.PreCommitDeposit,
    PreCommitInfo: event.PreCommitInfo,
  }),
)

export const SectorPreCommitLanded = eventKind(
  "SectorPreCommitLanded",
  { TipSet: bytes },
  "The pre-commit is on the chain.",
  (sector, event) => ({ ...sector, PreCommitTipSet: event.TipSet }),
)

const startOver = (sector: Sector): Sector =>
  sector.InvalidProofs === 0 && sector.PreCommit2Fails === 0
    ? sector
    : { ...sector, InvalidProofs: 0, PreCommit2Fails: 0 }

export const SectorSealPreCommit1Failed = errorKind(
  "SectorSealPreCommit1Failed",
  "PreCommit1, or what it rests on, failed: sealing starts over.",
  startOver,
)

export const SectorSealPreCommit2Failed = errorKind(
  "SectorSealPreCommit2Failed",
  "PreCommit2 failed.",
  (sector) => ({ ...sector, InvalidProofs: 0, PreCommit2Fails: sector.PreCommit2Fails + 1 }),
)

export const SectorChainPreCommitFailed = errorKind(
  "SectorChainPreCommitFailed",
  "The pre-commit did not get onto the chain.",
)

export const SectorRetrySealPreCommit1 = eventKind("SectorRetrySealPreCommit1", {}, "PreCommit1 again.")

export const SectorRetrySealPreCommit2 = eventKind("SectorRetrySealPreCommit2", {}, "PreCommit2 again.")

export const SectorRetryPreCommit = eventKind("SectorRetryPreCommit", {}, "Pre-commit again.")

export const SectorRetryPreCommitWait = eventKind(
  "SectorRetryPreCommitWait",
  {},
  "Wait for the pre-commit message again.",
)

export const SectorRetryWaitSeed = eventKind("SectorRetryWaitSeed", {}, "Wait for the seed again.")
