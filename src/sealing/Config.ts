/**
 * The settings of sealing: Lotus's names and defaults, and the few of our own (auto-pledge). They are read on each use;
 * only the wait and the slack of a batcher are read once, when the process starts, as in Lotus. Durations are written
 * as text and read as milliseconds, money is written as text and read as attoFIL.
 */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { addressedSectorsMax, maxAggregatedSectors, preCommitSectorBatchMaxSize } from "./ports/policy.ts"
import { BadAmount, parseDuration, parseFil, parseSize, showDuration, showFil, showSize } from "./units.ts"

const parsed =
  <A>(parse: (text: string) => A) =>
  (text: string, _options: unknown, ast: any) => {
    try {
      return ParseResult.succeed(parse(text))
    } catch (error) {
      if (error instanceof BadAmount) return ParseResult.fail(new ParseResult.Type(ast, text, error.message))
      throw error
    }
  }

/** A duration as text, milliseconds inside. */
const Duration = Schema.transformOrFail(Schema.String, Schema.NonNegativeInt, {
  strict: true,
  decode: parsed(parseDuration),
  encode: (millis) => ParseResult.succeed(showDuration(millis)),
})

/** An amount of money as text, attoFIL inside. */
const Fil = Schema.transformOrFail(Schema.String, Schema.BigIntFromSelf, {
  strict: true,
  decode: parsed(parseFil),
  encode: (atto) => ParseResult.succeed(showFil(atto)),
})

/** A size as text, bytes inside. */
export const Size = Schema.transformOrFail(Schema.String, Schema.NonNegativeInt, {
  strict: true,
  decode: parsed(parseSize),
  encode: (bytes) => ParseResult.succeed(showSize(bytes)),
})

const count = (value: number, meaning: string) =>
  Schema.optionalWith(Schema.NonNegativeInt.annotations({ description: meaning }), { default: () => value })

const batchSize = (value: number, most: number, meaning: string) =>
  Schema.optionalWith(Schema.Int.pipe(Schema.between(1, most)).annotations({ description: meaning }), {
    default: () => value,
  })

const flag = (value: boolean, meaning: string) =>
  Schema.optionalWith(Schema.Boolean.annotations({ description: meaning }), { default: () => value })

const duration = (value: string, meaning: string) =>
  Schema.optionalWith(Duration.annotations({ description: meaning }), { default: () => parseDuration(value) })

const fil = (value: string, meaning: string) =>
  Schema.optionalWith(Fil.annotations({ description: meaning }), { default: () => parseFil(value) })

/** Every key with Lotus's default (v1.13.2). */
export const SealingConfig = Schema.Struct({
  MaxWaitDealsSectors: count(2, "how many sectors may wait for deals at once; 0 is no limit"),
  MaxSealingSectors: count(0, "a pledge is refused at this many sectors in sealing; 0 is no limit"),
  MaxSealingSectorsForDeals: count(0, "no deal sector is made at this many in sealing; 0 is no limit"),
  WaitDealsDelay: duration("6 h", "how long a sector waits for more deals after its first"),
  StartEpochSealingBuffer: count(480, "epochs a deal must still have before its start when it is added"),
  ExpectedSealDuration: duration("24 h", "what the market side reckons sealing takes"),
  AlwaysKeepUnsealedCopy: flag(
    true,
    "keep the unsealed data of deals even when the deal does not ask for it",
  ),
  FinalizeEarly: flag(false, "finalize before the proof is sent"),
  CommittedCapacitySectorLifetime: duration("540 d", "lifetime of a sector without deals, 180 to 540 days"),
  CollateralFromMinerBalance: flag(false, "take collateral out of the miner's available balance first"),
  AvailableBalanceBuffer: fil(
    "0 FIL",
    "what is left in the available balance when collateral is taken out of it",
  ),
  DisableCollateralFallback: flag(false, "send no collateral even when the balance does not cover it"),
  BatchPreCommits: flag(true, "send pre-commits in batches"),
  MaxPreCommitBatch: batchSize(
    256,
    preCommitSectorBatchMaxSize,
    "sectors in a pre-commit batch; one that is full is sent at once",
  ),
  PreCommitBatchWait: duration("24 h", "how long a pre-commit waits for company; read at start"),
  PreCommitBatchSlack: duration("3 h", "how long before its last moment a pre-commit is sent; read at start"),
  BatchPreCommitAboveBaseFee: fil(
    "0.32 nFIL",
    "below this base fee pre-commits are sent one by one; 0: never",
  ),
  AggregateCommits: flag(true, "send proofs aggregated"),
  MinCommitBatch: count(4, "fewer proofs are sent one by one"),
  MaxCommitBatch: batchSize(
    819,
    maxAggregatedSectors,
    "proofs in an aggregate; one that is full is sent at once",
  ),
  CommitBatchWait: duration("24 h", "how long a proof waits for company; read at start"),
  CommitBatchSlack: duration("1 h", "how long before its last moment a proof is sent; read at start"),
  AggregateAboveBaseFee: fil("0.32 nFIL", "below this base fee proofs are sent one by one; 0: never"),
  TerminateBatchMin: count(1, "terminations that the timer waits for"),
  TerminateBatchMax: batchSize(100, addressedSectorsMax, "terminations that are sent at once"),
  TerminateBatchWait: duration("5 min", "how often terminations are sent"),
  MaxPreCommitGasFee: fil("0.025 FIL", "fee of a single pre-commit at most"),
  MaxCommitGasFee: fil("0.05 FIL", "fee of a single proof at most"),
  MaxPreCommitBatchGasFeeBase: fil("0 FIL", "fee of a pre-commit batch at most, beside that per sector"),
  MaxPreCommitBatchGasFeePerSector: fil("0.02 FIL", "fee of a pre-commit batch at most, per sector"),
  MaxCommitBatchGasFeeBase: fil("0 FIL", "fee of an aggregate at most, beside that per sector"),
  MaxCommitBatchGasFeePerSector: fil("0.03 FIL", "fee of an aggregate at most, per sector"),
  MaxTerminateGasFee: fil("0.5 FIL", "fee of a terminate message at most"),
  AutoPledge: flag(false, "pledge a sector by itself at each interval"),
  AutoPledgeInterval: duration("60 s", "how often auto-pledge pledges one sector"),
})
export type SealingConfig = typeof SealingConfig.Type

/** What may be written: any subset of the keys. */
export type SealingOverrides = typeof SealingConfig.Encoded

export type SealingConfigKey = keyof SealingConfig

export const sealingConfigKeys = Object.keys(SealingConfig.fields) as ReadonlyArray<SealingConfigKey>

/**
 * The named bases: `lotus` is every default of v1.13.2; `single` sends each message for one sector, so that one sector
 * is at Proving in hours and not in days.
 */
export const configBases = {
  lotus: {},
  single: { BatchPreCommits: false, AggregateCommits: false },
} as const satisfies Record<string, SealingOverrides>

export type ConfigBase = keyof typeof configBases

const decode = Schema.decodeUnknownEither(SealingConfig, { onExcessProperty: "error" })
const decodeOrThrow = Schema.decodeUnknownSync(SealingConfig)

/** The settings of a base with some keys written otherwise; a wrong key or value is an error that names it. */
export const sealingConfig = (base: ConfigBase, overrides: unknown = {}) =>
  decode(
    typeof overrides === "object" && overrides !== null ? { ...configBases[base], ...overrides } : overrides,
  )

/** The settings of a base as they are. */
export const defaultConfig = (base: ConfigBase): SealingConfig => decodeOrThrow(configBases[base])
