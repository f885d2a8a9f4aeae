/**
 * Takes one drawing out of an SVG file that a page points into with `<use href="file.svg#name">`, so that it can stand
 * in the page itself: browsers do not follow such a reference into a data URL. Pure: text in, text out.
 */
import { defaultTreeAdapter as adapter, html as names, parseFragment, serialize } from "parse5"
import type { DefaultTreeAdapterTypes as Tree } from "parse5"

const active =
  /^(script|foreignobject|iframe|object|embed|audio|video|handler|style|link|image|animate|set)$/i
const reference = /url\(\s*["']?#([^"')\s]+)["']?\s*\)/g
/** Drawings that a drawing may name; more is no icon. */
const maxDrawings = 200

export class Sprite {
  readonly #byId = new Map<string, Tree.Element>()
  readonly #prefix: string

  /** `prefix` keeps the names of this file apart from those of the page and of other files. */
  constructor(svg: string, prefix: string) {
    this.#prefix = prefix
    const visit = (node: Tree.ParentNode): void => {
      for (const child of node.childNodes) {
        if (!("attrs" in child)) continue
        const id = child.attrs.find(({ name }) => name === "id")?.value
        if (id !== undefined && !this.#byId.has(id)) this.#byId.set(id, child)
        visit(child)
      }
    }
    const file = parseFragment(svg)
    clean(file)
    visit(file)
  }

  /** How the drawing is called in the page; null when the file has none of this name. */
  nameOf(id: string): string | null {
    return this.#byId.has(id) ? this.#prefix + id : null
  }

  /** The drawing and all that it names, as the content of `<defs>`. */
  drawing(id: string): string {
    const wanted = new Set([id])
    for (const next of wanted) {
      const element = this.#byId.get(next)
      if (element === undefined || wanted.size > maxDrawings) continue
      for (const named of namedIn(element)) if (this.#byId.has(named)) wanted.add(named)
    }
    const roots = [...wanted].flatMap((each) => this.#byId.get(each) ?? [])
    // What lies inside another one comes with it.
    return roots
      .filter((element) => !roots.some((other) => isInside(element, other)))
      .map(outer)
      .map((text) => this.#rename(text))
      .join("")
  }

  #rename(text: string): string {
    return text
      .replace(/(\s(?:id|xlink:href|href)=")(#?)([^"]*)"/g, (all, start: string, hash: string, id: string) =>
        start.endsWith('id="') || hash !== "" ? `${start}${hash}${this.#prefix}${id}"` : all,
      )
      .replace(reference, (_all, id: string) => `url(#${this.#prefix}${id})`)
      .replace(/url\(&quot;#([^&]+)&quot;\)/g, (_all, id: string) => `url(#${this.#prefix}${id})`)
  }
}

/** Without what could run or reach out. */
const clean = (node: Tree.ParentNode): void => {
  for (const child of node.childNodes.slice()) {
    if (!("attrs" in child)) continue
    if (active.test(child.tagName)) {
      adapter.detachNode(child)
      continue
    }
    child.attrs = child.attrs.filter(({ name, value }) => {
      const reachesOut = /href$/i.test(name) ? !value.startsWith("#") : /url\(\s*["']?[^#"'\s]/i.test(value)
      return !reachesOut && !/^on/i.test(name)
    })
    clean(child)
  }
}

const outer = (element: Tree.Element): string => {
  const holder = adapter.createElement("g", names.NS.SVG, [])
  const copy = { ...element, parentNode: holder }
  adapter.appendChild(holder, copy)
  return serialize(holder)
}

const isInside = (element: Tree.Element, other: Tree.Element): boolean => {
  for (let at: Tree.Node | null = element.parentNode; at !== null && "parentNode" in at; at = at.parentNode) {
    if (at === other) return true
  }
  return false
}

const namedIn = (element: Tree.Element): ReadonlyArray<string> => {
  const own = element.attrs.flatMap(({ name, value }) =>
    name.endsWith("href") && value.startsWith("#")
      ? [value.slice(1)]
      : [...value.matchAll(reference)].map((found) => found[1]!),
  )
  return [...own, ...element.childNodes.flatMap((child) => ("attrs" in child ? namedIn(child) : []))]
}
