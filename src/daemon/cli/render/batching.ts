/** What waits in a batcher and what went out of it, as a Lotus operator reads it. */
import type { BatchingDocument } from "../../api/batching.ts"
import { harmless } from "./paint.ts"
import { formatTime } from "./table.ts"

/** Why a batch that was asked for did not go, as far as the batcher's rules leave a choice. */
const notSent = (kind: BatchingDocument["kind"]): string =>
  kind === "terminate"
    ? "nothing was sent: the deadlines of these sectors are being proven now, just before or next, or the chain does not answer"
    : "nothing was sent: the chain does not answer"

/** As `lotus-miner sectors batching` prints it; `published` says that it was asked to go. */
export const batchText = ({ kind, pending, max, until, sent }: BatchingDocument, published: boolean) =>
  [
    ...(published && sent.length === 0 && pending.length > 0 ? [notSent(kind)] : []),
    ...sent.flatMap(({ message, error, sectors }, index) => [
      `Batch ${index}:`,
      error === "" ? `    Message: ${message ?? "none"}` : `    Error: ${harmless(error)}`,
      "    Sectors:",
      ...sectors.map(
        (one) => `        ${one.number}  ${one.error === null ? "OK" : `ERROR ${harmless(one.error)}`}`,
      ),
    ]),
    pending.length === 0
      ? `no sectors queued for a ${kind} batch`
      : `queued (${pending.length} of ${max}): ${pending.join(", ")}${until === null ? "" : `; sent by ${formatTime(until)}`}`,
  ].join("\n")
