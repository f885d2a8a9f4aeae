/**
 * Dates, durations, sizes and counts in the reader's language. Every `Intl` object is built once per language: making
 * one per row is slow.
 */
import { i18n } from "@lingui/core"

const cached = <T>(make: (locale: string) => T): (() => T) => {
  const known = new Map<string, T>()
  return () => {
    const locale = i18n.locale || "en"
    const found = known.get(locale)
    if (found !== undefined) return found
    const made = make(locale)
    known.set(locale, made)
    return made
  }
}

const chinese = (locale: string) => locale.startsWith("zh")

const numericDate = cached((locale) =>
  chinese(locale)
    ? new Intl.DateTimeFormat("zh-CN", { year: "numeric", month: "numeric", day: "numeric" })
    : new Intl.DateTimeFormat("en-US", { year: "numeric", month: "short", day: "numeric" }),
)
const fullDate = cached(
  (locale) =>
    new Intl.DateTimeFormat(locale, {
      dateStyle: "long",
      timeStyle: "long",
      hourCycle: "h23",
    }),
)
const timeOfDay = cached(
  () =>
    new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    }),
)
const relative = cached(
  (locale) =>
    new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: chinese(locale) ? "short" : "narrow" }),
)
const plain = cached((locale) => new Intl.NumberFormat(locale))
const compact = cached(
  (locale) => new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }),
)
const digits = cached((locale) => new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }))
const percent = cached(
  (locale) => new Intl.NumberFormat(locale, { style: "percent", maximumSignificantDigits: 2 }),
)
const signedPercent = cached(
  (locale) =>
    new Intl.NumberFormat(locale, {
      style: "percent",
      maximumSignificantDigits: 2,
      signDisplay: "exceptZero",
    }),
)
const collator = cached((locale) => new Intl.Collator(locale, { numeric: true }))

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Relative under seven days, then the date: for lists. */
export const ago = (iso: string, now: number): string => {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return "–"
  const passed = at - now
  const size = Math.abs(passed)
  if (size < 45 * second) return relative().format(0, "second")
  if (size < 60 * minute) return relative().format(Math.round(passed / minute), "minute")
  if (size < day) return relative().format(Math.round(passed / hour), "hour")
  if (size < 7 * day) return relative().format(Math.round(passed / day), "day")
  return numericDate().format(at)
}

const readable = (format: Intl.DateTimeFormat, at: number): string =>
  Number.isNaN(at) ? "–" : format.format(at)

export const dateOf = (iso: string): string => readable(numericDate(), Date.parse(iso))
export const fullTime = (iso: string): string => readable(fullDate(), Date.parse(iso))
export const clockTime = (at: number | string): string =>
  readable(timeOfDay(), typeof at === "string" ? Date.parse(at) : at)

/** `2026-11-22 14:02:11` in UTC: for logs and the sealing world, the same in every language. */
export const isoTime = (at: number | string): string => {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? "–" : date.toISOString().slice(0, 19).replace("T", " ")
}

const unit = (short: "d" | "h" | "min" | "s" | "ms"): string => {
  if (!chinese(i18n.locale)) return short
  return { d: "天", h: "小时", min: "分", s: "秒", ms: "毫秒" }[short]
}

const unitNames: Readonly<Record<string, "second" | "minute" | "hour" | "day">> = {
  s: "second",
  min: "minute",
  m: "minute",
  h: "hour",
  d: "day",
}

/** A duration as the daemon writes it (`10 min`) in the reader's words; as it is when it is not one. */
export const writtenDuration = (text: string): string => {
  const [, amount, name = ""] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/.exec(text) ?? []
  const unitName =
    unitNames[name] ?? unitNames[name.replace(/(?:econd|our|ay)?s?$/, "").replace(/^minute$/, "min")]
  if (amount === undefined || unitName === undefined) return text
  return new Intl.NumberFormat(i18n.locale || "en", {
    style: "unit",
    unit: unitName,
    unitDisplay: "short",
  }).format(Number(amount))
}

/** The two largest units: `1 h 12 min`, `1 小时 12 分`; under ten seconds with a tenth. */
export const duration = (millis: number): string => {
  const of = (value: number, name: Parameters<typeof unit>[0]) => `${value} ${unit(name)}`
  if (millis < second) return of(Math.round(millis), "ms")
  if (millis < 10 * second) return of(Math.round(millis / 100) / 10, "s")
  if (millis < minute) return of(Math.round(millis / second), "s")
  const two = (big: number, bigName: "d" | "h" | "min", small: number, smallName: "h" | "min" | "s") => {
    const bigs = Math.floor(millis / big)
    const smalls = Math.floor((millis - bigs * big) / small)
    return smalls === 0 ? of(bigs, bigName) : `${of(bigs, bigName)} ${of(smalls, smallName)}`
  }
  if (millis < hour) return two(minute, "min", second, "s")
  if (millis < day) return two(hour, "h", minute, "min")
  return two(day, "d", hour, "h")
}

/** Decimal units, three digits: `820 KB`, `1.2 MB`; never `0 MB`. */
export const bytes = (count: number): string => {
  const units = ["B", "KB", "MB", "GB", "TB"]
  let value = count
  let step = 0
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1_000
    step += 1
  }
  return `${digits().format(value)} ${units[step]}`
}

/** Exact with grouping to 99,999, then compact; give the exact number in a tooltip. */
export const count = (value: number): string =>
  value < 100_000 ? plain().format(value) : compact().format(value)
export const exact = (value: number): string => plain().format(value)
/** A part of the whole, 0 to 1: `3.2%`; what is there but rounds to nothing is `<0.1%`. */
export const share = (value: number): string =>
  value > 0 && value < 0.001 ? `<${percent().format(0.001)}` : percent().format(value)
/** Growth or shrinkage: `+4%`. */
export const signed = (value: number): string => signedPercent().format(value)
export const byName = (a: string, b: string): number => collator().compare(a, b)

/** The site of an address without `www.`; the address itself when it cannot be read. */
export const siteOf = (url: string): string => {
  try {
    return new URL(url).host.replace(/^www\./, "")
  } catch {
    return url
  }
}

/** The language tag for a text of unknown language, so that Han characters get the right shapes. */
export const langOf = (text: string): string | undefined => {
  if (/[\u3040-\u30ff]/.test(text)) return "ja"
  if (/[\uac00-\ud7af]/.test(text)) return "ko"
  return /[\u4e00-\u9fff]/.test(text) ? "zh-CN" : undefined
}
