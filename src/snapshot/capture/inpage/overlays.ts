/**
 * Answers what asks for consent and pushes away what floats over the page, also in open shadow roots; of a closed one
 * only the outside can be hidden. Runs inside the page, see `dom.ts`.
 */
import type { PageElement, PageRoot, PageWindow } from "./dom.ts"

/** What a question of consent speaks of, and what the buttons say that answer it. */
export function consentWords() {
  return {
    topic:
      /cookie|consent|gdpr|privacy|datenschutz|einwillig|confidentialit|privacidad|隐私|同意|クッキー|쿠키|конфиденциальн/i,
    decline:
      /^(reject|decline|deny|refuse|disagree|only necessary|necessary only|continue without|use necessary|ablehnen|alle ablehnen|nur notwendige|tout refuser|refuser|continuer sans|rechazar|rifiuta|odrzu|avvisa|weiger|全部拒绝|拒绝|不同意|拒否|거부|отклон)/i,
    accept:
      /^(accept|agree|allow|i agree|i accept|got it|ok\b|okay|understood|consent|akzeptieren|alle akzeptieren|alle cookies akzeptieren|zustimmen|einverstanden|tout accepter|accepter|j'accepte|aceptar|accetta|akceptuj|godkänn|accepteren|全部接受|全部同意|同意|接受|我知道了|知道了|すべて同意|許可|동의|принять|согласен)/i,
    /** Such a button leads to the till. */
    buys: /\babo|subscri|suscri|abonn|abbona|\bpay|pagar|\d\s*€|€\s*\d|订阅|购买/i,
    vague: /^(ok\b|okay|got it|understood|我知道了|知道了)/i,
    buttons:
      'button, [role="button"], input[type="button"], input[type="submit"], a[href^="#"], a:not([href])',
  }
}

/** The document and the open shadow roots in it, on every level. */
export function rootsOf(window: PageWindow): ReadonlyArray<PageRoot> {
  const roots: Array<PageRoot> = [window.document]
  const maxRoots = 300
  let looks = 60_000
  for (let index = 0; index < roots.length; index++) {
    const elements = roots[index]!.querySelectorAll("*")
    // By number: the list's iterator takes three times as long.
    for (let at = 0; at < elements.length; at++) {
      if (looks-- <= 0 || roots.length >= maxRoots) return roots
      const { shadowRoot } = elements[at]!
      if (shadowRoot) roots.push(shadowRoot)
    }
  }
  return roots
}

/** What is on top at a point, also within open shadow roots. */
export function elementAt(window: PageWindow, x: number, y: number): PageElement | null {
  let at: PageElement | null = window.document.elementsFromPoint(x, y)[0] ?? null
  for (let depth = 0; depth < 20 && at?.shadowRoot; depth++) {
    const inner: PageElement | undefined = at.shadowRoot.elementsFromPoint?.(x, y)[0]
    if (inner === undefined || inner === at) return at
    at = inner
  }
  return at
}

export function parentOf(element: PageElement): PageElement | null {
  return element.parentElement ?? element.getRootNode().host ?? null
}

/** Its text as it is shown; drawings have none. */
export function spokenBy(element: PageElement): string {
  return (element.innerText as string | undefined) ?? ""
}

export function labelOf(button: PageElement): string {
  return (button.innerText || button.getAttribute("value") || "").trim().slice(0, 100)
}

export function hasBox(element: PageElement): boolean {
  const { height, width } = element.getBoundingClientRect()
  return width > 0 && height > 0
}

/** Is the page but a question of consent? */
export function isGate(window: PageWindow): boolean {
  const { body } = window.document
  // Google's names every language there is.
  const maxText = 2_500
  const typed =
    "textarea, input:not([type=hidden]):not([type=button]):not([type=submit]):not([type=checkbox]):not([type=radio])"
  // Scripts count here; what is far larger is not worth asking the browser what of it is shown.
  if (body === null || (body.textContent ?? "").length > 100 * maxText) return false
  let text = body.innerText
  if (text.length >= maxText) return false
  // Every site has a link to what it says of cookies.
  for (const link of Array.from(body.querySelectorAll("a[href]")).slice(0, 200)) {
    text = text.replace(spokenBy(link), " ")
  }
  return consentWords().topic.test(text) && !Array.from(body.querySelectorAll(typed)).some(hasBox)
}

/** The boxes that may ask for consent: by their names, in shadow roots, fixed at the edges of the screen. */
export function consentBoxes(window: PageWindow, roots: ReadonlyArray<PageRoot>): ReadonlyArray<PageElement> {
  const named =
    'dialog, [role="dialog"], [role="alertdialog"], [aria-modal], [id*="cookie" i], [class*="cookie" i], [id*="consent" i], [class*="consent" i], [id*="gdpr" i], [class*="gdpr" i], [class*="privacy" i]'
  const found = new Set<PageElement>()
  for (const root of roots) {
    for (const element of root.querySelectorAll(named)) found.add(element)
    if (root === window.document) continue
    for (const node of Array.from(root.childNodes)) {
      if (node.nodeType === 1 && (node as PageElement).localName !== "style") found.add(node as PageElement)
    }
  }
  for (const fy of [0.97, 0.85, 0.5, 0.03]) {
    for (const fx of [0.5, 0.05, 0.95]) {
      let at = elementAt(window, window.innerWidth * fx, window.innerHeight * fy)
      while (at !== null && window.getComputedStyle(at)["position"] !== "fixed") at = parentOf(at)
      if (at !== null && spokenBy(at).length < 3_000) found.add(at)
    }
  }
  const { topic } = consentWords()
  return [...found].filter((box) => hasBox(box) && topic.test(spokenBy(box).slice(0, 5_000))).slice(0, 30)
}

/**
 * Declines, or else accepts, what asks for consent. Gives the text of what was clicked, or null. `gate`: the question
 * was the whole page. `again`: declining did not open such a gate; then it is accepted.
 */
export function answerConsent(
  window: PageWindow,
  again = false,
): { readonly label: string; readonly gate: boolean } | null {
  const { accept, buttons, buys, decline, vague } = consentWords()
  const known = [
    "#onetrust-reject-all-handler",
    "#onetrust-accept-btn-handler",
    "#CybotCookiebotDialogBodyButtonDecline",
    "#CybotCookiebotDialogBodyLevelButtonLevelOptinAllowAll",
    ".fc-cta-do-not-consent",
    ".fc-cta-consent",
    "#didomi-notice-disagree-button",
    "#didomi-notice-agree-button",
    ".qc-cmp2-summary-buttons button[mode=secondary]",
    ".qc-cmp2-summary-buttons button[mode=primary]",
    "#truste-consent-required",
    "#truste-consent-button",
    ".cc-deny",
    ".cc-allow",
    ".cc-dismiss",
    "[data-testid=uc-deny-all-button]",
    "[data-testid=uc-accept-all-button]",
  ]
  const click = (element: PageElement, gate: boolean) => {
    const label = labelOf(element) || "button"
    element.click()
    return { label, gate }
  }
  const floating = (element: PageElement): boolean => {
    for (let at: PageElement | null = element; at !== null; at = parentOf(at)) {
      if (at.localName === "dialog" || at.getAttribute("role") === "dialog" || at.hasAttribute("aria-modal"))
        return true
      if (/^(fixed|sticky)$/.test(window.getComputedStyle(at)["position"] ?? "")) return true
    }
    return false
  }
  const answerIn = (root: PageRoot, pattern: RegExp) =>
    Array.from(root.querySelectorAll(buttons)).filter(
      (button) => hasBox(button) && pattern.test(labelOf(button)) && !buys.test(labelOf(button)),
    )
  if (!again) {
    const roots = rootsOf(window)
    for (const selector of known) {
      for (const root of roots) {
        const found = root.querySelector(selector)
        if (found !== null && hasBox(found)) return click(found, false)
      }
    }
    const boxes = consentBoxes(window, roots)
    for (const pattern of [decline, accept]) {
      for (const box of boxes) {
        const found = answerIn(box, pattern).find(floating)
        if (found !== undefined) return click(found, false)
      }
    }
  }
  if (!isGate(window)) return null
  for (const pattern of again ? [accept] : [decline, accept]) {
    // "OK" may be said to anything.
    const found = answerIn(window.document, pattern).find((button) => !vague.test(labelOf(button)))
    if (found !== undefined) return click(found, true)
  }
  return null
}

/** A small box that says something of cookies and has a button for it. */
export function isNotice(element: PageElement): boolean {
  const { accept, buttons, decline, topic } = consentWords()
  const text = spokenBy(element)
  const maxText = 1_500
  const maxLinks = 6
  return (
    text.length < maxText &&
    topic.test(text) &&
    element.querySelectorAll("a[href]").length <= maxLinks &&
    Array.from(element.querySelectorAll(buttons)).some((button) => {
      const label = labelOf(button)
      return accept.test(label) || decline.test(label)
    })
  )
}

/** Elements without a text of their own out of which something lies over the screen: closed shadow roots do that. */
export function closedWalls(window: PageWindow): ReadonlyArray<PageElement> {
  const counts = new Map<PageElement, number>()
  const points = 5
  const share = 0.3
  for (let index = 0; index < points * points; index++) {
    const x = (((index % points) + 0.5) * window.innerWidth) / points
    const y = ((Math.floor(index / points) + 0.5) * window.innerHeight) / points
    const at = elementAt(window, x, y)
    if (at === null || at.shadowRoot || /^(html|body)$/.test(at.localName)) continue
    const box = at.getBoundingClientRect()
    const isWithin = x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.bottom
    if (!isWithin) counts.set(at, (counts.get(at) ?? 0) + 1)
  }
  return [...counts]
    .filter(([element, count]) => count >= share * points * points && !/\S/.test(spokenBy(element)))
    .map(([element]) => element)
}

/**
 * Hides what is fixed over the page, unlocks scrolling. Headers at the edge and columns of links beside the text stay,
 * for they are part of the page. Writes down in `restyled` what the style attribute was of that which is no wall: the
 * page that is kept shows it, and its text is given back. A wall asks for consent, or locks the page behind it, and
 * without scripts nothing would open it again.
 */
export function hideOverlays(window: PageWindow, restyled: Map<PageElement, string | null>): string {
  const document = window.document
  const hidden = new Set<PageElement>()
  const texts: Array<string> = []
  let walls = 0
  const area = window.innerWidth * window.innerHeight
  const isLocked = [document.documentElement, document.body].some(
    (element) => element !== null && window.getComputedStyle(element)["overflowY"] === "hidden",
  )
  const isWall = (element: PageElement): boolean => {
    if (consentWords().topic.test(spokenBy(element).slice(0, 5_000))) return true
    const { height, width, x, y } = element.getBoundingClientRect()
    const [middle, centre] = [window.innerWidth / 2, window.innerHeight / 2]
    const isCentral = x < middle && x + width > middle && y < centre && y + height > centre
    const isDialog = element.localName === "dialog" || element.getAttribute("role") === "dialog"
    return (
      isCentral &&
      width * height >= area * 0.3 &&
      (isLocked || isDialog || element.hasAttribute("aria-modal"))
    )
  }
  const covers = (element: PageElement): boolean => {
    const { height, width, x, y } = element.getBoundingClientRect()
    const visible = Math.min(height, window.innerHeight) * Math.min(width, window.innerWidth)
    if (visible < area * 0.08) return false
    const isBar = width >= window.innerWidth * 0.9 && height < window.innerHeight * 0.25
    const isDocked = x <= 1 || x + width >= window.innerWidth - 20
    const isColumn = isDocked && width < window.innerWidth * 0.4 && height >= window.innerHeight * 0.8
    const isNavigation = isColumn && element.querySelectorAll("a[href]").length >= 5
    return !(isBar && y <= 1) && !isNavigation
  }
  const hide = (element: PageElement) => {
    if (isWall(element)) walls++
    else {
      restyled.set(element, element.getAttribute("style"))
      texts.push(spokenBy(element).slice(0, 100_000))
    }
    element.style.setProperty("display", "none", "important")
    hidden.add(element)
  }
  for (let turn = 0; turn < 5; turn++) {
    const before = hidden.size
    for (const [fx, fy] of [
      [0.5, 0.5],
      [0.5, 0.9],
      [0.1, 0.9],
      [0.9, 0.9],
      [0.5, 0.15],
      [0.5, 0.98],
      [0.5, 0.02],
    ] as const) {
      let at = elementAt(window, window.innerWidth * fx, window.innerHeight * fy)
      for (; at !== null && at !== document.body; at = parentOf(at)) {
        const position = window.getComputedStyle(at)["position"]
        if (position !== "fixed" && at.localName !== "dialog") continue
        // An application that lives in one fixed box is the page itself.
        const isPage = spokenBy(at).length > (document.body?.innerText.length ?? 0) * 0.5
        if (!isPage && (covers(at) || isNotice(at))) hide(at)
        break
      }
    }
    if (hidden.size === before) break
  }
  for (const host of closedWalls(window)) {
    host.style.setProperty("display", "none", "important")
    hidden.add(host)
    walls++
  }
  if (hidden.size > 0) {
    for (const element of [document.documentElement, document.body]) {
      if (element !== null && window.getComputedStyle(element)["overflowY"] === "hidden") {
        if (walls === 0) restyled.set(element, element.getAttribute("style"))
        element.style.setProperty("overflow", "visible", "important")
      }
    }
  }
  return texts.join("\n")
}
