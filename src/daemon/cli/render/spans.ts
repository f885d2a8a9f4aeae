/**
 * Spans of the sealing world's time, as Lotus's command writes them: in the two largest units. What is told of is in
 * the future or in the past of the world's clock, never of the machine's.
 */

const units: ReadonlyArray<readonly [string, number]> = [
  ["year", 365 * 86_400_000],
  ["week", 7 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
]

const shownUnits = 2

/** `2 hours 40 minutes`; `0 seconds` for less than one. */
export const span = (millis: number): string => {
  let rest = millis
  const words: Array<string> = []
  for (const [name, size] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) words.push(`${count} ${name}${count === 1 ? "" : "s"}`)
    if (words.length === shownUnits) break
  }
  return words.length === 0 ? "0 seconds" : words.join(" ")
}

/** `in 2 hours 40 minutes`, `3 days ago`; seen from `now`, both ISO 8601. */
export const fromNow = (iso: string, now: string): string => {
  const millis = Date.parse(iso) - Date.parse(now)
  return millis >= 0 ? `in ${span(millis)}` : `${span(-millis)} ago`
}

/** As Go prints a duration: `5h4m30s`. */
export const goDuration = (millis: number): string => {
  const seconds = Math.round(millis / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${h > 0 ? `${h}h` : ""}${h > 0 || m > 0 ? `${m}m` : ""}${s}s`
}
