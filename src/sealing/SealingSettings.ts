/**
 * The settings of the sealing room as they are written in the daemon's configuration: a named base, Lotus's keys that
 * differ from it, and the modelled world. Lotus's keys are read again whenever they are used.
 */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { sealingConfig, SealingConfig, Size } from "./Config.ts"
import { sealProofOf } from "./pieces/sealProof.ts"

const SectorSize = Size.pipe(
  Schema.filter((bytes) =>
    sealProofOf(bytes) === null ? "sectors have 2KiB, 8MiB, 512MiB, 32GiB or 64GiB" : undefined,
  ),
)

const Task = Schema.Literal("AP", "PC1", "PC2", "C1", "C2", "FIN")
const Slots = Schema.Int.pipe(Schema.nonNegative())

const Worker = Schema.Struct({
  name: Schema.NonEmptyString,
  /** Jobs of a task at once; a task that no worker names runs on the miner itself, without a limit. */
  tasks: Schema.partialWith(Schema.Record({ key: Task, value: Slots }), { exact: true }),
})

const Base = Schema.Literal("single", "lotus").annotations({
  message: () => ({ message: "must be single or lotus", override: true }),
})

const written = Schema.Struct({
  /** `single` sends each message for one sector; `lotus` has all defaults of v1.13.2, with batches that wait for a day. */
  base: Schema.optionalWith(Base, { default: () => "single" as const }),
  /** Lotus's keys, written otherwise than in the base. */
  config: Schema.optionalWith(Schema.encodedSchema(SealingConfig), { default: () => ({}) }),
  sectorSize: Schema.optionalWith(SectorSize, { default: () => 2 ** 35 }),
  /** The modelled workers; none: everything runs on the miner itself, without a limit. */
  workers: Schema.optionalWith(Schema.Array(Worker), { default: () => [] }),
})

export const SealingSettings = written.pipe(
  Schema.filter(({ base, config }) => {
    const decoded = sealingConfig(base, config)
    if (Either.isRight(decoded)) return undefined
    const issue = ParseResult.ArrayFormatter.formatErrorSync(decoded.left)[0]!
    return { path: ["config", ...issue.path], message: issue.message }
  }),
)
export type SealingSettings = typeof SealingSettings.Type
