/**
 * Amounts as people write them: durations ("3 h", "1 h 30 m" is not one), sizes ("32GiB"), money ("0.32 nFIL"), rates
 * ("0.8 per hour"). Parsing is exact to the unit it gives (milliseconds, bytes, attoFIL) and says what it wanted.
 */
import * as Data from "effect/Data"

/** The text is no amount of that kind. */
export class BadAmount extends Data.TaggedError("BadAmount")<{
  readonly text: string
  readonly wanted: string
}> {
  override get message() {
    return `${JSON.stringify(this.text)} is not ${this.wanted}`
  }
}

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  s: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
}

const unitOf = (units: Readonly<Record<string, number>>, name: string): number | undefined =>
  Object.hasOwn(units, name)
    ? units[name]
    : name.endsWith("s") && Object.hasOwn(units, name.slice(0, -1)) && name.length > 3
      ? units[name.slice(0, -1)]
      : undefined

const wantedDuration = 'a duration: a number and one of ms, s, min, h, d or their long names, like "3 h"'

/** Milliseconds of a duration, rounded to a whole one. Throws `BadAmount`. */
export const parseDuration = (text: string): number => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/.exec(text)
  const unit = match === null ? undefined : unitOf(durationUnits, match[2]!)
  if (match === null || unit === undefined) throw new BadAmount({ text, wanted: wantedDuration })
  return Math.round(Number(match[1]) * unit)
}

const shownDurations: ReadonlyArray<readonly [string, number]> = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
]

/** A duration that reads back as the same: in the largest unit that divides it, else in the largest that needs two decimals at most. */
export const showDuration = (millis: number): string => {
  if (millis === 0) return "0 s"
  for (const [name, unit] of shownDurations) if (millis % unit === 0) return `${millis / unit} ${name}`
  for (const [name, unit] of shownDurations)
    if (millis > unit && (millis * 100) % unit === 0) return `${millis / unit} ${name}`
  return `${millis} ms`
}

const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
}

const wantedSize = 'a size: a number and one of KiB to PiB or KB to PB, like "32GiB"'

/** Bytes of a size. Throws `BadAmount`. */
export const parseSize = (text: string): number => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$/.exec(text)
  const unit = match === null || !Object.hasOwn(sizeUnits, match[2]!) ? undefined : sizeUnits[match[2]!]
  if (match === null || unit === undefined) throw new BadAmount({ text, wanted: wantedSize })
  return Math.round(Number(match[1]) * unit)
}

const binarySizes: ReadonlyArray<readonly [string, number]> = [
  ["PiB", 2 ** 50],
  ["TiB", 2 ** 40],
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
]

/** A size in the largest binary unit that divides it. */
export const showSize = (bytes: number): string => {
  for (const [name, unit] of binarySizes) if (bytes > 0 && bytes % unit === 0) return `${bytes / unit}${name}`
  return `${bytes}B`
}

const filDecimals: Readonly<Record<string, number>> = {
  FIL: 18,
  milliFIL: 15,
  mFIL: 15,
  microFIL: 12,
  uFIL: 12,
  nanoFIL: 9,
  nFIL: 9,
  picoFIL: 6,
  pFIL: 6,
  femtoFIL: 3,
  fFIL: 3,
  attoFIL: 0,
  aFIL: 0,
}

const wantedFil = 'an amount of money: a number and FIL, mFIL, uFIL, nFIL, pFIL or attoFIL, like "0.32 nFIL"'

/** attoFIL of an amount; a bare number is FIL. Exact: throws `BadAmount` for less than one attoFIL too. */
export const parseFil = (text: string): bigint => {
  const match = /^\s*(\d+)(?:\.(\d+))?\s*([A-Za-z]*)\s*$/.exec(text)
  const name = match === null ? "" : match[3] || "FIL"
  const decimals = Object.hasOwn(filDecimals, name) ? filDecimals[name]! : -1
  if (match === null || decimals < 0) throw new BadAmount({ text, wanted: wantedFil })
  const fraction = (match[2] ?? "").replace(/0+$/, "")
  if (fraction.length > decimals) throw new BadAmount({ text, wanted: wantedFil })
  return BigInt(match[1]! + fraction.padEnd(decimals, "0"))
}

const shownFil: ReadonlyArray<readonly [string, bigint]> = [
  ["FIL", 10n ** 18n],
  ["nFIL", 10n ** 9n],
]

/** An amount in FIL, nFIL or attoFIL, whichever says it without a long row of zeroes. */
export const showFil = (atto: bigint): string => {
  if (atto === 0n) return "0 FIL"
  for (const [name, unit] of shownFil) {
    if (atto * 1000n < unit) continue
    const fraction = (atto % unit)
      .toString()
      .padStart(unit.toString().length - 1, "0")
      .replace(/0+$/, "")
    return `${atto / unit}${fraction === "" ? "" : `.${fraction}`} ${name}`
  }
  return `${atto} attoFIL`
}

const wantedRate = 'a rate: a number "per" a unit of time, like "0.8 per hour"'

/** Events per millisecond of a rate. Throws `BadAmount`. */
export const parseRate = (text: string): number => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*per\s+([a-z]+)\s*$/.exec(text)
  const unit = match === null ? undefined : unitOf(durationUnits, match[2]!)
  if (match === null || unit === undefined) throw new BadAmount({ text, wanted: wantedRate })
  return Number(match[1]) / unit
}
