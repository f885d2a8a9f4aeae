/** What each handler of spec/sealing.md section 15 does, as rows: the sector, the replies that matter, the outcome. */
import { failed, done } from "../../../src/sealing/ports/Result.ts"
import type { Sector } from "../../../src/sealing/Sector.ts"
import type { stages } from "../../../src/sealing/stages/index.ts"
import {
  config,
  deal,
  dealPiece,
  down,
  GiB32,
  head,
  preCommit,
  proposal,
  proven,
  sealed,
  zeroPiece,
  type Table,
} from "./feed.ts"

interface Base {
  readonly handler: keyof typeof stages
  readonly name: string
  readonly sector?: Partial<Sector>
  readonly table?: Table
  readonly lastLogAt?: number
  readonly asks?: ReadonlyArray<string>
  readonly asksNot?: ReadonlyArray<string>
  /** The only sleep of the stage ends then. */
  readonly sleepsUntil?: number
}
export type Case = Base & ({ readonly event: string | object } | { readonly idle: string })

export const allocatedFailure = failed(
  "allocated",
  "sector 7 is allocated, but PreCommit info wasn't found on chain",
)
const noDeal = failed("noDeal", "deal 1001 not found")
const pushed = failed("push", "the node refused the message")
const noAddress = failed("address", "no address has the money")
const broken = failed("sealer", "worker error")
const landed = (exitCode: number) => done({ cid: "m", exitCode, epoch: head, tipset: "landed" })
const onChain = done({ SectorNumber: 7, Expiration: head + 1_000_000, InitialPledge: 150n })
const withDeal: Partial<Sector> = { ...sealed, Pieces: [dealPiece()] }
const lookup = (over: object = {}) => ({ DealProposal: done(proposal(over)) })
const old = { TicketEpoch: head - 3781 }
/** Seconds as Lotus logs them: 1,000 s. */
const logged = 1_000_000
const cooled = logged + 60_000
const assigned = (size = 2 ** 30) => [{ key: "a", size, deal: deal() }]

const inPreCommit = (handler: "handlePreCommitting" | "handleSubmitPreCommitBatch"): ReadonlyArray<Case> => [
  {
    handler,
    name: "bad CommD",
    sector: sealed,
    table: { DataCommitment: done("other") },
    event: "SectorSealPreCommit1Failed",
  },
  { handler, name: "expired ticket", sector: { ...sealed, ...old }, event: "SectorSealPreCommit1Failed" },
  {
    handler,
    name: "ticket just not expired",
    sector: { ...sealed, TicketEpoch: head - 3780 },
    event: handler === "handlePreCommitting" ? "SectorPreCommitted" : "SectorPreCommitBatchSent",
    table: queued(),
  },
  {
    handler,
    name: "another ticket on the chain",
    sector: sealed,
    table: { PreCommitInfo: preCommit(head - 10, { SealRandEpoch: 5 }) },
    event: "SectorSealPreCommit1Failed",
  },
  {
    handler,
    name: "invalid deals return to PreCommitting",
    sector: withDeal,
    table: { DealProposal: noDeal },
    event: { _tag: "SectorInvalidDealIDs", Return: "PreCommitting" },
  },
  {
    handler,
    name: "expired deal",
    sector: withDeal,
    table: lookup({ StartEpoch: head }),
    event: "SectorDealsExpired",
  },
  {
    handler,
    name: "on the chain already",
    sector: sealed,
    table: { PreCommitInfo: preCommit() },
    event: { _tag: "SectorPreCommitLanded", TipSet: "tip" },
  },
  {
    handler,
    name: "number used up",
    sector: sealed,
    table: { PreCommitInfo: allocatedFailure },
    idle: "operator",
  },
  { handler, name: "no head", sector: sealed, table: { ChainHead: down }, idle: "chain" },
  {
    handler,
    name: "no CommD from the chain",
    sector: sealed,
    table: { DataCommitment: down },
    idle: "chain",
  },
  {
    handler,
    name: "a filler that is no zeroes",
    sector: { ...sealed, Pieces: [{ Piece: { Size: GiB32, PieceCID: "x" }, DealInfo: null }] },
    event: "SectorChainPreCommitFailed",
  },
  {
    handler,
    name: "no deposit figure",
    sector: sealed,
    table: { PreCommitDeposit: down },
    event: "SectorChainPreCommitFailed",
  },
]

function queued(over: object = {}, failedSectors: ReadonlyArray<readonly [number, string]> = []): Table {
  const result = done({
    sectors: [7],
    message: "bafybatch",
    error: "",
    failedSectors: new Map(failedSectors),
    ...over,
  })
  return { QueuePreCommit: result, QueueCommit: result, PreCommitInfo: done(null) }
}

const commitQueue = (
  over: object = {},
  failedSectors: ReadonlyArray<readonly [number, string]> = [],
): Table => ({
  ...queued(over, failedSectors),
  PreCommitInfo: preCommit(),
})

const inMessageWait = (
  handler: "handlePreCommitWait" | "handleCommitWait",
  field: "PreCommitMessage" | "CommitMessage",
  retry: string,
  fail: string,
): ReadonlyArray<Case> => [
  { handler, name: "no message", event: fail, asksNot: ["WaitMessage"] },
  { handler, name: "wait error", sector: { [field]: "m" }, table: { WaitMessage: down }, event: fail },
  { handler, name: "out of gas", sector: { [field]: "m" }, table: { WaitMessage: landed(7) }, event: retry },
  {
    handler,
    name: "insufficient funds",
    sector: { [field]: "m" },
    table: { WaitMessage: landed(6) },
    event: retry,
  },
  {
    handler,
    name: "another exit code",
    sector: { [field]: "m" },
    table: { WaitMessage: landed(16) },
    event: fail,
  },
]

const cooldownOnly = (
  handler: Case["handler"],
  event: string,
  sector: Partial<Sector> = {},
): ReadonlyArray<Case> => [
  {
    handler,
    name: `a minute after the last log entry, ${event}`,
    sector,
    lastLogAt: logged,
    sleepsUntil: cooled,
    event,
  },
  { handler, name: `without a log there is no wait, ${event}`, sector, asksNot: ["SleepUntil"], event },
]

export const cases: ReadonlyArray<Case> = [
  // Empty, WaitDeals
  {
    handler: "handleWaitDeals",
    name: "pieces were assigned",
    table: { InputFacts: { assigned: 1, timerFired: true } },
    event: "SectorAddPiece",
    asksNot: ["InputOpen", "InputClose"],
  },
  {
    handler: "handleWaitDeals",
    name: "assigned while it opened",
    table: { InputOpen: { opened: false, assigned: 1 } },
    event: "SectorAddPiece",
  },
  {
    handler: "handleWaitDeals",
    name: "timer fired",
    table: { InputFacts: { assigned: 0, timerFired: true } },
    event: "SectorStartPacking",
    asks: ["InputClose"],
  },
  {
    handler: "handleWaitDeals",
    name: "full",
    sector: { Pieces: [zeroPiece(GiB32)] },
    event: "SectorStartPacking",
    asks: ["InputClose"],
  },
  {
    handler: "handleWaitDeals",
    name: "256 deals",
    sector: {
      Pieces: Array.from({ length: 256 }, (_, i) => ({
        Piece: { Size: 128, PieceCID: "p" },
        DealInfo: deal({ DealID: i }),
      })),
    },
    event: "SectorStartPacking",
  },
  {
    handler: "handleWaitDeals",
    name: "255 deals are not enough",
    sector: {
      Pieces: Array.from({ length: 255 }, (_, i) => ({
        Piece: { Size: 128, PieceCID: "p" },
        DealInfo: deal({ DealID: i }),
      })),
    },
    idle: "operator",
  },
  {
    handler: "handleWaitDeals",
    name: "the wait is over",
    sector: { CreationTime: 1 },
    table: { Now: 1000 + 21_600_001 },
    event: "SectorStartPacking",
  },
  {
    handler: "handleWaitDeals",
    name: "the wait ends now, so the timer does it",
    sector: { CreationTime: 1 },
    table: { Now: 1000 + 21_600_000 },
    idle: "timer",
    asks: ["InputOpen"],
  },
  { handler: "handleWaitDeals", name: "nothing yet", idle: "operator", asks: ["InputOpen"] },
  // AddPiece
  {
    handler: "handleAddPiece",
    name: "nothing assigned (after a restart)",
    event: { _tag: "SectorPieceAdded", NewPieces: [] },
  },
  {
    handler: "handleAddPiece",
    name: "one piece behind its alignment",
    sector: { Pieces: [zeroPiece(2 ** 20)] },
    table: {
      TakeAssigned: () => assigned(2 ** 22),
      AddPiece: (request: any) =>
        done({ Size: request.size, PieceCID: request.data ?? zeroPiece(request.size).Piece.PieceCID }),
    },
    event: {
      _tag: "SectorPieceAdded",
      NewPieces: [
        zeroPiece(2 ** 20),
        zeroPiece(2 ** 21),
        { Piece: { Size: 2 ** 22, PieceCID: "piece" }, DealInfo: deal() },
      ],
    },
  },
  {
    handler: "handleAddPiece",
    name: "no room: refused and skipped",
    sector: { Pieces: [zeroPiece(GiB32)] },
    table: { TakeAssigned: () => assigned() },
    event: { _tag: "SectorPieceAdded", NewPieces: [] },
    asks: ["AnswerPiece"],
    asksNot: ["AddPiece"],
  },
  {
    handler: "handleAddPiece",
    name: "write fails",
    table: { TakeAssigned: () => assigned(), AddPiece: broken },
    event: "SectorAddPieceFailed",
    asks: ["AnswerPiece"],
  },
  {
    handler: "handleAddPiece",
    name: "another CID",
    table: { TakeAssigned: () => assigned(), AddPiece: done({ Size: 2 ** 30, PieceCID: "other" }) },
    event: "SectorAddPieceFailed",
  },
  // Packing
  {
    handler: "handlePacking",
    name: "a sector without deals gets one filler of its size",
    event: { _tag: "SectorPacked", FillerPieces: [zeroPiece(GiB32).Piece] },
    asks: ["RejectAssigned"],
  },
  {
    handler: "handlePacking",
    name: "a full one gets none",
    sector: { Pieces: [zeroPiece(GiB32)] },
    event: { _tag: "SectorPacked", FillerPieces: [] },
  },
  {
    handler: "handlePacking",
    name: "fillers smallest first",
    sector: { Pieces: [zeroPiece(2 ** 33)] },
    event: { _tag: "SectorPacked", FillerPieces: [zeroPiece(2 ** 33).Piece, zeroPiece(2 ** 34).Piece] },
  },
  {
    handler: "handlePacking",
    name: "too much",
    sector: { Pieces: [zeroPiece(GiB32), zeroPiece(128)] },
    idle: "operator",
  },
  {
    handler: "handlePacking",
    name: "filler with another CID",
    table: { AddPiece: done({ Size: GiB32, PieceCID: "other" }) },
    idle: "operator",
  },
  { handler: "handlePacking", name: "filler fails", table: { AddPiece: broken }, idle: "operator" },
  // GetTicket
  {
    handler: "handleGetTicket",
    name: "head - 900",
    event: { _tag: "SectorTicket", TicketValue: "ticket", TicketEpoch: head - 900 },
  },
  {
    handler: "handleGetTicket",
    name: "the ticket of a pre-commit on the chain",
    table: { PreCommitInfo: preCommit(head - 10, { SealRandEpoch: 77 }) },
    event: { _tag: "SectorTicket", TicketEpoch: 77 },
  },
  {
    handler: "handleGetTicket",
    name: "used up, no commit message",
    table: { PreCommitInfo: allocatedFailure },
    event: "SectorRemove",
  },
  {
    handler: "handleGetTicket",
    name: "used up, commit message",
    sector: { CommitMessage: "m" },
    table: { PreCommitInfo: allocatedFailure },
    event: "SectorCommitFailed",
  },
  {
    handler: "handleGetTicket",
    name: "pre-commit past its time",
    table: { PreCommitInfo: preCommit(head - 86_551) },
    event: "SectorRemove",
  },
  {
    handler: "handleGetTicket",
    name: "pre-commit at its last epoch",
    table: { PreCommitInfo: preCommit(head - 86_550) },
    event: "SectorTicket",
  },
  {
    handler: "handleGetTicket",
    name: "no randomness",
    table: { TicketRandomness: down },
    event: "SectorSealPreCommit1Failed",
  },
  {
    handler: "handleGetTicket",
    name: "no head: no empty ticket",
    table: { ChainHead: down },
    event: "SectorSealPreCommit1Failed",
  },
  {
    handler: "handleGetTicket",
    name: "allocation not known",
    table: { SectorAllocated: down },
    event: "SectorSealPreCommit1Failed",
  },
  {
    handler: "handleGetTicket",
    name: "no randomness for a live pre-commit does not remove the sector",
    table: { PreCommitInfo: preCommit(), TicketRandomness: down },
    event: "SectorSealPreCommit1Failed",
  },
  // PreCommit1
  {
    handler: "handlePreCommit1",
    name: "ok",
    sector: sealed,
    event: { _tag: "SectorPreCommit1", PreCommit1Out: "pc1out" },
  },
  {
    handler: "handlePreCommit1",
    name: "error",
    sector: sealed,
    table: { PreCommit1: broken },
    event: "SectorSealPreCommit1Failed",
  },
  {
    handler: "handlePreCommit1",
    name: "expired deal",
    sector: withDeal,
    table: lookup({ StartEpoch: head }),
    event: "SectorDealsExpired",
  },
  {
    handler: "handlePreCommit1",
    name: "deal starts next epoch",
    sector: withDeal,
    table: lookup({ StartEpoch: head + 1 }),
    event: "SectorPreCommit1",
  },
  {
    handler: "handlePreCommit1",
    name: "wrong provider",
    sector: withDeal,
    table: lookup({ Provider: "f0999" }),
    event: { _tag: "SectorInvalidDealIDs", Return: "PreCommit1" },
  },
  {
    handler: "handlePreCommit1",
    name: "old ticket, no pre-commit",
    sector: { ...sealed, ...old },
    event: "SectorOldTicket",
    asksNot: ["PreCommit1"],
  },
  {
    handler: "handlePreCommit1",
    name: "ticket of 3780 epochs",
    sector: { ...sealed, TicketEpoch: head - 3780 },
    event: "SectorPreCommit1",
  },
  {
    handler: "handlePreCommit1",
    name: "old ticket, live pre-commit",
    sector: { ...sealed, ...old },
    table: { PreCommitInfo: preCommit() },
    event: "SectorPreCommit1",
  },
  {
    handler: "handlePreCommit1",
    name: "old ticket, dead pre-commit",
    sector: { ...sealed, ...old },
    table: { PreCommitInfo: preCommit(head - 86_551) },
    event: "SectorOldTicket",
  },
  {
    handler: "handlePreCommit1",
    name: "no ticket at all",
    sector: { ...sealed, TicketValue: "" },
    event: "SectorOldTicket",
    asksNot: ["PreCommit1"],
  },
  {
    handler: "handlePreCommit1",
    name: "old ticket, number used up",
    sector: { ...sealed, ...old },
    table: { PreCommitInfo: allocatedFailure },
    idle: "operator",
  },
  { handler: "handlePreCommit1", name: "no head", sector: sealed, table: { ChainHead: down }, idle: "chain" },
  {
    handler: "handlePreCommit1",
    name: "a filler that is no zeroes",
    sector: { ...sealed, Pieces: [{ Piece: { Size: GiB32, PieceCID: "x" }, DealInfo: null }] },
    idle: "operator",
  },
  // PreCommit2
  {
    handler: "handlePreCommit2",
    name: "ok",
    sector: sealed,
    event: { _tag: "SectorPreCommit2", Sealed: "commR", Unsealed: "commD" },
  },
  {
    handler: "handlePreCommit2",
    name: "error",
    sector: sealed,
    table: { PreCommit2: broken },
    event: "SectorSealPreCommit2Failed",
  },
  {
    handler: "handlePreCommit2",
    name: "no CommD",
    sector: sealed,
    table: { PreCommit2: done({ Sealed: "commR", Unsealed: null }) },
    event: "SectorSealPreCommit1Failed",
  },
  // PreCommitting
  {
    handler: "handlePreCommitting",
    name: "message pushed",
    sector: sealed,
    event: { _tag: "SectorPreCommitted", Message: "bafymessage", PreCommitDeposit: "100" },
  },
  {
    handler: "handlePreCommitting",
    name: "batching",
    sector: sealed,
    table: { Settings: config({ BatchPreCommits: true }) },
    event: "SectorPreCommitBatch",
    asksNot: ["SendMessage"],
  },
  {
    handler: "handlePreCommitting",
    name: "batching before network version 13",
    sector: sealed,
    table: { Settings: config({ BatchPreCommits: true }), NetworkVersion: done(12) },
    event: "SectorPreCommitted",
  },
  {
    handler: "handlePreCommitting",
    name: "no address",
    sector: sealed,
    table: { SelectAddress: noAddress },
    event: "SectorChainPreCommitFailed",
  },
  {
    handler: "handlePreCommitting",
    name: "push error",
    sector: sealed,
    table: { SendMessage: pushed },
    event: "SectorChainPreCommitFailed",
    asksNot: ["MarkUpgrade"],
  },
  {
    handler: "handlePreCommitting",
    name: "no deposit figure marks the replaced sector again",
    sector: withDeal,
    table: {
      ...lookup(),
      PreCommitDeposit: down,
      TakeUpgrade: 3,
      SectorInfo: onChain,
      SectorLocation: done({ deadline: 3, partition: 0 }),
    },
    event: "SectorChainPreCommitFailed",
    asks: ["MarkUpgrade"],
  },
  {
    handler: "handlePreCommitting",
    name: "push error marks the replaced sector again",
    sector: withDeal,
    table: {
      ...lookup(),
      SendMessage: pushed,
      TakeUpgrade: 3,
      SectorInfo: onChain,
      SectorLocation: done({ deadline: 3, partition: 0 }),
    },
    event: "SectorChainPreCommitFailed",
    asks: ["MarkUpgrade"],
  },
  {
    handler: "handlePreCommitting",
    name: "a deal sector replaces a marked one",
    sector: withDeal,
    table: {
      ...lookup(),
      TakeUpgrade: 3,
      SectorInfo: onChain,
      SectorLocation: done({ deadline: 3, partition: 0 }),
    },
    event: {
      _tag: "SectorPreCommitted",
      PreCommitDeposit: "150",
      PreCommitInfo: {
        SealProof: 8,
        SectorNumber: 7,
        SealedCID: "commR",
        SealRandEpoch: head - 900,
        DealIDs: [1001],
        Expiration: head + 1_000_000,
        ReplaceCapacity: true,
        ReplaceSectorDeadline: 3,
        ReplaceSectorPartition: 0,
        ReplaceSectorNumber: 3,
      },
    },
  },
  {
    handler: "handlePreCommitting",
    name: "collateral out of the balance",
    sector: sealed,
    table: {
      Settings: config({ CollateralFromMinerBalance: true, AvailableBalanceBuffer: 950n }),
      SendMessage: (request: any) => done(String(request.value)),
    },
    event: { _tag: "SectorPreCommitted", Message: "50", PreCommitDeposit: "100" },
  },
  ...inPreCommit("handlePreCommitting"),
  // SubmitPreCommitBatch
  {
    handler: "handleSubmitPreCommitBatch",
    name: "sent",
    sector: sealed,
    table: queued(),
    event: { _tag: "SectorPreCommitBatchSent", Message: "bafybatch" },
  },
  {
    handler: "handleSubmitPreCommitBatch",
    name: "no CommR",
    sector: { ...sealed, CommR: null },
    event: "SectorSealPreCommit1Failed",
    asksNot: ["QueuePreCommit"],
  },
  {
    handler: "handleSubmitPreCommitBatch",
    name: "queueing error",
    sector: sealed,
    table: { QueuePreCommit: failed("queue", "no") },
    event: "SectorChainPreCommitFailed",
  },
  {
    handler: "handleSubmitPreCommitBatch",
    name: "batch error",
    sector: sealed,
    table: queued({ error: "no money", message: null }),
    event: "SectorChainPreCommitFailed",
  },
  {
    handler: "handleSubmitPreCommitBatch",
    name: "null message",
    sector: sealed,
    table: queued({ message: null }),
    event: "SectorChainPreCommitFailed",
  },
  ...inPreCommit("handleSubmitPreCommitBatch"),
  // PreCommitWait, PreCommitBatchWait
  {
    handler: "handlePreCommitWait",
    name: "landed",
    sector: { PreCommitMessage: "m" },
    event: { _tag: "SectorPreCommitLanded", TipSet: "landed" },
  },
  ...inMessageWait(
    "handlePreCommitWait",
    "PreCommitMessage",
    "SectorRetryPreCommit",
    "SectorChainPreCommitFailed",
  ),
  // WaitSeed
  {
    handler: "handleWaitSeed",
    name: "registers and rests",
    table: {
      PreCommitInfo: preCommit(head - 3),
      OnEpoch: (request: any) => {
        if (request.epoch !== head + 147 || request.confidence !== 6) throw new Error("wrong height")
        return done(null)
      },
    },
    idle: "chain",
  },
  { handler: "handleWaitSeed", name: "no pre-commit", event: "SectorChainPreCommitFailed" },
  {
    handler: "handleWaitSeed",
    name: "number used up",
    table: { PreCommitInfo: allocatedFailure },
    idle: "operator",
  },
  { handler: "handleWaitSeed", name: "lookup error", table: { PreCommitInfo: down }, idle: "chain" },
  // Committing
  {
    handler: "handleCommitting",
    name: "proof",
    sector: proven,
    table: { PreCommitInfo: preCommit() },
    event: { _tag: "SectorCommitted", Proof: "proof" },
  },
  {
    handler: "handleCommitting",
    name: "finalize early",
    sector: proven,
    table: { PreCommitInfo: preCommit(), Settings: config({ FinalizeEarly: true }) },
    event: { _tag: "SectorProofReady", Proof: "proof" },
  },
  {
    handler: "handleCommitting",
    name: "earlier message failed: a new proof",
    sector: { ...proven, CommitMessage: "m" },
    table: { SearchMessage: landed(16), PreCommitInfo: preCommit() },
    event: "SectorCommitted",
  },
  {
    handler: "handleCommitting",
    name: "earlier message succeeded without making the sector: a new proof",
    sector: { ...proven, CommitMessage: "m" },
    table: { SearchMessage: landed(0), PreCommitInfo: preCommit() },
    event: "SectorCommitted",
  },
  {
    handler: "handleCommitting",
    name: "earlier message made the sector",
    sector: { ...proven, CommitMessage: "m" },
    table: { SearchMessage: landed(0), SectorInfo: onChain },
    event: "SectorRetryCommitWait",
    asksNot: ["Commit1"],
  },
  {
    handler: "handleCommitting",
    name: "earlier message not found",
    sector: { ...proven, CommitMessage: "m" },
    table: { PreCommitInfo: preCommit() },
    event: "SectorCommitted",
  },
  {
    handler: "handleCommitting",
    name: "no CommD",
    sector: { ...proven, CommD: null },
    event: "SectorCommitFailed",
  },
  {
    handler: "handleCommitting",
    name: "C1 error",
    sector: proven,
    table: { Commit1: broken },
    event: { _tag: "SectorComputeProofFailed", error: "computing seal proof failed(1): worker error" },
  },
  {
    handler: "handleCommitting",
    name: "C2 error",
    sector: proven,
    table: { Commit2: broken },
    event: { _tag: "SectorComputeProofFailed", error: "computing seal proof failed(2): worker error" },
  },
  {
    handler: "handleCommitting",
    name: "check fails",
    sector: proven,
    table: { PreCommitInfo: preCommit(head - 201) },
    event: "SectorCommitFailed",
  },
  {
    handler: "handleCommitting",
    name: "no head after proving",
    sector: proven,
    table: { ChainHead: down },
    idle: "chain",
  },
  // CommitFinalize, FinalizeSector
  { handler: "handleFinalizeSector", name: "ok", event: "SectorFinalized" },
  {
    handler: "handleFinalizeSector",
    name: "keeps the deals' ranges",
    sector: { Pieces: [zeroPiece(2 ** 30), dealPiece()] },
    table: {
      Finalize: (request: any) =>
        JSON.stringify(request.keepUnsealed) === JSON.stringify([{ offset: 2 ** 30, size: 2 ** 30 }])
          ? done(null)
          : broken,
    },
    event: "SectorFinalized",
  },
  {
    handler: "handleFinalizeSector",
    name: "error",
    table: { Finalize: broken },
    event: "SectorFinalizeFailed",
  },
  ...cooldownOnly("handleFinalizeFailed", "SectorRetryFinalize"),
  // SubmitCommit
  {
    handler: "handleSubmitCommit",
    name: "sent",
    sector: proven,
    table: { PreCommitInfo: preCommit(), SendMessage: (request: any) => done(String(request.value)) },
    event: { _tag: "SectorCommitSubmitted", Message: "50" },
  },
  {
    handler: "handleSubmitCommit",
    name: "a deposit above the pledge sends nothing along",
    sector: proven,
    table: {
      PreCommitInfo: preCommit(),
      InitialPledge: done(60n),
      SendMessage: (request: any) => done(String(request.value)),
    },
    event: { _tag: "SectorCommitSubmitted", Message: "0" },
  },
  {
    handler: "handleSubmitCommit",
    name: "aggregation",
    sector: proven,
    table: { Settings: config({ AggregateCommits: true }) },
    event: "SectorSubmitCommitAggregate",
  },
  {
    handler: "handleSubmitCommit",
    name: "check fails",
    sector: proven,
    table: { PreCommitInfo: preCommit(), VerifySeal: done(false) },
    event: "SectorCommitFailed",
  },
  {
    handler: "handleSubmitCommit",
    name: "push error",
    sector: proven,
    table: { PreCommitInfo: preCommit(), SendMessage: pushed },
    event: "SectorCommitFailed",
  },
  {
    handler: "handleSubmitCommit",
    name: "no address",
    sector: proven,
    table: { PreCommitInfo: preCommit(), SelectAddress: noAddress },
    event: "SectorCommitFailed",
  },
  {
    handler: "handleSubmitCommit",
    name: "no head",
    sector: proven,
    table: { ChainHead: down },
    idle: "chain",
  },
  {
    handler: "handleSubmitCommit",
    name: "no pledge figure",
    sector: proven,
    table: { PreCommitInfo: preCommit(), InitialPledge: down },
    idle: "chain",
  },
  // CommitWait, CommitAggregateWait
  {
    handler: "handleCommitWait",
    name: "sector found",
    sector: { CommitMessage: "m" },
    table: { SectorInfo: onChain },
    event: "SectorProving",
  },
  {
    handler: "handleCommitWait",
    name: "sector not found",
    sector: { CommitMessage: "m" },
    event: "SectorCommitFailed",
  },
  {
    handler: "handleCommitWait",
    name: "sector lookup error",
    sector: { CommitMessage: "m" },
    table: { SectorInfo: down },
    event: "SectorCommitFailed",
  },
  ...inMessageWait("handleCommitWait", "CommitMessage", "SectorRetrySubmitCommit", "SectorCommitFailed"),
  // SubmitCommitAggregate
  {
    handler: "handleSubmitCommitAggregate",
    name: "sent",
    sector: proven,
    table: commitQueue(),
    event: { _tag: "SectorCommitAggregateSent", Message: "bafybatch" },
  },
  {
    handler: "handleSubmitCommitAggregate",
    name: "the cutoff is the end of the pre-commit",
    sector: proven,
    table: {
      PreCommitInfo: preCommit(),
      QueueCommit: (request: any) =>
        done({ sectors: [7], message: String(request.cutoff), error: "", failedSectors: new Map() }),
    },
    event: { Message: String(head - 200 + 86_550) },
  },
  {
    handler: "handleSubmitCommitAggregate",
    name: "the cutoff is the first deal's start",
    sector: { ...proven, Pieces: [dealPiece()] },
    table: {
      ...lookup(),
      PreCommitInfo: preCommit(),
      QueueCommit: (request: any) =>
        done({ sectors: [7], message: String(request.cutoff), error: "", failedSectors: new Map() }),
    },
    event: { Message: String(head + 5000) },
  },
  {
    handler: "handleSubmitCommitAggregate",
    name: "listed as failed",
    sector: proven,
    table: commitQueue({}, [[7, "no"]]),
    event: "SectorCommitFailed",
  },
  {
    handler: "handleSubmitCommitAggregate",
    name: "null message",
    sector: proven,
    table: commitQueue({ message: null }),
    event: "SectorCommitFailed",
  },
  {
    handler: "handleSubmitCommitAggregate",
    name: "batch error, good proof: after the cooldown",
    sector: proven,
    lastLogAt: logged,
    sleepsUntil: cooled,
    table: commitQueue({ error: "no money", message: null }),
    event: "SectorRetrySubmitCommit",
  },
  {
    handler: "handleSubmitCommitAggregate",
    name: "batch error, bad proof",
    sector: proven,
    table: { ...commitQueue({ error: "no money" }), VerifySeal: done(false) },
    event: "SectorCommitFailed",
  },
  {
    handler: "handleSubmitCommitAggregate",
    name: "no pre-commit: a queueing error, no crash",
    sector: proven,
    event: "SectorCommitFailed",
    asksNot: ["QueueCommit"],
  },
  {
    handler: "handleSubmitCommitAggregate",
    name: "no head while handling a batch error",
    sector: proven,
    table: { ...commitQueue({ error: "no money" }), ChainHead: down },
    idle: "chain",
  },
  // Proving
  { handler: "handleProvingSector", name: "rests", idle: "operator", asks: ["ReleaseUnsealed"] },
  {
    handler: "handleProvingSector",
    name: "rests also when releasing fails",
    table: { ReleaseUnsealed: broken },
    idle: "operator",
  },
  // failed states
  {
    handler: "handleAddPieceFailed",
    name: "at once",
    lastLogAt: logged,
    event: "SectorRetryWaitDeals",
    asksNot: ["SleepUntil"],
  },
  ...cooldownOnly("handleSealPrecommit1Failed", "SectorRetrySealPreCommit1"),
  ...cooldownOnly("handleSealPrecommit2Failed", "SectorRetrySealPreCommit2", { PreCommit2Fails: 3 }),
  ...cooldownOnly("handleSealPrecommit2Failed", "SectorRetrySealPreCommit1", { PreCommit2Fails: 4 }),
  ...cooldownOnly("handleComputeProofFailed", "SectorRetryComputeProof", { InvalidProofs: 1 }),
  ...cooldownOnly("handleComputeProofFailed", "SectorSealPreCommit1Failed", { InvalidProofs: 2 }),
  ...cooldownOnly("handleRemoveFailed", "SectorRemove"),
  // PreCommitFailed
  {
    handler: "handlePreCommitFailed",
    name: "search error, after the cooldown",
    sector: { ...sealed, PreCommitMessage: "m" },
    table: { SearchMessage: down },
    lastLogAt: logged,
    sleepsUntil: cooled,
    event: "SectorRetryPreCommitWait",
  },
  {
    handler: "handlePreCommitFailed",
    name: "message not found",
    sector: { ...sealed, PreCommitMessage: "m" },
    asksNot: ["SleepUntil"],
    lastLogAt: logged,
    event: "SectorRetryPreCommitWait",
  },
  {
    handler: "handlePreCommitFailed",
    name: "message succeeded",
    sector: { ...sealed, PreCommitMessage: "m" },
    table: { SearchMessage: landed(0) },
    event: "SectorRetryPreCommitWait",
  },
  {
    handler: "handlePreCommitFailed",
    name: "message out of gas",
    sector: { ...sealed, PreCommitMessage: "m" },
    table: { SearchMessage: landed(7) },
    event: "SectorRetryPreCommit",
    asksNot: ["SleepUntil"],
    lastLogAt: logged,
  },
  {
    handler: "handlePreCommitFailed",
    name: "insufficient funds is no retry here",
    sector: { ...sealed, PreCommitMessage: "m" },
    table: { SearchMessage: landed(6) },
    event: "SectorRetryPreCommit",
    lastLogAt: logged,
    sleepsUntil: cooled,
  },
  {
    handler: "handlePreCommitFailed",
    name: "nothing on the chain, after the cooldown",
    sector: sealed,
    lastLogAt: logged,
    sleepsUntil: cooled,
    event: "SectorRetryPreCommit",
  },
  {
    handler: "handlePreCommitFailed",
    name: "bad CommD",
    sector: sealed,
    table: { DataCommitment: done("other") },
    event: "SectorSealPreCommit1Failed",
  },
  {
    handler: "handlePreCommitFailed",
    name: "expired ticket",
    sector: { ...sealed, ...old },
    event: "SectorSealPreCommit1Failed",
  },
  {
    handler: "handlePreCommitFailed",
    name: "bad ticket",
    sector: sealed,
    table: { PreCommitInfo: preCommit(head, { SealRandEpoch: 5 }) },
    event: "SectorSealPreCommit1Failed",
  },
  {
    handler: "handlePreCommitFailed",
    name: "invalid deals",
    sector: withDeal,
    table: { DealProposal: noDeal },
    event: { _tag: "SectorInvalidDealIDs", Return: "PreCommitFailed" },
  },
  {
    handler: "handlePreCommitFailed",
    name: "expired deal",
    sector: withDeal,
    table: lookup({ StartEpoch: 1 }),
    event: "SectorDealsExpired",
  },
  {
    handler: "handlePreCommitFailed",
    name: "on the chain, no message recorded",
    sector: sealed,
    table: { PreCommitInfo: preCommit() },
    event: { _tag: "SectorPreCommitLanded", TipSet: "tip" },
  },
  {
    handler: "handlePreCommitFailed",
    name: "on the chain, same CommR, after the cooldown",
    sector: { ...sealed, PreCommitMessage: "m" },
    table: { SearchMessage: landed(16), PreCommitInfo: preCommit() },
    lastLogAt: logged,
    sleepsUntil: cooled,
    event: "SectorRetryWaitSeed",
  },
  {
    handler: "handlePreCommitFailed",
    name: "on the chain, another CommR",
    sector: { ...sealed, PreCommitMessage: "m" },
    table: { SearchMessage: landed(16), PreCommitInfo: preCommit(head, { SealedCID: "other" }) },
    idle: "operator",
  },
  {
    handler: "handlePreCommitFailed",
    name: "number used up",
    sector: sealed,
    table: { PreCommitInfo: allocatedFailure },
    idle: "operator",
  },
  {
    handler: "handlePreCommitFailed",
    name: "no head",
    sector: sealed,
    table: { ChainHead: down },
    idle: "chain",
  },
  // CommitFailed
  {
    handler: "handleCommitFailed",
    name: "search error, after the cooldown",
    sector: { ...proven, CommitMessage: "m" },
    table: { SearchMessage: down },
    lastLogAt: logged,
    sleepsUntil: cooled,
    event: "SectorRetryCommitWait",
  },
  {
    handler: "handleCommitFailed",
    name: "message not found",
    sector: { ...proven, CommitMessage: "m" },
    event: "SectorRetryCommitWait",
    asksNot: ["SleepUntil"],
    lastLogAt: logged,
  },
  {
    handler: "handleCommitFailed",
    name: "message succeeded and the sector is there",
    sector: { ...proven, CommitMessage: "m" },
    table: { SearchMessage: landed(0), SectorInfo: onChain },
    event: "SectorRetryCommitWait",
  },
  {
    handler: "handleCommitFailed",
    name: "message succeeded without making the sector",
    sector: { ...proven, CommitMessage: "m" },
    table: { SearchMessage: landed(0), PreCommitInfo: preCommit() },
    event: "SectorRetryComputeProof",
  },
  {
    handler: "handleCommitFailed",
    name: "message out of gas",
    sector: { ...proven, CommitMessage: "m" },
    table: { SearchMessage: landed(7) },
    event: "SectorRetrySubmitCommit",
  },
  {
    handler: "handleCommitFailed",
    name: "bad seed epoch",
    sector: proven,
    table: { PreCommitInfo: preCommit(head - 201) },
    event: "SectorRetryWaitSeed",
  },
  {
    handler: "handleCommitFailed",
    name: "no seed",
    sector: { ...proven, SeedEpoch: 0 },
    event: "SectorRetryWaitSeed",
  },
  {
    handler: "handleCommitFailed",
    name: "seed changed",
    sector: proven,
    table: { PreCommitInfo: preCommit(), BeaconRandomness: done("other") },
    event: "SectorRetryWaitSeed",
  },
  {
    handler: "handleCommitFailed",
    name: "first invalid proof, after the cooldown",
    sector: proven,
    table: { PreCommitInfo: preCommit(), VerifySeal: done(false) },
    lastLogAt: logged,
    sleepsUntil: cooled,
    event: "SectorRetryInvalidProof",
  },
  {
    handler: "handleCommitFailed",
    name: "second invalid proof, after the cooldown",
    sector: { ...proven, InvalidProofs: 1 },
    table: { PreCommitInfo: preCommit(), VerifySeal: done(false) },
    lastLogAt: logged,
    sleepsUntil: cooled,
    event: "SectorSealPreCommit1Failed",
  },
  { handler: "handleCommitFailed", name: "no pre-commit", sector: proven, event: "SectorRetryPreCommit" },
  {
    handler: "handleCommitFailed",
    name: "used up with a message, after the cooldown",
    sector: { ...proven, CommitMessage: "m" },
    table: { SearchMessage: landed(16), PreCommitInfo: allocatedFailure },
    lastLogAt: logged,
    sleepsUntil: cooled,
    event: "SectorRetryCommitWait",
  },
  {
    handler: "handleCommitFailed",
    name: "used up without a message",
    sector: proven,
    table: { PreCommitInfo: allocatedFailure },
    idle: "operator",
  },
  {
    handler: "handleCommitFailed",
    name: "invalid deals",
    sector: { ...proven, Pieces: [dealPiece()] },
    table: { DealProposal: noDeal, PreCommitInfo: preCommit() },
    event: { _tag: "SectorInvalidDealIDs", Return: "CommitFailed" },
  },
  {
    handler: "handleCommitFailed",
    name: "expired deal",
    sector: { ...proven, Pieces: [dealPiece()] },
    table: { ...lookup({ StartEpoch: 1 }), PreCommitInfo: preCommit() },
    event: "SectorDealsExpired",
  },
  {
    handler: "handleCommitFailed",
    name: "all is well, after the cooldown",
    sector: proven,
    table: { PreCommitInfo: preCommit() },
    lastLogAt: logged,
    sleepsUntil: cooled,
    event: "SectorRetryComputeProof",
  },
  {
    handler: "handleCommitFailed",
    name: "no head",
    sector: proven,
    table: { ChainHead: down },
    idle: "chain",
  },
  // DealsExpired, PackingFailed
  { handler: "handleDealsExpired", name: "not on the chain", event: "SectorRemove" },
  { handler: "handleDealsExpired", name: "on the chain", table: { SectorInfo: onChain }, idle: "operator" },
  { handler: "handleDealsExpired", name: "lookup error", table: { SectorInfo: down }, idle: "chain" },
  // RecoverDealIDs
  {
    handler: "HandleRecoverDealIDs",
    name: "recovered",
    sector: { Pieces: [zeroPiece(2 ** 30), dealPiece()] },
    table: { DealProposal: noDeal, PublishedDeal: done(2002) },
    event: { _tag: "SectorUpdateDealIDs", Updates: { 1: 2002 } },
  },
  {
    handler: "HandleRecoverDealIDs",
    name: "nothing to mend",
    sector: { Pieces: [dealPiece()] },
    table: lookup(),
    event: { _tag: "SectorUpdateDealIDs", Updates: {} },
  },
  {
    handler: "HandleRecoverDealIDs",
    name: "no publish CID",
    sector: { Pieces: [dealPiece({ PublishCid: null })] },
    table: { DealProposal: noDeal },
    event: "SectorRemove",
  },
  {
    handler: "HandleRecoverDealIDs",
    name: "not recoverable",
    sector: { Pieces: [dealPiece()] },
    table: { DealProposal: noDeal, PublishedDeal: noDeal },
    event: "SectorRemove",
  },
  {
    handler: "HandleRecoverDealIDs",
    name: "expired",
    sector: { Pieces: [dealPiece()] },
    table: lookup({ StartEpoch: head }),
    idle: "operator",
  },
  { handler: "HandleRecoverDealIDs", name: "no head", table: { ChainHead: down }, idle: "chain" },
  {
    handler: "HandleRecoverDealIDs",
    name: "a filler that is no zeroes",
    sector: { Pieces: [{ Piece: { Size: 128, PieceCID: "x" }, DealInfo: null }] },
    idle: "operator",
  },
  // faults
  { handler: "handleFaulty", name: "rests", idle: "operator" },
  {
    handler: "handleFaultReported",
    name: "landed",
    sector: { FaultReportMsg: "m" },
    event: "SectorFaultedFinal",
  },
  { handler: "handleFaultReported", name: "no message", idle: "operator" },
  {
    handler: "handleFaultReported",
    name: "wait error",
    sector: { FaultReportMsg: "m" },
    table: { WaitMessage: down },
    idle: "chain",
  },
  {
    handler: "handleFaultReported",
    name: "exit code",
    sector: { FaultReportMsg: "m" },
    table: { WaitMessage: landed(1) },
    idle: "operator",
  },
  // termination
  {
    handler: "handleTerminating",
    name: "message sent",
    table: { SectorInfo: onChain, QueueTermination: done("bafyterm") },
    event: { _tag: "SectorTerminating", Message: "bafyterm" },
  },
  {
    handler: "handleTerminating",
    name: "already terminated",
    table: { SectorInfo: onChain, QueueTermination: done(null) },
    event: { _tag: "SectorTerminating", Message: null },
  },
  { handler: "handleTerminating", name: "nothing on the chain", event: "SectorRemove" },
  {
    handler: "handleTerminating",
    name: "number used up, nothing on the chain",
    table: { PreCommitInfo: allocatedFailure },
    event: "SectorRemove",
  },
  {
    handler: "handleTerminating",
    name: "pre-committed, not proven",
    table: { PreCommitInfo: preCommit() },
    event: "SectorTerminateFailed",
  },
  {
    handler: "handleTerminating",
    name: "lookup error",
    table: { SectorInfo: down },
    event: "SectorTerminateFailed",
  },
  {
    handler: "handleTerminating",
    name: "queue error",
    table: { SectorInfo: onChain, QueueTermination: failed("queue", "no") },
    event: "SectorTerminateFailed",
  },
  {
    handler: "handleTerminateWait",
    name: "landed",
    sector: { TerminateMessage: "m" },
    event: { _tag: "SectorTerminated", TerminatedAt: head },
  },
  {
    handler: "handleTerminateWait",
    name: "exit code",
    sector: { TerminateMessage: "m" },
    table: { WaitMessage: landed(1) },
    event: "SectorTerminateFailed",
  },
  {
    handler: "handleTerminateWait",
    name: "wait error",
    sector: { TerminateMessage: "m" },
    table: { WaitMessage: down },
    event: "SectorTerminateFailed",
  },
  {
    handler: "handleTerminateWait",
    name: "no message: terminated already",
    event: { _tag: "SectorTerminated", TerminatedAt: head },
    asksNot: ["WaitMessage"],
  },
  {
    handler: "handleTerminateFinality",
    name: "final",
    sector: { TerminatedAt: head - 900 },
    event: "SectorRemove",
    asksNot: ["UntilEpoch"],
  },
  {
    handler: "handleTerminateFinality",
    name: "waits for the very epoch",
    sector: { TerminatedAt: head - 899 },
    table: {
      ChainHead: [done({ epoch: head, tipset: "" }), done({ epoch: head + 1, tipset: "" })],
      UntilEpoch: (request: any) => (request.epoch === head + 1 ? done(null) : down),
    },
    event: "SectorRemove",
  },
  {
    handler: "handleTerminateFinality",
    name: "no head",
    table: { ChainHead: down },
    event: "SectorTerminateFailed",
  },
  ...cooldownOnly("handleTerminateFailed", "SectorTerminate"),
  {
    handler: "handleTerminateFailed",
    name: "lookup error counts as no pre-commit",
    table: { PreCommitInfo: down },
    lastLogAt: logged,
    sleepsUntil: cooled,
    event: "SectorTerminate",
  },
  {
    handler: "handleTerminateFailed",
    name: "pre-commit on the chain",
    table: { PreCommitInfo: preCommit() },
    idle: "operator",
    asksNot: ["SleepUntil"],
    lastLogAt: logged,
  },
  { handler: "handleRemoving", name: "ok", event: "SectorRemoved" },
  { handler: "handleRemoving", name: "error", table: { Remove: broken }, event: "SectorRemoveFailed" },
]
