/**
 * What a reader does before the page is worth keeping: look at all of it, and see when it has come to rest. Runs inside
 * the page, see `dom.ts`.
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
  return { text: text.slice(0, enough), pictures, waits: window.linkseal.mayShowMore(window) }
}
