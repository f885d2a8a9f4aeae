/** Events that every state takes: restart after a stop of the process, and what an operator forces. */
import { errorText, globalKind, stateField } from "./eventKind.ts"

export const SectorRestart = globalKind(
  "SectorRestart",
  {},
  "The process has started: the handler of the state runs again. Not logged.",
)

export const SectorFatalError = globalKind(
  "SectorFatalError",
  { error: errorText },
  "Something nobody can mend happened; only noted.",
)

export const SectorForceState = globalKind(
  "SectorForceState",
  { State: stateField },
  "An operator puts the sector into a state; nothing else of the record is touched.",
)

export const SectorTerminate = globalKind(
  "SectorTerminate",
  {},
  "Terminate the sector on the chain, then remove it.",
)

export const SectorRemove = globalKind("SectorRemove", {}, "Delete the sector's files, whatever its state.")
