/** Sectors: pledging, listing, the record with Lotus's field names, and events sent by hand. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Conflict, NotFound } from "./Problem.ts"
import { CommaList, Flag, SectorId, optional } from "./words.ts"

/** The most sectors one request may pledge. */
const pledgeMax = 1_000

export const SectorRow = Schema.Struct({
  number: Schema.Number,
  state: Schema.String,
  type: Schema.Union(Schema.Number, Schema.String),
  pieces: Schema.Number,
  deals: Schema.Number,
  /** ISO 8601, on the clock of the sealing world: when it entered this state. */
  since: Schema.NullOr(Schema.String),
  /** Why it waits, in words. */
  why: Schema.NullOr(Schema.String),
  /** When what it waits for is due, on the clock of the sealing world; null when nobody can know. */
  until: Schema.optional(Schema.NullOr(Schema.String)),
  /** Does it rest where only an event by hand moves it? `why` says which would. */
  needsOperator: Schema.optional(Schema.Boolean),
  /** The first events that wait behind its running stage; left out when none does. */
  pending: Schema.optional(Schema.Array(Schema.String)),
  lastError: Schema.NullOr(Schema.String),
  /** Is it marked for upgrade: the next sector with deals takes its place? */
  marked: Schema.optional(Schema.Boolean),
  /** Is it on the (modelled) chain, and does it live there? */
  onChain: Schema.optional(Schema.Boolean),
  active: Schema.optional(Schema.Boolean),
  /** ISO 8601, on the clock of the sealing world; null while it is not on the chain. */
  expiration: Schema.optional(Schema.NullOr(Schema.String)),
  /** The same as an epoch. */
  expirationEpoch: Schema.optional(Schema.NullOr(Schema.Number)),
  /** Bytes of deals, averaged over its lifetime; null while it is not on the chain. */
  dealWeight: Schema.optional(Schema.NullOr(Schema.Number)),
  /** Entries of its log that are events. */
  events: Schema.optional(Schema.Number),
  /** From its first event to SectorProving, in milliseconds; null until then. */
  sealMillis: Schema.optional(Schema.NullOr(Schema.Number)),
}).annotations({ identifier: "SectorRow" })
export type SectorRow = typeof SectorRow.Type

export const SectorsDocument = Schema.Struct({ sectors: Schema.Array(SectorRow) }).annotations({
  identifier: "Sectors",
})
export type SectorsDocument = typeof SectorsDocument.Type

export const PledgedDocument = Schema.Struct({ sectors: Schema.Array(Schema.Number) }).annotations({
  identifier: "Pledged",
})
export type PledgedDocument = typeof PledgedDocument.Type

/** Lotus's sector record, without `Log`; what is ours begins with a small letter. `pending` names the events that wait while the sector is busy, `ignored` the one sent that had no effect. */
export const SectorRecord = Schema.Struct(
  {
    State: Schema.String,
    SectorNumber: Schema.Number,
    pending: Schema.optional(Schema.Array(Schema.String)),
    /** The event that was sent, when the state took it without effect. */
    ignored: Schema.optional(Schema.String),
    /** Why it waits, and until when (ISO 8601, on the clock of the sealing world) if that is known. */
    waiting: Schema.optional(
      Schema.NullOr(
        Schema.Struct({ kind: Schema.String, text: Schema.String, until: Schema.NullOr(Schema.String) }),
      ),
    ),
  },
  { key: Schema.String, value: Schema.Unknown },
).annotations({ identifier: "SectorRecord" })
export type SectorRecord = typeof SectorRecord.Type

export const SectorLogEntry = Schema.Struct({
  /** Unix seconds, as in Lotus. */
  Timestamp: Schema.Number,
  Kind: Schema.String,
  Message: Schema.String,
  Trace: Schema.String,
}).annotations({ identifier: "SectorLogEntry" })
export type SectorLogEntry = typeof SectorLogEntry.Type

export const SectorLogDocument = Schema.Struct({ log: Schema.Array(SectorLogEntry) }).annotations({
  identifier: "SectorLog",
})
export type SectorLogDocument = typeof SectorLogDocument.Type

const PledgeRequest = Schema.Struct({
  count: optional(
    Schema.Number.pipe(
      Schema.int({ message: () => "must be a whole number" }),
      Schema.between(1, pledgeMax, { message: () => `must be 1 to ${pledgeMax}` }),
    ),
  ),
}).annotations({ identifier: "Pledge" })

const SendEvent = Schema.Struct({
  event: Schema.String,
  payload: optional(Schema.Unknown),
  /** Answer after the event is planned instead of at once. */
  wait: optional(Schema.Boolean),
}).annotations({ identifier: "SendEvent" })

export const sectorsGroup = HttpApiGroup.make("sectors")
  .add(
    HttpApiEndpoint.get("list", "/sectors")
      .setUrlParams(
        Schema.Struct({
          states: optional(CommaList),
          showRemoved: optional(Flag),
        }),
      )
      .addSuccess(SectorsDocument)
      .annotate(OpenApi.Summary, "The sectors, by number"),
  )
  .add(
    HttpApiEndpoint.post("pledge", "/sectors")
      .setPayload(Schema.NullOr(PledgeRequest))
      .addSuccess(PledgedDocument, { status: 201 })
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Pledge committed-capacity sectors"),
  )
  .add(
    HttpApiEndpoint.get("status", "/sectors/:n")
      .setPath(SectorId)
      .addSuccess(SectorRecord)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "The record of a sector"),
  )
  .add(
    HttpApiEndpoint.get("log", "/sectors/:n/log")
      .setPath(SectorId)
      .addSuccess(SectorLogDocument)
      .addError(NotFound)
      .annotate(OpenApi.Summary, "The log of a sector"),
  )
  .add(
    HttpApiEndpoint.post("send", "/sectors/:n/events")
      .setPath(SectorId)
      .setPayload(SendEvent)
      .addSuccess(SectorRecord, { status: 202 })
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Send an event to a sector")
      .annotate(
        OpenApi.Description,
        "A busy sector answers at once with the event in `pending`, unless `wait` is true. An unknown event is 400 with the known ones.",
      ),
  )
  .add(
    HttpApiEndpoint.post("updateState", "/sectors/:n/state")
      .setPath(SectorId)
      .setPayload(Schema.Struct({ state: Schema.String }))
      .addSuccess(SectorRecord)
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Force the state of a sector"),
  )
  .add(
    HttpApiEndpoint.post("terminate", "/sectors/:n/terminate")
      .setPath(SectorId)
      .addSuccess(SectorRecord)
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Terminate a sector on chain"),
  )
  .add(
    HttpApiEndpoint.post("seal", "/sectors/:n/seal")
      .setPath(SectorId)
      .addSuccess(SectorRecord)
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Pack a sector that waits for deals now"),
  )
  .add(
    HttpApiEndpoint.post("markForUpgrade", "/sectors/:n/upgrade")
      .setPath(SectorId)
      .addSuccess(SectorRecord)
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Let the next sector with deals take the place of this one"),
  )
  .add(
    HttpApiEndpoint.del("remove", "/sectors/:n")
      .setPath(SectorId)
      .addSuccess(SectorRecord)
      .addError(NotFound)
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Remove the data of a sector"),
  )
