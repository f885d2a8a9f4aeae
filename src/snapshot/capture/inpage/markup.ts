/** Text, attribute values and names as they are written in HTML. Runs inside the page, see `dom.ts`. */
import type { PageElement, PageWindow } from "./dom.ts"

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

/** The name that an element of HTML is written with: not one after which a parser reads on in another way. */
export function tagOf(window: PageWindow, element: PageElement, name: string, plain: boolean): string {
  if (name === "xmp" || name === "plaintext" || name === "listing") return "pre"
  if (!plain || !name.includes("-")) return name
  // Whoever reads the text knows only the elements of HTML, and takes a short `div` for an ornament.
  const isBlock = !/^(inline|contents|none)/.test(window.getComputedStyle(element)["display"] ?? "")
  return isBlock ? "section" : name
}
