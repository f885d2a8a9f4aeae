/** Text and attribute values as HTML writes them. Runs inside the page, see `dom.ts`. */
export function escapeText(value: string): string {
  return value.replace(/[&\u00a0<>]/g, (found) =>
    found === "&" ? "&amp;" : found === "<" ? "&lt;" : found === ">" ? "&gt;" : "&nbsp;",
  )
}

export function escapeAttribute(value: string): string {
  return value.replace(/[&\u00a0"<]/g, (found) =>
    found === "&" ? "&amp;" : found === "<" ? "&lt;" : found === '"' ? "&quot;" : "&nbsp;",
  )
}
