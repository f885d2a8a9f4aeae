/** Sectors in every state an operator meets, with the table of the base machine. */
import { readFileSync } from "node:fs"

export interface Machine {
  readonly states: ReadonlyArray<{ readonly name: string; readonly category: string }>
  readonly transitions: ReadonlyArray<{ readonly from: string; readonly event: string; readonly to: string }>
}

export const baseMachine = JSON.parse(
  readFileSync(new URL("../../fixtures/web/fsm-base.json", import.meta.url), "utf8"),
) as Machine

export interface MockSector {
  readonly number: number
  state: string
  type: number
  pieces: number
  deals: number
  since: string
  why: string
  lastError: string | null
  until: string | null
  marked?: boolean
  needsOperator?: boolean
}

const whys: Readonly<Record<string, readonly [why: string, hours: number | null]>> = {
  WaitDeals: ["open for deals: 2 of 256, sealed at the latest in 4 h", 4],
  AddPiece: ["a piece of 8 GiB is being written", 0.4],
  Packing: ["filling 32 GiB with zeros", 0.02],
  GetTicket: ["asks the chain for a ticket", null],
  PreCommit1: ["PC1 runs on worker seal-1 (slot 4 of 14)", 2.4],
  PreCommit2: ["PC2 waits for the GPU of seal-1: 3 before it", 0.6],
  SubmitPreCommitBatch: ["17 of 256 in the batch, sent at the latest in 3 h", 3],
  PreCommitBatchWait: ["message bafy…q7 waits for 5 epochs of confidence", 0.03],
  WaitSeed: ["for epoch 4,813,143: 150 after the pre-commit landed", 0.52],
  Committing: ["C2 runs on worker prove-1", 0.3],
  SubmitCommitAggregate: ["11 of 819 in the batch", 19],
  CommitAggregateWait: ["message bafy…x2 waits to be included", 0.02],
  FinalizeSector: ["moves 32 GiB to storage", 0.1],
  SealPreCommit1Failed: ["tried again after 60 s", 0.01],
  CommitFailed: ["tried again after 60 s", 0.008],
  Faulty: ["nothing is scheduled for this sector", null],
  TerminateFinality: ["900 epochs after the termination", 5.5],
}

/** As on the pictures of the design: thousands prove, a few hundred are on their way. */
export const pictureCounts: Readonly<Record<string, number>> = {
  WaitDeals: 3,
  AddPiece: 1,
  Packing: 2,
  GetTicket: 1,
  PreCommit1: 14,
  PreCommit2: 5,
  SubmitPreCommitBatch: 17,
  PreCommitBatchWait: 9,
  WaitSeed: 132,
  Committing: 6,
  SubmitCommitAggregate: 11,
  CommitAggregateWait: 4,
  FinalizeSector: 2,
  SealPreCommit1Failed: 2,
  CommitFailed: 1,
  Faulty: 3,
  TerminateFinality: 1,
  Removed: 582,
  Proving: 9_204,
}

const errors: Readonly<Record<string, string>> = {
  SealPreCommit1Failed: "seal-1: storage: no space left in scratch (needs 480 GiB, has 211 GiB)",
  CommitFailed: "message execution failed: exit 16, gas 81,226,771: invalid seal proof",
}

export const makeSectors = (counts: Readonly<Record<string, number>>, now: number): Array<MockSector> => {
  const order = Object.keys(counts).reverse()
  let number = 0
  return order.flatMap((state) =>
    Array.from({ length: counts[state] ?? 0 }, (_, index) => {
      number += 1
      const [why, hours] = whys[state] ?? ["", null]
      const deals = state === "WaitDeals" ? 2 : number % 9 === 0 ? 3 : 0
      return {
        number,
        state,
        type: 8,
        pieces: deals > 0 ? deals + 1 : 1,
        deals,
        since: new Date(now - (index + 1) * 437_000).toISOString(),
        why,
        lastError: errors[state] ?? null,
        until: hours === null ? null : new Date(now + hours * 3_600_000 + index * 30_000).toISOString(),
      }
    }),
  )
}

export const recordOf = (sector: MockSector) => ({
  State: sector.state,
  SectorNumber: sector.number,
  SectorType: sector.type,
  CreationTime: 0,
  Pieces: [
    {
      Piece: {
        Size: 34_359_738_368,
        PieceCID: { "/": "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq" },
      },
      DealInfo: null,
    },
  ],
  TicketValue: "Yk3Xo1b0m2Jxq9cY3y8i0JrT8bqJ1V7Y0e8m5c0zv3A=",
  TicketEpoch: 4_812_093,
  PreCommit1Out: "",
  CommD: { "/": "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq" },
  CommR: { "/": "bagboea4b5abcamxmh7exq7vrvacvajooeapagr3a4g3tpjhw73iny47hvafw76gr" },
  Proof: "",
  PreCommitMessage: { "/": "bafy2bzacecq7yp5dnb2avmlyeuxwrbdnlzzk3o5uxznm4hgmxk6s6x4rktq7u" },
  SeedEpoch: 4_813_143,
  InvalidProofs: 0,
  PreCommit2Fails: 0,
  LastErr: sector.lastError ?? "",
})

export const logOf = (sector: MockSector) => {
  const start = Date.parse(sector.since) / 1_000 - 11_000
  const steps: ReadonlyArray<readonly [kind: string, user: unknown, after: number]> = [
    ["SectorStartCC", { ID: sector.number, SectorType: 8 }, 0],
    ["SectorPacked", { FillerPieces: [{ Size: 34_359_738_368 }] }, 38],
    ["SectorTicket", { TicketValue: "Yk3Xo1b0m2Jxq9cY", TicketEpoch: 4_812_093 }, 41],
    ["SectorPreCommit1", { PreCommit1Out: "eyJfbG90dXNfU2VhbFJhbmRvbW5lc3MiOi…" }, 9_412],
    ["SectorPreCommit2", { Sealed: "bagboea4b5abc…", Unsealed: "baga6ea4seaqao…" }, 10_340],
  ]
  const log = steps.map(([kind, user, after]) => ({
    Timestamp: Math.floor(start + after),
    Kind: `event;sealing.${kind}`,
    Message: JSON.stringify({ User: user }),
    Trace: "",
  }))
  if (sector.lastError !== null) {
    log.push({
      Timestamp: Math.floor(start + 10_990),
      Kind: "event;sealing.SectorCommitFailed",
      Message: '{"User":{}}',
      Trace: sector.lastError,
    })
  }
  return log
}
