/**
 * The 43 states of a sector with what is known of each before anything runs: which handler works in it, which
 * planner takes its events, how the limits count it, how the board draws it. The initial state's value is the empty
 * string, as in Lotus; outside it is always called `UndefinedSectorState`.
 */
import * as Data from "effect/Data"

/** Where a state stands on the board. */
export type StateCategory = "initial" | "happy" | "failed" | "fault" | "post-seal" | "terminal"

/** The four totals that the limits read. */
export type StatBucket = "Staging" | "Sealing" | "Failed" | "Proving"

/** The colour `sectors list` gives a state. */
export type StateColour = "green" | "blue" | "yellow" | "cyan" | "red"

/** Which planner takes the events of a state. */
export type StatePlanner = "planOne" | "planCommitting" | "final"

interface Known {
  readonly category: StateCategory
  /** Lotus's name of what runs in the state; null when nothing does. */
  readonly handler: string | null
  readonly planner: StatePlanner
  readonly bucket: StatBucket
  readonly colour: StateColour
  readonly meaning: string
}

const happy = (
  handler: string,
  bucket: StatBucket,
  meaning: string,
  planner: StatePlanner = "planOne",
): Known & { readonly category: "happy" } => ({
  category: "happy",
  handler,
  planner,
  bucket,
  colour: bucket === "Staging" ? "blue" : "yellow",
  meaning,
})

const failed = (handler: string, meaning: string, bucket: StatBucket = "Failed"): Known => ({
  category: "failed",
  handler,
  planner: "planOne",
  bucket,
  colour: "red",
  meaning,
})

const postSeal = (handler: string, colour: StateColour, meaning: string): Known => ({
  category: "post-seal",
  handler,
  planner: "planOne",
  bucket: "Proving",
  colour,
  meaning,
})

/** Every state in the order in which Lotus lists them. */
export const sectorStates = {
  UndefinedSectorState: {
    category: "initial",
    handler: null,
    planner: "planOne",
    bucket: "Staging",
    colour: "red",
    meaning: "Just created; only the start events are accepted.",
  },
  Empty: happy("handleWaitDeals", "Staging", "The old name of WaitDeals, kept for old stores."),
  WaitDeals: happy(
    "handleWaitDeals",
    "Staging",
    "A deal sector is open and collects pieces, until it is full, the deal limit or a timer is reached, or the operator seals it.",
  ),
  AddPiece: happy(
    "handleAddPiece",
    "Staging",
    "Assigned pieces and the zero pieces that align them are being written.",
  ),
  Packing: happy(
    "handlePacking",
    "Sealing",
    "Input is closed and the rest is filled with zero pieces; where a committed-capacity sector starts.",
  ),
  GetTicket: happy("handleGetTicket", "Sealing", "Draws the seal randomness (the ticket) from the chain."),
  PreCommit1: happy("handlePreCommit1", "Sealing", "Labelling (SDR): bound by the CPU, hours long."),
  PreCommit2: happy(
    "handlePreCommit2",
    "Sealing",
    "Builds the trees and the replica commitment: bound by the GPU; gives CommD and CommR.",
  ),
  PreCommitting: happy(
    "handlePreCommitting",
    "Sealing",
    "Decides between batch and single pre-commit, checks the sector, sends the single message.",
  ),
  PreCommitWait: happy("handlePreCommitWait", "Sealing", "Waits for the single pre-commit message."),
  SubmitPreCommitBatch: happy(
    "handleSubmitPreCommitBatch",
    "Sealing",
    "Handed to the pre-commit batcher; waits until that sends something for this sector.",
  ),
  PreCommitBatchWait: happy("handlePreCommitWait", "Sealing", "Waits for the batched pre-commit message."),
  WaitSeed: happy(
    "handleWaitSeed",
    "Sealing",
    "Waits for the interactive randomness, 150 epochs after the pre-commit and 6 epochs of confidence.",
  ),
  Committing: happy(
    "handleCommitting",
    "Sealing",
    "Computes the proof (Commit1, Commit2) and verifies it.",
    "planCommitting",
  ),
  CommitFinalize: happy(
    "handleFinalizeSector",
    "Sealing",
    "Early finalize: caches are cleared and data moved to long-term storage before the proof is sent.",
  ),
  CommitFinalizeFailed: failed(
    "handleFinalizeFailed",
    "Early finalize failed; tried again after a cooldown.",
  ),
  SubmitCommit: happy(
    "handleSubmitCommit",
    "Sealing",
    "Decides between aggregate and single prove-commit; sends the single message.",
  ),
  CommitWait: happy("handleCommitWait", "Sealing", "Waits for the single prove-commit message."),
  SubmitCommitAggregate: happy(
    "handleSubmitCommitAggregate",
    "Sealing",
    "Handed to the commit batcher; waits until that sends something for this sector.",
  ),
  CommitAggregateWait: happy("handleCommitWait", "Sealing", "Waits for the aggregated prove-commit message."),
  FinalizeSector: happy(
    "handleFinalizeSector",
    "Sealing",
    "Clears caches and moves the data to long-term storage.",
  ),
  Proving: postSeal(
    "handleProvingSector",
    "green",
    "The sector is active; its window proofs are made elsewhere.",
  ),
  FailedUnrecoverable: {
    category: "terminal",
    handler: null,
    planner: "final",
    bucket: "Failed",
    colour: "red",
    meaning: "Reached by force-state only; takes nothing but global events.",
  },
  AddPieceFailed: failed(
    "handleAddPieceFailed",
    "Writing a piece failed; goes straight back to WaitDeals.",
    "Staging",
  ),
  SealPreCommit1Failed: failed(
    "handleSealPrecommit1Failed",
    "PreCommit1, or what it rests on, failed; done again after a cooldown.",
  ),
  SealPreCommit2Failed: failed(
    "handleSealPrecommit2Failed",
    "PreCommit2 failed; done again after a cooldown, and from PreCommit1 after four failures in a row.",
  ),
  PreCommitFailed: failed(
    "handlePreCommitFailed",
    "The pre-commit failed or is in doubt; the chain is asked where to go on.",
  ),
  ComputeProofFailed: failed(
    "handleComputeProofFailed",
    "Computing the proof failed; again after a cooldown, from PreCommit1 when it failed too often.",
  ),
  CommitFailed: failed(
    "handleCommitFailed",
    "The prove-commit or the check of its proof failed; the chain is asked where to go on.",
  ),
  PackingFailed: failed(
    "handleDealsExpired",
    "An old state: whatever is planned in it turns it into DealsExpired.",
  ),
  FinalizeFailed: failed("handleFinalizeFailed", "Finalize failed; tried again after a cooldown."),
  DealsExpired: failed(
    "handleDealsExpired",
    "A deal's start epoch has passed; the sector is removed unless it is on the chain.",
  ),
  RecoverDealIDs: failed(
    "HandleRecoverDealIDs",
    "Deal ids no longer match the chain; the new ones are looked up, then the sector returns to where it was.",
  ),
  Faulty: {
    category: "fault",
    handler: "handleFaulty",
    planner: "planOne",
    bucket: "Failed",
    colour: "red",
    meaning: "Marked as damaged.",
  },
  FaultReported: {
    category: "fault",
    handler: "handleFaultReported",
    planner: "final",
    bucket: "Failed",
    colour: "red",
    meaning: "The fault has been declared on the chain.",
  },
  FaultedFinal: {
    category: "fault",
    handler: null,
    planner: "final",
    bucket: "Failed",
    colour: "red",
    meaning: "The named end of the fault path.",
  },
  Terminating: postSeal(
    "handleTerminating",
    "cyan",
    "Queued in the termination batcher, or on its way there.",
  ),
  TerminateWait: postSeal("handleTerminateWait", "cyan", "Waits for the terminate message."),
  TerminateFinality: postSeal(
    "handleTerminateFinality",
    "cyan",
    "Waits for finality (900 epochs) of the termination before the data is deleted.",
  ),
  TerminateFailed: {
    ...failed(
      "handleTerminateFailed",
      "A step of the termination failed; again after a cooldown, or the operator acts when a pre-commit is on the chain.",
      "Proving",
    ),
    colour: "cyan",
  },
  Removing: postSeal("handleRemoving", "cyan", "Deletes all files of the sector."),
  RemoveFailed: failed("handleRemoveFailed", "Deleting failed; tried again after a cooldown."),
  Removed: {
    category: "terminal",
    handler: null,
    planner: "final",
    bucket: "Proving",
    colour: "cyan",
    meaning: "The files are gone, the record is kept.",
  },
} as const satisfies Record<string, Known>

/** A state's name, as it is printed. */
export type SectorState = keyof typeof sectorStates

/** The names of all 43 states, in Lotus's order. */
export const sectorStateNames = Object.keys(sectorStates) as ReadonlyArray<SectorState>

const undefinedSectorState = "UndefinedSectorState" satisfies SectorState

/** No state of that name; `force-state` and `--states` refuse it with the list. */
export class UnknownSectorState extends Data.TaggedError("UnknownSectorState")<{
  readonly state: string
}> {
  override get message() {
    return `${this.state} is no sector state; the states are: ${sectorStateNames.join(", ")}`
  }
}

/** True for the 43 names; a record can hold another one only by force-state. */
export const isSectorState = (name: string): name is SectorState => Object.hasOwn(sectorStates, name)

/** What `Sector.State` holds, from the name as printed: the initial state is the empty string. */
export const stateValue = (name: string): string => (name === undefinedSectorState ? "" : name)

/** The name as printed of what `Sector.State` holds. */
export const stateName = (value: string): string => (value === "" ? undefinedSectorState : value)

/** What is known of a state, by the value in the record; undefined for a name that is no state. */
const stateInfo = (value: string): Known | undefined => {
  const name = stateName(value)
  return isSectorState(name) ? sectorStates[name] : undefined
}

/** The handler that runs in a state, by the value in the record; null when the sector rests there. */
export const handlerOf = (value: string): string | null => stateInfo(value)?.handler ?? null

const earlyProving: ReadonlySet<string> = new Set<SectorState>([
  "SubmitCommit",
  "CommitWait",
  "SubmitCommitAggregate",
  "CommitAggregateWait",
])

/**
 * The total that counts a state, by the value in the record. What is no state counts as Failed; with FinalizeEarly the
 * sector is out of the workers' way as soon as its proof is to be sent, and counts as Proving.
 */
export const statBucket = (value: string, finalizeEarly: boolean): StatBucket =>
  finalizeEarly && earlyProving.has(value) ? "Proving" : (stateInfo(value)?.bucket ?? "Failed")

/** The colour of a state in `sectors list`; red for what is no state. */
export const stateColour = (value: string): StateColour => stateInfo(value)?.colour ?? "red"

export const isFailedState = (value: string): boolean => {
  const category = stateInfo(value)?.category
  return category === undefined || category === "failed" || category === "fault"
}
