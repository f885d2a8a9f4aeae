/**
 * What of a page's style sheets holds at this moment: which titled set is in use, and what scripts changed in rules.
 * The source of a sheet is kept wherever it still says the same, for what the browser gives back of it is poorer: it
 * leaves out what other browsers know, and properties with variables. Runs inside the page, see `dom.ts`.
 */
import type { PageElement, PageSheet, PageWindow } from "./dom.ts"

/** The sheets of `link` elements that can be read, by the address that is written there. */
export function linkedSheets(window: PageWindow): ReadonlyArray<string> {
  const { baseURI, styleSheets } = window.document
  return Array.from(styleSheets).flatMap((sheet) => {
    try {
      const href = sheet.ownerNode?.localName === "link" ? sheet.ownerNode.getAttribute("href") : null
      return href !== null && sheet.cssRules.length > 0 ? [new URL(href, baseURI).href] : []
    } catch {
      return []
    }
  })
}

/** All rules as text; null when the sheet is of another site and cannot be read. */
export function rulesOf(sheet: PageSheet): string | null {
  try {
    return Array.from(sheet.cssRules, (rule) => rule.cssText).join("\n")
  } catch {
    return null
  }
}

/** The text that says what the sheet says now; null when that is what its source says. */
export function changedText(
  window: PageWindow,
  sheet: PageSheet,
  source: string,
  base: string,
): string | null {
  // Beyond this nobody waits for a comparison that most pages do not need.
  const maxCompared = 20_000
  const importRule = 3
  try {
    const live = Array.from(sheet.cssRules).filter(({ type }) => type !== importRule)
    if (source.trim() === "") return live.length === 0 ? null : window.linkseal.rulesOf(sheet)
    const fresh = new window.CSSStyleSheet({ baseURL: base })
    // Of what it imports a sheet that is made so knows nothing.
    fresh.replaceSync(source)
    const written = fresh.cssRules
    const common = Math.min(written.length, live.length)
    let same = 0
    while (same < common && (same > maxCompared || written[same]!.cssText === live[same]!.cssText)) same++
    if (same === written.length && same === live.length) return null
    if (same < written.length) return window.linkseal.rulesOf(sheet)
    const longer = [source, ...live.slice(same).map(({ cssText }) => cssText)].join("\n")
    fresh.replaceSync(longer)
    // A source that does not end its last rule would swallow what follows it.
    return fresh.cssRules.length === live.length ? longer : window.linkseal.rulesOf(sheet)
  } catch {
    return null
  }
}

/**
 * Does the browser use this sheet of the document? Of titled sheets it uses one set, the first, unless a script chose
 * another, and `disabled` does not tell: so a rule is put into the sheet for a moment to see whether it holds.
 */
export function isUsed(window: PageWindow, element: PageElement): boolean {
  const { document } = window
  const { sheet } = element
  if (sheet === null || sheet === undefined || sheet.disabled) return false
  const isAlternate = (owner: PageElement | null) => /\balternate\b/i.test(owner?.getAttribute("rel") ?? "")
  const title = element.getAttribute("title") ?? ""
  if (title === "" && !isAlternate(element)) return true
  try {
    const at = sheet.cssRules.length
    const media = sheet.media.mediaText
    sheet.media.mediaText = ""
    sheet.insertRule("*|*:root{--linkseal-used:1!important}", at)
    const isSet = window.getComputedStyle(document.documentElement).getPropertyValue("--linkseal-used")
    sheet.deleteRule(at)
    sheet.media.mediaText = media
    return isSet.trim() === "1"
  } catch {
    const first = Array.from(document.styleSheets).find(
      ({ ownerNode, title: named }) => (named ?? "") !== "" && !isAlternate(ownerNode ?? null),
    )
    return title === (first?.title ?? "")
  }
}
