/** FaultReported: waits for the message that declared the fault. */
import * as chain from "../ports/Chain.ts"
import { exitOk, messageConfidence } from "../ports/policy.ts"
import { idle, type Stage } from "./Stage.ts"

const waysOut =
  "SectorProving when the chain counts it as sound again, SectorTerminate or SectorRemove to give it up"

export const faultReported: Stage = function* (sector) {
  if (sector.FaultReportMsg === null)
    return idle("operator", `entered fault reported state without a FaultReportMsg cid. ${waysOut}`)
  const landed = yield* chain.waitMessage(sector.FaultReportMsg, messageConfidence)
  if (!landed.ok)
    return idle("chain", `failed to wait for fault declaration: ${landed.error.message}. ${waysOut}`)
  if (landed.value.exitCode !== exitOk)
    return idle(
      "operator",
      `declaring sector fault failed (exit=${landed.value.exitCode}, msg=${sector.FaultReportMsg}). ${waysOut}`,
    )
  return { _tag: "SectorFaultedFinal" }
}
