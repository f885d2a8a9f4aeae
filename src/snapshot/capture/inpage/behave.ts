/**
 * What a reader does before the page is worth keeping: look at all of it, answer what asks for consent, push away what
 * floats over it. Runs inside the page, see `dom.ts`.
 */
import type { PageElement, PageNode, PageWindow } from "./dom.ts"

export interface ScrollOptions {
  /** CSS pixels; the page is not followed further however much it grows. */
  readonly maxHeight: number
  /** So many screens are followed beyond the height at the start. */
  readonly maxGrowth: number
}

/** Scrolls to the end and back, one screen per frame, so that what loads when it is seen has been seen. */
export async function scroll(
  window: PageWindow,
  options: ScrollOptions,
): Promise<{ readonly height: number }> {
  const document = window.document
  const root = document.scrollingElement ?? document.documentElement
  const frame = () =>
    new Promise<void>((resolve) => {
      // A page that cannot draw gives no frames.
      window.setTimeout(resolve, 100)
      window.requestAnimationFrame(() => resolve())
    })
  // Frames to wait for more at the end of a page that has already shown more once.
  const maxTurns = 20
  const limit = Math.min(options.maxHeight, root.scrollHeight + options.maxGrowth * window.innerHeight)
  for (const img of Array.from(document.images)) if (img.loading === "lazy") img.loading = "eager"
  for (let top = 0, grew = false; top < limit; top += window.innerHeight) {
    window.scrollTo({ top, left: 0, behavior: "instant" })
    await frame()
    if (top + window.innerHeight < root.scrollHeight) continue
    const before = root.scrollHeight
    // At the end: a page that loads more as one goes shows it now.
    const turns = grew ? maxTurns : 2
    for (let turn = 0; turn < turns && root.scrollHeight === before; turn++) await frame()
    if (root.scrollHeight === before) break
    grew = true
  }
  // What the way back sets off is waited for where the page comes to rest.
  window.scrollTo({ top: 0, left: 0, behavior: "instant" })
  return { height: root.scrollHeight }
}

/** Gives pictures that still wait for a script their address, as sites keep it in `data-src` and its kin. */
export function wakeImages(window: PageWindow): number {
  const names = [
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-actualsrc",
    "data-echo",
    "data-url",
  ]
  let woken = 0
  for (const img of Array.from(window.document.images)) {
    const setName = ["data-srcset", "data-lazy-srcset"].find((name) => img.hasAttribute(name))
    const name = names.find((candidate) => /\S/.test(img.getAttribute(candidate) ?? ""))
    const isPlaceholder = (img.naturalWidth ?? 0) <= 2 || (img.currentSrc ?? "").startsWith("data:")
    if (!isPlaceholder || (name === undefined && setName === undefined)) continue
    if (setName !== undefined && !img.hasAttribute("srcset")) img.srcset = img.getAttribute(setName)!
    const address = name === undefined ? null : img.getAttribute(name)!.trim()
    if (address !== null && /^(https?:|\/|\.|[\w-]+[/.])/.test(address)) img.src = address
    woken++
  }
  return woken
}

/** Declines, or else accepts, what asks for consent. Gives the text of what was clicked, or null. */
export function answerConsent(window: PageWindow): string | null {
  const document = window.document
  const topic =
    /cookie|consent|gdpr|privacy|datenschutz|einwilligung|confidentialit|privacidad|隐私|同意|クッキー|쿠키|конфиденциальн/i
  const decline =
    /^(reject|decline|deny|refuse|disagree|only necessary|necessary only|continue without|use necessary|ablehnen|alle ablehnen|nur notwendige|tout refuser|refuser|continuer sans|rechazar|rifiuta|odrzu|avvisa|weiger|拒绝|不同意|拒否|거부|отклон)/i
  const accept =
    /^(accept|agree|allow|i agree|i accept|got it|ok\b|okay|understood|consent|akzeptieren|alle akzeptieren|zustimmen|einverstanden|tout accepter|accepter|j'accepte|aceptar|accetta|akceptuj|godkänn|accepteren|同意|接受|我知道了|知道了|すべて同意|許可|동의|принять|согласен)/i
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
  const isShown = (element: PageElement) => {
    const { height, width } = element.getBoundingClientRect()
    return width > 0 && height > 0
  }
  const click = (element: PageElement): string => {
    const label = (element.innerText || element.getAttribute("value") || "button").trim().slice(0, 100)
    element.click()
    return label
  }
  for (const selector of known) {
    const found = document.querySelector(selector)
    if (found !== null && isShown(found)) return click(found)
  }
  const floating = (element: PageElement): boolean => {
    for (let at: PageElement | null = element; at !== null; at = at.parentElement) {
      if (at.localName === "dialog" || at.getAttribute("role") === "dialog" || at.hasAttribute("aria-modal"))
        return true
      if (/^(fixed|sticky)$/.test(window.getComputedStyle(at)["position"] ?? "")) return true
    }
    return false
  }
  const boxes = Array.from(
    document.querySelectorAll(
      'dialog, [role="dialog"], [role="alertdialog"], [aria-modal], [id*="cookie" i], [class*="cookie" i], [id*="consent" i], [class*="consent" i], [id*="gdpr" i], [class*="gdpr" i], [class*="privacy" i]',
    ),
  ).filter((box) => isShown(box) && topic.test(box.innerText.slice(0, 5_000)))
  for (const pattern of [decline, accept]) {
    for (const box of boxes.slice(0, 30)) {
      const buttons = Array.from(
        box.querySelectorAll(
          'button, [role="button"], input[type="button"], input[type="submit"], a[href^="#"], a:not([href])',
        ),
      )
      const found = buttons.find(
        (button) =>
          isShown(button) &&
          pattern.test((button.innerText || button.getAttribute("value") || "").trim()) &&
          floating(button),
      )
      if (found !== undefined) return click(found)
    }
  }
  return null
}

/**
 * Hides what is fixed over the page, unlocks scrolling. Headers at the edge and columns of links beside the text stay,
 * for they are part of the page. Writes down in `restyled` what the style attribute was of that which is no wall: the
 * page that is kept shows it. A wall asks for consent, or locks the page behind it, and without scripts nothing would
 * open it again.
 */
export function hideOverlays(window: PageWindow, restyled: Map<PageElement, string | null>): number {
  const document = window.document
  const hidden = new Set<PageElement>()
  let walls = 0
  const consent =
    /cookie|consent|gdpr|privacy|datenschutz|einwillig|confidentialit|privacidad|同意|クッキー|쿠키|隐私/i
  const isLocked = [document.documentElement, document.body].some(
    (element) => element !== null && window.getComputedStyle(element)["overflowY"] === "hidden",
  )
  const isWall = (element: PageElement): boolean => {
    if (consent.test(element.innerText.slice(0, 5_000))) return true
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
  const area = window.innerWidth * window.innerHeight
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
  for (let turn = 0; turn < 5; turn++) {
    let found = 0
    for (const [fx, fy] of [
      [0.5, 0.5],
      [0.5, 0.9],
      [0.1, 0.9],
      [0.9, 0.9],
      [0.5, 0.15],
    ] as const) {
      const top = document.elementsFromPoint(window.innerWidth * fx, window.innerHeight * fy)[0]
      for (
        let at: PageElement | null = top ?? null;
        at !== null && at !== document.body;
        at = at.parentElement
      ) {
        const position = window.getComputedStyle(at)["position"]
        if (position !== "fixed" && at.localName !== "dialog") continue
        // An application that lives in one fixed box is the page itself.
        if (!covers(at) || at.innerText.length > (document.body?.innerText.length ?? 0) * 0.5) break
        if (isWall(at)) walls++
        else restyled.set(at, at.getAttribute("style"))
        at.style.setProperty("display", "none", "important")
        hidden.add(at)
        found++
        break
      }
    }
    if (found === 0) break
  }
  if (hidden.size > 0) {
    for (const element of [document.documentElement, document.body]) {
      if (element !== null && window.getComputedStyle(element)["overflowY"] === "hidden") {
        if (walls === 0) restyled.set(element, element.getAttribute("style"))
        element.style.setProperty("overflow", "visible", "important")
      }
    }
  }
  return hidden.size
}

/** Resolves when what is on the screen is what the page is now. */
export async function drawn(window: PageWindow): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    await new Promise<void>((resolve) => {
      window.setTimeout(resolve, 500)
      window.requestAnimationFrame(() => resolve())
    })
  }
}

/** A fingerprint of the layout, and how many pictures are on their way. */
export function pulse(window: PageWindow): { readonly layout: string; readonly pending: number } {
  const document = window.document
  const root = document.scrollingElement ?? document.documentElement
  const images = Array.from(document.images)
  const loading = images.filter((img) => img.complete === false && img.loading !== "lazy").length
  const pending = loading + (document.readyState === "complete" ? 0 : 1)
  const layout = `${root.scrollHeight}x${root.scrollWidth} ${images.length} ${document.documentElement.querySelectorAll("*").length}`
  return { layout, pending: pending + (document.fonts.status === "loading" ? 1 : 0) }
}

/**
 * The beginning of what can be seen: text, and how many pictures, drawings and frames. Cheap also on a large page, for
 * it ends at the first thousand characters. `waits`: there is something that could still show more.
 */
export function firstSight(window: PageWindow): {
  readonly text: string
  readonly pictures: number
  readonly waits: boolean
} {
  const document = window.document
  const enough = 1_000
  let text = ""
  let pictures = 0
  let looks = 20_000
  const isSeen = (element: PageElement) => {
    const { height, width } = element.getBoundingClientRect()
    return width > 0 && height > 0
  }
  const look = (node: PageNode) => {
    if (text.length >= enough || pictures > 0 || looks-- <= 0) return
    if (node.nodeType !== 1) return
    const element = node as PageElement
    if (/^(script|style|noscript|template|head|title)$/i.test(element.localName)) return
    if (/^(img|iframe|canvas|video|object|embed|svg)$/i.test(element.localName)) {
      const { height, width } = element.getBoundingClientRect()
      if (width > 50 && height > 50 && element.complete !== false) pictures++
      return
    }
    const children = [...Array.from(element.shadowRoot?.childNodes ?? []), ...Array.from(element.childNodes)]
    for (const child of children) {
      if (child.nodeType === 3 && /\S/.test(child.nodeValue ?? "") && isSeen(element))
        text += ` ${child.nodeValue}`
      else look(child)
    }
  }
  if (document.body !== null) look(document.body)
  const waits = document.querySelector("script, [onload], meta[http-equiv=refresh i]") !== null
  return { text: text.slice(0, enough), pictures, waits }
}
