/** Events of faults, termination and removal. */
import { cid, epoch, errorKind, eventKind } from "./eventKind.ts"

export const SectorFaulty = eventKind("SectorFaulty", {}, "The sector's data is damaged or missing.")

export const SectorFaultReported = eventKind(
  "SectorFaultReported",
  { reportMsg: cid },
  "The fault has been declared on the chain.",
  (sector, event) => ({ ...sector, FaultReportMsg: event.reportMsg }),
)

export const SectorFaultedFinal = eventKind(
  "SectorFaultedFinal",
  {},
  "The fault declaration is final. No planner of Lotus takes it.",
)

export const SectorTerminating = eventKind(
  "SectorTerminating",
  { Message: cid },
  "The terminate message is sent; none when the sector was terminated already.",
  (sector, event) => ({ ...sector, TerminateMessage: event.Message }),
)

export const SectorTerminated = eventKind(
  "SectorTerminated",
  { TerminatedAt: epoch },
  "The termination is on the chain.",
  (sector, event) => ({ ...sector, TerminatedAt: event.TerminatedAt }),
)

export const SectorTerminateFailed = errorKind("SectorTerminateFailed", "A step of the termination failed.")

export const SectorRemoved = eventKind("SectorRemoved", {}, "The files are deleted.")

export const SectorRemoveFailed = errorKind("SectorRemoveFailed", "Deleting the files failed.")
