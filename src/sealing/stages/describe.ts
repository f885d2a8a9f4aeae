/** Why a sector waits, from the request it has asked and not been answered: one sentence for the board. */
import type { Request } from "../ports/Request.ts"
import type { Why } from "./Stage.ts"

const worker = (text: string): Why => ({ kind: "worker", text })
const chain = (text: string): Why => ({ kind: "chain", text })
const batch = (text: string): Why => ({ kind: "batch", text })

/** What a request waits for, as far as the request itself says; the model and the batchers know more (`Modelled.explain`). */
export const describe = (request: Request): Why => {
  switch (request._tag) {
    case "AddPiece":
      return worker("a piece is being written (AP)")
    case "PreCommit1":
      return worker("PreCommit1 is under way (PC1)")
    case "PreCommit2":
      return worker("PreCommit2 is under way (PC2)")
    case "Commit1":
      return worker("the first step of the proof is under way (C1)")
    case "Commit2":
      return worker("the proof is being computed (C2)")
    case "Finalize":
      return worker("caches are cleared and the data moves to long-term storage (FIN)")
    case "Remove":
      return worker("the files are deleted as soon as no task holds them")
    case "WaitMessage":
      return chain(`message ${request.cid} must be on the chain and ${request.confidence} epochs deep`)
    case "UntilEpoch":
      return {
        kind: "chain",
        text: `the chain must reach epoch ${request.epoch}`,
        until: { epoch: request.epoch },
      }
    case "SleepUntil":
      return { kind: "timer", text: request.why, until: { millis: request.at } }
    case "QueuePreCommit":
    case "QueueCommit":
    case "QueueTermination":
      return batch("queued for a message that several sectors share")
    default:
      return chain(`waits for an answer to ${request._tag}`)
  }
}
