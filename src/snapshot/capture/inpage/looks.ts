/**
 * What has to be written into the style attribute of elements that look otherwise once no script runs: canvases, and
 * what stands in the top layer. Rules of the page go on to hold for them; only what the browser itself added is carried
 * over. Runs inside the page, see `dom.ts`.
 */
import type { PageElement, PageWindow } from "./dom.ts"

/**
 * Without scripts a canvas is an empty inline element; made an inline block of its own proportions it takes the same
 * place, and rules for `canvas` still hold. Its picture is its background, under which nothing else can be read.
 */
export function canvasStyle(window: PageWindow, element: PageElement): string {
  const own: Array<string> = []
  const computed = window.getComputedStyle(element)
  const map = element.computedStyleMap()
  const said = (name: string) => String(map.get(name) ?? "")
  const [width, height] = [element.width ?? 300, element.height ?? 150]
  if (said("display") === "inline") own.push("display:inline-block")
  if (said("aspect-ratio").startsWith("auto")) own.push(`aspect-ratio:auto ${width}/${height}`)
  if (said("width") === "auto") {
    const edges = ["paddingLeft", "paddingRight", "borderLeftWidth", "borderRightWidth"]
    const around = edges.reduce((sum, name) => sum + Number.parseFloat(computed[name] ?? "0"), 0)
    const natural = width + (computed["boxSizing"] === "border-box" ? around : 0)
    // A height alone gives the width by the proportions; with neither it is as wide as it was made.
    const isFree = said("height") === "auto" || said("display") === "none"
    own.push(`width:${isFree ? `${natural}px` : computed["width"]}`)
  }
  try {
    const picture = element.toDataURL!("image/png")
    const fit = said("object-fit")
    const size =
      fit === "contain" || fit === "cover"
        ? fit
        : fit === "none" || (fit === "scale-down" && width <= element.clientWidth)
          ? "auto"
          : fit === "scale-down"
            ? "contain"
            : "100% 100%"
    const background = {
      image: `url("${picture}")`,
      size,
      repeat: "no-repeat",
      origin: "content-box",
      position: said("object-position") || "50% 50%",
    }
    own.push(...Object.entries(background).map(([name, value]) => `background-${name}:${value}!important`))
    // Backgrounds are not printed unless they say so.
    own.push("-webkit-print-color-adjust:exact", "print-color-adjust:exact")
  } catch {
    // Something of another site was drawn on it: nobody may read it, its place stays.
  }
  return own.map((each) => `;${each}`).join("")
}

/** An open popover or modal dialog cannot be one without scripts: what the browser gave it as such becomes its own. */
export function topLayerStyle(window: PageWindow, element: PageElement): string {
  const isModal = element.localName === "dialog" && element.matches(":modal")
  const sides = ["top", "right", "bottom", "left"]
  const names = ["position", ...sides, "max-width", "max-height", "overflow-x", "overflow-y"]
  if (!isModal) {
    names.push("width", "height", "color", "background-color")
    for (const side of sides) {
      names.push(`margin-${side}`, `padding-${side}`)
      names.push(...["style", "width", "color"].map((what) => `border-${side}-${what}`))
    }
  }
  const map = element.computedStyleMap()
  const own = names.flatMap((name) => {
    const value = map.get(name)
    return value === null || value === undefined ? [] : [`${name}:${String(value)}`]
  })
  own.push("z-index:2147483647")
  const backdrop = window.getComputedStyle(element, "::backdrop")["backgroundColor"] ?? ""
  if (backdrop !== "" && !/^rgba\(.*, 0\)$|^transparent$/.test(backdrop)) {
    const shadow = window.getComputedStyle(element)["boxShadow"] ?? "none"
    own.push(`box-shadow:${shadow === "none" ? "" : `${shadow},`}0 0 0 200vmax ${backdrop}`)
  }
  return own.map((each) => `;${each}`).join("")
}
