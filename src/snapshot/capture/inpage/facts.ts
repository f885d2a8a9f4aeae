/**
 * What the page says about itself and what can be seen on it: the raw material of `metadata.json`, the search text and
 * the verdict. Everything is bounded, for a hostile page may say a lot.
 */
import type { PageElement, PageNode, PageWindow } from "./dom.ts"

export interface PageFacts {
  readonly url: string
  readonly title: string
  readonly language: string
  readonly direction: string
  readonly metas: ReadonlyArray<readonly [name: string, content: string]>
  readonly links: ReadonlyArray<{
    readonly rel: string
    readonly href: string
    readonly type: string
    readonly sizes: string
  }>
  readonly jsonLd: ReadonlyArray<string>
  readonly times: ReadonlyArray<string>
  readonly anchors: ReadonlyArray<string>
  readonly text: string
  /** Characters of the body alone, see `textLength`. */
  readonly bodyText: number
  readonly height: number
  readonly width: number
  /** Pictures of some size that have loaded; what else is drawn large counts as one. */
  readonly pictures: number
  /** Characters of the text that are links; 0 where there is far more text than that of menus. */
  readonly linkText: number
  /** Fields to type into, passwords included. */
  readonly fields: number
  /** There is a script that could still show more. */
  readonly scripted: boolean
  readonly headings: ReadonlyArray<string>
  readonly passwordFields: number
  readonly frameUrls: ReadonlyArray<string>
  /** Share of the first screen, 0 to 1, that something fixed lies over, and that thing's text. */
  readonly overlay: { readonly share: number; readonly text: string } | null
}

export function facts(window: PageWindow): PageFacts {
  const document = window.document
  const all = (selector: string) => Array.from(document.querySelectorAll(selector))
  const attributeOf = (element: PageElement, name: string, max: number) =>
    (element.getAttribute(name) ?? "").trim().slice(0, max)
  const absolute = (value: string) => {
    try {
      return new URL(value, document.baseURI).href
    } catch {
      return ""
    }
  }
  const anchors = new Set<string>()
  for (const element of all("a[href], area[href]")) {
    if (anchors.size >= 5_000) break
    const url = absolute(attributeOf(element, "href", 4_000))
    if (/^https?:/.test(url)) anchors.add(url)
  }
  const isVisible = (element: PageElement) => {
    const { height, width } = element.getBoundingClientRect()
    return width > 0 && height > 0 && window.getComputedStyle(element)["visibility"] !== "hidden"
  }
  const root = document.scrollingElement ?? document.documentElement
  const bodyText = document.body?.innerText ?? ""
  const pictures = Array.from(document.images).filter(
    (img) => (img.naturalWidth ?? 0) > 50 && img.complete === true,
  ).length
  return {
    url: document.URL,
    title: document.title.trim().slice(0, 2_000),
    language: attributeOf(document.documentElement, "lang", 40),
    direction: window.getComputedStyle(document.documentElement)["direction"] ?? "ltr",
    metas: all("meta[content]")
      .slice(0, 300)
      .map(
        (element) =>
          [
            (
              attributeOf(element, "name", 200) ||
              attributeOf(element, "property", 200) ||
              attributeOf(element, "itemprop", 200)
            ).toLowerCase(),
            attributeOf(element, "content", 10_000),
          ] as const,
      )
      .filter(([name]) => name !== ""),
    links: all("link[rel][href]")
      .slice(0, 300)
      .map((element) => ({
        rel: attributeOf(element, "rel", 100).toLowerCase(),
        href: (element.href ?? "").slice(0, 100_000),
        type: attributeOf(element, "type", 100).toLowerCase(),
        sizes: attributeOf(element, "sizes", 100).toLowerCase(),
      })),
    jsonLd: all('script[type="application/ld+json"]')
      .slice(0, 50)
      .map((element) => (element.textContent ?? "").slice(0, 200_000)),
    times: all("time[datetime]")
      .slice(0, 20)
      .map((element) => attributeOf(element, "datetime", 100)),
    anchors: [...anchors],
    text: allText(window, bodyText, 3_000_000),
    bodyText: bodyText.length,
    height: root.scrollHeight,
    width: root.scrollWidth,
    pictures: pictures > 0 || !hasDrawing(window, bodyText.length) ? pictures : 1,
    linkText:
      bodyText.length > 20_000
        ? 0
        : all("a[href]").reduce((sum, element) => sum + (element.textContent ?? "").trim().length, 0),
    fields: all("input, textarea").filter(
      (element) =>
        !/^(hidden|submit|button|search|image|reset)$/.test(element.type ?? "") && isVisible(element),
    ).length,
    scripted: mayShowMore(window),
    headings: all("h1, h2")
      .slice(0, 10)
      .map((element) => (element.textContent ?? "").trim().slice(0, 500)),
    passwordFields: all('input[type="password"]').filter(isVisible).length,
    frameUrls: all("iframe[src]")
      .slice(0, 50)
      .map((element) => (element.src ?? "").slice(0, 2_000)),
    overlay: overlayOf(window),
  }
}

/** Is there anything on the page that could still show more? */
export function mayShowMore(window: PageWindow): boolean {
  return window.document.querySelector("script, [onload], meta[http-equiv=refresh i]") !== null
}

/** Characters a reader sees now; for comparing the screen with the print view. */
export function textLength(window: PageWindow): number {
  return (window.document.body?.innerText ?? "").length
}

/** The text of a frame. */
export function frameText(window: PageWindow): string {
  return allText(window, window.document.body?.innerText ?? "", 500_000)
}

/** What lies fixed over most of the first screen, also from within shadow roots. */
export function overlayOf(window: PageWindow): PageFacts["overlay"] {
  const counts = new Map<PageElement, number>()
  const points = 5
  for (let column = 0; column < points; column++) {
    for (let row = 0; row < points; row++) {
      const x = ((column + 0.5) * window.innerWidth) / points
      const y = ((row + 0.5) * window.innerHeight) / points
      let at: PageElement | null = window.document.elementsFromPoint(x, y)[0] ?? null
      for (let depth = 0; depth < 20 && at?.shadowRoot; depth++) {
        const inner: PageElement | undefined = at.shadowRoot.elementsFromPoint?.(x, y)[0]
        if (inner === undefined || inner === at) break
        at = inner
      }
      while (at !== null) {
        if (at.localName === "dialog" || window.getComputedStyle(at)["position"] === "fixed") {
          counts.set(at, (counts.get(at) ?? 0) + 1)
          break
        }
        at = at.parentElement ?? at.getRootNode().host ?? null
      }
    }
  }
  const largest = [...counts].sort((a, b) => b[1] - a[1])[0]
  if (largest === undefined) return null
  return { share: largest[1] / (points * points), text: (largest[0].innerText ?? "").slice(0, 5_000) }
}

/** Is a canvas, a drawing, a film or a background picture a good part of the screen? */
export function hasDrawing(window: PageWindow, characters: number): boolean {
  const document = window.document
  const enough = window.innerWidth * window.innerHeight * 0.08
  const isLarge = (element: PageElement) => {
    const { height, width } = element.getBoundingClientRect()
    return Math.min(width, window.innerWidth) * Math.min(height, window.innerHeight) >= enough
  }
  const shapes = "path, rect, circle, ellipse, line, polygon, polyline, text, image, use"
  const drawings = Array.from(document.querySelectorAll("canvas, svg, video, object, embed")).slice(0, 500)
  const isDrawn = (element: PageElement) => {
    if (element.localName === "svg") return element.querySelector(shapes) !== null
    if (element.localName !== "video") return true
    return element.hasAttribute("poster") || (element.videoWidth ?? 0) > 0
  }
  if (drawings.some((element) => isLarge(element) && isDrawn(element))) return true
  // Worth a look only where there is little to read.
  if (characters > 500) return false
  return Array.from(document.querySelectorAll("*"))
    .slice(0, 2_000)
    .some(
      (element) =>
        (window.getComputedStyle(element)["backgroundImage"] ?? "").includes("url(") && isLarge(element),
    )
}

/**
 * All there is to read: what the browser takes for the text of the body, and after it what a reader gets to see although
 * it does not: shadow roots on every level, the answers in closed `details`, what is only drawn when it is scrolled to.
 */
export function allText(window: PageWindow, bodyText: string, maxLength: number): string {
  const pieces = [bodyText]
  let length = bodyText.length
  for (const nodes of unseenParts(window)) {
    if (length >= maxLength) break
    const text = textOf(window, nodes, 1_000_000)
    if (text === "") continue
    pieces.push(text)
    length += text.length + 1
  }
  return pieces.join("\n").slice(0, maxLength)
}

/** The parts of the page that `innerText` of the body leaves out, or writes in one word with their neighbours. */
export function unseenParts(window: PageWindow): ReadonlyArray<ReadonlyArray<PageNode>> {
  const found: Array<ReadonlyArray<PageNode>> = []
  const maxParts = 20_000
  let looks = 100_000
  const closed = new Set("script style template noscript svg math canvas select textarea head".split(" "))
  // These are never what is drawn late as a whole; asking each for its style would double the time.
  const leaves = new Set(
    "a abbr b br button cite code del em font h1 h2 h3 h4 h5 h6 i img input ins kbd label mark option p pre q s samp small span strong sub sup td th thead tbody tr time tt u var wbr".split(
      " ",
    ),
  )
  const isShown = (element: PageElement) => element.checkVisibility?.() ?? true
  const isInline = (node: PageNode) =>
    node.nodeType === 1 &&
    (node as PageElement).hasAttribute("slot") &&
    window.getComputedStyle(node as PageElement)["display"] === "inline"
  const isDrawnLate = (element: PageElement) =>
    window.getComputedStyle(element)["contentVisibility"] === "auto" &&
    /\S/.test(element.textContent ?? "") &&
    !/\S/.test(element.innerText) &&
    isShown(element)
  const walk = (parent: PageNode, depth: number) => {
    for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
      if (node.nodeType !== 1) continue
      if (looks-- <= 0 || found.length >= maxParts) return
      const element = node as PageElement
      if (closed.has(element.localName)) continue
      if (element.shadowRoot && isShown(element)) {
        found.push(Array.from(element.shadowRoot.childNodes))
        const children = Array.from(element.childNodes)
        if (children.some(isInline)) {
          found.push(...children.filter((child) => (child.textContent ?? "").length < 1_000).map((c) => [c]))
        }
      }
      const isFolded = element.localName === "details" && !element.hasAttribute("open")
      const isFindable = element.getAttribute("hidden") === "until-found"
      if (isFolded || isFindable || (!leaves.has(element.localName) && isDrawnLate(element))) {
        const children = Array.from(element.childNodes)
        const summary = isFolded ? element.querySelector("summary") : null
        if (isShown(element)) found.push(children.filter((child) => child !== summary))
      } else if (depth < 1_000) walk(element, depth + 1)
    }
  }
  if (window.document.body !== null) walk(window.document.body, 0)
  return found
}

/** The text of nodes that the browser does not lay out now, line by line, with the shadow roots below them. */
export function textOf(window: PageWindow, nodes: ReadonlyArray<PageNode>, maxLength: number): string {
  let text = ""
  let looks = 50_000
  const left =
    /^(script|style|template|noscript|head|title|iframe|object|textarea|select|audio|video|canvas|svg)$/
  const visit = (node: PageNode, depth: number) => {
    if (text.length >= maxLength || looks-- <= 0 || depth > 1_000) return
    if (node.nodeType === 3) text += node.nodeValue ?? ""
    if (node.nodeType !== 1) return
    const element = node as PageElement
    if (left.test(element.localName)) return
    const style = window.getComputedStyle(element)
    const display = style["display"] ?? "block"
    if (display === "none" || style["visibility"] === "hidden") return
    const line = /^(inline|contents|ruby)/.test(display) && element.localName !== "br" ? "" : "\n"
    text += line
    const { shadowRoot } = element
    for (let child = shadowRoot?.firstChild ?? null; child !== null; child = child.nextSibling) {
      visit(child, depth + 1)
    }
    // What is in a slot is read where it was written.
    const isFilled = element.localName === "slot" && (element.assignedNodes?.().length ?? 0) > 0
    for (let child = isFilled ? null : element.firstChild; child !== null; child = child.nextSibling) {
      if (shadowRoot) text += "\n"
      if (!shadowRoot || child.assignedSlot) visit(child, depth + 1)
    }
    text += line
  }
  for (const node of nodes) visit(node, 0)
  return text
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n\s*/g, "\n")
    .trim()
}
