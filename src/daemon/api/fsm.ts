/** The two machines as their tables say, with how many machines are in each state now. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { NotFound } from "./Problem.ts"

export const machineKinds = ["link", "sector"] as const
export const MachineKind = Schema.Literal(...machineKinds)
export type MachineKind = typeof MachineKind.Type

const anythingElse = { key: Schema.String, value: Schema.Unknown } as const

const tableFields = {
  kind: MachineKind,
  initial: Schema.String,
  states: Schema.Array(Schema.Struct({ name: Schema.String }, anythingElse)),
  transitions: Schema.Array(
    Schema.Struct(
      { from: Schema.String, event: Schema.String, to: Schema.Array(Schema.String), kind: Schema.String },
      anythingElse,
    ),
  ),
}

/** The table as data: `from` is `*` for rows from any state. What a row carries beyond the named fields is the table's own. */
export const MachineTable = Schema.Struct(tableFields, anythingElse)
export type MachineTable = typeof MachineTable.Type

export const TableDocument = Schema.Struct(
  { ...tableFields, counts: Schema.Record({ key: Schema.String, value: Schema.Number }) },
  anythingElse,
).annotations({ identifier: "MachineTable" })
export type TableDocument = typeof TableDocument.Type

export const fsmGroup = HttpApiGroup.make("fsm").add(
  HttpApiEndpoint.get("table", "/fsm/:kind")
    .setPath(Schema.Struct({ kind: Schema.String }))
    .addSuccess(TableDocument)
    .addError(NotFound)
    .annotate(OpenApi.Summary, "A machine's table and its live counts"),
)
