/**
 * How states and events become text in a store and values again. A codec has a version; a text written by an older
 * version passes through the migrations, one version at a time, so that old databases open under new code.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** A stored text that cannot be read as what it should be. The machine it belongs to cannot start. */
export class DecodeError extends Data.TaggedError("DecodeError")<{ readonly message: string }> {}

export interface Codec<A> {
  readonly version: number
  readonly encode: (value: A) => string
  /** Throws `DecodeError`. */
  readonly decode: (text: string, version: number) => A
  /** Null when the value is of the right shape, else what is wrong with it. */
  readonly check: (value: unknown) => string | null
}

/** From version n to n + 1, under the key n; over the parsed JSON. */
export type Migrations = Readonly<Record<number, (old: unknown) => unknown>>

export interface CodecOptions {
  /** 1 when left out. */
  readonly version?: number
  readonly migrations?: Migrations
}

const parse = (text: string, from: number, to: number, migrations: Migrations): unknown => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new DecodeError({ message: `the stored text is not JSON: ${String(cause)}` })
  }
  if (from > to)
    throw new DecodeError({ message: `it was written by version ${from}, this program knows ${to}` })
  for (let version = from; version < to; version++) {
    const migrate = migrations[version]
    if (migrate === undefined)
      throw new DecodeError({ message: `there is no migration from version ${version}` })
    try {
      value = migrate(value)
    } catch (cause) {
      throw new DecodeError({ message: `the migration from version ${version} failed: ${String(cause)}` })
    }
  }
  return value
}

/** Plain JSON, trusted to be what was written. The quick one: for states that only the program writes. */
export const json = <A>(options: CodecOptions = {}): Codec<A> => {
  const version = options.version ?? 1
  const migrations = options.migrations ?? {}
  return {
    version,
    encode: (value) => JSON.stringify(value),
    decode: (text, from) => parse(text, from, version, migrations) as A,
    check: () => null,
  }
}

/** JSON of a schema: what is read is validated, and values from outside are checked before they are accepted. */
export const schema = <A, I>(of: Schema.Schema<A, I>, options: CodecOptions = {}): Codec<A> => {
  const version = options.version ?? 1
  const migrations = options.migrations ?? {}
  const encode = Schema.encodeSync(of)
  const decode = Schema.decodeUnknownEither(of)
  const validate = Schema.validateEither(of, { onExcessProperty: "error" })
  return {
    version,
    encode: (value) => JSON.stringify(encode(value)),
    decode: (text, from) => {
      const decoded = decode(parse(text, from, version, migrations))
      if (Either.isRight(decoded)) return decoded.right
      throw new DecodeError({ message: ParseResult.TreeFormatter.formatErrorSync(decoded.left) })
    },
    check: (value) => {
      const valid = validate(value)
      return Either.isRight(valid) ? null : ParseResult.TreeFormatter.formatErrorSync(valid.left)
    },
  }
}
