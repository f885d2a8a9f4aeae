/**
 * The facts of Lotus's state machine (test/fixtures/sealing/fsm-base.json) and what they say a planner must do. It is
 * written from the file's legend and shares no code with src, so that it can disagree with it.
 */
import { readFileSync } from "node:fs"

type Op = readonly [string, ...ReadonlyArray<any>]

interface FactEvent {
  readonly name: string
  readonly payload: ReadonlyArray<{ readonly name: string; readonly type: string }>
  readonly isGlobal: boolean
  readonly isError: boolean
  readonly ops: ReadonlyArray<Op>
}

interface FactRow {
  readonly from: string
  readonly event: string
  readonly to: string
  readonly kind: string
  readonly apply: boolean
  readonly stop: boolean
  readonly guard?: string
}

interface Facts {
  readonly states: ReadonlyArray<{
    readonly name: string
    readonly value: string
    readonly category: string
    readonly handler: string | null
    readonly planner: string
    readonly statBucket: string
  }>
  readonly events: ReadonlyArray<FactEvent>
  readonly transitions: ReadonlyArray<FactRow>
  readonly globalEvents: ReadonlyArray<{ readonly name: string; readonly returnsTrue: boolean }>
  readonly ignorable: ReadonlyArray<string>
}

export const facts: Facts = JSON.parse(
  readFileSync(new URL("../../fixtures/sealing/fsm-base.json", import.meta.url), "utf8"),
)

export type Record_ = { readonly [key: string]: any; readonly State: string }
export type Event_ = { readonly [key: string]: any; readonly _tag: string }

export interface Verdict {
  readonly error: boolean
  readonly processed: number
  readonly record: Record_
}

const samples: Readonly<Record<string, unknown>> = {
  "string (error text)": "it broke",
  "state name": "PreCommit1",
  uint64: 7,
  "int64 (seal proof id)": 8,
  "Piece[]": [{ Piece: { Size: 128, PieceCID: "new" }, DealInfo: null }],
  "{Size: padded bytes, PieceCID: cid}[]": [{ Size: 256, PieceCID: "fill" }],
  bytes32: "c2FtcGxl",
  "int64 epoch": 4321,
  "bytes (opaque)": "b3BhcXVl",
  "bytes (tipset key)": "dGlwc2V0",
  bytes: "cHJvb2Y=",
  cid: "cid-of-sample",
  "cid|null": "cid-or-null",
  "bigint attoFIL": "12345678901234567890",
  PreCommitInfo: null,
  "map<int pieceIndex, uint64 dealId>": { "0": 99 },
}

/** An event with every field of its payload filled. */
export const sampleEvent = (name: string): Event_ => {
  const event = facts.events.find((one) => one.name === name)!
  const payload = event.payload.map((field) => {
    if (!(field.type in samples)) throw new Error(`no sample of ${field.type}`)
    return [field.name, samples[field.type]]
  })
  return { _tag: name, ...Object.fromEntries(payload) }
}

const applyOp = (record: any, op: Op, event: Event_, now: number): void => {
  const value = (text: unknown): unknown =>
    typeof text === "string" && text.startsWith("$") ? event[text.slice(1)] : text
  const [kind, field, argument] = op
  if (kind === "set") record[field] = value(argument)
  else if (kind === "const") record[field] = argument
  else if (kind === "inc") record[field] += argument
  else if (kind === "setIfZero") record[field] = record[field] === 0 ? now : record[field]
  else if (kind === "setState") record.State = value(field)
  else if (kind === "append")
    record[field] = [
      ...record[field],
      ...(value(argument) as ReadonlyArray<any>).map((piece) =>
        argument === "$FillerPieces" ? { Piece: piece, DealInfo: null } : piece,
      ),
    ]
  else if (kind === "updateDealIds")
    for (const [index, id] of Object.entries(value(argument) as object))
      record[field][index].DealInfo.DealID = id
  else throw new Error(`no rule for ${kind}`)
}

const effect = (record: any, event: Event_, now: number): void => {
  for (const op of facts.events.find((one) => one.name === event._tag)!.ops) applyOp(record, op, event, now)
}

interface Step {
  readonly outcome: "stop" | "continue" | "error"
}

const stepCommitting = (record: any, event: Event_, now: number): Step => {
  const row = facts.transitions.find((one) => one.from === "Committing" && one.event === event._tag)
  if (row === undefined) return { outcome: "error" }
  if (row.guard !== undefined && event.SeedEpoch === record.SeedEpoch && event.SeedValue === record.SeedValue)
    return { outcome: "continue" }
  if (row.apply) effect(record, event, now)
  record.State = row.to
  return { outcome: row.stop ? "stop" : "continue" }
}

const stepOne = (record: any, event: Event_, now: number): Step => {
  const row = facts.transitions.find((one) => one.from === nameOf(record) && one.event === event._tag)
  if (row === undefined) return { outcome: facts.ignorable.includes(event._tag) ? "continue" : "error" }
  if (row.apply) effect(record, event, now)
  if (row.kind === "onReturning") {
    if (record.Return === "") return { outcome: "error" }
    record.State = record.Return
    record.Return = ""
  } else if (row.kind === "on") record.State = row.to
  return { outcome: row.stop ? "stop" : "continue" }
}

const nameOf = (record: Record_): string => (record.State === "" ? "UndefinedSectorState" : record.State)

/** What the facts say about one call of the planner, the rule after planning included. */
export const verdictOf = (before: Record_, events: ReadonlyArray<Event_>, now: number): Verdict => {
  const record: any = structuredClone(before)
  const failure: Verdict = { error: true, processed: 0, record: before }
  const done = (processed: number): Verdict => {
    if (record.State === "PackingFailed") record.State = "DealsExpired"
    return { error: false, processed, record }
  }
  const planner = facts.states.find((one) => one.name === nameOf(before))?.planner ?? "unknown"
  const isGlobal = (event: Event_) => facts.events.find((one) => one.name === event._tag)?.isGlobal === true
  if (planner === "final" && !isGlobal(events[0]!)) return failure
  if (planner === "unknown" && !(events.length === 1 && isGlobal(events[0]!))) return failure
  for (const [index, event] of events.entries()) {
    if (isGlobal(event)) {
      effect(record, event, now)
      const returns = facts.globalEvents.find((one) => one.name === event._tag)!.returnsTrue
      if (planner === "planCommitting" && !returns) continue
      return done(index + 1)
    }
    const step = planner === "planCommitting" ? stepCommitting : stepOne
    const { outcome } = step(record, event, now)
    if (outcome === "error") return failure
    if (outcome === "stop") return done(index + 1)
  }
  return done(events.length)
}

/** A record in which every field that an effect can touch has a value of its own. */
export const sampleRecord = (state: string): Record_ => ({
  State: facts.states.find((one) => one.name === state)?.value ?? state,
  SectorNumber: 3,
  SectorType: 5,
  CreationTime: 0,
  Pieces: [
    {
      Piece: { Size: 1024, PieceCID: "old" },
      DealInfo: {
        PublishCid: null,
        DealID: 11,
        DealProposal: null,
        DealSchedule: { StartEpoch: 1, EndEpoch: 2 },
        KeepUnsealed: true,
      },
    },
  ],
  TicketValue: "dA==",
  TicketEpoch: 10,
  PreCommit1Out: "",
  CommD: "d",
  CommR: "r",
  Proof: "",
  PreCommitInfo: null,
  PreCommitDeposit: "0",
  PreCommitMessage: null,
  PreCommitTipSet: "",
  PreCommit2Fails: 2,
  SeedValue: "cw==",
  SeedEpoch: 20,
  CommitMessage: null,
  InvalidProofs: 1,
  FaultReportMsg: null,
  Return: "CommitFailed",
  TerminateMessage: null,
  TerminatedAt: 0,
  LastErr: "",
})
