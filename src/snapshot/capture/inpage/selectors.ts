/**
 * Does a style sheet of the page ask for what is written in `href` or `src`? Links become absolute in what is kept and
 * pictures part of it, so for such sheets the page has to remember what was there. Runs inside the page, see `dom.ts`.
 */
import type { PageWindow } from "./dom.ts"

export function asksForAddresses(window: PageWindow): boolean {
  const sheets = [
    ...Array.from(window.document.styleSheets),
    ...Array.from(window.document.adoptedStyleSheets),
  ]
  return sheets.some((sheet) => {
    try {
      return Array.from(sheet.cssRules).some(
        ({ cssText }) => /\[(href|src)[~|^$*]?=/i.test(cssText) || /^@import/i.test(cssText),
      )
    } catch {
      // A sheet of another site cannot be read: it may.
      return true
    }
  })
}
