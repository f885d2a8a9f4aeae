/**
 * Durations as people write them: a number and a unit, `ms s min h d` or their long names, blank allowed.
 * Pure and free of imports, for the command reads them too.
 */

const unitMillis: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  seconds: 1_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
}

/** Milliseconds of a written duration (rounded to a whole one), or undefined when it is none. */
export const parseDuration = (text: string): number | undefined => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text)
  const unit = match?.[2] === undefined ? undefined : unitMillis[match[2].toLowerCase()]
  if (match === null || unit === undefined) return undefined
  const millis = Math.round(Number(match[1]) * unit)
  return Number.isSafeInteger(millis) ? millis : undefined
}

const written = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const

/** The shortest exact way to write it: `90 s`, `1 min`, `36 h`, `2 d`. Read back by `parseDuration`. */
export const formatDuration = (millis: number): string => {
  for (const [unit, size] of written) {
    if (millis >= size && millis % size === 0) return `${millis / size} ${unit}`
  }
  return `${millis} ms`
}
