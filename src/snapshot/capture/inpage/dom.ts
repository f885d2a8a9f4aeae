/**
 * The little of the DOM that our code inside a page uses. The project is compiled without the DOM's types, for
 * nothing else may touch a DOM. Everything in this folder is turned to text and run in a world of its own inside the
 * page: page scripts cannot see or change it, and a function there may use only its arguments and, as
 * `window.linkseal`, the others here.
 */
import type { canvasStyle, topLayerStyle } from "./looks.ts"
import type { mayShowMore } from "./facts.ts"
import type { fontRules } from "./fonts.ts"
import type { escapeAttribute, escapeText, tagOf } from "./markup.ts"
import type { chosenCandidate, pictureOf } from "./pictures.ts"
import type { changedText, isUsed, rulesOf } from "./sheets.ts"

export interface PageNode {
  readonly nodeType: number
  readonly nodeValue: string | null
  readonly childNodes: ArrayLike<PageNode>
  readonly firstChild: PageNode | null
  readonly nextSibling: PageNode | null
  readonly assignedSlot?: PageElement | null
  textContent: string | null
}

export interface PageSheet {
  readonly cssRules: ArrayLike<{
    readonly cssText: string
    readonly type: number
    readonly style?: PageElement["style"]
  }>
  readonly disabled: boolean
  readonly href: string | null
  readonly media: { mediaText: string }
  readonly title?: string | null
  readonly ownerNode?: PageElement | null
  replaceSync(text: string): void
  insertRule(rule: string, index: number): void
  deleteRule(index: number): void
}

export interface PageRoot extends PageNode {
  readonly adoptedStyleSheets: ArrayLike<PageSheet>
  readonly mode?: string
  readonly delegatesFocus?: boolean
  readonly host?: PageElement
  elementsFromPoint?(x: number, y: number): ReadonlyArray<PageElement>
  querySelector(selector: string): PageElement | null
  querySelectorAll(selector: string): ArrayLike<PageElement> & Iterable<PageElement>
}

export interface PageRect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly bottom: number
}

export interface PageElement extends PageRoot {
  readonly localName: string
  readonly namespaceURI: string | null
  readonly parentElement: PageElement | null
  readonly shadowRoot: PageRoot | null
  readonly content?: PageNode
  readonly sheet?: PageSheet | null
  readonly currentSrc?: string
  readonly contentWindow?: object | null
  readonly complete?: boolean
  readonly naturalWidth?: number
  readonly width?: number
  readonly height?: number
  readonly videoWidth?: number
  readonly videoHeight?: number
  readonly checked?: boolean
  readonly selected?: boolean
  readonly value?: string
  readonly type?: string
  readonly href?: string
  readonly rel?: string
  readonly innerText: string
  readonly outerHTML: string
  readonly scrollHeight: number
  readonly scrollWidth: number
  readonly clientHeight: number
  readonly clientWidth: number
  readonly style: { setProperty(name: string, value: string, priority?: string): void }
  scrollTop: number
  loading?: string
  src?: string
  srcset?: string
  getAttribute(name: string): string | null
  getAttributeNames(): ReadonlyArray<string>
  setAttribute(name: string, value: string): void
  removeAttribute(name: string): void
  hasAttribute(name: string): boolean
  matches(selector: string): boolean
  closest(selector: string): PageElement | null
  contains(other: PageElement): boolean
  getBoundingClientRect(): PageRect
  getRootNode(): PageRoot
  checkVisibility?(): boolean
  assignedNodes?(): ReadonlyArray<PageNode>
  click(): void
  toDataURL?(type?: string): string
  computedStyleMap(): { get(name: string): { toString(): string } | null | undefined }
  getContext?(kind: "2d"): { drawImage(image: PageElement, x: number, y: number): void }
}

export interface PageDocument extends PageRoot {
  readonly documentElement: PageElement
  readonly head: PageElement | null
  readonly body: PageElement | null
  readonly title: string
  readonly baseURI: string
  readonly URL: string
  readonly compatMode: string
  readonly readyState: string
  readonly doctype: { readonly name: string; readonly publicId: string; readonly systemId: string } | null
  readonly scrollingElement: PageElement | null
  readonly images: ArrayLike<PageElement> & Iterable<PageElement>
  readonly styleSheets: ArrayLike<PageSheet>
  readonly fonts: { readonly status: string; add(face: object): void } & ArrayLike<object> & Iterable<object>
  createElement(name: string): PageElement
  elementsFromPoint(x: number, y: number): ReadonlyArray<PageElement>
}

export type PageStyle = Readonly<Record<string, string>> & { getPropertyValue(name: string): string }

export interface PageWindow {
  readonly innerWidth: number
  readonly innerHeight: number
  readonly scrollY: number
  readonly document: PageDocument
  readonly location: { readonly href: string }
  readonly CSSStyleSheet: new (options?: { baseURL?: string }) => PageSheet
  /** Functions of this folder for others of it; `window` is the global object of our own world. */
  readonly linkseal: {
    /** By their hosts: roots that the browser's protocol has handed over. */
    readonly closedRoots: { get(host: PageElement): PageRoot | undefined }
    readonly canvasStyle: typeof canvasStyle
    readonly changedText: typeof changedText
    readonly chosenCandidate: typeof chosenCandidate
    readonly escapeAttribute: typeof escapeAttribute
    readonly escapeText: typeof escapeText
    readonly fontRules: typeof fontRules
    readonly isUsed: typeof isUsed
    readonly mayShowMore: typeof mayShowMore
    readonly pictureOf: typeof pictureOf
    readonly rulesOf: typeof rulesOf
    readonly tagOf: typeof tagOf
    readonly topLayerStyle: typeof topLayerStyle
  }
  scrollTo(options: { top: number; left: number; behavior: string }): void
  getComputedStyle(element: PageElement, pseudo?: string): PageStyle
  matchMedia(query: string): { readonly matches: boolean }
  requestAnimationFrame(callback: () => void): number
  setTimeout(callback: () => void, millis: number): number
}
