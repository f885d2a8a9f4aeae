/**
 * How a sector event is declared: its name, its payload (each field with the value that a missing one stands for, as
 * in Go), and what it does to the record. From one declaration come the type, the constructor, the decoder for
 * payloads from outside, and the effect that the table's rows run.
 */
import * as Schema from "effect/Schema"
import type { PlanFailure } from "../../actors/Planner.ts"
import { AttoFil, Bytes, ChainEpoch, Cid, type Sector } from "../Sector.ts"
import { isSectorState, UnknownSectorState } from "../SectorState.ts"

/** One field of a payload. */
export interface Field<A> {
  readonly schema: Schema.Schema<A, any>
  /** What a missing field stands for. */
  readonly zero: A
  /** From outside the field must be given: its zero would do harm. */
  readonly required: boolean
}

export const field = <A, I>(schema: Schema.Schema<A, I>, zero: NoInfer<A>, required = false): Field<A> => ({
  schema,
  zero,
  required,
})

export const cid: Field<string | null> = field(Schema.NullOr(Cid), null)
export const bytes: Field<string> = field(Bytes, "")
export const epoch: Field<number> = field(ChainEpoch, 0)
export const attoFil: Field<string> = field(AttoFil, "0")
/** The text of an error that travels in an event. */
export const errorText: Field<string> = field(Schema.String, "")

/** The name of a state, as the record or an operator has it; from outside it must be given, and be one of the 43. */
export const stateField: Field<string> = field(
  Schema.String.pipe(
    Schema.filter((state) => isSectorState(state) || new UnknownSectorState({ state }).message),
  ),
  "",
  true,
)

export type Fields = Readonly<Record<string, Field<any>>>

/** The payload of fields. */
export type PayloadOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer A> ? A : never
}

export type EventOf<K> = K extends EventKind<infer N, infer F> ? { readonly _tag: N } & PayloadOf<F> : never

/** Gives the present time in unix seconds; the only thing an effect reads beside the record and the event. */
export type UnixClock = () => number

export type Effect<E> = (sector: Sector, event: E, now: UnixClock) => Sector | PlanFailure

export interface EventKind<N extends string, F extends Fields> {
  readonly name: N
  readonly fields: F
  /** What the event says, in a few words. */
  readonly meaning: string
  /** Taken in every state, before the state's own rows. */
  readonly global: boolean
  /** Carries an error: the log shows its text as the entry's trace. */
  readonly isError: boolean
  /** Makes the event. */
  readonly make: keyof F extends never
    ? () => { readonly _tag: N }
    : (payload: PayloadOf<F>) => { readonly _tag: N } & PayloadOf<F>
  /** What the event does to the record, apart from the state. */
  readonly apply: Effect<{ readonly _tag: N } & PayloadOf<F>>
}

const keep = (sector: Sector): Sector => sector

/** Declares an event. */
export const eventKind = <const N extends string, const F extends Fields>(
  name: N,
  fields: F,
  meaning: string,
  apply: Effect<{ readonly _tag: N } & PayloadOf<F>> = keep,
  global = false,
): EventKind<N, F> => {
  const bare = Object.freeze({ _tag: name })
  const make =
    Object.keys(fields).length === 0 ? () => bare : (payload: object) => ({ _tag: name, ...payload })
  return {
    name,
    fields,
    meaning,
    global,
    isError: Object.hasOwn(fields, "error"),
    make: make as EventKind<N, F>["make"],
    apply,
  }
}

/** Declares a global event: one that every state takes. */
export const globalKind = <const N extends string, const F extends Fields>(
  name: N,
  fields: F,
  meaning: string,
): EventKind<N, F> => eventKind(name, fields, meaning, keep, true)

/** Declares an event that carries an error. */
export const errorKind = <const N extends string>(
  name: N,
  meaning: string,
  apply?: Effect<{ readonly _tag: N; readonly error: string }>,
): EventKind<N, { readonly error: Field<string> }> => eventKind(name, { error: errorText }, meaning, apply)
