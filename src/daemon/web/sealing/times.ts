/** Times of the sealing world in documents: ISO, or unix seconds where Lotus has them. In milliseconds, or null. */
export const timeOf = (value: unknown): number | null => {
  if (typeof value === "number") return value > 1e11 ? value : value * 1_000
  if (typeof value !== "string" || value === "") return null
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : at
}
