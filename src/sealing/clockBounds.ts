/**
 * How fast and how far the clock of the sealing world goes, and how often it pledges. The command, the API and the clock check the same bounds,
 * so that no time is ever one that the store or a date cannot hold. Free of imports, for the command reads it too.
 */

/** The slowest the world runs, in its seconds per second of ours; slower is a pause. */
export const minScale = 0.001

/** The fastest the world runs, in its seconds per second of ours: 11.6 days. */
export const maxScale = 1_000_000

/** The furthest one call turns the world, in milliseconds of its clock: 100 years. */
const maxAdvanceMillis = 36_525 * 86_400_000

/**
 * The last instant of the world, in milliseconds since 1970: the year 200,000. Whole milliseconds are exact until
 * then, and the 75,000 years to the last date there is are room for expirations and for a late look at the clock.
 */
export const latestWorldMillis = Date.UTC(200_000, 0, 1)

/** What is wrong with a scale, as the end of a sentence about it; null when it can be used. */
export const scaleProblem = (scale: number): string | null =>
  scale >= minScale && scale <= maxScale
    ? null
    : `must be above 0, from ${minScale} to ${maxScale}: slower is a pause, and faster, tickets are too old before a sector can use them`

/** What is wrong with a turn of so many milliseconds, as the end of a sentence about it; null when it can be made. */
export const advanceProblem = (millis: number): string | null =>
  millis >= 0 && millis <= maxAdvanceMillis
    ? null
    : `must be at most ${maxAdvanceMillis / 86_400_000} days (100 years) at a time`

/** The shortest interval of auto-pledge, in milliseconds of the world's clock. */
export const shortestIntervalMillis = 1_000

/** What is wrong with an interval of auto-pledge, as the end of a sentence about it; null when it can be used. */
export const intervalProblem = (millis: number): string | null =>
  millis >= shortestIntervalMillis && millis <= maxAdvanceMillis
    ? null
    : `must be from ${shortestIntervalMillis / 1000} s to ${maxAdvanceMillis / 86_400_000} days`
