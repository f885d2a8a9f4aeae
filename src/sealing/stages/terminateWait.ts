/** TerminateWait: waits for the terminate message; a sector that was terminated already has none, and goes on at the head. */
import * as chain from "../ports/Chain.ts"
import { exitOk, messageConfidence } from "../ports/policy.ts"
import { failure, type Stage } from "./Stage.ts"

export const terminateWait: Stage = function* (sector) {
  if (sector.TerminateMessage === null) {
    const head = yield* chain.head()
    return head.ok
      ? { _tag: "SectorTerminated", TerminatedAt: head.value.epoch }
      : failure("SectorTerminateFailed", `getting chain head: ${head.error.message}`)
  }
  const landed = yield* chain.waitMessage(sector.TerminateMessage, messageConfidence)
  if (!landed.ok)
    return failure("SectorTerminateFailed", `waiting for terminate message to land: ${landed.error.message}`)
  return landed.value.exitCode === exitOk
    ? { _tag: "SectorTerminated", TerminatedAt: landed.value.epoch }
    : failure(
        "SectorTerminateFailed",
        `terminate message failed to execute: exit ${landed.value.exitCode}: ${sector.TerminateMessage}`,
      )
}
