/**
 * What the page says about itself and what can be seen on it: the raw material of `metadata.json`, the search text and
 * the verdict. Everything is bounded, for a hostile page may say a lot.
 */
import type { PageElement, PageWindow } from "./dom.ts"

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
  /** Pictures of some size that have loaded. */
  readonly pictures: number
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
  const overlay = (() => {
    const counts = new Map<PageElement, number>()
    const points = 5
    for (let column = 0; column < points; column++) {
      for (let row = 0; row < points; row++) {
        const x = ((column + 0.5) * window.innerWidth) / points
        const y = ((row + 0.5) * window.innerHeight) / points
        const top = document.elementsFromPoint(x, y)[0]
        for (let at: PageElement | null = top ?? null; at !== null; at = at.parentElement) {
          const style = window.getComputedStyle(at)
          if (at.localName === "dialog" || style["position"] === "fixed") {
            counts.set(at, (counts.get(at) ?? 0) + 1)
            break
          }
        }
      }
    }
    const largest = [...counts].sort((a, b) => b[1] - a[1])[0]
    if (largest === undefined) return null
    return { share: largest[1] / (points * points), text: largest[0].innerText.slice(0, 5_000) }
  })()
  const root = document.scrollingElement ?? document.documentElement
  const shadowText = all("*")
    .slice(0, 50_000)
    .filter((element) => element.shadowRoot !== null && element.shadowRoot !== undefined)
    .slice(0, 500)
    .flatMap((element) => Array.from(element.shadowRoot!.childNodes))
    .filter((node) => node.nodeType === 1 && !/^(style|script|link)$/.test((node as PageElement).localName))
    .map((node) => (node as PageElement).innerText ?? "")
    .join("\n")
    .slice(0, 500_000)
  const bodyText = document.body?.innerText ?? ""
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
    text: `${bodyText}${shadowText === "" ? "" : `\n${shadowText}`}`.slice(0, 3_000_000),
    bodyText: bodyText.length,
    height: root.scrollHeight,
    width: root.scrollWidth,
    pictures: Array.from(document.images).filter(
      (img) => (img.naturalWidth ?? 0) > 50 && img.complete === true,
    ).length,
    headings: all("h1, h2")
      .slice(0, 10)
      .map((element) => (element.textContent ?? "").trim().slice(0, 500)),
    passwordFields: all('input[type="password"]').filter(isVisible).length,
    frameUrls: all("iframe[src]")
      .slice(0, 50)
      .map((element) => (element.src ?? "").slice(0, 2_000)),
    overlay,
  }
}

/** Characters a reader sees now; for comparing the screen with the print view. */
export function textLength(window: PageWindow): number {
  return (window.document.body?.innerText ?? "").length
}

/** The text of a frame. */
export function frameText(window: PageWindow): string {
  return (window.document.body?.innerText ?? "").slice(0, 500_000)
}
