/** Dates and spans as people write them in a query. Pure; all in UTC, milliseconds since 1970. */

const unitMillis: Readonly<Record<string, number>> = {
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  m: 30 * 86_400_000,
  y: 365 * 86_400_000,
  分钟: 60_000,
  小时: 3_600_000,
  天: 86_400_000,
  周: 7 * 86_400_000,
  月: 30 * 86_400_000,
  年: 365 * 86_400_000,
}
const unitNames: Readonly<Record<string, string>> = {
  minute: "min",
  minutes: "min",
  hour: "h",
  hours: "h",
  day: "d",
  days: "d",
  week: "w",
  weeks: "w",
  month: "m",
  months: "m",
  year: "y",
  years: "y",
}

/** `7d`, `12 h`, `3周`; null when it is no span. A month is 30 days. */
export const parseSpan = (text: string): number | null => {
  const parts = /^(\d{1,6})\s*(\p{L}+)$/u.exec(text.trim().toLowerCase())
  if (parts === null) return null
  const millis = unitMillis[unitNames[parts[2]!] ?? parts[2]!]
  return millis === undefined ? null : Number(parts[1]) * millis
}

/** A year, a month or a day, with `-`, `/`, `.` or 年月日; null when there is no such date. */
export const parseDateRange = (text: string): { readonly from: number; readonly until: number } | null => {
  const parts = /^(\d{4})(?:[-/.年](?:(\d{1,2})(?:[-/.月](?:(\d{1,2})日?)?)?)?)?$/u.exec(text.trim())
  if (parts === null) return null
  const [year, month, day] = [parts[1], parts[2], parts[3]].map((part) =>
    part === undefined ? undefined : Number(part),
  )
  if (month !== undefined && (month < 1 || month > 12)) return null
  const from = Date.UTC(year!, (month ?? 1) - 1, day ?? 1)
  if (day !== undefined && new Date(from).getUTCDate() !== day) return null
  const until =
    month === undefined
      ? Date.UTC(year! + 1, 0, 1)
      : day === undefined
        ? Date.UTC(year!, month, 1)
        : from + unitMillis["d"]!
  return { from, until }
}
