/** Runs a stage without a runtime: each request is answered from a table, and what was asked is kept. */
import type { Request, RequestTag } from "../../../src/sealing/ports/Request.ts"
import { done, failed } from "../../../src/sealing/ports/Result.ts"
import { zeroPieceCid } from "../../../src/sealing/pieces/zeroCommitment.ts"
import {
  zeroSector,
  type DealInfo,
  type DealProposal,
  type Piece,
  type Sector,
} from "../../../src/sealing/Sector.ts"
import type { Outcome, Stage } from "../../../src/sealing/stages/Stage.ts"
import { defaultConfig, type SealingConfig } from "../../../src/sealing/Config.ts"

const miner = "f01000"
export const head = 10_000
export const GiB32 = 2 ** 35

export type Table = Partial<Record<RequestTag, unknown>>

/** A world in which everything goes well. A function is called with the request. */
const good: Table = {
  ChainHead: done({ epoch: head, tipset: "tip" }),
  PreCommitInfo: done(null),
  SectorAllocated: done(false),
  SectorInfo: done(null),
  NetworkVersion: done(14),
  TicketRandomness: done("ticket"),
  BeaconRandomness: done("seed"),
  PreCommitDeposit: done(100n),
  InitialPledge: done(150n),
  AvailableBalance: done(1000n),
  SelectAddress: done("f01001"),
  SendMessage: done("bafymessage"),
  WaitMessage: done({ cid: "m", exitCode: 0, epoch: head, tipset: "landed" }),
  SearchMessage: done(null),
  UntilEpoch: done(null),
  OnEpoch: done(null),
  DataCommitment: done("commD"),
  AddPiece: (request: { readonly size: number; readonly data: string | null }) =>
    done({ Size: request.size, PieceCID: request.data ?? zeroPieceCid(request.size) }),
  PreCommit1: done("pc1out"),
  PreCommit2: done({ Sealed: "commR", Unsealed: "commD" }),
  Commit1: done("c1out"),
  Commit2: done("proof"),
  Finalize: done(null),
  ReleaseUnsealed: done(null),
  Remove: done(null),
  VerifySeal: done(true),
  RejectAssigned: null,
  TakeAssigned: null,
  AnswerPiece: null,
  TakeUpgrade: null,
  MarkUpgrade: null,
  InputFacts: { assigned: 0, timerFired: false },
  InputOpen: { opened: true, assigned: 0 },
  InputClose: null,
  Settings: defaultConfig("single"),
  Now: 1_000_000,
  SleepUntil: null,
}

export interface Fed {
  readonly outcome: Outcome
  readonly requests: ReadonlyArray<Request>
  /** The tags of what was asked. */
  readonly asked: ReadonlyArray<string>
}

/** Feeds a stage; `table` overrides `good`. A list is used up reply by reply. */
export const feed = (stage: Stage, sector: Partial<Sector>, table: Table = {}, lastLogAt = 0): Fed => {
  const answers = new Map(
    Object.entries({ ...good, ...table }).map(([tag, reply]) => [
      tag,
      Array.isArray(reply) ? [...reply] : reply,
    ]),
  )
  const requests: Array<Request> = []
  const generator = stage({ ...zeroSector, SectorNumber: 7, SectorType: 8, ...sector }, { lastLogAt, miner })
  let next = generator.next()
  while (next.done !== true) {
    requests.push(next.value)
    if (requests.length > 1000) throw new Error("the stage asks without end")
    const answer = answers.get(next.value._tag)
    if (answer === undefined) throw new Error(`no answer to ${next.value._tag}`)
    const reply = Array.isArray(answer) ? answer.shift() : answer
    next = generator.next(typeof reply === "function" ? reply(next.value) : reply)
  }
  return { outcome: next.value, requests, asked: requests.map((request) => request._tag) }
}

export const config = (over: Partial<SealingConfig>): SealingConfig => ({
  ...defaultConfig("single"),
  ...over,
})

export const down = failed("api", "the node is away")

export const zeroPiece = (size: number): Piece => ({
  Piece: { Size: size, PieceCID: zeroPieceCid(size) },
  DealInfo: null,
})

export const proposal = (over: Partial<DealProposal> = {}): DealProposal => ({
  PieceCID: "piece",
  PieceSize: 2 ** 30,
  VerifiedDeal: false,
  Client: "f01100",
  Provider: miner,
  Label: "",
  StartEpoch: head + 5000,
  EndEpoch: head + 600_000,
  StoragePricePerEpoch: "0",
  ProviderCollateral: "0",
  ClientCollateral: "0",
  ...over,
})

export const deal = (over: Partial<DealInfo> = {}): DealInfo => ({
  PublishCid: "publish",
  DealID: 1001,
  DealProposal: proposal(),
  DealSchedule: { StartEpoch: head + 5000, EndEpoch: head + 600_000 },
  KeepUnsealed: true,
  ...over,
})

export const dealPiece = (over: Partial<DealInfo> = {}): Piece => ({
  Piece: { Size: 2 ** 30, PieceCID: "piece" },
  DealInfo: deal(over),
})

/** A sector as it stands before its pre-commit. */
export const sealed: Partial<Sector> = {
  Pieces: [zeroPiece(GiB32)],
  TicketValue: "ticket",
  TicketEpoch: head - 900,
  PreCommit1Out: "pc1out",
  CommD: "commD",
  CommR: "commR",
}

/** A pre-commit on the chain that fits `sealed`. */
export const preCommit = (epoch = head - 200, over: object = {}) =>
  done({
    Info: {
      SealProof: 8,
      SectorNumber: 7,
      SealedCID: "commR",
      SealRandEpoch: head - 900,
      DealIDs: [],
      ...over,
    },
    PreCommitDeposit: 100n,
    PreCommitEpoch: epoch,
  })

/** A sector as it stands before its proof is sent. */
export const proven: Partial<Sector> = {
  ...sealed,
  SeedValue: "seed",
  SeedEpoch: head - 50,
  Proof: "proof",
}
