/**
 * How a request is answered outside a fiber: by a call back, at once or later. `route` joins the ports into one `Ask`,
 * which is all that a stage's interpreter knows of the world.
 */
import type { BatchVerbs } from "./Batchers.ts"
import type { ChainVerbs } from "./Chain.ts"
import type { InputVerbs } from "./Input.ts"
import type { MarketVerbs } from "./Market.ts"
import type { Reply, ReplyOf, Request, RequestNamed, RequestOf, RequestTag } from "./Request.ts"
import type { SealerVerbs } from "./Sealer.ts"
import type { SettingsVerbs } from "./Settings.ts"
import type { TimeVerbs } from "./Time.ts"

/** Stops waiting for a reply; what was asked may go on. */
export type Cancel = () => void

/** Asks, and is called back once with the reply: before it returns (null), or later (then it can be cancelled). */
export type Ask = (request: Request, reply: (reply: any) => void) => Cancel | null

/** The same for the verbs of one port. */
export type AskOf<V> = (
  request: RequestOf<keyof V & RequestTag>,
  reply: (reply: any) => void,
) => Cancel | null

/** Asks with the types of one verb. */
export const askTyped = <K extends RequestTag>(
  ask: Ask,
  request: RequestNamed<K>,
  reply: (reply: ReplyOf<K>) => void,
): Cancel | null => ask(request as unknown as Request, reply as (reply: Reply) => void)

/** Everything that answers a stage, port by port. */
export interface Ports {
  readonly chain: AskOf<ChainVerbs>
  readonly sealer: AskOf<SealerVerbs>
  readonly market: AskOf<MarketVerbs>
  readonly batchers: AskOf<BatchVerbs>
  readonly input: AskOf<InputVerbs>
  readonly settings: AskOf<SettingsVerbs>
  readonly time: AskOf<TimeVerbs>
}

export type PortName = keyof Ports

/** Which port answers a verb. */
export const portOf: Readonly<Record<RequestTag, PortName>> = {
  ChainHead: "chain",
  WaitMessage: "chain",
  SearchMessage: "chain",
  PreCommitInfo: "chain",
  SectorInfo: "chain",
  SectorAllocated: "chain",
  NetworkVersion: "chain",
  TicketRandomness: "chain",
  BeaconRandomness: "chain",
  BaseFee: "chain",
  PreCommitDeposit: "chain",
  InitialPledge: "chain",
  AvailableBalance: "chain",
  SelectAddress: "chain",
  SendMessage: "chain",
  SectorLocation: "chain",
  LiveSectors: "chain",
  ProvingDeadline: "chain",
  UntilEpoch: "chain",
  OnEpoch: "chain",
  NewSector: "sealer",
  AddPiece: "sealer",
  PreCommit1: "sealer",
  PreCommit2: "sealer",
  Commit1: "sealer",
  Commit2: "sealer",
  Finalize: "sealer",
  ReleaseUnsealed: "sealer",
  Remove: "sealer",
  VerifySeal: "sealer",
  AggregateProofs: "sealer",
  DealProposal: "market",
  PublishedDeal: "market",
  DataCommitment: "market",
  QueuePreCommit: "batchers",
  QueueCommit: "batchers",
  QueueTermination: "batchers",
  InputFacts: "input",
  InputOpen: "input",
  InputClose: "input",
  TakeAssigned: "input",
  AnswerPiece: "input",
  RejectAssigned: "input",
  TakeUpgrade: "input",
  MarkUpgrade: "input",
  Settings: "settings",
  Now: "time",
  SleepUntil: "time",
}

/** One `Ask` over all ports. */
export const route =
  (ports: Ports): Ask =>
  (request, reply) =>
    (ports[portOf[request._tag]] as Ask)(request, reply)
