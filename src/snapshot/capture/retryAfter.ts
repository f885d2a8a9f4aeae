/** `Retry-After`: when a site that is busy or closed wants to be asked again. */

/** The time that a `Retry-After` names, in seconds from now or as a date; null when there is none to be read. */
export const retryAfter = (header: string | undefined, now: number): number | null => {
  const text = header?.trim() ?? ""
  if (/^\d{1,9}$/.test(text)) return now + Number(text) * 1000
  // A date has its weekday first; what else `Date.parse` takes for one is not meant as one.
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : at
}
