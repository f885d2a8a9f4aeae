/** The pictures that elements show: which candidate the browser chose, and what is on them. Runs inside the page. */
import type { PageDocument, PageElement } from "./dom.ts"

/** The candidate that the browser chose, with its descriptor, so that the picture keeps its size. */
export function chosenCandidate(
  document: PageDocument,
  element: PageElement,
  chosen: string,
): { descriptor: string; sizes: string | null } | null {
  const absolute = (value: string) => {
    try {
      return new URL(value, document.baseURI).href
    } catch {
      return ""
    }
  }
  const picture = element.parentElement?.localName === "picture" ? element.parentElement : null
  const holders = [...(picture === null ? [] : Array.from(picture.querySelectorAll("source"))), element]
  for (const holder of holders) {
    for (const candidate of (holder.getAttribute("srcset") ?? "").matchAll(
      /(\S*[^\s,])(?:\s+([\d.]+[wx]))?\s*(?:,|$)/g,
    )) {
      if (absolute(candidate[1]!) === chosen)
        return { descriptor: candidate[2] ?? "1x", sizes: holder.getAttribute("sizes") }
    }
  }
  return null
}

/** What an element shows, as a data URL; null when it may not be read. */
export function pictureOf(
  document: PageDocument,
  element: PageElement,
  width: number,
  height: number,
): string | null {
  try {
    const canvas = document.createElement("canvas")
    canvas.setAttribute("width", String(width))
    canvas.setAttribute("height", String(height))
    canvas.getContext!("2d").drawImage(element, 0, 0)
    return canvas.toDataURL!("image/png")
  } catch {
    return null
  }
}
