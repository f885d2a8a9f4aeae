/** The modelled world, for drills: its settings, and deals that are offered to the miner. Nothing of it is real. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Size } from "../../sealing/Config.ts"
import { Conflict } from "./Problem.ts"
import { optional } from "./words.ts"

export const WorldSetting = Schema.Struct({
  name: Schema.String,
  /** How it stands, in words. */
  value: Schema.String,
  /** What it takes. */
  takes: Schema.String,
  meaning: Schema.String,
}).annotations({ identifier: "WorldSetting" })
export type WorldSetting = typeof WorldSetting.Type

export const WorldDocument = Schema.Struct({
  /** Always true: chain, sealer and market are modelled. */
  simulated: Schema.Literal(true),
  settings: Schema.Array(WorldSetting),
}).annotations({ identifier: "World" })
export type WorldDocument = typeof WorldDocument.Type

const SetWorld = Schema.Struct({ setting: Schema.String, value: Schema.String }).annotations({
  identifier: "SetWorld",
})

const Epoch = Schema.Number.pipe(
  Schema.int({ message: () => "an epoch is a whole number" }),
  Schema.nonNegative({ message: () => "an epoch is not negative" }),
)

const AddPiece = Schema.Struct({
  /** Of the piece, padded: a power of two, like 8GiB. */
  size: Size,
  /** Epochs at which the modelled deal starts and ends. */
  start: Epoch,
  end: Epoch,
  /** False: answer when the piece is let in, without waiting until it is written. */
  wait: optional(Schema.Boolean),
})
  .pipe(Schema.filter(({ start, end }) => (end > start ? undefined : "end must be after start")))
  .annotations({ identifier: "AddPiece" })

export const PieceDocument = Schema.Struct({
  /** The id of the modelled deal. */
  deal: Schema.Number,
  /** Null when it was not waited for. */
  sector: Schema.NullOr(Schema.Number),
  /** In padded bytes; null when it was not waited for. */
  offset: Schema.NullOr(Schema.Number),
}).annotations({ identifier: "PieceAdded" })
export type PieceDocument = typeof PieceDocument.Type

export const OfferedPiece = Schema.Struct({
  deal: Schema.Number,
  /** In padded bytes. */
  size: Schema.Number,
  start: Schema.Number,
  end: Schema.Number,
  /** When it was offered: ISO 8601 on the clock of the sealing world. */
  at: Schema.String,
  /** `waiting` has no sector yet, `assigned` has one and is not written. */
  state: Schema.Literal("waiting", "assigned", "written", "refused"),
  sector: Schema.NullOr(Schema.Number),
  /** In padded bytes; null until it is written. */
  offset: Schema.NullOr(Schema.Number),
  /** Why it was refused. */
  reason: Schema.NullOr(Schema.String),
}).annotations({ identifier: "OfferedPiece" })
export type OfferedPiece = typeof OfferedPiece.Type

export const PiecesDocument = Schema.Struct({
  simulated: Schema.Literal(true),
  /** All that wait and the last 200 that were settled since the start of the process, newest first. */
  pieces: Schema.Array(OfferedPiece),
}).annotations({ identifier: "OfferedPieces" })
export type PiecesDocument = typeof PiecesDocument.Type

export const worldGroup = HttpApiGroup.make("world")
  .add(
    HttpApiEndpoint.get("settings", "/sealing/world")
      .addSuccess(WorldDocument)
      .annotate(OpenApi.Summary, "The modelled world"),
  )
  .add(
    HttpApiEndpoint.post("set", "/sealing/world")
      .setPayload(SetWorld)
      .addSuccess(WorldDocument)
      .annotate(OpenApi.Summary, "Change the modelled world, for drills"),
  )
  .add(
    HttpApiEndpoint.get("pieces", "/sealing/pieces")
      .addSuccess(PiecesDocument)
      .annotate(OpenApi.Summary, "The pieces that were offered, and what became of them"),
  )
  .add(
    HttpApiEndpoint.post("addPiece", "/sealing/pieces")
      .setPayload(AddPiece)
      .addSuccess(PieceDocument, { status: 201 })
      .addSuccess(PieceDocument, { status: 202 })
      .addError(Conflict)
      .annotate(OpenApi.Summary, "Put the piece of a modelled deal into a sector")
      .annotate(
        OpenApi.Description,
        "Answers 201 when the piece is written, which takes time of the sealing world; while that is paused it waits. With `wait: false` it answers 202 at once, with the deal; `GET /sealing/pieces` says what becomes of it.",
      ),
  )
