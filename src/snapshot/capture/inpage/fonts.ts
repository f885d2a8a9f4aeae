/**
 * Fonts that scripts added to the document without a rule in any style sheet. Where such a font came from only the one
 * who made it knows: `Browser.ts` has the page remember it, `behaviour/scriptFonts.ts` asks. Runs inside the page.
 */
import type { PageWindow } from "./dom.ts"
import type { ScriptFont } from "./serialised.ts"

/** Are there any? Those that a rule made refuse to be added, and adding one that is there already changes nothing. */
export function hasScriptFonts(window: PageWindow): boolean {
  const { fonts } = window.document
  return Array.from(fonts).some((face) => {
    try {
      fonts.add(face)
      return true
    } catch {
      return false
    }
  })
}

/** The rules that say the same; the browser itself reads every value, so that none can say more. */
export function fontRules(window: PageWindow, faces: ReadonlyArray<ScriptFont>): string {
  const rules = faces.map((face) => {
    const sheet = new window.CSSStyleSheet()
    sheet.insertRule("@font-face{}", 0)
    const rule = sheet.cssRules[0]!
    for (const [name, value] of Object.entries(face)) {
      const text =
        name === "font-family" ? `"${value.replace(/^["']|["']$/g, "").replace(/["\\]/g, "")}"` : value
      rule.style?.setProperty(name, text)
    }
    return rule.cssText
  })
  return rules.join("\n")
}
